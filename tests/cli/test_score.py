"""flowpheno score."""

import json

import pytest
import typer
from typer.testing import CliRunner

from flowpheno.cli.score import score
from flowpheno.panel.files import builtin_directory

CASE = "CD10+ CD19+ CD22+ CD24+ cyCD22+ cyCD79a+ TdT+ HLA-DR+ CD34+ CD99+ CD38+ CD58+"


@pytest.fixture
def run():
    app = typer.Typer()
    app.command()(score)
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


def test_the_case_report_as_json(run):
    result = run(CASE, "--json")
    content = json.loads(result.stdout)
    assert result.exit_code == 0
    assert content["egil"] == {"b": 7.0, "t": 1.5, "myeloid": 0.0}
    assert content["egil_stage"] == "B-II or B-III (cyIgM not done)"
    assert content["who5"] == "B lineage; intensity criterion not evaluable"
    assert content["aieop_bfm"].startswith("BCP-ALL undecided")
    assert content["lineage"] == "B"
    outcomes = {p["name"]: p["outcome"] for p in content["phenotypes"]}
    assert outcomes["bcp_all"] == "undetermined"
    assert outcomes["mature_b"] == "no_match"


def test_in_a_pipe_every_row_is_a_line(run):
    lines = run(CASE).stdout.splitlines()
    assert "EGIL B\t7.0\t7.0 to 10.0 with unknown markers" in lines
    assert "WHO-HAEM5\tB lineage; intensity criterion not evaluable\t" in lines
    assert "B-precursor ALL\tundetermined\twould decide: cyCD3, cyMPO" in lines
    assert lines[-1].startswith("Research use only.")


def test_a_broken_rule_is_the_reason(run):
    stdout = run("CD19+ CD22+ CD34+ MPO+ cyCD3-").stdout
    assert "B-precursor ALL\tno match\tnot: cyMPO positive [cyMPO positive]" in stdout


def test_a_bad_name_is_a_usage_error(run):
    result = run("CD10+ CD1O+")
    assert result.exit_code == 2
    assert "'CD1O' is not a marker" in result.stderr


STAGE_1 = "CD10+ CD19+ CD34+ TdT+ cyCD79a+ CD45dim"


def test_a_phenotype_of_a_normal_stage_is_said_to_be_one(run):
    line = next(
        x for x in run(STAGE_1).stdout.splitlines() if x.startswith("Normal B precursor, stage I ")
    )
    assert "\talso the phenotype of a normal stage I precursor\twould tell apart: " in line
    stages = json.loads(run(STAGE_1, "--json").stdout)["normal_stages"]
    assert [s["indistinguishable"] for s in stages] == [True, False, False]
    blast = run(f"{STAGE_1} CD66c+").stdout
    assert "also the phenotype" not in blast
    assert "not: CD66c positive or" in blast


def test_genotypes_are_suggested_and_never_more(run):
    text = "CD10- CD19+ CD22+ cyCD79a+ NG2+ CD34+ cyCD3- cyMPO-"
    lines = run(text).stdout.splitlines()
    assert any(x.startswith("suggests KMT2A rearrangement, confirm genetically\t") for x in lines)
    assert "KMT2A rearrangement\tCD10 negative\trequired\tCD10 negative\tmet" in lines
    assert any(x.startswith("DUX4 rearrangement: undetermined\t") for x in lines)
    assert any(x.endswith("would decide: CD371") for x in lines)
    suggestions = {s["name"]: s for s in json.loads(run(text, "--json").stdout)["suggestions"]}
    assert suggestions["kmt2a_r"]["outcome"] == "match"
    assert suggestions["dux4_r"]["deciding"] == ["CD371"]
    assert suggestions["kmt2a_r"]["rules"][0]["met"] is True


def test_a_lone_supporting_rule_is_not_evaluable(run):
    lines = run("CD10- CD19+ CD22+ NG2+").stdout.splitlines()
    assert (
        "KMT2A rearrangement\tCD24 negative or dim\tsupporting\tCD24 not reported\tnot evaluable"
        in lines
    )


def test_definitions_of_ones_own(run, tmp_path):
    text = (builtin_directory() / "suggestions" / "crlf2_r.yaml").read_text(encoding="utf-8")
    (tmp_path / "suggestions").mkdir()
    (tmp_path / "suggestions" / "mine.yaml").write_text(
        text.replace("name: crlf2_r", "name: mine").replace("CRLF2 rearrangement", "a test"),
        encoding="utf-8",
    )
    result = run("CD19+ CD22+ CD10+ TSLPR+", "--panels", str(tmp_path))
    assert "suggests a test, confirm genetically" in result.stdout
    assert "suggests CRLF2 rearrangement, confirm genetically" in result.stdout
