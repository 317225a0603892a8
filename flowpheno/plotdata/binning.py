"""From events to pictures: one pass over the events, then only counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.plotdata.axis import axis_of
from flowpheno.plotdata.values import Curve, Density2D, Histogram1D, Overlay
from flowpheno.sample import Measure

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from flowpheno.arrays import EventMask
    from flowpheno.marker import Marker
    from flowpheno.plotdata.axis import Axis
    from flowpheno.plotdata.values import Counts, Gate
    from flowpheno.population import Population
    from flowpheno.sample import Sample

BINS_2D = 200
"""Bins along each side of a density plot: a bin is about a quarter of a millimetre in print."""

BINS_1D = 200
"""Bins of a histogram."""


def density2d(  # noqa: PLR0913 - what a plot shows is said where it is made
    sample: Sample,
    marker_x: Marker,
    marker_y: Marker,
    *,
    parent: Population,
    overlays: Sequence[Population] = (),
    gates: Sequence[Gate] = (),
    measure_y: Measure = Measure.AREA,
    bins: int = BINS_2D,
) -> Density2D:
    """Bin two markers of one population, with other populations and gates over it.

    Parameters
    ----------
    sample : Sample
        Compensated events.
    marker_x, marker_y : Marker
        What the axes show; ``"FSC"`` and ``"SSC"`` for scatter.
    parent : Population
        Population shown as density.
    overlays : sequence of Population
        Populations drawn in their colours, in that order.
    gates : sequence of Gate
        From `polygon_gate` and `line_gate`.
    measure_y : Measure
        Which property of the pulse the y axis shows.
    bins : int
        Bins along each side.

    Returns
    -------
    Density2D
        The picture; all counts 0 for an empty population. Events that are not finite are in no
        bin.

    Raises
    ------
    MarkerNotFoundError
        If a marker was not stained.
    """
    columns = sample.column(marker_x), sample.column(marker_y, measure_y)
    y_name = marker_y if measure_y is Measure.AREA else f"{marker_y} {measure_y}"
    x, y = (axis_of(sample, column, parent.mask) for column in columns)
    place_x, place_y = (
        place_of(axis, sample.events[:, column], bins)
        for axis, column in zip((x, y), columns, strict=True)
    )
    place = together(place_x, place_y, bins)
    return Density2D(
        name=f"{marker_x}_{y_name}_{parent.name}".replace(" ", "_"),
        title=f"{y_name} against {marker_x}",
        x=x,
        y=y,
        counts=count_bins(place, parent.mask, (bins, bins)),
        parent=parent.name,
        n_parent=parent.n,
        overlays=tuple(
            Overlay(name=p.name, n=p.n, counts=count_bins(place, p.mask, (bins, bins)))
            for p in overlays
        ),
        gates=tuple(gates),
    )


def histogram(
    sample: Sample,
    marker: Marker,
    *,
    populations: Sequence[Population],
    cutoff: float | None = None,
    bins: int = BINS_1D,
) -> Histogram1D:
    """Bin one marker of a population and of its controls.

    Parameters
    ----------
    sample : Sample
        Compensated events.
    marker : Marker
        What is shown.
    populations : sequence of Population
        The population judged first, then its controls; at least one.
    cutoff : float or None
        Intensity above which an event is positive, linear.
    bins : int
        Bins.

    Returns
    -------
    Histogram1D
        The picture; all counts 0 for empty populations.

    Raises
    ------
    MarkerNotFoundError
        If the marker was not stained.
    """
    column = sample.column(marker)
    values = sample.events[:, column]
    shown = np.logical_or.reduce([p.mask for p in populations])
    axis = axis_of(sample, column, shown)
    place = place_of(axis, values, bins)
    judged = populations[0]
    percent = float("nan")
    if cutoff is not None and judged.n:
        percent = 100 * int(np.count_nonzero(values[judged.mask] > cutoff)) / judged.n
    return Histogram1D(
        name=f"{marker}_{judged.name}",
        title=f"{marker} of {judged.name}",
        x=axis,
        curves=tuple(
            Curve(name=p.name, n=p.n, counts=count_bins(place, p.mask, (bins,)))
            for p in populations
        ),
        cutoff=cutoff,
        percent=percent,
    )


def place_of(axis: Axis, values: npt.NDArray[np.floating], bins: int) -> npt.NDArray[np.int32]:
    """Find the bin of each event along an axis.

    Parameters
    ----------
    axis : Axis
        The axis.
    values : ndarray of float
        Linear intensities, shape ``(n,)``.
    bins : int
        Bins of equal display width.

    Returns
    -------
    ndarray of int32
        Shape ``(n,)``; beyond an end the last bin, -1 where the value is not finite.
    """
    finite = np.isfinite(values)
    whole = bool(finite.all())
    position = axis.position(values if whole else np.where(finite, values, axis.low))
    position *= bins
    np.clip(position, 0, bins - 1, out=position)
    place = position.astype(np.int32)
    return place if whole else np.where(finite, place, np.int32(-1))


def together(
    place_x: npt.NDArray[np.int32], place_y: npt.NDArray[np.int32], bins: int
) -> npt.NDArray[np.int32]:
    """Join the bins of two axes.

    Parameters
    ----------
    place_x, place_y : ndarray of int32
        From `place_of`, shape ``(n,)``.
    bins : int
        Bins along each side.

    Returns
    -------
    ndarray of int32
        Bin of the flattened square; -1 where either is.
    """
    joined = place_x * np.int32(bins) + place_y
    joined[(place_x < 0) | (place_y < 0)] = -1
    return joined


def count_bins(
    place: npt.NDArray[np.int32], mask: EventMask | None, shape: tuple[int, ...]
) -> Counts:
    """Count the events of each bin.

    Parameters
    ----------
    place : ndarray of int32
        Bin of each event; -1 for none.
    mask : EventMask or None
        Events that count; None for all.
    shape : tuple of int
        Of the picture.

    Returns
    -------
    Counts
        Events a bin.
    """
    inside = place if mask is None else place[mask]
    size = int(np.prod(shape))  # one bin more, before the first, takes what is in none
    counts = np.bincount(inside + 1, minlength=size + 1)[1:]
    return counts.astype(np.uint32).reshape(shape)
