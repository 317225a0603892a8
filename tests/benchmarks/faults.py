"""Faults of an acquisition, put into a simulated tube: which events they touch is known.

A fault takes a steady simulated sample and gives it back disturbed, with the mask of the events
that the fault touched. Everything here is simulated.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.sample import ChannelKind

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from flowpheno.arrays import EventMask
    from flowpheno.sample import Sample

    Fault = Callable[[Sample, np.random.Generator], tuple[Sample, EventMask]]


def nothing(sample: Sample, rng: np.random.Generator) -> tuple[Sample, EventMask]:
    """Leave the run as it is."""
    del rng
    return sample, np.zeros(sample.n_events, bool)


def clog(sample: Sample, rng: np.random.Generator) -> tuple[Sample, EventMask]:
    """Dim all channels to 0.6 for 2 to 8 % of the run, at half the flow."""
    part = _stretch(sample, rng, 0.02, 0.08)
    return _amplified(_flowing(sample, part, 0.5), part, 0.6), part


def burst(sample: Sample, rng: np.random.Generator) -> tuple[Sample, EventMask]:
    """Let 2 to 6 % of the events pass at four times the flow, at 0.8 of the signal."""
    part = _stretch(sample, rng, 0.02, 0.06)
    return _amplified(_flowing(sample, part, 4.0), part, 0.8), part


def surge(sample: Sample, rng: np.random.Generator) -> tuple[Sample, EventMask]:
    """Let 2 to 6 % of the events pass at four times the flow; their signal is right."""
    part = _stretch(sample, rng, 0.02, 0.06)
    return _flowing(sample, part, 4.0), part


def shift_of_all(sample: Sample, rng: np.random.Generator) -> tuple[Sample, EventMask]:
    """Change all channels by 0.15 decades from some moment in the last third on."""
    part = _late(sample, rng)
    return _amplified(sample, part, 10 ** (0.15 * rng.choice([-1, 1]))), part


def shift_of_one(sample: Sample, rng: np.random.Generator) -> tuple[Sample, EventMask]:
    """Change one fluorescence channel by 0.5 decades from some moment in the last third on."""
    part = _late(sample, rng)
    factor = 10 ** (0.5 * rng.choice([-1, 1]))
    column = int(rng.choice(_columns(sample, ChannelKind.FLUORESCENCE)))
    return _amplified(sample, part, factor, columns=[column]), part


def one_detector_out(sample: Sample, rng: np.random.Generator) -> tuple[Sample, EventMask]:
    """Let one fluorescence detector see a tenth for 5 to 10 % of the run."""
    part = _stretch(sample, rng, 0.05, 0.10)
    column = int(rng.choice(_columns(sample, ChannelKind.FLUORESCENCE)))
    return _amplified(sample, part, 0.1, columns=[column]), part


def late_air(sample: Sample, rng: np.random.Generator) -> tuple[Sample, EventMask]:
    """Let the tube run dry: the last 3 % are mostly air, bright in scatter, dark in light."""
    part = np.arange(sample.n_events) >= int(0.97 * sample.n_events)
    air = part & (rng.random(sample.n_events) < 0.7)
    events = np.array(_flowing(sample, part, 2.0).events)
    for column in _columns(sample, ChannelKind.SCATTER):
        top = sample.channels[column].range - 1
        events[air, column] = np.minimum(top, top * rng.lognormal(0, 0.3, np.count_nonzero(air)))
    for column in _columns(sample, ChannelKind.FLUORESCENCE):
        events[air, column] = rng.normal(0, 110, np.count_nonzero(air))
    return replace(sample, events=events), part


def settling(sample: Sample, rng: np.random.Generator) -> tuple[Sample, EventMask]:
    """Let the signal settle over the first 4 %: from 0.3 decades off to none."""
    n = int(0.04 * sample.n_events)
    events = np.array(sample.events)
    off = 0.3 * rng.choice([-1, 1]) * np.exp(-3 * np.arange(n) / n)
    for column in _measured(sample):
        events[:n, column] *= (10**off).astype(np.float32)
    touched = np.arange(sample.n_events) < int(0.5 * n)  # behind it less than 0.07 decades
    return replace(sample, events=events), touched


FAULTS: dict[str, Fault] = {
    "clog": clog,
    "burst": burst,
    "surge of flow only": surge,
    "shift of all, 0.15": shift_of_all,
    "shift of one, 0.5": shift_of_one,
    "one detector out": one_detector_out,
    "late air": late_air,
    "settling": settling,
}
"""By name; `nothing` is the steady run."""


def drifting(sample: Sample, decades: float) -> Sample:
    """Let all fluorescence drift by some decades from the first to the last event."""
    events = np.array(sample.events)
    along = np.linspace(0, 1, sample.n_events)
    for column in _columns(sample, ChannelKind.FLUORESCENCE):
        events[:, column] *= (10 ** (decades * along)).astype(np.float32)
    return replace(sample, events=events)


def _columns(sample: Sample, kind: ChannelKind) -> list[int]:
    return [index for index, channel in enumerate(sample.channels) if channel.kind is kind]


def _measured(sample: Sample) -> list[int]:
    return _columns(sample, ChannelKind.SCATTER) + _columns(sample, ChannelKind.FLUORESCENCE)


def _stretch(sample: Sample, rng: np.random.Generator, low: float, high: float) -> EventMask:
    length = rng.uniform(low, high)
    begin = rng.uniform(0, 1 - length)
    along = np.arange(sample.n_events) / sample.n_events
    return (along >= begin) & (along < begin + length)


def _late(sample: Sample, rng: np.random.Generator) -> EventMask:
    return np.arange(sample.n_events) >= int(rng.uniform(0.67, 0.95) * sample.n_events)


def _amplified(
    sample: Sample, part: EventMask, factor: float, *, columns: list[int] | None = None
) -> Sample:
    events = np.array(sample.events)
    for column in _measured(sample) if columns is None else columns:
        events[part, column] *= np.float32(factor)
    return replace(sample, events=events)


def _flowing(sample: Sample, part: EventMask, factor: float) -> Sample:
    """Let a part of the events, in order of time, pass `factor` times as fast."""
    (clock,) = _columns(sample, ChannelKind.TIME)
    time: npt.NDArray[np.float64] = sample.events[:, clock].astype(np.float64)
    steps = np.diff(time, prepend=time[0]) / np.where(part, factor, 1.0)
    events = np.array(sample.events)
    events[:, clock] = time[0] + np.cumsum(steps)
    return replace(sample, events=events)
