"""Saturation is found at the range, and at a pile-up where the range says nothing."""

import numpy as np
import pytest

from flowpheno.qc.saturation import saturated

CELLS = np.random.default_rng(1).normal(60_000, 20_000, 5000).astype(np.float32)


def _with_full(n, top):
    return np.append(CELLS, np.full(n, top, np.float32))


@pytest.mark.parametrize("top", [262_143.0, 262_144.0])
def test_values_at_the_range_are_saturated(top):
    np.testing.assert_array_equal(
        np.flatnonzero(saturated(_with_full(3, top), 262_144.0)), [5000, 5001, 5002]
    )


def test_cells_below_the_range_are_not():
    assert not saturated(CELLS, 262_144.0).any()


@pytest.mark.parametrize("factor", [0.2, 5.0])
def test_rescaled_values_are_saturated_where_they_pile_up(factor):
    values = _with_full(200, 262_143.0) * np.float32(factor)
    assert np.count_nonzero(saturated(values, 262_144.0)) == 200


def test_ten_bit_integers_are_saturated_at_the_last_channel():
    values = np.array([0, 500, 1022, 1023], np.float32)
    np.testing.assert_array_equal(saturated(values, 1024.0), [False, False, False, True])


@pytest.mark.parametrize("values", [[], [0.0, 0.0], [-5.0], [np.nan, np.inf]])
def test_nothing_is_saturated_without_light(values):
    assert not saturated(np.array(values, np.float32), 262_144.0).any()


def test_values_that_are_not_finite_do_not_hide_saturation():
    values = np.append(_with_full(2, 262_143.0), np.float32([np.nan, np.inf]))
    assert np.count_nonzero(saturated(values, 262_144.0)) == 2
