"""The maturation plot: where normal B cells go, and where a population stands beside them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D

from flowpheno.report.axes import canvas_row, dress_x, dress_y
from flowpheno.report.figures.layers import LEAST_CONTOUR, contours, dots, paint_overlay
from flowpheno.report.figures.words import put_handles, put_title, say_nothing
from flowpheno.report.palette import INK, colour_of, plain_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from flowpheno.arrays import Matrix
    from flowpheno.plotdata import Density2D, MaturationPlot
    from flowpheno.plotdata.values import Counts

_SIDE = 2.6  # inches
_NORMAL = "#66727f"  # grey, as what lies behind is everywhere
_STEPS = 9  # of the course
_FEW = 1000  # events: fewer have no course


def draw_maturation(plot: MaturationPlot) -> Figure:
    """Draw populations over the normal maturation of B cells.

    Parameters
    ----------
    plot : MaturationPlot
        Plot data.

    Returns
    -------
    Figure
        A panel for each pair of markers: the normal as grey contours of 95, 80, 60, 40 and 20 %
        with the course of its median as an arrow, populations over it in their colours. Not known
        to pyplot.
    """
    figure, axes = canvas_row(max(len(plot.panels), 1), _SIDE, legend=1)
    for panel, place in zip(plot.panels, axes, strict=False):
        _fill(place, panel, with_course=plot.has_course)
    shown = {o.name: o.n for panel in plot.panels for o in panel.overlays if o.n}
    words = f"{plain_name(plot.continuum)}, n = {plot.n_continuum:,}"
    if plot.has_course and plot.n_continuum >= _FEW:
        words += "; arrow: course of the median"
    entries = [(words, _patch(_NORMAL))] if plot.n_continuum else []
    entries += [
        (f"{plain_name(name)}, n = {n:,}", _patch(colour_of(name))) for name, n in shown.items()
    ]
    put_handles(figure, entries, columns=max(len(entries), 1))
    if not plot.panels:
        axes[0].set_axis_off()
        say_nothing(axes[0], "no maturation markers")
    return figure


def _fill(axes: Axes, panel: Density2D, *, with_course: bool) -> None:
    if panel.n_parent >= LEAST_CONTOUR:
        contours(axes, panel.counts, _NORMAL, filled=True)
    elif panel.n_parent:
        dots(axes, panel.counts, _NORMAL, n=panel.n_parent)
    for overlay in sorted(panel.overlays, key=lambda o: -o.n):
        paint_overlay(axes, overlay)
    if with_course and panel.n_parent >= _FEW:
        _draw_course(axes, course(panel.counts))
    dress_x(axes, panel.x)
    dress_y(axes, panel.y)
    put_title(axes, panel.title)
    if not panel.n_parent and not any(o.n for o in panel.overlays):
        say_nothing(axes)


def course(counts: Counts) -> Matrix:
    """Follow the median of y along x, between equal shares of the events.

    Parameters
    ----------
    counts : Counts
        Events a bin, at least one event.

    Returns
    -------
    Matrix
        Positions 0 to 1, shape ``(k, 2)``, x rising.
    """
    along = counts.sum(axis=1, dtype=np.float64)
    held = np.cumsum(along) / along.sum()
    places = []
    edges = np.linspace(0.02, 0.98, _STEPS + 1)
    for low, high in pairwise(edges):
        first, last = np.searchsorted(held, [low, high])
        part = counts[first : last + 1].astype(np.float64)
        share_x, share_y = part.sum(axis=1).cumsum(), part.sum(axis=0).cumsum()
        middle = first + np.searchsorted(share_x, share_x[-1] / 2)
        places.append((middle, np.searchsorted(share_y, share_y[-1] / 2)))
    points = (np.array(places, np.float64) + 0.5) / counts.shape[0]
    rising: Matrix = points[np.concatenate([[True], np.diff(points[:, 0]) > 0])]
    return rising


def _draw_course(axes: Axes, points: Matrix) -> None:
    """Draw the course with an arrow at its end, on a pale ground to be seen on anything."""
    if len(points) < 3:  # noqa: PLR2004 - a course has a beginning, a middle and an end
        return
    for colour, width in (("white", 3.2), (INK, 1.2)):
        axes.plot(points[:-1, 0], points[:-1, 1], color=colour, linewidth=width, zorder=4)
        axes.annotate(
            "", points[-1], points[-2], zorder=4,
            arrowprops={"arrowstyle": "-|>", "color": colour, "lw": width,
                        "shrinkA": 0, "shrinkB": 0, "mutation_scale": 9},
        )  # fmt: skip


def _patch(colour: str) -> Line2D:
    return Line2D([], [], linestyle="none", marker="s", markersize=6, color=colour)
