"""Mixtures of negative and positive cells: found again where they were put."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowpheno.gating.mixture import Mixture, fit_mixture, split_mixture


def drawn(*components, n=20_000, seed=1):
    """Values of normal components, each a share, a mean and a standard deviation."""
    rng = np.random.default_rng(seed)
    parts = [rng.normal(mean, sd, round(n * share)) for share, mean, sd in components]
    return np.sort(np.concatenate(parts))


@given(
    share=st.floats(0.1, 0.6),
    gap=st.floats(1.2, 3.0),
    sds=st.tuples(st.floats(0.15, 0.3), st.floats(0.15, 0.3)),
)
def test_two_populations_are_found_where_they_are(share, gap, sds):
    values = drawn((1 - share, 0.1, sds[0]), (share, 0.1 + gap, sds[1]))
    mixture = fit_mixture(values, np.array([0.1, 1.5]))
    np.testing.assert_allclose(mixture.means, [0.1, 0.1 + gap], atol=0.1)
    np.testing.assert_allclose(mixture.weights, [1 - share, share], atol=0.05)
    np.testing.assert_allclose(mixture.sds, sds, atol=0.08)
    assert mixture.n == len(values)


def test_equal_populations_part_in_the_middle():
    even = Mixture(
        weights=np.array([0.5, 0.5]), means=np.array([0.0, 2.0]), sds=np.array([0.3, 0.3]), n=9
    )
    split = split_mixture(even, 1.0)
    assert split.position == pytest.approx(1.0, abs=0.01)
    assert split.separation == pytest.approx(2.0 / 0.3)
    assert split.weight == 0.5
    assert split.error == pytest.approx(2 * 0.000434, rel=0.05)  # a tail beyond 3.3 SD each


def test_the_rarer_population_begins_later():
    uneven = Mixture(
        weights=np.array([0.99, 0.01]), means=np.array([0.0, 2.0]), sds=np.array([0.3, 0.3]), n=9
    )
    # ln(99) sd^2 / gap beyond the middle
    expected = 1.0 + np.log(99) * 0.09 / 2
    assert split_mixture(uneven, 1.0).position == pytest.approx(expected, abs=0.01)


def test_what_cannot_be_told_apart_is_said_to_be_wrong():
    near = Mixture(
        weights=np.array([0.5, 0.5]), means=np.array([0.0, 0.3]), sds=np.array([0.3, 0.3]), n=9
    )
    split = split_mixture(near, 0.15)
    assert split.separation == pytest.approx(1.0)
    assert split.error > 0.5


@pytest.mark.parametrize("border", [-1.0, 5.0], ids=["all above", "all below"])
def test_components_on_one_side_do_not_part(border):
    assert split_mixture(fit_mixture(drawn((1.0, 1.0, 0.3)), np.array([0.5, 1.5])), border) is None


def test_nothing_gives_no_components():
    nothing = fit_mixture(np.empty(0), np.array([0.0, 1.0]))
    assert (nothing.n, nothing.means.size) == (0, 0)
    assert split_mixture(nothing, 0.0) is None


def test_a_single_value_is_no_reason_to_fail():
    same = fit_mixture(np.full(500, 0.7), np.array([0.0, 1.0]))
    assert same.weights.sum() == pytest.approx(1.0)
    assert np.isfinite(same.means).all()
