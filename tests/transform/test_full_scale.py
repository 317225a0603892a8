"""Full scale: what is stated, unless the values say otherwise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowpheno.finding import ReasonCode, Severity
from flowpheno.marker import Marker
from flowpheno.sample import Channel, ChannelKind, Sample, Scale
from flowpheno.transform.full_scale import reached_share, with_common_scale, with_full_scale

RANGE = 1024.0
SSC = Channel(detector="SSC-A", marker=Marker("SSC"), kind=ChannelKind.SCATTER, range=RANGE)
CD19 = Channel(detector="PE-A", marker=Marker("CD19"), range=RANGE)


def tube(scatter: float, light: float, *, n: int = 500, channels=(SSC, CD19), **options) -> Sample:
    """Values from 0 to the given ends."""
    steps = np.linspace(0, 1, n)[:, np.newaxis]
    events = (steps * np.array([scatter, light])).astype(np.float32)
    return Sample(name="s", channels=channels, events=events, **options)


def ranges(sample: Sample) -> list[float]:
    return [c.range for c in sample.channels]


@pytest.mark.parametrize(("scatter", "light"), [(1024, 1024), (1024, 3), (1400, 10), (270, 5)])
def test_a_range_that_the_values_fit_is_believed(scatter, light):
    sample = tube(scatter, light)
    assert with_full_scale(sample) is sample


@pytest.mark.parametrize(
    ("scatter", "light", "expected", "code"),
    [
        (64, 10, [64, 64], ReasonCode.RANGE_NOT_REACHED),
        (10, 200, [256, 256], ReasonCode.RANGE_NOT_REACHED),
        (1, 0.1, [1, 1], ReasonCode.RANGE_NOT_REACHED),
        (16_384, 10, [16_384, 1024], ReasonCode.RANGE_EXCEEDED),
        (1024, 10_000, [1024, 8192], ReasonCode.RANGE_EXCEEDED),
    ],
)
def test_a_range_that_is_not_that_of_the_values(scatter, light, expected, code):
    corrected = with_full_scale(tube(scatter, light))
    assert ranges(corrected) == expected
    (finding,) = corrected.findings
    assert (finding.code, finding.severity) == (code, Severity.WARNING)
    assert finding.value == pytest.approx(max(scatter, light) / RANGE, rel=0.01)
    assert "is used as full scale" in finding.message


def test_both_kinds_may_go_beyond_their_range():
    corrected = with_full_scale(tube(4096, 65_536))
    assert ranges(corrected) == [4096, 65_536]
    assert [f.code for f in corrected.findings] == [ReasonCode.RANGE_EXCEEDED] * 2


@pytest.mark.parametrize(
    "sample",
    [
        tube(0.5, 0.5, scale=Scale.RELATIVE),
        tube(10, 10, n=50),
        tube(10, 10, channels=(CD19, CD19)),
        tube(-5, -5),
        tube(90_000, 90_000, channels=(Channel(detector="a"), Channel(detector="b"))),
        Sample(name="s", channels=(SSC,), events=np.zeros((0, 1), np.float32)),
    ],
    ids=["relative", "few_events", "no_scatter", "below_zero", "nobody_named_them", "empty"],
)
def test_a_range_is_believed_where_nothing_shows_that_it_is_wrong(sample):
    assert with_full_scale(sample) is sample


def test_outliers_and_values_that_are_none_make_no_scale():
    sample = tube(1000, 1000, n=5000)
    events = np.array(sample.events)
    events[:3] = [[1e9, np.inf], [np.nan, 1e9], [1e9, -np.inf]]
    odd = Sample(name="s", channels=sample.channels, events=events)
    assert with_full_scale(odd) is odd
    assert reached_share(odd, {ChannelKind.FLUORESCENCE}) == pytest.approx(1000 / RANGE, rel=0.01)


@given(st.floats(1e-6, 1e6), st.floats(1e-6, 1e6))
def test_twice_is_once_and_the_brightest_ends_beside_full_scale(scatter, light):
    corrected = with_full_scale(tube(scatter, light))
    again = with_full_scale(corrected)
    assert again is corrected
    assert reached_share(corrected, {ChannelKind.SCATTER, ChannelKind.FLUORESCENCE}) <= 2**0.5
    assert all(np.log2(r / RANGE) % 1 == 0 for r in ranges(corrected))


@pytest.mark.parametrize("power", [-8, -2, 2, 4, 8])
def test_a_power_of_two_between_values_and_range_is_found(power):
    corrected = with_full_scale(tube(RANGE * 2.0**power, RANGE * 2.0**power / 3))
    assert ranges(corrected)[0] == RANGE * 2.0**power


def test_ion_counts_and_time_keep_their_range():
    mass = Channel(detector="Nd142", marker=Marker("CD19"), kind=ChannelKind.MASS, range=RANGE)
    time = Channel(detector="Time", kind=ChannelKind.TIME, range=RANGE)
    sample = tube(1e6, 1e6, channels=(mass, time))
    assert with_full_scale(sample) is sample
    assert ranges(with_common_scale(sample)) == [RANGE, RANGE]


def test_events_without_any_range_get_a_common_one():
    time = Channel(detector="Time", kind=ChannelKind.TIME, range=7.0)
    events = np.column_stack([np.linspace(0, end, 300) for end in (262_143, 90, 7)])
    sample = Sample(name="s", channels=(SSC, CD19, time), events=events.astype(np.float32))
    common = with_common_scale(sample)
    assert ranges(common) == [262_144, 262_144, 7]
    assert common.findings == ()
    relative = tube(1, 1, scale=Scale.RELATIVE)
    assert with_common_scale(relative) is relative
