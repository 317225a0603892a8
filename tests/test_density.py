"""Modes and valleys of densities whose shape is known."""

import numpy as np
import pytest

from flowpheno.density import Density, density


def _mixture(*modes, seed=0):
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.normal(mean, sd, n) for mean, sd, n in modes])


def test_two_modes_and_the_valley_between_them_are_found():
    curve = density(_mixture((0, 0.2, 5000), (2, 0.2, 2000)), bandwidth=0.1)
    np.testing.assert_allclose(curve.modes(), [0, 2], atol=0.1)
    valley = curve.valley_above(0.0)
    assert valley is not None
    assert valley.position == pytest.approx(1.0, abs=0.3)
    assert valley.depth < 0.05


def test_a_wide_gap_is_cut_in_its_middle():
    curve = density(_mixture((0, 0.1, 5000), (4, 0.1, 5000)), bandwidth=0.05)
    assert curve.valley_above(0.0).position == pytest.approx(2.0, abs=0.3)


def test_a_shallow_valley_says_so():
    curve = density(_mixture((0, 0.5, 20_000), (1.4, 0.5, 20_000)), bandwidth=0.1)
    assert 0.5 < curve.valley_above(0.0).depth < 1.0


def test_one_mode_has_no_valley():
    curve = density(_mixture((0, 0.3, 50_000)), bandwidth=0.15)
    assert len(curve.modes()) == 1
    assert curve.valley_above(0.0) is None


def test_above_the_last_mode_there_is_no_valley():
    curve = density(_mixture((0, 0.2, 5000), (2, 0.2, 2000)), bandwidth=0.1)
    assert curve.valley_above(2.1) is None
    assert curve.valley_above(99.0) is None


def test_the_area_is_the_number_of_events():
    values = _mixture((0, 0.2, 3000), (2, 0.4, 1000))
    assert density(values, bandwidth=0.1).height.sum() == pytest.approx(4000, rel=0.01)


def test_order_shift_and_unit_do_not_matter():
    values = _mixture((0, 0.2, 3000), (2, 0.4, 1000))
    curve = density(values, bandwidth=0.1)
    np.testing.assert_array_equal(density(values[::-1], bandwidth=0.1).height, curve.height)
    moved = density(10 * values + 5, bandwidth=1.0)
    np.testing.assert_allclose(moved.modes(), 10 * curve.modes() + 5, atol=0.2)


@pytest.mark.parametrize("values", [[], [np.nan, np.inf, -np.inf]])
def test_no_values_have_no_modes(values):
    curve = density(np.array(values), bandwidth=0.1)
    assert curve.modes().size == 0
    assert curve.valley_above(0.0) is None
    assert (curve.height == 0).all()


@pytest.mark.parametrize("values", [[3.0], [3.0] * 1000, [3.0] * 10 + [np.nan]])
def test_equal_values_have_one_mode(values):
    curve = density(np.array(values, np.float32), bandwidth=0.1)
    np.testing.assert_allclose(curve.modes(), [3.0], atol=0.02)


def test_huge_values_do_no_harm():
    curve = density(np.array([-1e30, 0.0, 1e30], np.float32), bandwidth=0.1)
    assert isinstance(curve, Density)
    assert np.isfinite(curve.height).all()
