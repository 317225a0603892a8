"""Two populations are told apart where there are two, and only there."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from flowpheno.compensation.split import end_of_negative, split_populations


def mixed(rng, *, n=4000, percent=50.0, level=4.0, sd=0.2):
    values = rng.normal(0, 80, n)
    positive = rng.random(n) < percent / 100
    return values + np.where(positive, 10 ** rng.normal(level, sd, n), 0), positive


@pytest.mark.parametrize("percent", [2, 10, 50, 90, 98])
@pytest.mark.parametrize("level", [3.3, 4.0, 5.0])
def test_positive_and_negative_events_are_told_apart(control_limits, percent, level):
    values, positive = mixed(np.random.default_rng(1), percent=percent, level=level)
    split = split_populations(values, control_limits)
    assert np.mean(split.positive == positive) > 0.99
    assert not (split.positive & split.negative).any()
    assert split.separation >= control_limits.separation


@settings(max_examples=30)
@given(seed=st.integers(0, 10_000), level=st.sampled_from([0, 3.0, 4.5]))
def test_one_population_is_not_split(control_limits, seed, level):
    rng = np.random.default_rng(seed)
    values, _ = mixed(rng, n=2000, percent=0 if level == 0 else 100, level=level)
    assert split_populations(values, control_limits) is None


@pytest.mark.parametrize("values", [[], [1.0], [5.0] * 400, [0.0] * 99])
def test_few_or_equal_values_are_not_split(control_limits, values):
    assert split_populations(np.array(values), control_limits) is None


def test_two_values_are_two_populations(control_limits):
    values = np.repeat([0.0, 10_000.0], 200)
    split = split_populations(values, control_limits)
    np.testing.assert_array_equal(split.positive, values > 0)
    assert split.separation == np.inf


def test_no_events_have_no_end(control_limits):
    assert np.isnan(end_of_negative(np.empty(0), control_limits))
