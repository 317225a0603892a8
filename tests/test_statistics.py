"""Intervals and robust statistics."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowpheno.statistics import robust_sd, wilson_percent


@st.composite
def counts(draw):
    n = draw(st.integers(1, 10**7))
    return draw(st.integers(0, n)), n


@given(counts())
def test_the_interval_holds_the_estimate_and_stays_a_percentage(count):
    k, n = count
    interval = wilson_percent(k, n)
    assert interval.estimate == pytest.approx(100 * k / n)
    assert 0 <= interval.low <= interval.estimate <= interval.high <= 100
    assert interval.low < interval.high


@given(counts())
def test_what_is_not_counted_mirrors_what_is(count):
    k, n = count
    interval, mirrored = wilson_percent(k, n), wilson_percent(n - k, n)
    assert interval.low == pytest.approx(100 - mirrored.high, abs=1e-9)


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(0, 10, 0, 27.753), (10, 10, 72.247, 100), (1, 10, 1.787, 40.415), (50, 100, 40.383, 59.617)],
)
def test_published_values(k, n, low, high):
    # Newcombe, Stat Med 1998;17:857, method 3, and its formula for 10 and 100
    interval = wilson_percent(k, n)
    assert (interval.low, interval.high) == (
        pytest.approx(low, abs=1e-3),
        pytest.approx(high, abs=1e-3),
    )


@pytest.mark.parametrize("n", [0, -1])
def test_nothing_counted_is_not_a_number(n):
    interval = wilson_percent(0, n)
    assert all(math.isnan(x) for x in (interval.estimate, interval.low, interval.high))


def test_robust_sd_is_the_standard_deviation_of_a_normal_sample():
    values = np.random.default_rng(1).normal(3, 2, 200_000)
    assert robust_sd(values) == pytest.approx(2, rel=0.01)


def test_robust_sd_ignores_a_tenth_far_away_and_is_nan_without_values():
    values = np.r_[np.linspace(-1, 1, 90), np.full(10, 1e9)]
    assert robust_sd(values) < 2
    assert math.isnan(robust_sd(np.empty(0)))
