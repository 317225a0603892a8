"""Logicle: as the reference implementation has it, over and beyond its range."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowpheno.errors import TransformError
from flowpheno.transform import Logicle

PARAMETERS = [
    (262_144, 0.5, 4.5, 0),
    (262_144, 0, 4.5, 0),
    (262_144, 1, 4.5, 0.5),
    (262_144, 0, 4.5, 1),
    (262_144, 0.5, 4.5, -0.2),
    (262_144, 2.25, 4.5, 0),
    (1000, 1, 4, 0),
    (10_000, 0.2, 3, 0),
    (1.0, 0.5, 4.5, 0),
]
REACH = np.concatenate([[0.0], np.geomspace(1e-9, 50, 4001)])
"""Shares of full scale, to far beyond it."""


@pytest.fixture(scope="module")
def reference():
    return pytest.importorskip("flowutils.transforms", reason="FlowUtils needs numpy 2")


@pytest.mark.parametrize(("top", "w", "m", "a"), PARAMETERS)
def test_agrees_with_the_reference_over_and_beyond_the_range(reference, top, w, m, a):
    x = top * np.concatenate([-REACH[::-1], REACH])
    expected = reference.logicle(x[:, None].copy(), [0], t=top, m=m, w=w, a=a)[:, 0]
    assert np.isfinite(expected).all()
    scale = Logicle(top, w, m, a)
    np.testing.assert_allclose(scale.apply(x), expected, rtol=0, atol=1e-9)
    single = x.astype(np.float32)
    expected = reference.logicle(single[:, None].astype(float), [0], t=top, m=m, w=w, a=a)[:, 0]
    np.testing.assert_allclose(scale.apply(single), expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize(("top", "w", "m", "a"), PARAMETERS)
def test_the_inverse_agrees_with_the_reference(reference, top, w, m, a):
    y = np.linspace(-0.5, 1.2, 501)
    expected = reference.logicle_inverse(y[:, None].copy(), [0], t=top, m=m, w=w, a=a)[:, 0]
    np.testing.assert_allclose(Logicle(top, w, m, a).invert(y), expected, rtol=1e-7, atol=1e-7)


def test_full_scale_is_one_and_zero_is_at_w_plus_a():
    y = Logicle(262_144, 0.5, 4.5, 0.5).apply(np.array([262_144.0, 0.0]))
    np.testing.assert_allclose(y, [1.0, (0.5 + 0.5) / (4.5 + 0.5)], atol=1e-12)


@st.composite
def scales(draw):
    m = draw(st.floats(2, 6))
    w = draw(st.floats(0, m / 2))
    a = draw(st.floats(-w, m - 2 * w))
    top = draw(st.floats(1, 1e7))
    if m + a < 1:
        a = 0.0
    return Logicle(top, w, m, a)


@given(scales(), st.lists(st.floats(-3, 3), min_size=2, max_size=20))
def test_monotone_and_invertible_for_any_parameters(scale, shares):
    x = np.sort(np.array(shares)) * scale.T
    y = scale.apply(x)
    assert (np.diff(y) >= -1e-12).all()
    assert y[0] < y[-1] or x[-1] - x[0] < 1e-6 * scale.T
    np.testing.assert_allclose(scale.invert(y), x, rtol=1e-6, atol=1e-6 * scale.T)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (4, 3), ()])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_shape_and_kind_of_number_are_kept(shape, kind):
    values = np.full(shape, 12.5, kind)
    scaled = Logicle().apply(values)
    assert (scaled.shape, scaled.dtype) == (shape, kind)
    back = Logicle().invert(scaled)
    assert (back.shape, back.dtype) == (shape, kind)
    np.testing.assert_allclose(back, values, rtol=1e-4)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_values_that_are_not_finite_do_no_harm(kind):
    y = Logicle().apply(np.array([np.nan, np.inf, -np.inf, 1.0], kind))
    assert np.isnan(y[0])
    assert (y[1], y[2]) == (np.inf, -np.inf)
    assert y[3] == pytest.approx(Logicle().apply(np.array([1.0]))[0], abs=1e-6)


def test_a_view_with_gaps_is_read_as_it_is():
    values = np.arange(40, dtype=np.float32).reshape(10, 4)
    column = Logicle().apply(values)[:, 1]
    np.testing.assert_array_equal(Logicle().apply(values[:, 1]), column)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"T": 0.0}, "must satisfy T > 0"),
        ({"T": np.nan}, "must satisfy T > 0"),
        ({"T": np.inf}, "must satisfy T > 0"),
        ({"M": 0.0}, "must satisfy T > 0"),
        ({"W": -0.1}, "0 <= 2 W <= M"),
        ({"W": 2.3}, "0 <= 2 W <= M"),
        ({"A": -0.6}, "A -0.6 lies outside -W to M - 2 W"),
        ({"A": 3.6}, "A 3.6 lies outside -W to M - 2 W"),
        ({"A": np.nan}, "lies outside -W to M - 2 W"),
    ],
)
def test_parameters_that_make_no_scale_are_refused(parameters, message):
    with pytest.raises(TransformError, match=message):
        Logicle(**parameters)
