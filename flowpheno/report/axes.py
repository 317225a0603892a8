"""The canvas of a figure and its axes: labels, decade ticks, nothing else."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from flowpheno.report.palette import INK
from flowpheno.transform import decade_ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from flowpheno.arrays import Values
    from flowpheno.plotdata import Axis

_MINOR_LENGTH = 2.0
"""Points."""
_NEAREST_ABOVE = 0.045  # of the axis: labels one above the other closer than this would touch
_NEAREST_BESIDE = 0.092  # and beside each other
_COURSE_LEAST = 0.16  # of the whole axis, about 0.7 decades: less would magnify noise
_COURSE_HEADROOM = 1.3
_COURSE_NEAREST = 0.4  # of half the part shown: small axes have room for few labels


def canvas(
    width: float, height: float, *, legend: int = 0, rows: int = 1
) -> tuple[Figure, list[Axes]]:
    """Make a figure with its axes one below the other, known to nobody else.

    Parameters
    ----------
    width, height : float
        Of the figure, and of the axes together; inches.
    legend : int
        Entries of the legend below them, two a line.
    rows : int
        Axes.

    Returns
    -------
    figure : Figure
        Laid out by hand: automatic layout draws everything twice.
    axes : list of Axes
        From top to bottom, sharing x.
    """
    left, right, top, bottom = 0.72, 0.12, 0.3, 0.5
    below = bottom + 0.17 * math.ceil(legend / 2) + (0.06 if legend else 0.0)
    total = height + top + below
    figure = Figure(figsize=(width, total), facecolor="white")
    FigureCanvasAgg(figure)
    figure.subplots_adjust(
        left=left / width, right=1 - right / width, top=1 - top / total, bottom=below / total,
        hspace=0.18,
    )  # fmt: skip
    return figure, list(np.atleast_1d(figure.subplots(rows, 1, sharex=True)))


def canvas_row(panels: int, side: float, *, legend: int = 0) -> tuple[Figure, list[Axes]]:
    """Make a figure with square axes side by side, each with room for its own labels.

    Parameters
    ----------
    panels : int
        Axes, at least one.
    side : float
        Of each; inches.
    legend : int
        Lines of the legend below them.

    Returns
    -------
    figure : Figure
        As of `canvas`.
    axes : list of Axes
        From left to right, sharing nothing.
    """
    left, right, top, bottom = 0.72, 0.14, 0.3, 0.5
    below = bottom + 0.19 * legend
    width, total = panels * (left + side + right), side + top + below
    figure = Figure(figsize=(width, total), facecolor="white")
    FigureCanvasAgg(figure)
    step = (left + side + right) / width
    axes = [
        figure.add_axes((index * step + left / width, below / total, side / width, side / total))
        for index in range(panels)
    ]
    return figure, axes


def dress_x(axes: Axes, axis: Axis) -> None:
    """Label the x axis and set its ticks.

    Parameters
    ----------
    axes : Axes
        Drawn in positions 0 to 1.
    axis : Axis
        What it shows.
    """
    plain(axes)
    major, names, minor = ticks(axis, nearest=_NEAREST_BESIDE)
    axes.set_xlim(0, 1)
    axes.set_xticks(major, names)
    _minor_ticks(axes, minor, horizontal=True)
    axes.set_xlabel(axis.label, fontsize=9.5, color=INK, parse_math=False)


def dress_y(axes: Axes, axis: Axis) -> None:
    """Label the y axis and set its ticks.

    Parameters
    ----------
    axes : Axes
        Drawn in positions 0 to 1.
    axis : Axis
        What it shows.
    """
    plain(axes)
    major, names, minor = ticks(axis)
    axes.set_ylim(0, 1)
    axes.set_yticks(major, names)
    _minor_ticks(axes, minor, horizontal=False)
    axes.set_ylabel(axis.label, fontsize=9.5, color=INK, parse_math=False)


def dress_course(axes: Axes, axis: Axis, heights: Values) -> None:
    """Show the part of the y axis through which a course runs, so that a shift is seen.

    Parameters
    ----------
    axes : Axes
        Drawn in positions 0 to 1 of the whole axis.
    axis : Axis
        What it shows.
    heights : Values
        Positions of the course, finite; may be empty.
    """
    low, high = (float(heights.min()), float(heights.max())) if heights.size else (0.0, 1.0)
    middle, half = (low + high) / 2, max(_COURSE_HEADROOM * (high - low) / 2, _COURSE_LEAST / 2)
    axes.set_ylim(middle - half, middle + half)
    size = 10.0 ** np.arange(-2, 7)
    round_values = np.unique(np.outer([-5, -2, -1, 0, 1, 2, 5], size))
    found = [
        (float(place), float(value))
        for place, value in zip(axis.position(round_values), round_values, strict=True)
        if abs(float(place) - middle) < half
    ]
    kept: list[tuple[float, float]] = []
    for place, value in sorted(found, key=lambda pair: -abs(pair[1])):
        if all(abs(place - other) > _COURSE_NEAREST * half for other, _ in kept):
            kept.append((place, value))
    names = [f"{v / 1000:g}k" if abs(v) >= 1000 else f"{v:g}" for _, v in kept]  # noqa: PLR2004 - kilo
    axes.set_yticks([place for place, _ in kept], names)
    axes.set_ylabel(axis.label, color=INK, parse_math=False)


def _minor_ticks(axes: Axes, places: list[float], *, horizontal: bool) -> None:
    """Draw minor ticks as one collection: as tick objects they cost more than the plot."""
    from matplotlib.collections import LineCollection  # noqa: PLC0415 - slow to import

    if not places:
        return
    size = axes.get_window_extent()
    points = _MINOR_LENGTH * axes.figure.dpi / 72
    end = -points / (size.height if horizontal else size.width)
    lines = [[(p, 0.0), (p, end)] if horizontal else [(0.0, p), (end, p)] for p in places]
    transform = axes.get_xaxis_transform() if horizontal else axes.get_yaxis_transform()
    ticks_drawn = LineCollection(
        lines, transform=transform, clip_on=False, linewidths=0.5, colors=INK, zorder=2.5
    )
    axes.add_collection(ticks_drawn, autolim=False)


def plain(axes: Axes) -> None:
    """Take away what is not data.

    Parameters
    ----------
    axes : Axes
        Any axes.
    """
    axes.tick_params(labelsize=8, colors=INK, length=3.5, width=0.7)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_linewidth(0.7)


def ticks(
    axis: Axis, *, nearest: float = _NEAREST_ABOVE
) -> tuple[list[float], list[str], list[float]]:
    """Place the ticks of an axis.

    Parameters
    ----------
    axis : Axis
        Any axis.
    nearest : float
        Share of the axis that labels of decades stay apart.

    Returns
    -------
    positions : list of float
        Of the labelled ticks, 0 to 1 along the axis.
    names : list of str
        Their labels: 0 and powers of ten, or round numbers on a linear axis.
    minor : list of float
        Positions of the ticks between.
    """
    transform = axis.transform
    if transform is None:
        return _linear_ticks(axis)
    found = decade_ticks(transform, axis.low, axis.high)
    low, high = transform.apply(np.array([axis.low, axis.high]))
    major, minor = (
        (np.asarray(places) - low) / (high - low) for places in (found.major, found.minor)
    )
    kept: list[int] = []
    for index in sorted(range(major.size), key=lambda i: (found.labels[i] != "0", -major[i])):
        if all(abs(major[index] - major[other]) > nearest for other in kept):
            kept.append(index)
    kept.sort()
    positions, names = [float(major[i]) for i in kept], [found.labels[i] for i in kept]
    zero = float(axis.position(0.0))  # about zero the small ticks would run together
    return positions, names, minor[np.abs(minor - zero) > _NEAREST_ABOVE].tolist()


def _linear_ticks(axis: Axis) -> tuple[list[float], list[str], list[float]]:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - used here alone

    values = _within(axis, np.asarray(MaxNLocator(5).tick_values(axis.low, axis.high)))
    thousands = axis.high >= 10_000  # noqa: PLR2004 - five digits do not fit beside each other
    names = [f"{v / 1000:g}k" if thousands and v else f"{v:g}" for v in values]
    return [float(p) for p in axis.position(values)], names, []


def _within(axis: Axis, values: np.ndarray) -> np.ndarray:
    inside: np.ndarray = values[(values >= axis.low) & (values <= axis.high)]
    return inside
