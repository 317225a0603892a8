"""The kinds of picture, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask, Values
    from flowpheno.plotdata.axis import Axis


Counts: TypeAlias = npt.NDArray[np.uint32]
"""Events a bin, shape ``(bins,)`` or ``(bins in x, bins in y)``, bins of equal display width."""


class Direction(StrEnum):
    """How a gate is drawn."""

    POLYGON = "polygon"
    VERTICAL = "vertical"  # a cut on the x axis
    HORIZONTAL = "horizontal"  # a cut on the y axis


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A gate drawn over a density plot.

    Attributes
    ----------
    label : str
        What is inside.
    direction : Direction
        Polygon, or a cut across the plot.
    vertices : tuple of (float, float)
        Linear data units; sides are straight on the axes of the plot. A cut has one vertex, of
        which only the coordinate it cuts is used.
    n : int
        Events of the parent inside.
    percent : float
        Of the parent, 0 to 100; NaN if the parent is empty.
    """

    label: str
    direction: Direction
    vertices: tuple[tuple[float, float], ...]
    n: int
    percent: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Overlay:
    """A population drawn in its colour over a density plot.

    Attributes
    ----------
    name : str
        Population; it decides the colour.
    n : int
        Events of the population.
    counts : Counts
        Events a bin, shape ``(bins in x, bins in y)``.
    """

    name: str
    n: int
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Density2D:
    """Two markers of one population, binned.

    Attributes
    ----------
    name : str
        Identifier within the tube.
    title : str
        One line.
    x, y : Axis
        The axes.
    counts : Counts
        Events a bin, shape ``(bins in x, bins in y)``; events beyond an axis are counted in its
        last bin.
    parent : str
        Population shown.
    n_parent : int
        Its events.
    overlays : tuple of Overlay
        Populations drawn over it.
    gates : tuple of Gate
        Gates drawn over it.
    """

    name: str
    title: str
    x: Axis
    y: Axis
    counts: Counts
    parent: str
    n_parent: int
    overlays: tuple[Overlay, ...] = ()
    gates: tuple[Gate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """One population of a histogram.

    Attributes
    ----------
    name : str
        Population.
    n : int
        Its events.
    counts : Counts
        Events a bin, shape ``(bins,)``.
    """

    name: str
    n: int
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Histogram1D:
    """One marker of several populations, binned.

    Attributes
    ----------
    name : str
        Identifier within the tube.
    title : str
        One line.
    x : Axis
        The axis.
    curves : tuple of Curve
        The population judged first, then its controls.
    cutoff : float or None
        Intensity above which an event is positive, linear; None if there is none.
    percent : float
        Percent of the first population above the cut-off; NaN without events or cut-off.
    """

    name: str
    title: str
    x: Axis
    curves: tuple[Curve, ...]
    cutoff: float | None = None
    percent: float = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trace:
    """Median of one channel along the acquisition.

    Attributes
    ----------
    axis : Axis
        Channel and scale.
    medians : Values
        Linear, shape ``(bins,)``; NaN where a bin is empty.
    """

    axis: Axis
    medians: Values


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TimePlot:
    """The acquisition in time: flow rate, medians, what was removed.

    Attributes
    ----------
    name : str
        Identifier within the tube.
    title : str
        One line.
    label : str
        What the x axis is, with its unit.
    edges : Values
        Shape ``(bins + 1,)``, in the unit of `label`.
    counts : Counts
        Events a bin, shape ``(bins,)``.
    traces : tuple of Trace
        Channels followed.
    removed : EventMask
        Bins of which more than half was removed, shape ``(bins,)``.
    n_removed : int
        Events removed.
    """

    name: str
    title: str
    label: str
    edges: Values
    counts: Counts
    traces: tuple[Trace, ...]
    removed: EventMask
    n_removed: int
