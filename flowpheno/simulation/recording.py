"""Record events as a cytometer does: pulses, time, drift, range; as a sample in memory."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.marker import Marker
from flowpheno.sample import Channel, ChannelKind, Measure
from flowpheno.simulation.artefacts import dimming
from flowpheno.simulation.events import DOUBLET
from flowpheno.simulation.instrument import observe

if TYPE_CHECKING:
    import numpy.typing as npt

    from flowpheno.arrays import EventMask, EventMatrix, Matrix, Values
    from flowpheno.panel.tubes import Tube
    from flowpheno.simulation.artefacts import Amounts
    from flowpheno.simulation.events import Events
    from flowpheno.simulation.instrument import Instrument
    from flowpheno.simulation.specification import Specification

    Floats = npt.NDArray[np.float32]

SIMULATED_KEYWORD = "FLOWPHENO SIMULATED"
"""Keyword of every simulated file, so that each result can say what its input was."""

_MEASURES = {"A": Measure.AREA, "H": Measure.HEIGHT, "W": Measure.WIDTH}


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Recorder:
    """One cytometer, set up for one tube.

    Attributes
    ----------
    specification : Specification
        Noise, pulse shapes, time.
    tube : Tube
        Channels to record.
    instrument : Instrument
        Gains and range.
    spill : Matrix
        True spill at gain 1, shape ``(n, n)``.
    gains : Values
        Factor of each fluorescence detector, shape ``(n,)``.
    """

    specification: Specification
    tube: Tube
    instrument: Instrument
    spill: Matrix
    gains: Values

    @property
    def range_max(self) -> float:
        """Largest value recorded."""
        own = self.instrument.range_max
        return own if own is not None else self.specification.defaults.range_max


def record(
    recorder: Recorder, events: Events, amounts: Amounts, *, rng: np.random.Generator
) -> tuple[EventMatrix, EventMask]:
    """Record every channel of a tube.

    Parameters
    ----------
    recorder : Recorder
        The cytometer.
    events : Events
        True light, in the order of passage.
    amounts : Amounts
        Drift and clog.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    EventMatrix
        Recorded values, columns as `channels_of` names them, clipped at the range.
    EventMask
        Events that passed during a clog.
    """
    time = recorder.specification.artefacts.time
    n = len(events.cells)
    moments = np.sort(rng.random(n))
    drift, clogged = dimming(moments, amounts)
    seen = observe(
        events.cells.light * drift[:, None],
        recorder.spill,
        recorder.gains,
        noise=recorder.specification.defaults.noise,
        rng=rng,
    )
    pulses = _scatter_pulses(recorder, events, rng)
    columns = [*(pulses[name] for name in recorder.tube.scatter), *seen.T]
    values = np.stack(columns, axis=1)
    values[clogged] *= np.float32(time.clog_factor)
    np.minimum(values, np.float32(recorder.range_max), out=values)
    if recorder.tube.time is not None:
        ticks = moments * n / time.events_per_second / time.tick_seconds
        values = np.column_stack([values, ticks.astype(np.float32)])
    return values, clogged


def channels_of(recorder: Recorder) -> tuple[Channel, ...]:
    """Name the columns: scatter, fluorescence, time.

    Parameters
    ----------
    recorder : Recorder
        The cytometer.

    Returns
    -------
    tuple of Channel
        In the order of the tube; the marker is also the label.
    """
    limit = recorder.range_max + 1
    scatter = [
        Channel(
            detector=name,
            marker=Marker(name[:3]),
            kind=ChannelKind.SCATTER,
            measure=_MEASURES[name[-1]],
            range=limit,
        )
        for name in recorder.tube.scatter
    ]
    stained = [
        Channel(
            detector=channel.detector,
            marker=Marker(channel.marker) if channel.marker is not None else None,
            fluorochrome=channel.fluorochrome,
            label=channel.marker or "",
            range=limit,
        )
        for channel in recorder.tube.channels
    ]
    name = recorder.tube.time
    time = [Channel(detector=name, kind=ChannelKind.TIME, range=limit)] if name else []
    return (*scatter, *stained, *time)


def keywords_of(recorder: Recorder) -> MappingProxyType[str, str]:
    """Write the TEXT keywords of a simulated file.

    Parameters
    ----------
    recorder : Recorder
        The cytometer.

    Returns
    -------
    mapping of str to str
        Says that the file is simulated, from which specification and tube.
    """
    tick = recorder.specification.artefacts.time.tick_seconds
    return MappingProxyType(
        {
            SIMULATED_KEYWORD: "TRUE",
            "FLOWPHENO SPECIFICATION": recorder.specification.name,
            "FLOWPHENO TUBE": recorder.tube.name,
            "$CYT": "simulated",
            "$TIMESTEP": f"{tick:g}",
        }
    )


def _scatter_pulses(
    recorder: Recorder, events: Events, rng: np.random.Generator
) -> dict[str, Floats]:
    """Area, height and width of both scatters."""
    artefacts = recorder.specification.artefacts
    single, sd = artefacts.singlet_fsc_h_over_a
    pair = events.labels == DOUBLET
    mean = np.where(pair, artefacts.doublets.fsc_h_over_a, single).astype(np.float32)
    pulses: dict[str, Floats] = {}
    for name, area in (("FSC", events.cells.fsc), ("SSC", events.cells.ssc)):
        ratio = mean + np.float32(sd) * rng.standard_normal(len(mean), dtype=np.float32)
        amplified = area * np.float32(recorder.instrument.gains.get(name, 1.0))
        pulses[f"{name}-A"] = amplified
        pulses[f"{name}-H"] = amplified * ratio
        pulses[f"{name}-W"] = np.divide(artefacts.pulse_width.per_ratio, ratio, dtype=np.float32)
    return pulses
