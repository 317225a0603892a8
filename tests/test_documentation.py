"""The README names what there is, and the definitions describe themselves."""

import json
import re
from pathlib import Path

import pytest
import typer.main

from flowpheno.case import CaseState
from flowpheno.cli.app import app
from flowpheno.panel.files import read_yaml
from flowpheno.pipeline.manifest import read_manifest
from flowpheno.specimen import Therapy
from flowpheno.verdict import SpecimenVerdict
from flowpheno.version import VERSION

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PANELS = sorted((ROOT / "panels").rglob("*.yaml"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def _commands(group, before=""):
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


COMMANDS = dict(_commands(typer.main.get_command(app)))


@pytest.mark.parametrize("name", COMMANDS)
def test_the_readme_names_every_command_and_option(name):
    assert f"`{name}`" in README
    (row,) = [line for line in README.splitlines() if line.startswith("|") and f"`{name}`" in line]
    options = {o for p in COMMANDS[name].params for o in p.opts if o.startswith("--")}
    missing = sorted(o for o in options - {"--help"} if f"`{o}`" not in row)
    assert missing == []


@pytest.mark.parametrize("verdict", [*SpecimenVerdict, *CaseState], ids=str)
def test_the_readme_explains_every_verdict(verdict):
    assert f"`{verdict}`" in README


def test_the_readme_names_every_column_of_a_manifest(tmp_path):
    paragraph = next(p for p in README.split("\n\n") if p.startswith("**Manifest**"))
    columns = re.findall(r"`(\w+)`", paragraph)
    assert {t.value for t in Therapy} <= set(columns)
    path = tmp_path / "samples.csv"
    path.write_text("path,already_compensated,therapy\na.fcs,yes,anti_CD19;steroids\n")
    (row,) = read_manifest(path).values()
    assert {*row.__dataclass_fields__, "path"} <= set(columns)


def test_the_readme_states_only_what_was_measured():
    assert not re.search(r"TODO|TBD|MEASURED_HERE|XX", README)


@pytest.mark.parametrize("path", PANELS, ids=lambda p: p.relative_to(ROOT / "panels").as_posix())
def test_every_definition_says_where_it_comes_from(path):
    content = read_yaml(path)
    cited = [content.get(key) for key in ("reference", "source", "references")]
    nested = [v.get("source") for v in content.values() if isinstance(v, dict)]
    assert any(cited) or any(nested)


@pytest.mark.parametrize("path", PANELS, ids=lambda p: p.relative_to(ROOT / "panels").as_posix())
def test_the_readme_describes_every_definition(path):
    folder = path.parent.name
    described = {"phenotypes": "phenotypes", "scores": "scores", "tubes": "reagent tubes"}
    assert (
        described.get(folder, f"`{folder}/`" if folder != "panels" else f"`{path.name}`") in README
    )


def test_the_changelog_has_this_version_or_an_unreleased_part():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## [{VERSION}]" in changelog or "## [Unreleased]" in changelog
    assert "### Can alter a verdict" in changelog


@pytest.mark.parametrize("name", ["demo", "test"])
def test_the_commands_of_the_readme_are_those_that_are_checked(name):
    assert README.count(f"<!-- ci: {name} -->\n```bash\npython3.11 -m venv .venv && ") == 1


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.name)
def test_notebooks_are_stripped(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert code
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
