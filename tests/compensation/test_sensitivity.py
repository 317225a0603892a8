"""What an error of a coefficient does, against compensation from the start by a changed matrix."""

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.compensation import (
    changed_weights,
    coefficient_effects,
    compensate,
    hidden_light,
    matrix_columns,
)
from flowpheno.errors import CompensationError
from flowpheno.marker import Marker

TRUE = np.array([[20_000.0, 500.0, 100.0]] * 3 + [[100.0, 300.0, 50_000.0]] * 2)


@pytest.fixture
def compensated(dyed_tube, spillover):
    return compensate(dyed_tube(TRUE @ spillover.matrix, spillover=spillover))


def test_effects_are_those_of_another_matrix(compensated, dyed_tube, spillover):
    everyone = np.ones(5, bool)
    effects = coefficient_effects(compensated, everyone, "PE-A", change=0.1)
    assert [(e.emitter, e.coefficient) for e in effects] == [("FITC-A", 0.2), ("APC-A", 0.02)]
    for effect in effects:
        medians = [effect.median]
        for factor in (0.9, 1.1):
            matrix = spillover.matrix.copy()
            row = spillover.detectors.index(effect.emitter)
            matrix[row, 1] *= factor
            raw = dyed_tube(TRUE @ spillover.matrix)
            again = compensate(raw, replace(spillover, matrix=matrix))
            medians.append(float(np.median(again.events[:, 2])))
        assert (effect.low, effect.high) == pytest.approx((min(medians), max(medians)), abs=0.1)
    # 10 % of 0.2 of 20,000
    assert effects[0].high - effects[0].low == pytest.approx(800, rel=0.05)


def test_all_rows_change_unless_some_are_named(spillover):
    all_of_them = changed_weights(spillover, "PE-A", 0.1)
    named = changed_weights(spillover, "PE-A", 0.1, emitters=("FITC-A", "APC-A"))
    np.testing.assert_array_equal(all_of_them, named)
    unchanged = changed_weights(spillover, "PE-A", 0.1, emitters=())
    np.testing.assert_allclose(unchanged, [0, 1, 0], atol=1e-15)


def test_a_change_that_makes_the_matrix_singular_is_refused(spillover):
    matrix = np.array([[1.0, 0.5, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    with pytest.raises(CompensationError, match=r"singular .* into PE-A changed by \+100%"):
        changed_weights(replace(spillover, matrix=matrix), "PE-A", 1.0)


def test_without_events_there_are_no_medians(compensated):
    (first, _) = coefficient_effects(compensated, np.zeros(5, bool), "PE-A", change=0.1)
    assert np.isnan([first.median, first.low, first.high]).all()


def test_events_that_are_not_finite_do_not_count(compensated):
    events = compensated.events.copy()
    events[0, 1] = np.nan
    (effect, _) = coefficient_effects(
        replace(compensated, events=events), np.ones(5, bool), "PE-A", change=0.1
    )
    assert np.isfinite([effect.median, effect.low, effect.high]).all()


def test_without_a_matrix_there_is_no_effect(dyed_tube, compensated, spillover):
    everyone = np.ones(5, bool)
    for tube, detector in (
        (dyed_tube(TRUE), "PE-A"),
        (dyed_tube(TRUE, spillover=spillover), "PE-A"),  # not compensated yet
        (compensated, "FSC-A"),
    ):
        assert coefficient_effects(tube, everyone, detector, change=0.1) == ()


@pytest.mark.parametrize("excess", [0.5, 1.0, 3.0])
def test_hidden_light_is_what_a_wider_range_would_have_shown(dyed_tube, spillover, excess):
    """Events whose first dye is just so much too bright: compensated in full, and cut off."""
    matrix = spillover.matrix
    limit = float(dyed_tube(TRUE).channels[1].range)
    true = np.array([[0.0, 500.0, 100.0], [0.0, 9000.0, 4000.0], [2000.0, 300.0, 50_000.0]])
    for row in true[:2]:  # so that all that reaches the detector is (1 + excess) times the range
        row[0] = ((1 + excess) * limit - row[1:] @ matrix[1:, 0]) / matrix[0, 0]
    cut_off = np.minimum(true @ matrix, limit)
    sample = compensate(dyed_tube(cut_off, spillover=spillover))
    light = sample.events[:, matrix_columns(sample, sample.spillover)]
    for at, (detector, marker) in enumerate([("PE-A", "CD10"), ("APC-A", "CD19")], start=1):
        hidden = hidden_light(sample, light, detector, excess=excess)
        found = sample.events[:, sample.column(Marker(marker))] + hidden
        np.testing.assert_allclose(found, true[:, at], rtol=1e-3, atol=0.5)
        assert hidden[2] == 0
    assert (
        hidden_light(sample, light, "FITC-A", excess=excess) is None
    )  # its own light is no spill
    assert hidden_light(sample, light[2:], "PE-A", excess=excess) is None


def test_hidden_light_needs_a_matrix(dyed_tube, compensated):
    with pytest.raises(KeyError, match="knows PE-A"):
        hidden_light(dyed_tube(TRUE), TRUE, "PE-A", excess=1.0)
    with pytest.raises(KeyError, match="knows V450-A"):
        hidden_light(compensated, TRUE, "V450-A", excess=1.0)
