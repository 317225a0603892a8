"""A named set of events."""

import numpy as np
import pytest

from flowpheno.population import Population


def test_it_counts_its_events_and_cannot_be_changed():
    population = Population("blasts", "nucleated", np.array([True, False, True]))
    assert population.n == 2
    with pytest.raises(ValueError, match="read-only"):
        population.mask[0] = False


def test_an_empty_one_has_none():
    assert Population("blasts", "nucleated", np.zeros(0, bool)).n == 0
