"""Checking definition files of any kind."""

import json

import pytest

from flowpheno.panel.files import builtin_directory
from flowpheno.panel.kinds import KINDS, check_file, definition_files, kind_of_file

FILES = definition_files([builtin_directory()])


@pytest.mark.parametrize(
    "path", FILES, ids=lambda path: path.relative_to(builtin_directory()).as_posix()
)
def test_every_shipped_file_checks_clean(path):
    assert check_file(path) == ()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_schema(kind):
    schema = KINDS[kind].model_json_schema()
    if "$ref" in schema:  # limits of the numeric core: the file is the dataclass
        schema = schema["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    assert schema["type"] == "object"


@pytest.mark.parametrize(
    ("text", "kind"),
    [("rules: []\n", "phenotype"), ("channels: []\n", "tube"), ("x: 1\n", ""), ("- 1\n", "")],
)
def test_a_loose_file_is_known_by_its_keys(tmp_path, text, kind):
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    assert kind_of_file(path) == kind


MINE = (
    "name: mine\ntitle: Mine\nentity: AML\nreference: a paper of 2022\nrefines: {parent}\n"
    "rules: [{{role: required, source: a paper, marker: CD33, expected: positive}}]\n"
)


def test_what_is_refined_must_be_there(tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.write_text(MINE.format(parent="bcp_al"), encoding="utf-8")
    (problem,) = check_file(mine)
    assert problem.startswith("line 5: refines: there is no phenotype 'bcp_al'; did you mean bcp_")


def test_a_phenotype_of_ones_own_may_refine_one_that_comes_along(tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.write_text(MINE.format(parent="aml"), encoding="utf-8")
    assert check_file(mine) == ()


def test_the_problem_of_a_refined_file_names_that_file(tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.write_text(MINE.format(parent="base"), encoding="utf-8")
    base = (
        MINE.format(parent="")
        .replace("refines: \n", "")
        .replace("name: mine", "name: base")
        .replace("CD33", "CD3333")
    )
    (tmp_path / "base.yaml").write_text(base, encoding="utf-8")
    (problem,) = check_file(mine)
    assert problem.startswith("base.yaml: line 5: ")


def test_a_file_of_no_kind_is_checked_to_be_yaml(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("a: 1\na: 2\n", encoding="utf-8")
    (problem,) = check_file(path)
    assert problem.startswith("line 2: ")


def test_folders_are_searched_and_files_taken_as_they_are(tmp_path):
    (tmp_path / "b.yml").touch()
    (tmp_path / "c.txt").touch()
    found = definition_files([tmp_path, tmp_path / "c.txt", tmp_path / "b.yml"])
    assert [path.name for path in found] == ["b.yml", "c.txt"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_that_comes_along_is_that_of_the_model(kind):
    shipped = (builtin_directory() / "schemas" / f"{kind}.json").read_text(encoding="utf-8")
    assert json.loads(shipped) == KINDS[kind].model_json_schema(), (
        f"flowpheno panels schema {kind} > panels/schemas/{kind}.json"
    )


def test_no_schema_is_left_of_a_kind_that_is_gone():
    assert {path.stem for path in (builtin_directory() / "schemas").iterdir()} == set(KINDS)
