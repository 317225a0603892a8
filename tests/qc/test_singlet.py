"""Singlets: two cells in one pulse go, large and small cells stay."""

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.finding import ReasonCode
from flowpheno.qc.singlet import check_singlets
from flowpheno.sample import Scale

N, PAIRS = 4000, 200


def _pulses(seed=0, n_pairs=PAIRS):
    """Areas and height-to-area ratios of single cells of two sizes, then of pairs."""
    rng = np.random.default_rng(seed)
    size = np.where(rng.random(N + n_pairs) < 0.5, 42_000, 105_000) * rng.lognormal(
        0, 0.1, N + n_pairs
    )
    pair = np.arange(N + n_pairs) >= N
    ratio = np.where(pair, 0.6, 0.93) + rng.normal(0, 0.02, N + n_pairs)
    return np.where(pair, 2 * size, size), ratio, pair


@pytest.mark.parametrize("by", ["FSC-H", "FSC-W", "both"])
@pytest.mark.parametrize("gain", [0.2, 1.0])
def test_pairs_go_and_cells_of_any_size_stay(qc_tube, qc_limits, by, gain):
    area, ratio, pair = _pulses()
    columns = {"FSC-A": gain * area}
    if by != "FSC-W":
        columns["FSC-H"] = gain * area * ratio
    if by != "FSC-H":
        columns["FSC-W"] = 60_000 / ratio
    step = check_singlets(qc_tube(columns=columns), np.ones(len(area), bool), qc_limits.singlet)
    assert step.keep[~pair].mean() > 0.999
    assert step.keep[pair].mean() < 0.01


def test_many_pairs_are_a_warning(qc_tube, qc_limits):
    area, ratio, pair = _pulses(n_pairs=1000)
    tube = qc_tube(columns={"FSC-A": area, "FSC-H": area * ratio})
    step = check_singlets(tube, np.ones(len(area), bool), qc_limits.singlet)
    assert step.keep[pair].mean() < 0.01
    assert [f.code for f in step.findings] == [ReasonCode.DOUBLET_EXCESS]
    assert step.findings[0].value == pytest.approx(20.0, abs=0.1)


def test_a_saturated_area_is_not_judged_by_its_height(qc_tube, qc_limits):
    area, ratio, _ = _pulses(n_pairs=0)
    height = area * ratio
    area[:50], height[:50] = 262_143, 150_000
    tube = qc_tube(columns={"FSC-A": area, "FSC-H": height})
    assert check_singlets(tube, np.ones(N, bool), qc_limits.singlet).keep[:50].all()


def test_only_cells_of_the_parent_shape_the_border(qc_tube, qc_limits):
    area, ratio, pair = _pulses(n_pairs=6000)
    tube = qc_tube(columns={"FSC-A": area, "FSC-H": area * ratio})
    step = check_singlets(tube, ~pair, qc_limits.singlet)
    assert step.keep[pair].mean() < 0.01


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({"SSC-A": [1.0, 2.0]}, "no forward scatter area"),
        ({"FSC-A": [1.0, 2.0]}, "neither height nor width"),
        ({"FSC-A": [], "FSC-H": []}, "no events"),
    ],
)
def test_what_cannot_be_judged_is_kept_and_said(qc_tube, qc_limits, columns, why):
    tube = qc_tube(columns=columns)
    step = check_singlets(tube, np.ones(tube.n_events, bool), qc_limits.singlet)
    assert step.keep.all()
    assert why in step.note
    assert [f.code for f in step.findings] == [ReasonCode.QC_STEP_NOT_POSSIBLE]


def test_a_relative_scale_is_kept(qc_tube, qc_limits):
    tube = replace(
        qc_tube(columns={"FSC-A": [0.1, 0.2], "FSC-H": [0.3, 0.1]}), scale=Scale.RELATIVE
    )
    assert "relative scale" in check_singlets(tube, np.ones(2, bool), qc_limits.singlet).note


@pytest.mark.parametrize("value", [0.0, -5.0, 1000.0, np.nan, np.inf])
@pytest.mark.parametrize("n", [1, 30])
def test_equal_and_impossible_pulses_are_kept(qc_tube, qc_limits, value, n):
    values = np.full(n, value)
    tube = qc_tube(columns={"FSC-A": values, "FSC-H": values, "FSC-W": values})
    assert check_singlets(tube, np.ones(n, bool), qc_limits.singlet).keep.all()


@pytest.mark.parametrize("by", ["FSC-H", "FSC-W", "both"])
def test_pairs_side_by_side_are_seen_best_by_both(qc_tube, qc_limits, by):
    rng = np.random.default_rng(8)
    area, ratio, pair = _pulses()
    ratio[pair] = rng.uniform(0.6, 0.95, PAIRS)  # from behind each other to beside each other
    columns = {"FSC-A": area}
    if by != "FSC-W":
        columns["FSC-H"] = area * ratio
    if by != "FSC-H":
        columns["FSC-W"] = 60_000 / (ratio + rng.normal(0, 0.02, len(area)))
    step = check_singlets(qc_tube(columns=columns), np.ones(len(area), bool), qc_limits.singlet)
    assert step.keep[~pair].mean() > 0.99
    assert step.keep[pair].mean() < {"FSC-H": 0.35, "FSC-W": 0.4, "both": 0.35}[by]
