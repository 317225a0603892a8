"""An identity matrix, a person's word, and what the events look like."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from flowpheno.fcs.spillover import Spillover
from flowpheno.finding import ReasonCode
from flowpheno.pipeline.directory import Options, _uncompensated, classify_files
from flowpheno.pipeline.manifest import ManifestRow
from flowpheno.pipeline.specimen import _is_free
from flowpheno.reading import read_fcs, read_sample
from flowpheno.writing import write_sample


def matrix(*, identity):
    values = np.eye(2) if identity else np.array([[1, 0.2], [0.1, 1]])
    return Spillover(detectors=("A", "B"), matrix=values, source="SPILL")


@pytest.mark.parametrize(
    ("spillover", "reasons", "free"),
    [
        (matrix(identity=True), set(), True),
        (matrix(identity=True), {ReasonCode.COMP_DOUBTFUL}, False),
        (matrix(identity=False), {ReasonCode.COMP_DOUBTFUL}, True),
        (None, {ReasonCode.COMP_DOUBTFUL}, True),
    ],
)
def test_an_identity_matrix_is_believed_only_if_the_events_look_it(spillover, reasons, free):
    raw = SimpleNamespace(spillover=spillover, compensated=True)
    assert _is_free(SimpleNamespace(raw=raw), reasons) is free


def with_identity(data_dir):
    sample = read_fcs(data_dir / "b_all_mrd_labelled" / "494.fcs", events=slice(0, None, 4))
    identity = replace(sample.spillover, matrix=np.eye(len(sample.spillover.detectors)))
    return replace(sample, spillover=identity, compensated=True)


def test_a_person_who_says_no_is_believed(data_dir):
    sample = _uncompensated(with_identity(data_dir))
    assert (sample.compensated, sample.spillover) == (False, None)


@pytest.mark.parametrize("said", [None, False])
def test_uncompensated_events_behind_an_identity_matrix_confirm_and_exclude_nothing(
    data_dir, tmp_path, said
):
    raw = replace(with_identity(data_dir), compensated=False)
    path = write_sample(raw, tmp_path / "raw.fcs")
    rows = {path.resolve(): ManifestRow(already_compensated=said, known_bcp_all=True)}
    run = classify_files([path], Options(manifest=rows))
    assert run.specimens[0].verdict.verdict in {"SUSPICIOUS", "INDETERMINATE"}
    assert "COMP_MATRIX_MISSING" in run.specimens[0].verdict.reasons


def test_a_table_of_flowpheno_is_read_like_its_file(data_dir, tmp_path):
    sample = read_fcs(data_dir / "b_all_mrd_labelled" / "494.fcs", events=slice(500))
    again = read_sample(write_sample(sample, tmp_path / "t.parquet"))
    np.testing.assert_array_equal(again.events, sample.events)
    assert (again.markers, again.compensated) == (sample.markers, sample.compensated)
    copy = write_sample(sample, tmp_path / "t.fcs")
    np.testing.assert_array_equal(read_sample(copy).events, sample.events)
