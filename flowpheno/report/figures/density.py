"""Two markers as a density, populations and gates over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowpheno.report.axes import canvas, dress_x, dress_y
from flowpheno.report.figures.gates import draw_gates
from flowpheno.report.figures.layers import ALONE, BEHIND, SPARSE, dots, paint, paint_overlay
from flowpheno.report.figures.words import put_legend, put_title, say_nothing
from flowpheno.report.palette import plain_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from flowpheno.plotdata import Density2D

SIDE = 4.0
"""Width of a figure that stands beside others, inches."""


def draw_density(plot: Density2D) -> Figure:
    """Draw two markers: the parent in grey, populations in their colours, gates with counts.

    Parameters
    ----------
    plot : Density2D
        Plot data.

    Returns
    -------
    Figure
        The figure; with fewer than a few thousand events every event is a dot, without any the
        plot says so. Not known to pyplot.
    """
    shown = [(o.name, o.n) for o in plot.overlays if o.n]
    figure, (axes,) = canvas(SIDE, 3.2, legend=len(shown))
    fill_density(axes, plot)
    put_title(axes, f"{plain_name(plot.parent)}, n = {plot.n_parent:,}")
    put_legend(figure, shown)
    return figure


def fill_density(axes: Axes, plot: Density2D) -> None:
    """Draw a density plot into axes that exist.

    Parameters
    ----------
    axes : Axes
        Where.
    plot : Density2D
        Plot data.
    """
    if plot.n_parent >= SPARSE:
        paint(axes, plot.counts, BEHIND if plot.overlays else ALONE)
    else:
        dots(axes, plot.counts, "#8a94a0" if plot.overlays else "#2c6fb0", n=plot.n_parent)
    for overlay in sorted(plot.overlays, key=lambda o: -o.n):
        paint_overlay(axes, overlay)
    draw_gates(axes, plot)
    dress_x(axes, plot.x)
    dress_y(axes, plot.y)
    if not plot.n_parent:
        say_nothing(axes)
