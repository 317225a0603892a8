"""flowpheno classify --matrix: a spillover matrix from a table instead of the file's."""

import json

import numpy as np
import pandas as pd
import pytest

from flowpheno.cli import main
from flowpheno.reading import read_fcs


@pytest.fixture(scope="module")
def matrix(tmp_path_factory, leukemic):
    """The matrix of the simulated marrow as FlowJo writes one, markers instead of detectors."""
    sample = read_fcs(leukemic)
    spillover = sample.spillover
    names = {c.detector: str(c.marker or c.detector) for c in sample.channels}
    labels = [names[detector] for detector in spillover.detectors]
    path = tmp_path_factory.mktemp("matrix") / "matrix.csv"
    pd.DataFrame(spillover.matrix, index=labels, columns=labels).to_csv(path)
    return path


def _classify(marrow, out, *more):
    status = main(["classify", str(marrow), "--no-report", "--out", str(out), *more])
    results = json.loads((out / "results.json").read_text())
    return status, results


def _markers(out):
    return pd.read_csv(out / "markers.csv").drop(columns=["specimen", "tube"])


def test_the_matrix_of_the_file_given_as_a_table_changes_nothing(tmp_path, leukemic, matrix):
    status, _ = _classify(leukemic, tmp_path / "own")
    assert status == 0
    status, _ = _classify(leukemic, tmp_path / "table", "--matrix", str(matrix))
    assert status == 0
    pd.testing.assert_frame_equal(_markers(tmp_path / "own"), _markers(tmp_path / "table"))


def test_a_wrong_matrix_is_said(tmp_path, leukemic, matrix):
    turned = tmp_path / "turned.csv"
    pd.read_csv(matrix, index_col=0).T.to_csv(turned)
    _classify(leukemic, tmp_path / "out", "--matrix", str(turned))
    findings = pd.read_csv(tmp_path / "out" / "findings.csv")
    doubts = findings[findings["code"] == "COMP_DOUBTFUL"]
    assert doubts["message"].str.contains("turned.csv|exchanged").any()


def test_a_matrix_that_does_not_fit_costs_the_file_and_says_why(tmp_path, leukemic):
    path = tmp_path / "other.csv"
    pd.DataFrame(np.eye(2), columns=["BV999-A", "BV998-A"]).to_csv(path, index=False)
    status, _ = _classify(leukemic, tmp_path / "out", "--matrix", str(path))
    assert status == 1
    failures = pd.read_csv(tmp_path / "out" / "failures.csv")
    assert failures["error"].tolist() == ["CompensationError"]
    assert "not in the file: BV999-A, BV998-A" in failures["message"][0]


def test_a_table_that_is_no_matrix_stops_the_run(tmp_path, leukemic, capsys):
    path = tmp_path / "broken.csv"
    path.write_text("FITC-A,PE-A\n1,x\n0,1\n")
    status = main(["classify", str(leukemic), "--out", str(tmp_path / "o"), "--matrix", str(path)])
    assert status == 1
    assert not (tmp_path / "o" / "results.json").exists()
    assert "coefficient 'x' is not a finite number" in capsys.readouterr().err
