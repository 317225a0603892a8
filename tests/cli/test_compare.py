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
