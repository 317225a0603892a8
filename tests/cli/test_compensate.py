"""flowpheno compensate: a matrix from controls or a file, and files compensated by it."""

import json

import numpy as np
import pytest

from flowpheno.cli import main
from flowpheno.compensation import compensate
from flowpheno.panel.tubes import builtin_tubes
from flowpheno.reading import read_fcs
from flowpheno.simulation import load_specification, simulate_control
from flowpheno.simulation.instrument import spill_matrix
from flowpheno.writing import write_sample


@pytest.fixture(scope="module")
def controls(tmp_path_factory):
    """Folder of simulated controls of the tube of `marrow`."""
    folder = tmp_path_factory.mktemp("controls")
    tube, rng = builtin_tubes()["tube_494"], np.random.default_rng(3)
    for detector in [None, *(channel.detector for channel in tube.channels)]:
        sample = simulate_control(load_specification(), tube, detector, rng=rng, n_events=2500)
        write_sample(sample, folder / f"{sample.name}.fcs")
    return folder


@pytest.fixture(scope="module")
def marrow(tmp_path_factory, write_marrow):
    path = tmp_path_factory.mktemp("tubes") / "marrow.fcs"
    return write_marrow(path, percent=30, tube="tube_494", events=1500)


def _run(capsys, *arguments):
    status = main(["compensate", *map(str, arguments)])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_controls_give_a_matrix_and_compensated_copies(tmp_path, capsys, controls, marrow):
    status, out, _ = _run(capsys, marrow, "--controls", controls, "--out", tmp_path)
    assert status == 0
    names = ["estimated_spillover.csv", "estimated_spillover.json", "marrow.fcs"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    assert "PE-A\tPE stained\tfile name\t" in out
    assert "unstained\tUnstained" in out
    assert "+- 0.0000" in out
    written = read_fcs(tmp_path / "marrow.fcs")
    assert written.compensated
    by_truth = compensate(read_fcs(marrow)).events
    bright = by_truth[:, 3] > 10_000
    difference = np.median(np.abs(written.events[bright] - by_truth[bright]), axis=0)
    assert (difference[2:8] < 100).all()
    again, out, _ = _run(capsys, marrow, "--controls", controls, "--out", tmp_path)
    assert again == 1  # nothing is replaced unasked


def test_json_holds_the_estimate_and_what_was_written(tmp_path, capsys, controls, marrow):
    status, out, _ = _run(
        capsys, marrow, "--controls", controls, "--out", tmp_path, "--to", "parquet", "--json"
    )
    said = json.loads(out)
    assert status == 0
    true = spill_matrix(load_specification(), builtin_tubes()["tube_494"])
    np.testing.assert_allclose(said["estimate"]["matrix"], true, atol=0.003)
    assert said["converted"][0]["target"].endswith("marrow.parquet")
    assert said["converted"][0]["compensated"] is True


def test_without_files_only_the_matrix_is_written(tmp_path, capsys, controls):
    status, _, _ = _run(capsys, "--controls", controls, "--out", tmp_path / "new")
    assert status == 0
    assert len(list((tmp_path / "new").iterdir())) == 2


def test_a_table_tells_the_controls(tmp_path, capsys, controls):
    table = tmp_path / "which.csv"
    table.write_text("file,detector\nPE stained.fcs,FITC-A\nFITC stained.fcs,PE-A\n")
    status, _, err = _run(
        capsys, "--controls", controls, "--assign", table, "--out", tmp_path, "--json"
    )
    assert status == 1
    assert "control PE stained of FITC-A" in err


def test_a_matrix_of_a_table_or_a_file_is_used(tmp_path, capsys, controls, marrow):
    _run(capsys, "--controls", controls, "--out", tmp_path)
    for matrix, folder in ((tmp_path / "estimated_spillover.csv", "a"), (marrow, "b")):
        status, out, _ = _run(capsys, marrow, "--matrix", matrix, "--out", tmp_path / folder)
        assert status == 0
        assert "marrow.fcs\t" in out
        assert read_fcs(tmp_path / folder / "marrow.fcs").compensated


def test_a_file_that_does_not_fit_costs_no_other(tmp_path, capsys, marrow, write_marrow):
    other = write_marrow(tmp_path / "in" / "other.fcs", tube="lineage_full", events=500)
    broken = tmp_path / "in" / "broken.fcs"
    broken.write_bytes(b"nothing")
    status, _, err = _run(
        capsys, other, broken, marrow, "--matrix", marrow, "--out", tmp_path / "out"
    )
    assert status == 1
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["marrow.fcs"]
    assert "other.fcs: " in err
    assert "not in the file" in err
    assert "broken.fcs: HEADER" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "either --controls or --matrix"),
        (["--controls", ".", "--matrix", "x.csv"], "either --controls or --matrix"),
        (["--matrix", "x.csv"], "--matrix needs files"),
        (["a.fcs", "--matrix", "x.csv", "--assign", "y.csv"], "--assign belongs to --controls"),
        (["a.fcs", "--matrix", "x.csv"], "does not exist: a.fcs, x.csv"),
        (["--controls", "empty"], "no FCS file in empty"),
        (["empty", "--controls", "empty"], "no FCS file among what was given"),
    ],
)
def test_wrong_usage_is_said(tmp_path, monkeypatch, capsys, arguments, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    status, _, err = _run(capsys, *arguments, "--out", "out")
    assert status == 2
    assert message in err


def test_findings_about_controls_are_printed(tmp_path, capsys):
    tube, rng = builtin_tubes()["tube_494"], np.random.default_rng(4)
    (tmp_path / "few").mkdir()
    for detector in (None, "PE-A"):
        sample = simulate_control(load_specification(), tube, detector, rng=rng, n_events=600)
        write_sample(sample, tmp_path / "few" / f"{sample.name}.fcs")
    status, out, _ = _run(capsys, "--controls", tmp_path / "few", "--out", tmp_path / "out")
    assert status == 0
    assert "COMP_DOUBTFUL\twarning\tcontrol PE stained of PE-A: only" in out
