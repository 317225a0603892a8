"""flowpheno mrd."""

import json

import pytest

from flowpheno.cli import main


def test_a_plan_is_a_table_with_the_events_it_asks_for(capsys):
    assert main(["mrd", "plan", "--sensitivity", "0.01"]) == 0
    header, row, *_ = capsys.readouterr().out.splitlines()
    assert header.startswith("sensitivity\tto detect (20)\tto quantify (50)")
    assert row.startswith("0.01 %\t278,793\t621,711")


def test_a_plan_as_json_tells_the_chance_of_what_is_at_hand(capsys):
    arguments = ["mrd", "plan", "--acquired", "500000", "--usable", "50", "--json"]
    assert main(arguments) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["events_in_denominator"] == 250_000
    assert [p["percent"] for p in content["plans"]] == [0.1, 0.01, 0.001]
    assert 80 < content["plans"][1]["chance_lod"] < 95
    assert content["events_for_cv_percent"]["10"] == 100


def test_a_count_is_read_with_its_denominator_and_limits(capsys):
    assert main(["mrd", "count", "--blasts", "23", "--of", "500000"]) == 0
    said = capsys.readouterr().out
    assert "PNQ" in said
    assert "23 of 500,000 nucleated_all events" in said
    assert "LOD 0.004 %" in said


def test_a_negative_of_few_cells_is_none(capsys):
    arguments = ["mrd", "count", "--blasts", "0", "--of", "83000", "--json"]
    assert main(arguments) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["state"] == "negative"
    assert "a negative would not be evaluable" in content["note"]


def test_molecular_points_have_a_command_of_their_own(capsys):
    assert main(["mrd", "pcr", "--tp1", "0", "--tp2", "0.05"]) == 0
    assert capsys.readouterr().out.startswith("HR (day 33 and day 78")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["plan", "--usable", "0"], "cannot be usable"),
        (["plan", "--sensitivity", "0"], "are required"),
        (["count", "--blasts", "5", "--of", "3"], "5 of 3 events is not a count"),
        (["count", "--blasts", "5", "--of", "30", "--denominator", "x"], "'x' is not one of"),
        (["pcr", "--tp1", "-1"], "is not a percentage"),
    ],
)
def test_what_cannot_be_is_a_usage_error(arguments, said, capsys):
    assert main(["mrd", *arguments]) == 2
    assert said in capsys.readouterr().err
