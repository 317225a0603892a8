"""The line through two populations, against numbers known beforehand."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from flowpheno.compensation.slope import slopes_between


def populations(rng, *, n=400, level=10_000.0, slope=0.2, noise=50.0, background=30.0):
    stained = [rng.normal(0, noise, n), level + rng.normal(0, 0.2 * level, n)]
    others = [
        (background + slope * np.maximum(x, 0) + rng.normal(0, noise, n))[:, np.newaxis]
        for x in stained
    ]
    return tuple(stained), tuple(others)


@given(slope=st.floats(-0.5, 2), background=st.floats(-1000, 1000), level=st.floats(500, 100_000))
def test_without_noise_the_line_is_exact(slope, background, level):
    stained = (np.linspace(-50, 50, 21), level + np.linspace(-50, 50, 21))
    others = tuple((background + slope * x)[:, np.newaxis] for x in stained)
    fitted = slopes_between(stained, others, tuning=4.685)
    assert fitted.slope[0] == pytest.approx(slope, abs=1e-6)


def test_noise_in_the_stained_detector_does_not_flatten_the_line():
    rng = np.random.default_rng(4)
    stained = (rng.normal(0, 300, 20_000), rng.normal(1000, 300, 20_000))
    others = tuple(
        (0.5 * level + rng.normal(0, 20, 20_000))[:, np.newaxis] for level in (0.0, 1000.0)
    )
    fitted = slopes_between(stained, others, tuning=4.685)
    assert fitted.slope[0] == pytest.approx(0.5, abs=0.01)
    x, y = np.concatenate(stained), np.concatenate(others)[:, 0]
    assert np.polyfit(x, y, 1)[0] < 0.4  # an ordinary regression is flat


def test_a_tenth_of_outliers_does_not_move_the_line():
    rng = np.random.default_rng(5)
    stained, others = populations(rng, n=1000)
    clean = slopes_between(stained, others, tuning=4.685)
    dirty = tuple(y.copy() for y in others)
    dirty[1][:100] += 20_000
    moved = slopes_between(stained, dirty, tuning=4.685)
    assert abs(moved.slope - clean.slope)[0] < 2 * clean.error[0]


def test_the_error_shrinks_with_the_events():
    few = slopes_between(*populations(np.random.default_rng(6), n=100), tuning=4.685)
    many = slopes_between(*populations(np.random.default_rng(6), n=10_000), tuning=4.685)
    assert few.error[0] == pytest.approx(10 * many.error[0], rel=0.3)
