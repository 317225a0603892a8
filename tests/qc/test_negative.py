"""Far below zero: lone events go, what a bright dye explains and whole populations stay."""

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.finding import ReasonCode
from flowpheno.qc.negative import check_negative
from flowpheno.sample import Scale

N = 5000


def _tube(qc_tube, n_deep=0, depth=-5000.0, bright=0.0):
    rng = np.random.default_rng(4)
    columns = {name: rng.normal(0, 100, N) for name in ("CD19", "CD10", "CD45")}
    columns["CD19"][:n_deep] = depth
    columns["CD10"][:n_deep] += bright
    return qc_tube(columns=columns)


def _step(tube, qc_limits):
    return check_negative(tube, np.ones(tube.n_events, bool), qc_limits.negative)


def test_a_clean_tube_is_kept_in_silence(qc_tube, qc_limits):
    step = _step(_tube(qc_tube), qc_limits)
    assert step.keep.all()
    assert step.findings == ()


def test_lone_events_go_and_are_counted(qc_tube, qc_limits):
    step = _step(_tube(qc_tube, n_deep=10), qc_limits)
    np.testing.assert_array_equal(np.flatnonzero(~step.keep), np.arange(10))
    assert ["10 events far below zero, 10 left out" in f.message for f in step.findings] == [True]


@pytest.mark.parametrize(("bright", "kept"), [(11_000.0, True), (9_000.0, False)])
def test_a_bright_cell_badly_compensated_stays(qc_tube, qc_limits, bright, kept):
    step = _step(_tube(qc_tube, n_deep=10, bright=bright), qc_limits)
    assert step.keep[:10].all() == kept
    assert step.keep[10:].all()


def test_a_population_stays_and_puts_the_matrix_in_doubt(qc_tube, qc_limits):
    step = _step(_tube(qc_tube, n_deep=100), qc_limits)
    assert step.keep.all()
    assert ["compensation is in doubt" in f.message for f in step.findings] == [True]


@pytest.mark.parametrize("depth", [-900.0, -1200.0])
def test_noise_is_not_far(qc_tube, qc_limits, depth):
    assert _step(_tube(qc_tube, n_deep=3, depth=depth), qc_limits).keep.all()


@pytest.mark.parametrize(
    ("columns", "scale", "why"),
    [
        ({"CD19": []}, Scale.LINEAR, "no events"),
        ({"FSC-A": [1.0]}, Scale.LINEAR, "no fluorescence"),
        ({"CD19": [-1.0]}, Scale.RELATIVE, "no fluorescence on a linear scale"),
    ],
)
def test_what_cannot_be_judged_is_kept_and_said(qc_tube, qc_limits, columns, scale, why):
    step = _step(replace(qc_tube(columns=columns), scale=scale), qc_limits)
    assert step.keep.all()
    assert why in step.note
    assert [f.code for f in step.findings] == [ReasonCode.QC_STEP_NOT_POSSIBLE]


def test_dyes_are_not_judged(qc_tube, qc_limits):
    step = _step(qc_tube(columns={"SYTO": np.full(50, -1e5), "CD19": np.zeros(50)}), qc_limits)
    assert step.keep.all()
    assert step.findings == ()
