"""Compensation and scales in one pass: equal to the two stages, compiled or not."""

import sys
from dataclasses import replace

import numpy as np
import pytest

from flowpheno import compensate
from flowpheno.errors import CompensationError, TransformError
from flowpheno.fcs.spillover import Spillover
from flowpheno.sample import Channel, ChannelKind, Sample
from flowpheno.transform import (
    Asinh,
    Biex,
    Hlog,
    Hyperlog,
    Log,
    Logicle,
    ParametrisedAsinh,
    fused,
    kernel,
    scaled_events,
    transform_sample,
)

SCALES = [Logicle(), Hyperlog(), Biex(), Asinh(150), ParametrisedAsinh(A=0.5), Hlog()]


def tube(events, **changes):
    names = ("FSC-A", "PE-A", "APC-A", "Time")
    kinds = (
        ChannelKind.SCATTER,
        ChannelKind.FLUORESCENCE,
        ChannelKind.FLUORESCENCE,
        ChannelKind.TIME,
    )
    channels = tuple(
        Channel(detector=n, kind=k, marker={"FSC-A": "FSC"}.get(n))
        for n, k in zip(names, kinds, strict=True)
    )
    matrix = Spillover(
        detectors=("APC-A", "PE-A"), matrix=np.array([[1, 0.1], [0.3, 1]]), source="test"
    )
    events = np.asarray(events, np.float32).reshape(-1, 4)
    sample = Sample(name="t", channels=channels, events=events, spillover=matrix)
    return replace(sample, **changes)


@pytest.fixture
def sample():
    rng = np.random.default_rng(3)
    events = rng.normal(500, 3000, (1000, 4)).astype(np.float32)
    events[0] = [1e38, -1e38, 1e-38, 0]
    return tube(events)


@pytest.mark.parametrize("scale", SCALES, ids=repr)
def test_one_pass_is_as_two(sample, scale):
    once = scaled_events(sample, scale)
    true = compensate(sample).events
    for column in (1, 2):
        exact = scale.apply(true[:, column].astype(np.float64))
        length = 1e4 if isinstance(scale, Hlog) else 8.0 if isinstance(scale, Asinh) else 1.0
        error = np.abs(once[:, column] - exact) / np.maximum(length, np.abs(exact))
        assert error.max() < 3e-7
    np.testing.assert_array_equal(once[:, 0], sample.events[:, 0] / np.float32(262_144))
    np.testing.assert_array_equal(once[:, 3], sample.events[:, 3])


@pytest.mark.parametrize("scale", [None, *SCALES], ids=repr)
def test_numpy_gives_the_same_bits(sample, scale):
    compiled = scaled_events(sample, scale)
    np.testing.assert_array_equal(scaled_events(sample, scale, compiled=False), compiled)


def test_the_kernel_means_what_it_says(sample, monkeypatch):
    """The loop as python runs it, line by line."""
    short = replace(sample, events=sample.events[:300].copy())
    compiled = scaled_events(short, Logicle())
    monkeypatch.setattr(fused, "_compiled", lambda: kernel.unmix_and_scale)
    with np.errstate(over="ignore", invalid="ignore"):
        np.testing.assert_array_equal(scaled_events(short, Logicle()), compiled)


def test_without_numba_numpy_does_it(sample, monkeypatch):
    monkeypatch.setitem(sys.modules, "flowpheno.transform.kernel", None)
    fused._compiled.cache_clear()
    try:
        assert fused._compiled() is None
        expected = scaled_events(sample, compiled=False)
        np.testing.assert_array_equal(scaled_events(sample), expected)
    finally:
        fused._compiled.cache_clear()


def test_many_blocks_and_threads_change_nothing(sample, monkeypatch):
    whole = scaled_events(sample)
    monkeypatch.setattr(fused, "_THREAD_EVENTS", 100)
    monkeypatch.setattr(fused.os, "cpu_count", lambda: 3)
    np.testing.assert_array_equal(scaled_events(sample), whole)


def test_the_matrix_can_be_left_aside(sample):
    raw = scaled_events(sample, Logicle(), compensated=False)
    np.testing.assert_array_equal(raw[:, 1], Logicle().apply(sample.events[:, 1]))


def test_compensated_events_are_not_compensated_again(sample):
    done = compensate(sample)
    expected = Logicle().apply(done.events[:, 1])
    np.testing.assert_array_equal(scaled_events(done, Logicle())[:, 1], expected)


@pytest.mark.parametrize("n_events", [0, 1])
def test_none_and_one_event(n_events):
    events = scaled_events(tube(np.ones((n_events, 4))), Logicle())
    assert events.shape == (n_events, 4)
    assert events.dtype == np.float32
    assert not events.flags.writeable


@pytest.mark.parametrize("compiled", [True, False])
def test_what_is_not_finite_stays_so(compiled):
    odd = tube([[np.nan, 1, np.inf, 1], [-np.inf, 1, 1, np.nan]], spillover=None)
    events = scaled_events(odd, Logicle(), compiled=compiled)
    np.testing.assert_array_equal(np.isfinite(events), np.isfinite(odd.events))


def test_the_input_is_not_touched(sample):
    before = sample.events.copy()
    scaled_events(sample)
    np.testing.assert_array_equal(sample.events, before)


def test_a_scale_without_a_zero_is_refused(sample):
    with pytest.raises(TransformError, match="not odd about a place of zero"):
        scaled_events(sample, Log())


def test_a_singular_matrix_is_refused(sample):
    singular = replace(sample.spillover, matrix=np.ones((2, 2)))
    with pytest.raises(CompensationError, match="singular"):
        scaled_events(replace(sample, spillover=singular))


def test_the_table_of_a_tube_holds_the_same_numbers(sample):
    done = compensate(sample)
    frame = transform_sample(done, Logicle())
    np.testing.assert_array_equal(frame.to_numpy(), scaled_events(done, Logicle()))
