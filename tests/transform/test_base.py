"""What every scale promises: monotone, invertible, kind and shape kept."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowpheno.errors import TransformError
from flowpheno.transform import (
    Asinh,
    Biex,
    Hyperlog,
    Linear,
    Log,
    Logicle,
    ParametrisedAsinh,
)

SCALES = [
    *(Asinh(150), Asinh(5), ParametrisedAsinh(), ParametrisedAsinh(A=1.0)),
    *(Linear(262_144), Linear(1.0), Linear(1000, below=100), Logicle(), Logicle(W=0)),
    *(Hyperlog(), Hyperlog(W=1.0, A=0.5), Biex(), Biex(negative=1.0, width=-100.0)),
]


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


GATING_ML = "Gating-ML 2.0, sections 6.2.1 to 6.2.3: definitions written out"


@pytest.mark.parametrize(("top", "below"), [(1000.0, 0.0), (1000.0, 100.0), (1.0, 1.0)])
def test_linear_is_that_of_gating_ml(top, below):
    x = np.linspace(-2, 2, 21) * top
    np.testing.assert_allclose(Linear(top, below).apply(x), (x + below) / (top + below))


def test_log_is_that_of_gating_ml():
    x = np.geomspace(1e-3, 1e6, 50)
    np.testing.assert_allclose(Log(10_000, 5).apply(x), np.log10(x / 10_000) / 5 + 1)
    np.testing.assert_allclose(Log(10_000, 5).invert(Log(10_000, 5).apply(x)), x)
    assert np.isnan(Log().apply(np.array([0.0, -1.0, np.nan]))).all()
    assert Log().apply(np.zeros((0, 3), np.float32)).shape == (0, 3)
    assert Log().apply(np.ones(2, np.float32)).dtype == np.float32


@pytest.mark.parametrize(("top", "m", "a"), [(1000, 4, 1), (262_144, 4.5, 0), (1000, 5, 0)])
def test_asinh_is_that_of_gating_ml(top, m, a):
    x = np.linspace(-1.5, 1.5, 41) * top
    ten = np.log(10)
    expected = (np.arcsinh(x * np.sinh(m * ten) / top) + a * ten) / ((m + a) * ten)
    scale = ParametrisedAsinh(top, m, a)
    np.testing.assert_allclose(scale.apply(x), expected, atol=1e-13)
    assert scale.apply(np.zeros(1))[0] == pytest.approx(scale.zero)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Linear(10, below=-1), "below -1 lies outside 0 to 10"),
        (lambda: Log(T=0), "log: T 0 and M 4.5 must be above 0"),
        (lambda: Log(M=np.nan), "must be above 0"),
        (lambda: ParametrisedAsinh(A=-1), "0 <= A <= M"),
        (lambda: ParametrisedAsinh(T=np.inf), "T > 0"),
        (lambda: Hyperlog(W=0), "0 < 2 W <= M"),
        (lambda: Hyperlog(A=9), "A 9 lies outside -W to M - 2 W"),
        (lambda: Biex(width=1.0), "must be above 0, above 0, below 0"),
        (lambda: Biex(channels=1), "1 channels are no scale"),
        (lambda: Biex(positive=0.1, width=-500.0), "0.1 decades do not hold a width of -500.0"),
    ],
)
def test_parameters_that_make_no_scale(make, message):
    with pytest.raises(TransformError, match=message):
        make()
