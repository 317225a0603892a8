"""A real marrow against itself: two halves, and halves with shifts put in before compensation."""

from __future__ import annotations

import csv
import dataclasses

import numpy as np
import pytest

import flowpheno as fp
from flowpheno.comparison import Fate, ShiftCall, Stability, compare, profile
from flowpheno.marker import Marker
from flowpheno.panel.comparison import load_comparison_limits
from flowpheno.phenotype import Phenotype
from flowpheno.reading.list_mode import read_fcs

LIMITS = load_comparison_limits()
STATED = {Marker("CD10"): -1.2, Marker("CD34"): 0.5, Marker("CD20"): -0.5, Marker("CD38"): 0.6}


@pytest.fixture(scope="module")
def marrow(data_dir):
    """Sample as recorded, its blasts, and its lymphocytes (mature B cells by the expert)."""
    folder = data_dir / "b_all_mrd_labelled"
    sample = read_fcs(folder / "494.fcs")
    with (folder / "494_labels.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    blasts = np.array([row["blast"] in {"1", "True", "1.0"} for row in rows])
    mature = np.array([row["cd20"] in {"1", "True", "1.0"} for row in rows]) & ~blasts
    assert blasts.sum() == 34_174
    return sample, blasts, mature


def spill(sample):
    """Columns of the spillover matrix, and the matrix."""
    names = [channel.detector for channel in sample.channels]
    return [names.index(detector) for detector in sample.spillover.detectors], (
        sample.spillover.matrix
    )


def compensated(sample):
    columns, matrix = spill(sample)
    events = sample.events.astype(np.float64)
    events[:, columns] = np.linalg.solve(matrix.T, events[:, columns].T).T
    return dataclasses.replace(sample, events=events.astype(np.float32), compensated=True)


def shifted(sample, blasts, shifts):
    """Multiply markers of the blasts before they spill, as a stain would."""
    columns, matrix = spill(sample)
    pure = compensated(sample).events.astype(np.float64)
    for marker, delta in shifts.items():
        column = sample.column(marker)
        pure[blasts, column] *= 10**delta
    events = sample.events.astype(np.float64)
    events[:, columns] = pure[:, columns] @ matrix
    return dataclasses.replace(sample, events=events.astype(np.float32))


def halves(blasts, seed):
    chosen = np.random.default_rng(seed).random(blasts.size) < 0.5
    return blasts & chosen, blasts & ~chosen


def profiled(sample, blasts, mature):
    phenotype = Phenotype(population="blasts", calls={})
    return profile(compensated(sample), blasts, lymphocytes=mature, phenotype=phenotype)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_two_random_halves_are_stable_in_every_marker(marrow, seed):
    sample, blasts, mature = marrow
    one, other = (profiled(sample, half, mature) for half in halves(blasts, seed))
    comparison = compare(one, other, LIMITS, rng=np.random.default_rng(seed))
    assert {shift.call for shift in comparison.shifts} == {ShiftCall.STABLE}
    assert comparison.verdict is Stability.PHENOTYPE_STABLE
    assert max(abs(shift.delta_log10) for shift in comparison.shifts) < 0.03


def test_every_stated_shift_is_found_and_no_other(marrow):
    sample, blasts, mature = marrow
    earlier, later = halves(blasts, 4)
    relapse = profiled(shifted(sample, later, STATED), later, mature)
    comparison = compare(
        profiled(sample, earlier, mature), relapse, LIMITS, rng=np.random.default_rng(4)
    )
    found = {s.marker: s for s in comparison.shifts if s.call is not ShiftCall.STABLE}
    assert found.keys() == STATED.keys()
    assert found[Marker("CD10")].call is ShiftCall.MARKED_DOWN
    assert found[Marker("CD34")].call is ShiftCall.UP
    assert found[Marker("CD20")].call is ShiftCall.DOWN
    assert found[Marker("CD38")].call is ShiftCall.UP
    for marker, shift in found.items():
        assert shift.delta_log10 == pytest.approx(STATED[marker], abs=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("stated", [{}, STATED], ids=["halves", "stated shifts"])
def test_the_whole_chain_finds_what_was_stated_in_the_other_half(marrow, stated):
    sample, blasts, _ = marrow
    chosen = np.random.default_rng(1).random(blasts.size) < 0.5
    treated = shifted(sample, blasts, stated) if stated else sample
    earlier, later = (
        dataclasses.replace(whole, events=whole.events[half], name=name)
        for whole, half, name in ((sample, chosen, "first"), (treated, ~chosen, "second"))
    )
    comparison = fp.compare(earlier, later, known_bcp_all=True)
    found = {s.marker: s.delta_log10 for s in comparison.shifts if s.call is not ShiftCall.STABLE}
    assert found == pytest.approx(stated, abs=0.06)
    assert comparison.verdict is (Stability.SHIFTED if stated else Stability.PHENOTYPE_STABLE)
    assert {part.fate for part in comparison.structure.subpopulations} <= {Fate.KEPT}
