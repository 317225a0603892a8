"""Ticks: decades at their places, ascending, without a crowd about zero."""

import numpy as np
import pytest

from flowpheno.transform import Asinh, Linear, Logicle, decade_ticks

AXES = [
    (Logicle(), -1000, 262_144),
    (Logicle(W=1.2), -5000, 262_144),
    (Asinh(150), -500, 262_144),
    (Asinh(150), -30_000, 262_144),
    (Asinh(0.6), -2, 1023),
    (Asinh(5), 0, 10_000),
    (Linear(262_144), 0, 262_144),
]


def test_a_logicle_axis_shows_its_decades():
    ticks = decade_ticks(Logicle(), -1000, 262_144)
    assert ticks.labels == ("−10³", "−10²", "0", "10²", "10³", "10⁴", "10⁵")  # noqa: RUF001 - a minus
    expected = Logicle().apply(np.array([-1e3, -1e2, 0, 1e2, 1e3, 1e4, 1e5]))
    np.testing.assert_allclose(ticks.major, expected)


@pytest.mark.parametrize(("scale", "low", "high"), AXES, ids=repr)
def test_ticks_lie_within_the_axis_ascend_and_do_not_crowd(scale, low, high):
    ticks = decade_ticks(scale, low, high)
    ends = scale.apply(np.array([low, high], float))
    width = ends[1] - ends[0]
    assert len(ticks.labels) == len(ticks.major)
    assert "0" in ticks.labels
    for places in (ticks.major, ticks.minor):
        assert (np.diff(places) > 0).all()
        assert ends[0] <= min(places) <= max(places) <= ends[1]
    assert np.diff(ticks.major).min() >= 0.044 * width
    zero = ticks.major[ticks.labels.index("0")]
    assert np.abs(np.array(ticks.minor) - zero).min() >= 0.044 * width


def test_minor_ticks_are_the_multiples_of_the_decades():
    ticks = decade_ticks(Asinh(5), 0, 10_000)
    values = Asinh(5).invert(np.array(ticks.minor))
    np.testing.assert_allclose(values[:9], [20, 30, 40, 50, 60, 70, 80, 90, 200])


@pytest.mark.parametrize(("low", "high"), [(0, 0), (0.0, 0.5), (-3, -2)])
def test_a_small_axis_is_no_problem(low, high):
    ticks = decade_ticks(Asinh(150), low, high)
    assert set(ticks.labels) <= {"0"}
