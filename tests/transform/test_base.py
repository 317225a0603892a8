"""What every scale promises: monotone, invertible, kind and shape kept."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowpheno.errors import TransformError
from flowpheno.transform import Asinh, Linear, Logicle

SCALES = [Asinh(150), Asinh(5), Linear(262_144), Linear(1.0), Logicle(), Logicle(W=0)]


@pytest.mark.parametrize("scale", SCALES, ids=repr)
@given(values=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_monotone_and_invertible(scale, values):
    x = np.sort(np.array(values))
    y = scale.apply(x)
    assert (np.diff(y) >= -1e-12).all()
    np.testing.assert_allclose(scale.invert(y), x, rtol=1e-6, atol=1e-5)


@pytest.mark.parametrize("scale", SCALES, ids=repr)
@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(0,), (3, 2)])
def test_shape_and_kind_of_number_are_kept(scale, kind, shape):
    values = np.full(shape, 100.0, kind)
    scaled = scale.apply(values)
    assert (scaled.shape, scaled.dtype) == (shape, kind)
    assert (scale.invert(scaled).shape, scale.invert(scaled).dtype) == (shape, kind)


@pytest.mark.parametrize("scale", SCALES, ids=repr)
def test_values_that_are_not_finite_do_no_harm(scale):
    scaled = scale.apply(np.array([np.nan, np.inf, -np.inf], np.float32))
    assert np.isnan(scaled[0])
    assert scaled[1] > 0 > scaled[2]


@pytest.mark.parametrize(
    ("x", "cofactor", "y"),
    [(1000, 150, 2.595845), (0, 150, 0), (-1000, 150, -2.595845), (5, 5, 0.881374)],
)
def test_asinh_has_its_golden_values(x, cofactor, y):
    assert Asinh(cofactor).apply(np.array([float(x)]))[0] == pytest.approx(y, abs=1e-6)


def test_linear_is_a_share_of_the_top():
    np.testing.assert_array_equal(Linear(200.0).apply(np.array([-50.0, 100.0])), [-0.25, 0.5])


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, np.inf])
def test_a_scale_needs_a_positive_number(bad):
    with pytest.raises(TransformError, match=r"cofactor .* is not above 0"):
        Asinh(bad)
    with pytest.raises(TransformError, match=r"top .* is not above 0"):
        Linear(bad)
