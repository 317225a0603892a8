"""Marrows for tests: invented ones, number by number, and simulated ones, made once."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.fcs.spillover import Spillover
from flowpheno.gating import GatedTube
from flowpheno.gating.decades import to_decades
from flowpheno.marker import Marker
from flowpheno.panel.tubes import builtin_tubes
from flowpheno.population import Population
from flowpheno.sample import Channel, Sample, Scale
from flowpheno.simulation import (
    Artefacts,
    Background,
    BlastRequest,
    SimulatedTube,
    load_specification,
    simulate_tube,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

MRD_TUBE = "euroflow_bcp_all_mrd_t1"
NORMAL_STATES = ("steady_child", "regenerating", "early_regen", "steady_adult")
STATES = ("steady_child", "steady_adult", "regenerating", "early_regen", "end_induction")


def gated_tube(
    populations: Mapping[str, Mapping[str, object]],
    *,
    spill: Mapping[tuple[str, str], float] | None = None,
    relative: bool = False,
) -> GatedTube:
    """Make a gated tube; a population gives each marker's intensities, compensated and linear.

    Intensities are an array, or a number for all of a population whose size another marker gives.
    """
    markers = list(dict.fromkeys(m for levels in populations.values() for m in levels))
    rows, names = [], []
    for name, levels in populations.items():
        n = max(np.asarray(values).size for values in levels.values())
        columns = [np.broadcast_to(np.asarray(levels.get(m, 0.0)), n) for m in markers]
        rows.append(np.column_stack(columns).astype(np.float32))
        names += [name] * n
    label = np.array(names)
    detectors = tuple(f"{m}-A" for m in markers)
    sample = Sample(
        name="invented",
        channels=tuple(
            Channel(detector=d, marker=Marker(m)) for d, m in zip(detectors, markers, strict=True)
        ),
        events=np.vstack(rows),
        spillover=_spillover(markers, detectors, spill),
        compensated=True,
        scale=Scale.RELATIVE if relative else Scale.LINEAR,
    )
    return GatedTube(
        sample=sample,
        decades=to_decades(sample),
        nucleated=np.ones(len(label), bool),
        anchors=None,
        cutpoints={},
        populations={n: Population(n, "nucleated", label == n) for n in populations},
        findings=(),
    )


def _spillover(
    markers: list[str], detectors: tuple[str, ...], spill: Mapping[tuple[str, str], float] | None
) -> Spillover | None:
    if spill is None:
        return None
    matrix = np.eye(len(markers))
    for (source, into), share in spill.items():
        matrix[markers.index(source), markers.index(into)] = share
    return Spillover(detectors=detectors, matrix=matrix, source="test")


@lru_cache(maxsize=64)
def simulated_marrow(
    seed: int,
    *,
    tube: str = MRD_TUBE,
    state: str = "steady_child",
    blasts: tuple[str, float] | None = None,
    n_events: int = 60_000,
    hemodilution: float = 0.0,
    artefacts: Artefacts | None = None,
) -> SimulatedTube:
    """Simulate a marrow of one tube; `blasts` is the archetype and its share."""
    archetype, fraction = blasts or (None, 0.0)
    return simulate_tube(
        load_specification(),
        builtin_tubes()[tube],
        rng=np.random.default_rng(seed),
        n_events=n_events,
        background=Background(state=state, hemodilution=hemodilution),
        blasts=BlastRequest(fraction=fraction, archetype=archetype) if archetype else None,
        artefacts=artefacts,
        name=f"{state}_{seed}",
    )


def without(sample: Sample, *markers: str) -> Sample:
    """Leave channels in the tube whose stain nobody knows: no marker, the same light."""
    channels = tuple(
        replace(c, marker=None, label="") if c.marker in markers else c for c in sample.channels
    )
    return replace(sample, channels=channels)


def events_of(sample: Sample, rows: npt.NDArray[np.int64]) -> Sample:
    """Keep some events, in the order given."""
    return replace(sample, events=sample.events[rows].copy())


def scaled(sample: Sample, factors: Mapping[str, float], *, ranges: bool) -> Sample:
    """Amplify detectors as if the voltage had been set otherwise, before the matrix was made."""
    events, channels = np.array(sample.events), list(sample.channels)
    for index, channel in enumerate(channels):
        if channel.detector in factors:
            events[:, index] *= np.float32(factors[channel.detector])
            if ranges:
                wider = channel.range * factors[channel.detector]
                channels[index] = replace(channel, range=wider)
    spillover = sample.spillover
    if spillover is not None:
        gain = np.array([factors.get(d, 1.0) for d in spillover.detectors])
        spillover = replace(spillover, matrix=spillover.matrix * gain[None, :] / gain[:, None])
    return replace(sample, events=events, channels=tuple(channels), spillover=spillover)


def f1(one: npt.NDArray[np.bool_], other: npt.NDArray[np.bool_]) -> float:
    """Harmonic mean of precision and recall; 1 for two empty sets."""
    both = int(one.sum()) + int(other.sum())
    return 2 * int((one & other).sum()) / both if both else 1.0
