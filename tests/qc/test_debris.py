"""Debris goes where it shows; small cells never do."""

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.qc.debris import check_debris
from flowpheno.sample import Scale

SIZES = {
    "debris": (14_000, 0.2),
    "erythroid": (42_000, 0.18),
    "blast": (62_000, 0.1),
    "gran": (100_000, 0.1),
}


def _tube(qc_tube, gain=1.0, **counts):
    rng = np.random.default_rng(4)
    kinds = np.repeat(list(counts), list(counts.values()))
    size = np.concatenate(
        [SIZES[kind][0] * rng.lognormal(0, SIZES[kind][1], n) for kind, n in counts.items()]
    )
    return qc_tube(top=262_144 * gain, columns={"FSC-A": gain * size}), kinds


@pytest.mark.parametrize("gain", [0.2, 1.0, 5.0])
@pytest.mark.parametrize("debris", [300, 3000, 30_000])
def test_debris_goes_and_small_cells_stay(qc_tube, qc_limits, gain, debris):
    tube, kinds = _tube(qc_tube, gain, debris=debris, erythroid=1500, blast=6000, gran=3000)
    step = check_debris(tube, np.ones(len(kinds), bool), qc_limits.debris, nucleated=False)
    assert step.keep[kinds == "debris"].mean() < 0.03
    assert step.keep[kinds == "erythroid"].mean() > 0.98
    assert step.keep[kinds == "blast"].all()


@pytest.mark.parametrize(
    "counts",
    [
        {"erythroid": 3000, "gran": 7000},
        {"erythroid": 300, "gran": 9700},
        {"erythroid": 200, "blast": 9800},
        {"blast": 100, "gran": 9900},
        {"erythroid": 5000},
    ],
    ids=str,
)
def test_without_debris_no_cell_is_taken_for_it(qc_tube, qc_limits, counts):
    tube, kinds = _tube(qc_tube, **counts)
    step = check_debris(tube, np.ones(len(kinds), bool), qc_limits.debris, nucleated=False)
    assert step.keep.mean() > 0.999


def test_after_a_dna_dye_only_the_smallest_go(qc_tube, qc_limits):
    tube, kinds = _tube(qc_tube, debris=300, erythroid=6000)
    step = check_debris(tube, np.ones(len(kinds), bool), qc_limits.debris, nucleated=True)
    size = tube.events[:, 0]
    border = 0.25 * np.percentile(size, qc_limits.debris.small_quantile)
    np.testing.assert_array_equal(step.keep, size > border)


@pytest.mark.parametrize(
    ("columns", "scale", "why"),
    [
        ({"SSC-A": [1.0]}, Scale.LINEAR, "no forward scatter"),
        ({"FSC-A": []}, Scale.LINEAR, "no events"),
        ({"FSC-A": [0.5]}, Scale.RELATIVE, "relative scale"),
        ({"FSC-A": [0.0, -4.0]}, Scale.LINEAR, "no event within the range"),
        ({"FSC-A": [np.nan, np.inf]}, Scale.LINEAR, "no event within the range"),
        ({"FSC-A": [262_143.0] * 20}, Scale.LINEAR, "no event within the range"),
    ],
)
def test_what_cannot_be_judged_is_kept_and_said(qc_tube, qc_limits, columns, scale, why):
    tube = replace(qc_tube(columns=columns), scale=scale)
    parent = np.ones(tube.n_events, bool)
    step = check_debris(tube, parent, qc_limits.debris, nucleated=False)
    assert step.keep.all()
    assert why in step.note


@pytest.mark.parametrize("n", [1, 30])
def test_equal_sizes_are_kept(qc_tube, qc_limits, n):
    tube = qc_tube(columns={"FSC-A": np.full(n, 5e4)})
    assert check_debris(tube, np.ones(n, bool), qc_limits.debris, nucleated=False).keep.all()
