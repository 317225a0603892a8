"""flowpheno compare."""

import json

import pandas as pd

from flowpheno.cli import main


def test_a_file_against_its_own_results_is_stable(results, leukemic, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["compare", str(results), str(leukemic), "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert "PHENOTYPE_STABLE" in said.out
    shifts = pd.read_csv(out / "shifts.csv")
    assert list(shifts.columns) == [
        "marker", "call", "diagnosis", "relapse", "delta_log10", "low", "high", "reason",
    ]  # fmt: skip
    assert shifts["delta_log10"].dropna().eq(0).all()
    assert json.loads((out / "comparison.json").read_text())["verdict"] == "PHENOTYPE_STABLE"
    page = (out / "report" / "comparison.html").read_text(encoding="utf-8")
    assert "SIMULATED" in page.upper()
    assert str(out / "report" / "comparison.html") in said.err


def test_json(results, capsys):
    assert main(["compare", str(results), str(results), "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert {shift["marker"] for shift in content["shifts"]} >= {"CD10", "CD19", "CD34"}


def test_a_relapse_without_blasts_cannot_be_compared(results, normal, one_line):
    assert main(["compare", str(results), str(normal)]) == 1
    assert "normal: no aberrant population to compare" in one_line()


def test_a_missing_side_is_named(results, tmp_path, one_line):
    assert main(["compare", str(results), str(tmp_path / "absent")]) == 2
    assert "absent" in one_line()


def test_a_file_that_is_none_is_named(results, tmp_path, one_line):
    path = tmp_path / "page.fcs"
    path.write_text("<html>")
    assert main(["compare", str(results), str(path)]) == 1
    assert "page.fcs" in one_line()


def test_a_folder_of_nothing_is_named(results, tmp_path, one_line):
    assert main(["compare", str(results), str(tmp_path)]) == 1
    assert "0 specimens, expected one" in one_line()


def test_a_specimen_against_itself_is_said_to_be_one(results, capsys):
    assert main(["compare", str(results), str(results), "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert "SAME_SPECIMEN" in {finding["code"] for finding in content["findings"]}
    assert any("stands on both sides" in said for said in content["implications"])
    assert content["structure"]["auc"] < 0.6


def test_more_than_two_time_points_are_a_series(results, leukemic, normal, tmp_path, capsys):
    out = tmp_path / "out"
    sides = [results, leukemic, normal, results]
    assert main(["compare", *map(str, sides), "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "normal (" in said
    assert "no aberrant population to compare" in said
    assert "Usable to follow at every time: " in said
    table = pd.read_csv(out / "series.csv")
    assert list(table.columns)[:4] == ["marker", "time", "call", "delta_log10"]
    assert set(table["time"]) == {"leukemic"}
    assert table["delta_log10"].dropna().eq(0).all()
    steps = json.loads((out / "series.json").read_text(encoding="utf-8"))["steps"]
    assert [step["since_first"] is None for step in steps] == [False, True, False]
    assert [step["since_previous"] is None for step in steps] == [True, True, False]
    assert sorted(path.name for path in out.iterdir() if path.is_dir()) == [
        "2-against-1", "4-against-1",
    ]  # fmt: skip


def test_a_series_as_json(results, capsys):
    assert main(["compare", *[str(results)] * 3, "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["first"] == "leukemic"
    assert len(content["steps"]) == 2
