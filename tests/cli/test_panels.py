"""flowpheno panels."""

import json

import pytest
from typer.testing import CliRunner

from flowpheno.cli.panels import panels
from flowpheno.panel.kinds import KINDS

BAD = """\
name: bad
title: Bad
entity: AML
reference: "A paper, 2022"
rules:
  - {role: required, source: "a paper", marker: CD1O, expected: positive}
  - {role: required, marker: CD33, expected: bad}
"""


def run(*arguments):
    return CliRunner().invoke(panels, [str(argument) for argument in arguments])


@pytest.fixture
def bad(tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text(BAD, encoding="utf-8")
    return path


def test_list():
    lines = run("list").stdout.splitlines()
    assert lines[0] == "name\tkind\treference\tsha256"
    assert any(line.startswith("phenotypes/bcp_all\tphenotype\t") for line in lines)
    rows = json.loads(run("list", "--json").stdout)
    assert len(rows) == len(lines) - 1


def test_show_a_phenotype_with_its_rules():
    stdout = run("show", "bcp_all_pro_b").stdout
    assert stdout.startswith("Pro-B ALL (EGIL B-I) (B-precursor ALL)\n")
    assert "required\tCD10 negative\t" in stdout
    assert "excluding\tcyMPO positive\t" in stdout  # of what it refines


def test_show_a_score_as_its_file_says_it():
    assert "biphenotypic_above: 2.0" in run("show", "scores/egil").stdout


def test_show_a_name_that_is_none():
    result = run("show", "bcp")
    assert result.exit_code == 2
    assert "'bcp' is no definition" in result.stderr


def test_check_lists_every_problem_with_its_line(bad):
    result = run("check", bad)
    assert result.exit_code == 1
    assert f"{bad}: line 6: " in result.stdout
    assert "'CD1O' is not a marker of the vocabulary" in result.stdout
    assert f"{bad}: line 7: rules.1.one marker.source: Field required" in result.stdout
    assert "1 file(s), 3 problem(s)" in result.stderr


def test_check_a_folder(bad):
    bad.write_text(BAD.replace("CD1O", "CD13").replace("bad}", "dim, source: a paper}"))
    (bad.parent / "other.yaml").write_text("x: 1\n")
    result = run("check", bad.parent)
    assert (result.exit_code, result.stdout) == (0, "2 file(s), 0 problem(s)\n")
    assert "only checked to be YAML: other.yaml" in result.stderr


def test_check_refuses_a_kind_that_is_none(bad):
    result = run("check", bad, "--kind", "fruit")
    assert result.exit_code == 2
    assert "'fruit' is no kind" in result.stderr


def test_schema():
    one = json.loads(run("schema", "phenotype").stdout)
    assert one["properties"]["reference"]["minLength"] == 10
    assert set(json.loads(run("schema").stdout)) == set(KINDS)
    assert run("schema", "fruit").exit_code == 2
