"""Noise of negative events, where its size is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowpheno.gating.noise import fit_noise, measure_noise
from flowpheno.panel.definitions import load_definitions

LIMITS = load_definitions().gating
EVERYTHING = (np.inf, np.inf)


def drawn(slope, *, n=30_000, seed=1):
    """Values whose variance is 80^2 and grows with light, and that light."""
    rng = np.random.default_rng(seed)
    light = np.where(rng.random(n) < 0.5, 0.0, 10 ** rng.uniform(3, 4.5, n))
    return rng.normal(0, np.sqrt(80**2 + slope * light)), light


def levels_of(light):
    return np.arcsinh(light[:, None] / 150).astype(np.float32) / np.float32(np.log(10))


def fitted(values, light):
    groups = measure_noise(values, light[:, None], levels_of(light), EVERYTHING, LIMITS)
    return fit_noise(groups, LIMITS)


@settings(max_examples=15)
@given(slope=st.floats(0.5, 10), seed=st.integers(0, 100))
def test_constant_and_slope_are_found(slope, seed):
    constant, found = fitted(*drawn(slope, seed=seed))
    assert constant == pytest.approx(80**2, rel=0.1)
    assert found == pytest.approx(slope, rel=0.2)


def test_dim_expression_is_no_noise():
    values, light = drawn(1.0)
    rng = np.random.default_rng(2)
    dim = (light > 0) & (rng.random(len(light)) < 0.3)
    values[dim] += rng.uniform(300, 3_000, dim.sum())
    assert fitted(values, light)[1] == pytest.approx(1.0, rel=0.35)


def test_a_bin_of_other_cells_is_left_out():
    values, light = drawn(1.0)
    rng = np.random.default_rng(3)
    other = (light > 2_000) & (light < 3_500)
    values[other] = rng.normal(0, 2_000, other.sum())
    assert fitted(values, light)[1] == pytest.approx(1.0, rel=0.2)


def test_light_that_adds_nothing_has_no_slope():
    assert fitted(*drawn(0.0)) is None


def test_bins_towards_the_cut_are_left_out():
    values, light = drawn(1.0)
    beyond = measure_noise(
        values + 1_000, light[:, None], levels_of(light), (500.0, np.inf), LIMITS
    )
    assert len(beyond) == 0
    assert fit_noise(beyond, LIMITS) is None


def test_few_events_are_no_bin():
    values, light = drawn(1.0, n=LIMITS.spread.bin_events - 1)
    assert measure_noise(values, light[:, None], levels_of(light), EVERYTHING, LIMITS).size == 0
