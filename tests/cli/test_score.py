"""flowpheno score."""

import json

import pytest
import typer
from typer.testing import CliRunner

from flowpheno.cli.score import score

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
