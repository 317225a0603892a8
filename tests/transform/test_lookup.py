"""The table of single precision: its bound over every magnitude."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from flowpheno.errors import TransformError
from flowpheno.transform import Biex, Hyperlog, Logicle
from flowpheno.transform.lookup import BOUND, lookup_of

SCALES = [Logicle(), Logicle(W=0), Logicle(T=1.0), Hyperlog(), Hyperlog(W=0.01, M=5, A=1), Biex()]


@pytest.mark.parametrize("scale", SCALES, ids=repr)
def test_the_error_is_bounded_over_every_magnitude(scale):
    size = np.geomspace(1e-38, 3e38, 400_001).astype(np.float32)
    x = np.concatenate([-size[::-1], size])
    exact = scale.apply(x.astype(np.float64))
    error = np.abs(scale.apply(x) - exact) / np.maximum(np.abs(exact), 1.0)
    assert error.max() <= BOUND


@pytest.mark.parametrize("scale", SCALES, ids=repr)
@given(arrays.arrays(np.float32, 50, elements=st.floats(width=32, allow_nan=False)))
def test_order_is_kept(scale, values):
    x = np.sort(values)
    y = scale.apply(x)
    finite = np.isfinite(x)
    slack = 2 * BOUND * np.maximum(1.0, np.abs(y[finite][1:]))
    assert (np.diff(y[finite]) >= -slack).all()


def test_a_step_about_zero_cannot_be_tabulated():
    def step(_scale, intensity):
        return np.where(intensity > 0, 1.0, 0.0)

    with pytest.raises(TransformError, match="too steep about zero"):
        lookup_of("step", 0.0, step)
