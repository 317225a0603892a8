"""Each population over its parent, on the markers it is defined by."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.gating.definition import Unit
from flowpheno.gating.resolve import usable
from flowpheno.marker import Marker
from flowpheno.plotdata import density2d, polygon_gate
from flowpheno.population import Population

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flowpheno.gating import GatedTube
    from flowpheno.gating.definition import PopulationDefinition
    from flowpheno.gating.landmark import Landmarks
    from flowpheno.plotdata import Axis, Density2D

_CD45, _SSC, _FSC = Marker("CD45"), Marker("SSC"), Marker("FSC")
_COMPANIONS = (_SSC, _CD45, _FSC)
"""What a single marker is shown against, the first that the tube has."""
MAP = "map_of_"
"""Name of the picture that shows all populations begins so."""
_SHOWN = ("lymphocytes", "mono", "gran", "erythroid", "progenitors", "pDC", "basophils")
_OF_B = ("B_mature", "plasma", "B_precursors")


def draw_populations(gated: GatedTube) -> Iterator[Density2D]:
    """Bin the pictures of a tube's populations.

    Parameters
    ----------
    gated : GatedTube
        With its populations.

    Yields
    ------
    Density2D
        Scatter; CD45 against side scatter with all populations; then each population over its
        parent on the first two of its markers that the tube has, with its borders on them.
        Nothing for a tube that could not be gated.
    """
    if gated.landmarks is None:
        return
    tube = gated.landmarks
    everything = Population("all", "", np.ones(gated.sample.n_events, bool))
    nucleated = Population("nucleated", "all", gated.nucleated)
    roots = {"all": everything, "nucleated": nucleated}
    if gated.sample.has(_FSC) and gated.sample.has(_SSC):
        yield density2d(gated.sample, _FSC, _SSC, parent=everything, overlays=[nucleated])
    shown = [gated.populations[n] for n in (*_SHOWN, *_OF_B) if n in gated.populations]
    if axes := _axes((_CD45, _SSC), gated):
        plot = density2d(gated.sample, *axes, parent=nucleated, overlays=shown)
        yield replace(plot, name=f"{MAP}{plot.name}")
    for definition in tube.definitions.populations:
        population = gated.populations.get(definition.name)
        if population is None or not definition.ways:
            continue
        parent = roots.get(definition.parent) or gated.populations[definition.parent]
        markers = _markers(definition, tube)
        if markers and parent.n and (axes := _axes(tuple(markers), gated)):
            plot = density2d(gated.sample, *axes, parent=parent, overlays=[population])
            plot = replace(
                plot,
                name=f"{definition.name}_of_{plot.name}",
                title=f"{definition.name}: {plot.title}",
            )
            yield _with_borders(plot, definition, tube, (population, parent), axes)


def _axes(markers: tuple[Marker, ...], gated: GatedTube) -> tuple[Marker, Marker] | None:
    """Two channels to show something on; None where the tube has one only."""
    wanted = (*markers, *_COMPANIONS, *gated.decades.transforms)
    there = [m for m in dict.fromkeys(wanted) if gated.sample.has(m)]
    if len(there) < 2:  # noqa: PLR2004 - a picture has two axes
        return None
    x, y = there[:2]
    return (y, x) if x == _SSC else (x, y)


def _markers(definition: PopulationDefinition, tube: Landmarks) -> dict[Marker, str]:
    """Give the markers a population was judged by first, with their levels."""
    levels: dict[Marker, str] = {}
    ways = usable(definition, tube)[:1]
    named = [one for way in ways for one in (*way.all_of.items(), *way.any_of.items())]
    if definition.by is Unit.CLUSTERS or (_SSC, "low") in definition.also.items():
        named += definition.also.items()
    for marker, level in named:
        if tube.has(marker, level):
            levels.setdefault(marker, level)
    return levels


def _with_borders(
    plot: Density2D,
    definition: PopulationDefinition,
    tube: Landmarks,
    populations: tuple[Population, Population],
    axes: tuple[Marker, Marker],
) -> Density2D:
    """Outline a gate that two levels make; clusters, and one of several levels, have none."""
    population, parent = populations
    named = {m: v for way in usable(definition, tube)[:1] for m, v in way.all_of.items()}
    if definition.by is Unit.CLUSTERS or not named:
        return plot
    named |= {m: v for m, v in definition.also.items() if m not in named}
    sides = [
        _side(axis, marker, named.get(marker), tube, parent)
        for axis, marker in zip((plot.x, plot.y), axes, strict=True)
    ]
    (left, right), (bottom, top) = sides
    corners = [(left, bottom), (right, bottom), (right, top), (left, top)]
    return replace(plot, gates=(polygon_gate(corners, inside=population, parent=parent),))


def _side(
    axis: Axis, marker: Marker, level: str | None, tube: Landmarks, parent: Population
) -> tuple[float, float]:
    """Linear ends of a gate along an axis, no further than the axis goes."""
    if level is None or not tube.has(marker, level):
        return axis.low, axis.high
    low, high = tube.borders(marker, level, parent.mask)
    ends = [
        float(tube.decades.linear(marker, np.array([end]))[0]) if np.isfinite(end) else other
        for end, other in ((low, axis.low), (high, axis.high))
    ]
    return max(ends[0], axis.low), min(ends[1], axis.high)
