"""Where a population lies on the markers that tubes share, measured from its own tube."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.marker import DYES
from flowpheno.sample import ChannelKind, Measure

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from flowpheno.arrays import EventMask
    from flowpheno.gating.tolerance import LinkLimits
    from flowpheno.gating.tree import GatedTube
    from flowpheno.marker import Marker

HOME = "lymphocytes"
"""Population that positions are measured from."""
_HALF_WIDTH = 0.98
"""Of the 95 % interval of a median: ``1.96 * sqrt(0.25 / n)`` of the ranks."""


class Unit(StrEnum):
    """What positions are counted in."""

    DECADES = "decades"
    RANKS = "ranks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a population lies on one marker.

    Attributes
    ----------
    low, median, high : float
        Median, and how far it may lie for chance and make-up; decades from the lymphocytes of
        the tube, or share of its nucleated cells that lie below (0 to 1).
    """

    low: float
    median: float
    high: float


def measured(gated: GatedTube) -> frozenset[Marker]:
    """Name what a tube measured and could be gated on.

    Parameters
    ----------
    gated : GatedTube
        The tube.

    Returns
    -------
    frozenset of Marker
        Without a backbone marker that was filled in because it is missing.
    """
    return frozenset(
        c.marker
        for c in gated.sample.channels
        if c.marker is not None
        and c.marker in gated.decades
        and c.marker not in DYES
        and c.measure is Measure.AREA
    )


def positions(
    gated: GatedTube,
    mask: EventMask,
    markers: Collection[Marker],
    unit: Unit,
    limits: LinkLimits,
) -> Mapping[Marker, Position]:
    """Place a population on some markers.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    mask : EventMask
        The population.
    markers : collection of Marker
        Of those the tube measured.
    unit : Unit
        Decades, or ranks where intensities mean nothing.
    limits : LinkLimits
        Fewest events, and how far a median may lie.

    Returns
    -------
    mapping of Marker to Position
        Empty if there are too few events of the population, or of the lymphocytes to measure
        from.
    """
    n, home = int(np.count_nonzero(mask)), gated.mask(HOME)
    if min(n, int(np.count_nonzero(home))) < limits.minimum_events:
        return {}
    half = min(limits.shifted_percent / 100 + _HALF_WIDTH / np.sqrt(n), 0.5)
    ranks = (0.5 - half, 0.5, 0.5 + half)
    found = {}
    for marker in markers:
        values = gated.decades.of(marker)
        places = np.quantile(values[mask], ranks).astype(np.float64)
        if unit is Unit.RANKS:
            cells = np.sort(values[gated.nucleated])
            places = np.searchsorted(cells, places, side="right") / cells.size
        else:
            places -= float(np.median(values[home]))
        low, median, high = (float(place) for place in places)
        found[marker] = Position(low=low, median=median, high=high)
    return found


def gap(one: Position, other: Position) -> float:
    """Measure how far apart two populations lie beyond chance and make-up.

    Parameters
    ----------
    one, other : Position
        On the same marker, in the same unit.

    Returns
    -------
    float
        0 where the medians may be the same.
    """
    return max(one.low - other.high, other.low - one.high, 0.0)


def tolerance(
    marker: Marker, tubes: tuple[GatedTube, GatedTube], unit: Unit, limits: LinkLimits
) -> float:
    """Say how far one population may lie apart in two tubes.

    Parameters
    ----------
    marker : Marker
        Measured in both.
    tubes : (GatedTube, GatedTube)
        The tubes.
    unit : Unit
        Unit of the positions.
    limits : LinkLimits
        Tolerances.

    Returns
    -------
    float
        In that unit; wider where the marker is on another dye, as dyes differ in brightness.
    """
    if unit is Unit.RANKS:
        return limits.rank
    one, other = (t.sample.channels[t.sample.column(marker)] for t in tubes)
    if one.kind is ChannelKind.SCATTER:
        return limits.scatter
    same = one.fluorochrome == other.fluorochrome and one.kind is other.kind
    return limits.same_dye if same else limits.other_dye
