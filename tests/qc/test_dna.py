"""A DNA dye: every cell has DNA, whatever its ploidy; debris has none."""

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.qc.dna import check_dna
from flowpheno.sample import Scale

RNG = np.random.default_rng(5)
CELL, DEBRIS = 10**4.5, 150.0


def _dna(n, index=1.0, sd=0.04):
    return index * CELL * 10 ** RNG.normal(0, sd, n)


def _tube(qc_tube, *parts, n_debris=0, gain=1.0):
    light = np.concatenate([*parts, RNG.normal(0, DEBRIS, n_debris)])
    n_cells = len(light) - n_debris
    size = np.append(RNG.normal(60_000, 6000, n_cells), RNG.normal(14_000, 4000, n_debris))
    tube = qc_tube(columns={"FSC-A": size, "SYTO": gain * light})
    return tube, np.arange(len(light)) < n_cells


def _keep(tube, qc_limits):
    return check_dna(tube, np.ones(tube.n_events, bool), qc_limits.dna).keep


@pytest.mark.parametrize("gain", [0.2, 1.0, 5.0])
@pytest.mark.parametrize("n_debris", [100, 1000, 12_000])
def test_debris_goes_even_where_it_prevails(qc_tube, qc_limits, gain, n_debris):
    tube, is_cell = _tube(qc_tube, _dna(4000), n_debris=n_debris, gain=gain)
    keep = _keep(tube, qc_limits)
    assert keep[is_cell].mean() > 0.999
    assert keep[~is_cell].mean() < 0.01


@pytest.mark.parametrize("dividing", [0.15, 0.6])
@pytest.mark.parametrize("index", [1.0, 1.2, 0.85])
def test_ploidy_and_division_do_not_matter(qc_tube, qc_limits, index, dividing):
    n_double = int(4000 * dividing)
    parts = (_dna(2000), _dna(4000 - n_double, index), _dna(n_double, 2 * index))
    tube, is_cell = _tube(qc_tube, *parts, n_debris=300)
    keep = _keep(tube, qc_limits)
    assert keep[is_cell].mean() > 0.999
    assert keep[~is_cell].mean() < 0.01


def test_a_bright_minority_of_equal_size_takes_nothing_away(qc_tube, qc_limits):
    tube, is_cell = _tube(qc_tube, _dna(4000), _dna(1000, 10))
    assert _keep(tube, qc_limits)[is_cell].mean() > 0.999


@pytest.mark.parametrize(
    ("columns", "scale", "why"),
    [
        ({"CD19": [1.0]}, Scale.LINEAR, "no DNA dye in the tube"),
        ({"SYTO": []}, Scale.LINEAR, "no events"),
        ({"SYTO": [np.nan]}, Scale.LINEAR, "no events"),
        ({"SYTO": [0.5]}, Scale.RELATIVE, "relative scale"),
    ],
)
def test_what_cannot_be_judged_is_kept_and_said(qc_tube, qc_limits, columns, scale, why):
    tube = replace(qc_tube(columns=columns), scale=scale)
    step = check_dna(tube, np.ones(tube.n_events, bool), qc_limits.dna)
    assert step.keep.all()
    assert why in step.note
