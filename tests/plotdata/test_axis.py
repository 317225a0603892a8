from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.marker import Marker
from flowpheno.plotdata import Axis, AxisScale, axis_of, sequence_axis
from flowpheno.sample import ChannelKind, Scale
from tests.invented import marrow


def _of(sample, name):
    return axis_of(sample, sample.column(Marker(name)))


def test_fluorescence_is_logicle_with_marker_and_fluorochrome():
    axis = _of(marrow()[0], "CD19")
    assert (axis.label, axis.scale, axis.high) == ("CD19 PE-Cy7", AxisScale.LOGICLE, 262144.0)
    assert axis.low < 0
    assert 0.1 <= axis.parameters["W"] <= 1.5


def test_the_linear_part_widens_with_the_negative_tail():
    sample, _ = marrow()
    events = np.array(sample.events)
    events[events < 0] *= 20
    wide = _of(replace(sample, events=events), "CD19").parameters["W"]
    assert wide > _of(sample, "CD19").parameters["W"]


def test_scatter_is_linear_and_names_the_measure():
    axis = _of(marrow()[0], "FSC")
    assert (axis.label, axis.scale, axis.low) == ("FSC-A", AxisScale.LINEAR, 0.0)


def test_mass_is_asinh():
    sample, _ = marrow()
    channels = tuple(
        replace(c, kind=ChannelKind.MASS, fluorochrome=None) if c.marker == "CD19" else c
        for c in sample.channels
    )
    axis = _of(replace(sample, channels=channels), "CD19")
    assert (axis.label, axis.scale) == ("CD19", AxisScale.ASINH)
    assert axis.parameters == {"cofactor": 5.0}


def test_relative_data_are_linear_and_the_label_says_so():
    sample, _ = marrow()
    scaled = replace(sample, scale=Scale.RELATIVE, events=np.clip(sample.events / 3e5, 0, 1))
    axis = _of(scaled, "CD19")
    assert axis.label == "CD19 PE-Cy7 (relative scale)"
    assert (axis.scale, axis.low, axis.high) == (AxisScale.LINEAR, 0.0, 1.0)


@pytest.mark.parametrize("name", ["CD19", "FSC"])
def test_position_rises_from_0_to_1(name):
    axis = _of(marrow()[0], name)
    along = axis.position(np.linspace(axis.low, axis.high, 200))
    assert along[[0, -1]] == pytest.approx([0, 1], abs=1e-6)
    assert (np.diff(along) > 0).all()


@pytest.mark.parametrize("n", [0, 1])
def test_an_axis_without_events_is_an_axis(n):
    sample, _ = marrow(n)
    for name in sample.markers:
        assert _of(sample, name).position(0.0).shape == ()


def test_an_axis_of_nothing_is_refused():
    with pytest.raises(ValueError, match=r"axis x: 1\.0 is not below 1\.0"):
        Axis(label="x", scale=AxisScale.LINEAR, low=1.0, high=1.0)


@pytest.mark.parametrize("values", [[], [np.nan], [3.0], [-2.0, 7.0]])
def test_a_sequence_axis_holds_its_numbers(values):
    axis = sequence_axis(np.array(values), label="Time (s)")
    inside = axis.position(np.array(values))
    assert np.all(np.isnan(inside) | ((inside >= 0) & (inside <= 1)))


def test_a_detector_called_like_its_marker_is_not_named_twice():
    sample, _ = marrow()
    bare = tuple(replace(c, detector="CD19", fluorochrome=None) if c.marker == "CD19" else c
                 for c in sample.channels)  # fmt: skip
    assert _of(replace(sample, channels=bare), "CD19").label == "CD19"


def test_scatter_that_fills_its_range_ends_there():
    sample, _ = marrow()
    events = np.array(sample.events)
    events[:, sample.column(Marker("SSC"))] = np.linspace(0, 262_143, sample.n_events)
    assert _of(replace(sample, events=events), "SSC").high == 262_144.0
