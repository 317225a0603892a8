from __future__ import annotations

import re

import numpy as np
import pytest

from flowpheno.compensation import compensate
from flowpheno.errors import TransformError
from flowpheno.finding import ReasonCode
from flowpheno.sample import Scale
from flowpheno.transform import Asinh, Logicle
from flowpheno.writing import DisplayScale, scale_sample


@pytest.mark.parametrize(
    ("display", "transform", "top"),
    [(DisplayScale.LOGICLE, Logicle(), 1.0), (DisplayScale.ASINH, Asinh(150.0), 8.1589)],
)
def test_stained_channels_only(record, display, transform, top):
    sample = compensate(record())
    scaled = scale_sample(sample, display)
    np.testing.assert_array_equal(scaled.events[:, [0, 3]], sample.events[:, [0, 3]])
    for column in (1, 2):
        expected = transform.apply(sample.events[:, column])
        np.testing.assert_array_equal(scaled.events[:, column], expected)
        assert scaled.channels[column].range == pytest.approx(top, abs=1e-3)
    assert (scaled.scale, scaled.compensated) == (Scale.RELATIVE, True)
    assert not scaled.events.flags.writeable


@pytest.mark.parametrize("display", DisplayScale)
def test_the_linear_values_can_be_had_again(record, display):
    sample = compensate(record())
    scaled = scale_sample(sample, display)
    name, *parameters = scaled.keywords["FLOWPHENO P2TRANSFORM"].split()
    numbers = {k: float(v) for k, v in (re.split("=", word) for word in parameters)}
    transform = {"logicle": Logicle, "asinh": Asinh}[name](**numbers)
    again = transform.invert(scaled.events[:, 1].astype(np.float64))
    np.testing.assert_allclose(again, sample.events[:, 1], rtol=1e-4, atol=0.05)


def test_gains_of_transformed_channels_are_not_kept(record):
    scaled = scale_sample(compensate(record()), DisplayScale.ASINH)
    assert "$P2G" not in scaled.keywords
    assert "$P3G" not in scaled.keywords
    assert scaled.keywords["$P1G"] == "4"
    assert "FLOWPHENO P1TRANSFORM" not in scaled.keywords


def test_a_matrix_that_was_not_applied_is_left_out_and_this_is_said(record):
    scaled = scale_sample(record(), DisplayScale.ASINH)
    assert scaled.spillover is None
    assert scaled.findings[-1].code is ReasonCode.COMP_MATRIX_MISSING
    assert scale_sample(compensate(record()), DisplayScale.ASINH).findings == record().findings


def test_a_transformed_sample_is_not_transformed_again(record):
    scaled = scale_sample(compensate(record()), DisplayScale.ASINH)
    with pytest.raises(TransformError, match="the values are not linear"):
        scale_sample(scaled, DisplayScale.LOGICLE)
