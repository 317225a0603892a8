"""The scales of FlowCytometryTools: against its own functions, and there and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flowpheno.errors import TransformError
from flowpheno.exchange.shim import import_flowcytometrytools
from flowpheno.transform import Glog, Hlog, Tlog

X = np.concatenate([-np.geomspace(1e5, 1e-3, 60), [0.0], np.geomspace(1e-3, 1e6, 90)])
SCALES = [Hlog(), Hlog(b=20.0, r=1.0, d=4.0), Tlog(), Tlog(th=30.0), Glog(1.0), Glog(1e6)]


@pytest.fixture(scope="module")
def reference():
    pytest.importorskip("fcsparser", reason="FlowCytometryTools needs numpy < 2: extra fct")
    return import_flowcytometrytools().core.transforms


@pytest.mark.parametrize("b", [1.0, 500.0])
def test_hlog_is_that_of_the_reference(reference, b):
    scale = Hlog(b=b, d=4.5)
    given_x = X[np.abs(X) < 10**4.5]
    expected = reference.hlog(given_x, b=b, d=4.5)
    np.testing.assert_allclose(scale.apply(given_x), expected, rtol=1e-6, atol=1e-6)
    y = np.linspace(-1e4, 1.2e4, 99)
    np.testing.assert_allclose(scale.invert(y), reference.hlog_inv(y, b=b, d=4.5), rtol=1e-12)


def test_tlog_and_glog_are_those_of_the_reference(reference):
    y = np.linspace(0, 1.2e4, 99)
    with np.errstate(divide="ignore", invalid="ignore"):  # it takes every logarithm
        np.testing.assert_allclose(Tlog(th=3).apply(X), reference.tlog(X, th=3), rtol=1e-12)
    np.testing.assert_allclose(Tlog(th=3).invert(y), reference.tlog_inv(y, th=3), rtol=1e-12)
    above = X[X > -10]  # below, its sum cancels
    np.testing.assert_allclose(Glog(100.0).apply(above), reference.glog(above, 100.0), rtol=1e-9)
    y = np.linspace(-3, 9, 99)
    expected = reference.glog_inv(y, 100.0)
    np.testing.assert_allclose(Glog(100.0).invert(y), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("scale", SCALES, ids=repr)
@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20))
@example([-1e6, np.nextafter(-1e6, 0)])
def test_invertible_and_monotone(scale, values):
    x = np.sort(np.array(values))
    y = scale.apply(x)
    assert (np.diff(y) >= -2 * np.spacing(np.abs(y[1:]))).all()  # neighbours may round apart
    expected = np.maximum(x, scale.th) if isinstance(scale, Tlog) else x
    np.testing.assert_allclose(scale.invert(y), expected, rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("scale", SCALES, ids=repr)
def test_the_type_and_what_is_no_number_are_kept(scale):
    assert scale.apply(np.float32([1, np.nan])).dtype == np.float32
    assert scale.invert(np.float32([])).shape == (0,)
    assert np.isnan(scale.apply(np.array([1.0, np.nan]))).tolist() == [False, True]


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Hlog(b=0.0), "hlog: b 0.0, r 10000.0, d 5.4"),
        (lambda: Tlog(th=-1.0), "tlog: th -1.0"),
        (lambda: Glog(float("nan")), "glog: l nan must be positive"),
    ],
    ids=["hlog", "tlog", "glog"],
)
def test_parameters_that_make_no_sense_are_refused(make, sentence):
    with pytest.raises(TransformError, match=sentence):
        make()


@pytest.mark.parametrize("tiny", [5.178256346775355e-17, 1e-300, 3e-12])
def test_the_smallest_intensities_lie_on_their_side_of_zero(tiny):
    scale = Hlog()
    y = scale.apply(np.array([-tiny, 0.0, tiny]))
    assert y[0] < y[1] < y[2]
    np.testing.assert_allclose(scale.invert(y), [-tiny, 0.0, tiny], rtol=1e-9, atol=1e-12)
