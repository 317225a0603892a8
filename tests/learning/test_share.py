"""Probabilities for the share of blasts that a specimen itself has."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from flowpheno.learning.share import for_own_share


def _cells(share, n=20_000, prior=0.4, apart=4.0):
    """Two normal distributions, and the true probability at the prior."""
    rng = np.random.default_rng(1)
    blasts = rng.random(n) < share
    x = rng.normal(size=n) + apart * blasts
    odds = np.exp(apart * x - apart**2 / 2) * prior / (1 - prior)
    return odds / (1 + odds), blasts


@pytest.mark.parametrize("share", [0.7, 0.1, 0.01, 0.002])
def test_the_share_is_found_without_labels(share):
    probability, blasts = _cells(share)
    adapted = for_own_share(probability, 0.4, 1e-4)
    assert adapted.mean() == pytest.approx(blasts.mean(), rel=0.25)
    called = adapted > 0.5
    before = probability > 0.5
    if share < 0.05:
        assert (called & ~blasts).sum() < (before & ~blasts).sum() / 3


def test_without_blasts_hardly_any_is_called():
    probability, _ = _cells(0)
    assert (probability > 0.5).sum() > 100
    assert (for_own_share(probability, 0.4, 1e-4) > 0.5).sum() < 5


@given(
    arrays(float, st.integers(0, 40), elements=st.floats(0, 1)),
    st.floats(0.001, 0.999),
)
def test_the_order_stays_and_nothing_leaves_its_bounds(probability, prior):
    adapted = for_own_share(probability, prior, 1e-4)
    assert adapted.shape == probability.shape
    assert ((adapted >= 0) & (adapted <= 1)).all()
    assert (np.diff(adapted[np.argsort(probability, kind="stable")]) >= -1e-12).all()
