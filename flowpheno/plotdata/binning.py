"""From events to pictures: one pass over the events, then only counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import MarkerNotFoundError
from flowpheno.plotdata.axis import axis_of, sequence_axis
from flowpheno.plotdata.values import Curve, Density2D, Histogram1D, Overlay, TimePlot, Trace
from flowpheno.qc.clock import clock_of, seconds_a_tick
from flowpheno.sample import Measure

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from flowpheno.arrays import EventMask, Values
    from flowpheno.marker import Marker
    from flowpheno.plotdata.axis import Axis
    from flowpheno.plotdata.values import Counts, Gate
    from flowpheno.population import Population
    from flowpheno.sample import Sample

BINS_2D = 160
"""Bins along each side of a density plot: a bin is about a third of a millimetre in print."""

BINS_1D = 200
"""Bins of a histogram."""

_TIME_BINS = 100


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
        _place(axis, sample.events[:, column], bins)
        for axis, column in zip((x, y), columns, strict=True)
    )
    place = np.where((place_x < 0) | (place_y < 0), -1, place_x * bins + place_y)
    return Density2D(
        name=f"{marker_x}_{y_name}_{parent.name}".replace(" ", "_"),
        title=f"{y_name} against {marker_x}",
        x=x,
        y=y,
        counts=_count(place, parent.mask, (bins, bins)),
        parent=parent.name,
        n_parent=parent.n,
        overlays=tuple(
            Overlay(name=p.name, n=p.n, counts=_count(place, p.mask, (bins, bins)))
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
    place = _place(axis, values, bins)
    judged = populations[0]
    percent = float("nan")
    if cutoff is not None and judged.n:
        percent = 100 * int(np.count_nonzero(values[judged.mask] > cutoff)) / judged.n
    return Histogram1D(
        name=f"{marker}_{judged.name}",
        title=f"{marker} of {judged.name}",
        x=axis,
        curves=tuple(
            Curve(name=p.name, n=p.n, counts=_count(place, p.mask, (bins,))) for p in populations
        ),
        cutoff=cutoff,
        percent=percent,
    )


def time_plot(
    sample: Sample,
    *,
    removed: EventMask | None = None,
    markers: Sequence[Marker] = (),
    bins: int = _TIME_BINS,
) -> TimePlot:
    """Bin the acquisition in time.

    Parameters
    ----------
    sample : Sample
        Compensated events.
    removed : EventMask, optional
        Events that quality control took out; none if not given.
    markers : sequence of Marker
        Channels whose median is followed; those not stained are passed over.
    bins : int
        Bins of equal duration.

    Returns
    -------
    TimePlot
        The picture, in seconds where the file says how long a tick of its clock is. Without a
        time channel the events are taken in file order, and the label says so.
    """
    time, label = _clock(sample)
    out = np.zeros(sample.n_events, dtype=bool) if removed is None else removed
    ends = sequence_axis(time, label=label)
    place = _place(ends, time, bins)
    counts = _count(place, np.ones(sample.n_events, dtype=bool), (bins,))
    return TimePlot(
        name="time",
        title="Acquisition",
        label=label,
        edges=np.linspace(ends.low, ends.high, bins + 1),
        counts=counts,
        traces=tuple(_traces(sample, markers, place, bins)),
        removed=2 * _count(place, out, (bins,)).astype(np.int64) > counts,
        n_removed=int(np.count_nonzero(out)),
    )


def _clock(sample: Sample) -> tuple[Values, str]:
    """Time of each event and its unit; the file order where there is no clock."""
    clock = clock_of(sample, least_events=_TIME_BINS)
    if isinstance(clock, str):
        return np.arange(sample.n_events, dtype=np.float64), f"Event number ({clock})"
    seconds = seconds_a_tick(sample)
    if seconds is None:
        return clock.time, "Time (ticks of the instrument)"
    return clock.time * seconds, "Time (s)"


def _traces(
    sample: Sample, markers: Sequence[Marker], place: npt.NDArray[np.int64], bins: int
) -> list[Trace]:
    order = np.argsort(place, kind="stable")
    borders = np.searchsorted(place[order], np.arange(bins + 1))
    traces = []
    for marker in markers:
        try:
            column = sample.column(marker)
        except MarkerNotFoundError:
            continue
        parts = np.split(sample.events[order, column], borders)[1:-1]
        medians = [float(np.median(part)) if part.size else np.nan for part in parts]
        traces.append(Trace(axis=axis_of(sample, column), medians=np.array(medians)))
    return traces


def _place(axis: Axis, values: npt.NDArray[np.floating], bins: int) -> npt.NDArray[np.int64]:
    """Bin of each event; beyond an end the last bin, -1 where the value is not finite."""
    finite = np.isfinite(values)
    position = axis.position(np.where(finite, values, axis.low))
    place = np.clip(np.floor(position * bins), 0, bins - 1).astype(np.int64)
    return np.where(finite, place, -1)


def _count(place: npt.NDArray[np.int64], mask: EventMask, shape: tuple[int, ...]) -> Counts:
    inside = place[mask]
    size = int(np.prod(shape))
    return np.bincount(inside[inside >= 0], minlength=size).astype(np.uint32).reshape(shape)
