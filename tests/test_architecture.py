"""House rules that no linter checks."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import flowpheno

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "flowpheno"
TESTS = ROOT / "tests"
MODULES = sorted(PACKAGE.rglob("*.py"))
SOURCES = [*MODULES, *sorted(TESTS.rglob("*.py"))]
TOP_LEVEL = {"CHANGELOG.md", "LICENSE", "README.md", "flowpheno", "notebooks", "panels"}
TOP_LEVEL |= {"pyproject.toml", "tests"}
WRITTEN = (".py", ".md", ".yaml", ".toml", ".ipynb", ".html", ".css", ".js", "")


def _tracked():
    """Files git would commit; skips where this is no checkout."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    names = filter(None, done.stdout.split("\0"))
    return [path for path in (ROOT / name for name in names) if path.is_file()]


def _place(path):
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=_place)
def test_a_module_has_mirrored_tests(path):
    if path.name.startswith("__") or "def " not in path.read_text(encoding="utf-8"):
        pytest.skip("no code of its own")
    stage = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    mirrors = [TESTS / f"test_{stage}.py", *(TESTS / stage).glob("test_*.py")]
    assert any(mirror.is_file() for mirror in mirrors)


def test_the_public_names_are_sorted_and_all_there():
    names = flowpheno.__all__
    assert names == sorted(names)
    for name in names:
        assert getattr(flowpheno, name) is not None
    assert set(names) <= set(dir(flowpheno))


def test_every_lazy_name_is_declared_for_type_checkers_and_public():
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    declared = {
        alias.asname
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    lazy = set(flowpheno._HOME) | set(flowpheno._MODULES)
    assert declared - {None} == lazy
    assert lazy | {"__version__"} == set(flowpheno.__all__)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'flowpheno' has no attribute 'diagnose'"):
        _ = flowpheno.diagnose


@pytest.mark.parametrize("statement", ["import flowpheno", "import flowpheno.cli.app"])
def test_start_up_imports_nothing_heavy(statement):
    heavy = {"pandas", "sklearn", "scipy", "matplotlib", "numba", "pyarrow", "jinja2", "numpy"}
    code = f"{statement}; import sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert heavy & set(done.stdout.split()) == set()


@pytest.mark.parametrize("path", MODULES, ids=_place)
def test_nobody_catches_everything_and_only_doors_catch_flowpheno_errors(path):
    doors = {"pipeline/directory.py", "pipeline/normals.py", "pipeline/training.py", "cli/app.py"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ExceptHandler):
            continue
        assert node.type is not None
        caught = {n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)}
        assert not caught & {"Exception", "BaseException"}
        if "FlowphenoError" in caught:
            assert path.relative_to(PACKAGE).as_posix() in doors


@pytest.mark.parametrize("path", SOURCES, ids=_place)
def test_every_exemption_has_its_reason_beside_it(path):
    bare = re.compile(r"# (noqa: [A-Z0-9, ]+|type: ignore\[[a-z, -]+\])$")
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [f"{n}: {line}" for n, line in enumerate(lines, 1) if bare.search(line)] == []


@pytest.mark.parametrize("path", SOURCES, ids=_place)
def test_nothing_is_left_undone(path):
    text = path.read_text(encoding="utf-8")
    words = ("raise NotImplemented" + "Error", "pragma: no" + " cover", "x" + "fail(")
    assert [word for word in words if word in text] == []


def test_the_top_level_holds_only_what_the_design_allows():
    names = {path.relative_to(ROOT).parts[0] for path in _tracked()}
    assert {name for name in names if not name.startswith(".")} == TOP_LEVEL


def test_no_file_names_a_place_on_a_machine():
    place = re.compile(r"(?<![\w.])/(work|home|root|tmp|Users)/\w")
    written = [path for path in _tracked() if path.suffix in WRITTEN]
    found = [
        f"{_place(path)}: {match.group()}"
        for path in written
        for match in place.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_no_data_file_is_committed():
    endings = {".fcs", ".lmd", ".parquet", ".npz", ".npy", ".gz", ".xlsx"}
    assert [_place(path) for path in _tracked() if path.suffix.lower() in endings] == []
