"""Two markers as contours that hold given shares of the events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.report.axes import canvas, dress_x, dress_y
from flowpheno.report.figures.density import SIDE
from flowpheno.report.figures.gates import draw_gates
from flowpheno.report.figures.layers import (
    LEAST_CONTOUR,
    SHARES,
    contours,
    dots,
    enclosing_levels,
    smooth_density,
)
from flowpheno.report.figures.words import put_legend, put_title, say_nothing
from flowpheno.report.palette import GREY, colour_of, plain_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from flowpheno.plotdata import Density2D
    from flowpheno.plotdata.values import Counts

_MOST_OUTLIERS = 3000  # more would be no outliers


def draw_contour(plot: Density2D) -> Figure:
    """Draw two markers as contours of 95, 80, 60, 40 and 20 % of the events.

    Parameters
    ----------
    plot : Density2D
        Plot data.

    Returns
    -------
    Figure
        The parent's contours in grey with its outliers as dots, populations in their colours;
        what has too few events for contours is shown as dots. Not known to pyplot.
    """
    shown = [(o.name, o.n) for o in plot.overlays if o.n]
    figure, (axes,) = canvas(SIDE, 3.2, legend=len(shown))
    parent = "#8a94a0" if shown else "#2c6fb0"
    contours(axes, plot.counts, parent, filled=not shown)
    _draw_outliers(axes, plot.counts, parent)
    for overlay in sorted(plot.overlays, key=lambda o: -o.n):
        contours(axes, overlay.counts, colour_of(overlay.name), filled=True)
    draw_gates(axes, plot)
    dress_x(axes, plot.x)
    dress_y(axes, plot.y)
    put_title(axes, f"{plain_name(plot.parent)}, n = {plot.n_parent:,}")
    if plot.n_parent >= LEAST_CONTOUR:
        held = ", ".join(f"{100 * share:g}" for share in SHARES)
        axes.set_title(f"contours: {held} %", fontsize=6.5, loc="right", color=GREY)
    if not plot.n_parent:
        say_nothing(axes)
    put_legend(figure, shown)
    return figure


def _draw_outliers(axes: Axes, counts: Counts, colour: str) -> None:
    """Draw what lies beyond the outermost contour, where it is little."""
    if int(counts.sum()) < LEAST_CONTOUR:
        return
    density = smooth_density(counts)
    outside = np.where(density < enclosing_levels(density, SHARES[:1])[0], counts, 0)
    if np.count_nonzero(outside) <= _MOST_OUTLIERS:
        dots(axes, outside, colour, n=_MOST_OUTLIERS)
