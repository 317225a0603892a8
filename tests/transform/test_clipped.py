"""A scale that ends."""

import math

import numpy as np
import pytest

from flowpheno.errors import TransformError
from flowpheno.transform import Asinh, Biex, Clipped, Log, decade_ticks


def test_what_lies_beyond_an_end_is_placed_on_it():
    scale = Clipped(Biex())
    placed = scale.apply(np.array([-1e9, -1e3, 0.0, 1e3, 262_144.0, 1e9, np.nan, np.inf]))
    inner = Biex().apply(np.array([0.0, 1e3]))
    assert placed[[0, 5, 7]].tolist() == [0.0, 1.0, 1.0]
    np.testing.assert_array_equal(placed[2:4], inner)
    assert np.isnan(placed[6])


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_a_logarithm_without_a_place_for_zero_gives_its_end(kind):
    scale = Clipped(Log(1e4, 4.0), 0.0, math.inf)
    placed = scale.apply(np.array([-5, 0, 0.5, 1, 10, 1e6], kind))
    assert placed.dtype == kind
    np.testing.assert_allclose(placed, [0, 0, 0, 0, 0.25, 1.5], atol=1e-6)


def test_between_the_ends_it_is_undone():
    positions = np.linspace(0.1, 0.9, 9)
    scale = Clipped(Asinh(5))
    np.testing.assert_allclose(scale.apply(scale.invert(positions)), positions)


def test_ends_must_ascend():
    with pytest.raises(TransformError, match=r"clipped: 1\.0 is not below 0\.0"):
        Clipped(Asinh(), 1.0, 0.0)


def test_a_logarithmic_axis_has_decades_and_no_zero():
    ticks = decade_ticks(Log(1e4, 4.0), 1.0, 1e4)
    assert ticks.labels == ("10⁰", "10¹", "10²", "10³", "10⁴")
    np.testing.assert_allclose(ticks.major, [0, 0.25, 0.5, 0.75, 1])
    assert np.isfinite(ticks.minor).all()
