"""flowpheno panels."""

import json

import pytest
from typer.testing import CliRunner

from flowpheno.cli.panels import panels
from flowpheno.errors import PanelError
from flowpheno.panel.files import builtin_directory
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
    assert lines[0] == "name\tkind\tfrom\treference\tsha256"
    kinds = {line.split("\t")[0]: line.split("\t")[1:3] for line in lines}
    assert kinds["phenotypes/bcp_all"] == ["phenotype", "flowpheno"]
    assert kinds["suggestions/kmt2a_r"] == ["suggestion", "flowpheno"]
    assert kinds["normal/stage_1"] == ["normal", "flowpheno"]
    rows = json.loads(run("list", "--json").stdout)
    assert len(rows) == len(lines) - 1


@pytest.fixture
def own(tmp_path):
    folder = tmp_path / "own"
    (folder / "tubes").mkdir(parents=True)
    text = (builtin_directory() / "qc.yaml").read_text(encoding="utf-8")
    (folder / "qc.yaml").write_text(f"{text}\n# mine\n", encoding="utf-8")
    tube = (builtin_directory() / "tubes" / "tube_494.yaml").read_text(encoding="utf-8")
    (folder / "tubes" / "mine.yaml").write_text(tube.replace("tube_494", "mine"), encoding="utf-8")
    return folder


def test_list_says_what_is_overridden(own):
    rows = {row["name"]: row for row in json.loads(run("list", "--panels", own, "--json").stdout)}
    assert rows["qc"]["from"] == "own, overrides"
    assert rows["tubes/mine"]["from"] == "own"
    assert rows["gating"]["from"] == "flowpheno"
    shipped = {row["name"]: row for row in json.loads(run("list", "--json").stdout)}
    assert rows["qc"]["sha256"] != shipped["qc"]["sha256"]


def test_list_refuses_a_file_that_would_not_be_read(own):
    (own / "positvity.yaml").write_text("scheme: egil\n")
    result = run("list", "--panels", own)
    assert isinstance(result.exception, PanelError)
    assert "positvity.yaml: no definition is called so; did you mean positivity.yaml" in str(
        result.exception
    )


def test_show_a_tube_channel_by_channel():
    lines = run("show", "euroflow_alot").stdout.splitlines()
    assert lines[0] == "euroflow_alot [K+]"
    assert "FITC-A\tFITC\tcyMPO" in lines
    assert "-\t-\tCD66c" in run("show", "mayo_single_10c").stdout.splitlines()


def test_show_what_names_no_disease():
    assert "(BCR::ABL1)" in run("show", "bcr_abl1").stdout.splitlines()[0]
    assert "required\tCD34 positive or TdT positive\t" in run("show", "stage_1").stdout


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("mayo_single_10c", "name", "mayo_single_10c"),
        ("bcp_all_pro_b", "refines", "bcp_all"),
        ("crlf2_r", "genotype", "CRLF2 rearrangement"),
        ("stage_2", "stage", "II"),
        ("scores/egil", "biphenotypic_above", 2.0),
    ],
)
def test_show_as_json(name, key, value):
    assert json.loads(run("show", name, "--json").stdout)[key] == value


def test_show_ones_own(own):
    assert "# mine" in run("show", "qc", "--panels", own).stdout
    assert run("show", "mine", "--panels", own).stdout.startswith("mine [V]\n")


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
