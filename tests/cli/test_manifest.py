"""flowpheno manifest init: a draft that classify can read, and that names nobody."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from flowpheno.cli import main
from flowpheno.pipeline.manifest import read_manifest
from tests.fcs.fcs_bytes import float_file


@pytest.fixture
def run(tmp_path, write_marrow):
    """A folder: two tubes of a patient, the same tube twice, one file alone, one broken."""
    folder = tmp_path / "run 42"
    for name, tube in (("a", "euroflow_bcp_all_mrd_t1"), ("b", "lineage_full")):
        write_marrow(folder / "P7" / f"{name}.fcs", tube=tube, events=300)
    for name in ("a", "c"):
        write_marrow(folder / "P8" / f"{name}.fcs", events=300, seed=ord(name))
    write_marrow(folder / "alone.fcs", events=300)
    (folder / "broken.fcs").write_bytes(b"FCS3.1    " + bytes(300))
    (folder / "notes.txt").write_text("not a measurement")
    return folder


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return {row["path"]: row for row in csv.DictReader(file)}


def test_a_draft_names_files_specimens_and_tubes(run, capsys):
    assert main(["manifest", "init", str(run)]) == 1  # of the broken file
    said = capsys.readouterr()
    assert "5 files of 4 specimens, 5 of a known tube" in said.out
    assert "broken.fcs" in said.err
    rows = rows_of(run / "manifest.csv")
    assert {path: (row["specimen"], row["tube"]) for path, row in rows.items()} == {
        "P7/a.fcs": ("P7", "euroflow_bcp_all_mrd_t1"),
        "P7/b.fcs": ("P7", "lineage_full"),
        "P8/a.fcs": ("P8/a.fcs", "lineage_full"),  # one tube twice: not one specimen
        "P8/c.fcs": ("c", "lineage_full"),
        "alone.fcs": ("alone", "lineage_full"),
    }
    left = {"patient", "date", "material", "site", "timepoint", "known_bcp_all", "therapy"}
    assert not any(row[column] for row in rows.values() for column in left)


def test_classify_reads_the_draft(run, tmp_path):
    out = tmp_path / "elsewhere" / "draft.csv"
    out.parent.mkdir()
    main(["manifest", "init", str(run), "--out", str(out)])
    rows = read_manifest(out)
    assert rows[(run / "P7" / "b.fcs").resolve()].specimen == "P7"
    assert all(path.is_file() for path in rows)
    results = tmp_path / "results"
    paths = [str(run / "P7"), "--manifest", str(out), "--no-report", "--out", str(results)]
    main(["classify", *paths])
    with (results / "specimens.csv").open(encoding="utf-8") as file:
        assert [row["specimen"] for row in csv.DictReader(file)] == ["P7"]


def test_a_manifest_is_not_written_over(run, capsys):
    (run / "manifest.csv").write_text("path\n")
    assert main(["manifest", "init", str(run)]) == 1
    assert "--force" in capsys.readouterr().err
    assert (run / "manifest.csv").read_text() == "path\n"
    main(["manifest", "init", str(run), "--force"])
    assert len(rows_of(run / "manifest.csv")) == 5


@pytest.mark.parametrize(
    ("written", "day"),
    [("05-JAN-2024", "2024-01-05"), ("7-mar-2024", "2024-03-07"), ("someday", ""), ("", "")],
)
def test_a_date_is_taken_where_it_is_asked_for_and_nothing_else_of_a_person(
    tmp_path, written, day
):
    path = tmp_path / "x.fcs"
    keywords = {"DATE": written, "SRC": "DOE JOHN"}
    path.write_bytes(float_file(np.ones((3, 2)), **keywords))
    assert b"DOE JOHN" in path.read_bytes()
    main(["manifest", "init", str(tmp_path), "--dates"])
    assert rows_of(tmp_path / "manifest.csv")["x.fcs"]["date"] == day
    assert "DOE" not in (tmp_path / "manifest.csv").read_text()
    main(["manifest", "init", str(tmp_path), "--force"])
    assert rows_of(tmp_path / "manifest.csv")["x.fcs"]["date"] == ""


def test_an_empty_folder_gives_an_empty_draft(tmp_path, capsys):
    assert main(["manifest", "init", str(tmp_path)]) == 0
    assert "0 files" in capsys.readouterr().out
    assert rows_of(tmp_path / "manifest.csv") == {}
