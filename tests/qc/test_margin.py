"""Margins: what is left out says nothing, what is bright stays."""

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.finding import ReasonCode, Severity
from flowpheno.qc.margin import check_margins
from flowpheno.sample import Scale

FULL = 262_143.0
N = 2000


def _scatter(seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(80_000, 10_000, N), rng.normal(30_000, 5000, N)


def _tube(qc_tube, marker="CD19", n_full=0, n_bright=0):
    fsc, ssc = _scatter()
    light = np.random.default_rng(2).normal(100, 30, N)
    light[:n_full] = FULL
    light[n_full : n_full + n_bright] = 0.8 * FULL
    return qc_tube(columns={"FSC-A": fsc, "SSC-A": ssc, marker: light})


def _warnings(step):
    return [f.code for f in step.findings if f.severity is Severity.WARNING]


def test_a_clean_tube_is_kept_in_silence(qc_tube, qc_limits):
    step = check_margins(_tube(qc_tube), qc_limits.margin)
    assert step.keep.all()
    assert step.findings == ()


def test_sporadic_saturation_of_fluorescence_is_left_out_and_counted(qc_tube, qc_limits):
    step = check_margins(_tube(qc_tube, "CD44", n_full=5), qc_limits.margin)
    assert np.count_nonzero(~step.keep) == 5
    assert [f.message for f in step.findings] == [
        "CD44: 5 events (0.25 %) at full scale, left out"
    ]


@pytest.mark.parametrize("marker", ["CD10", "CD19", "CD34"])
@pytest.mark.parametrize("n_full", [1, 5, 800])
def test_a_bright_precursor_is_never_left_out(qc_tube, qc_limits, marker, n_full):
    step = check_margins(_tube(qc_tube, marker, n_full=n_full), qc_limits.margin)
    assert step.keep.all()


@pytest.mark.parametrize(("n_full", "n_bright"), [(5, 5), (5, 50), (400, 0)])
def test_the_end_of_a_bright_population_and_a_whole_one_are_kept(
    qc_tube, qc_limits, n_full, n_bright
):
    step = check_margins(
        _tube(qc_tube, "CD44", n_full=n_full, n_bright=n_bright), qc_limits.margin
    )
    assert step.keep.all()


def test_many_saturated_events_are_a_warning(qc_tube, qc_limits):
    step = check_margins(_tube(qc_tube, "CD10", n_full=100), qc_limits.margin)
    assert _warnings(step) == [ReasonCode.MARGIN_EXCESS]
    assert "5.0 % of events saturate CD10" in step.findings[-1].message


@pytest.mark.parametrize("scatter", ["FSC-A", "SSC-A"])
def test_one_saturated_scatter_is_kept_and_counted(qc_tube, qc_limits, scatter):
    columns = dict(zip(("FSC-A", "SSC-A"), _scatter(), strict=True))
    columns[scatter][:450] = FULL
    step = check_margins(qc_tube(columns=columns), qc_limits.margin)
    assert step.keep.all()
    assert [f.severity for f in step.findings] == [Severity.NOTE]
    assert "450 events (22.50 %)" in step.findings[0].message


def test_both_scatters_saturated_are_kept_and_counted(qc_tube, qc_limits):
    fsc, ssc = _scatter()
    fsc[:40], ssc[20:400] = FULL, FULL
    step = check_margins(qc_tube(columns={"FSC-A": fsc, "SSC-A": ssc}), qc_limits.margin)
    assert step.keep.all()
    assert [f.severity for f in step.findings] == [Severity.NOTE, Severity.NOTE]


@pytest.mark.parametrize("scale", list(Scale))
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_left_out_and_said(qc_tube, qc_limits, bad, scale):
    fsc, ssc = _scatter()
    fsc[3], ssc[7] = bad, bad
    tube = replace(qc_tube(columns={"FSC-A": fsc, "SSC-A": ssc}), scale=scale)
    step = check_margins(tube, qc_limits.margin)
    np.testing.assert_array_equal(np.flatnonzero(~step.keep), [3, 7])
    assert _warnings(step) == [ReasonCode.FCS_REPAIRED]
    assert "2 events (0.10 %)" in step.findings[0].message


def test_a_relative_scale_has_no_range(qc_tube, qc_limits):
    tube = qc_tube(top=1.0, columns={"CD44": np.ones(50)})
    step = check_margins(replace(tube, scale=Scale.RELATIVE), qc_limits.margin)
    assert step.keep.all()
    assert step.findings == ()
