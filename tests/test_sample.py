"""A stained tube."""

import re

import numpy as np
import pytest

from flowpheno.errors import MarkerNotFoundError
from flowpheno.marker import Marker
from flowpheno.sample import Channel, ChannelKind, Measure, Sample

CD10, CD19, FSC = Marker("CD10"), Marker("CD19"), Marker("FSC")


@pytest.fixture
def tube():
    channels = (
        Channel(detector="FSC-A", marker=FSC, kind=ChannelKind.SCATTER),
        Channel(detector="FSC-H", marker=FSC, kind=ChannelKind.SCATTER, measure=Measure.HEIGHT),
        Channel(detector="PE-A", marker=CD10),
        Channel(detector="PE-H", marker=CD10, measure=Measure.HEIGHT),
        Channel(detector="APC-A", marker=CD10),
        Channel(detector="FITC-A"),
        Channel(detector="Time", kind=ChannelKind.TIME),
    )
    events = np.arange(14, dtype=np.float32).reshape(2, 7)
    keywords = {"$FIL": "Jane Doe.fcs"}
    return Sample(name="tube", channels=channels, events=events, keywords=keywords)


def test_events_cannot_be_written(tube):
    with pytest.raises(ValueError, match="read-only"):
        tube.events[0, 0] = 1


def test_markers_are_stained_ones_each_once(tube):
    assert tube.markers == (CD10,)
    assert tube.n_events == 2


@pytest.mark.parametrize(
    ("marker", "measure", "column"),
    [
        (FSC, Measure.AREA, 0),
        (FSC, Measure.HEIGHT, 1),
        (CD10, Measure.AREA, 2),
        (CD10, Measure.HEIGHT, 3),
    ],
)
def test_the_first_channel_with_marker_and_measure_is_found(tube, marker, measure, column):
    assert tube.column(marker, measure) == column
    assert tube.has(marker, measure)


def test_a_missing_marker_is_named_with_those_stained(tube):
    assert not tube.has(CD19)
    sentence = "tube: no channel stains CD19 (area); stained: CD10"
    with pytest.raises(MarkerNotFoundError, match=re.escape(sentence)):
        tube.column(CD19)


def test_a_tube_that_stains_nothing_says_so():
    empty = Sample(name="e", channels=(), events=np.empty((0, 0), np.float32))
    with pytest.raises(MarkerNotFoundError, match="stained: nothing known"):
        empty.column(CD19)


@pytest.mark.parametrize("shape", [(2, 6), (7,)], ids=str)
def test_events_must_fit_the_channels(tube, shape):
    with pytest.raises(ValueError, match=re.escape(f"events {shape} do not fit 7 channels")):
        Sample(name="a", channels=tube.channels, events=np.zeros(shape, np.float32))


def test_its_repr_is_short_and_names_no_person(tube):
    assert repr(tube) == "<Sample tube: 2 events, CD10; not compensated, linear>"
