"""Shapes by name."""

import numpy as np
import pytest

from flowpheno.arrays import freeze


def test_a_frozen_array_is_the_same_one_and_cannot_be_written():
    events = np.zeros((2, 3), np.float32)
    frozen = freeze(events)
    assert frozen is events
    with pytest.raises(ValueError, match="read-only"):
        frozen[0, 0] = 1
