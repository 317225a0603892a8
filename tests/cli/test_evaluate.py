"""flowpheno evaluate, and the files it is for."""

import json

import pandas as pd
import pytest

from flowpheno.cli import main


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """A simulated cohort of two, and its results."""
    folder = tmp_path_factory.mktemp("cohort")
    options = ["--tube", "lineage_full", "--archetypes", "common", "--backgrounds", "steady_child"]
    options += ["--percent", "60", "--repeats", "1", "--blast-free", "1", "--events", "3000"]
    assert main(["simulate", "cohort", str(folder / "files"), *options]) == 0
    manifest = ["--manifest", str(folder / "files" / "manifest.csv")]
    options = ["--events", "--no-report", "--known-bcp-all", "--out", str(folder / "results")]
    assert main(["classify", str(folder / "files"), *manifest, *options]) == 0
    return folder


def test_a_cohort_is_simulated_classified_and_evaluated(judged, tmp_path, capsys):
    places = [str(judged / "results"), str(judged / "files")]
    capsys.readouterr()
    assert main(["evaluate", *places, "--out", str(tmp_path / "out"), "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["simulated"] is True
    assert [s["group"] for s in content["specimens"]] == [">= 10 %", "no blasts"]
    assert content["specimens"][0]["f1"] > 0.9
    assert {p.name for p in (tmp_path / "out").iterdir()} == {
        "specimens_evaluated.csv", "by_decade.csv", "evaluation.json", "evaluation.png",
    }  # fmt: skip


def test_the_table_names_what_was_missed(judged, tmp_path, capsys):
    table = tmp_path / "truth.csv"
    table.write_text("specimen,expected\ngone,positive\n", encoding="utf-8")
    assert main(["evaluate", str(judged / "results"), str(table)]) == 1
    said = capsys.readouterr()
    assert "1 labels without a result, counted as missed: gone" in said.err
    assert "2 results without a label, not in the table: common-" in said.err
    (row,) = [
        line.split("\t") for line in said.out.splitlines() if line.startswith("blasts, fraction")
    ]
    assert row[1] == "1"
    assert "0/1 (0 to 79 %)" in row


def test_a_place_that_is_not_there_is_refused(tmp_path, one_line):
    assert main(["evaluate", str(tmp_path / "no"), str(tmp_path)]) == 2
    assert "does not exist" in one_line()


def test_labels_of_another_file_are_refused(judged, tmp_path, one_line):
    name = pd.read_csv(judged / "files" / "truth.csv")["specimen"][0]
    path = tmp_path / f"{name}_labels.csv"
    path.write_text("blast\n1\n0\n", encoding="utf-8")
    assert main(["evaluate", str(judged / "results"), str(path)]) == 1
    assert f"2 labels, but {name} has" in one_line()
