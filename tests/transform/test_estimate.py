"""Logicle parameters from data."""

import math

import numpy as np
import pytest

from flowpheno.errors import TransformError
from flowpheno.transform import estimate_logicle


def test_the_formula_of_parks():
    values = np.concatenate([np.linspace(-1000, -1, 1000), np.linspace(0, 1e5, 5000)])
    r = np.quantile(values[values < 0], 0.05)
    scale = estimate_logicle(values)
    expected = (4.5 - math.log10(262_144 / -r)) / 2
    assert math.isclose(scale.W, expected)
    assert (scale.T, scale.M, scale.A) == (262_144, 4.5, 0)


def test_most_negative_values_come_into_view():
    rng = np.random.default_rng(11)
    values = rng.normal(0, 400, 20_000)
    y = estimate_logicle(values).apply(values)
    assert np.mean(y < 0) < 0.05


@pytest.mark.parametrize("values", [[], [1.0, 5.0], [np.nan, np.inf]])
def test_without_negative_values_the_scale_is_logarithmic(values):
    assert estimate_logicle(np.array(values)).W == 0


def test_the_linear_region_has_its_largest_size():
    assert estimate_logicle(np.array([-1e9, 5.0])).W == 2.25


@pytest.mark.parametrize("bad", [{"top": 0.0}, {"decades": -1.0}, {"top": math.nan}])
def test_a_scale_without_a_top(bad):
    with pytest.raises(TransformError, match="must be above 0"):
        estimate_logicle(np.zeros(3), **bad)
