"""One marker of a population over its controls, with the cut-off."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.report.axes import canvas, dress_x
from flowpheno.report.figures.density import SIDE
from flowpheno.report.figures.words import put_label, put_legend, put_title, say_nothing
from flowpheno.report.palette import GREY, INK, colour_of, plain_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from flowpheno.arrays import Values
    from flowpheno.plotdata import Curve, Histogram1D

_RUG = 50  # events: fewer are shown one by one


def draw_histogram(plot: Histogram1D) -> Figure:
    """Draw one marker of a population over its controls, with the cut-off.

    Parameters
    ----------
    plot : Histogram1D
        Plot data.

    Returns
    -------
    Figure
        The figure; each curve is scaled to its own highest bin, as populations differ in size.
        Not known to pyplot.
    """
    shown = [(c.name, c.n) for c in plot.curves]
    figure, (axes,) = canvas(SIDE, 2.0, legend=len(shown))
    for index, curve in reversed(list(enumerate(plot.curves))):
        _draw_curve(axes, curve, judged=index == 0)
    if plot.cutoff is not None:
        _draw_cutoff(axes, plot, plot.cutoff)
    axes.set_ylim(0, 1.12)
    axes.set_yticks([])
    axes.set_ylabel("events, scaled to peak", fontsize=8, color=GREY)
    dress_x(axes, plot.x)
    put_title(axes, plain_name(plot.title))
    if not any(curve.n for curve in plot.curves):
        say_nothing(axes)
    put_legend(figure, shown)
    return figure


def _draw_cutoff(axes: Axes, plot: Histogram1D, cutoff: float) -> None:
    at = float(plot.x.position(cutoff))
    axes.axvline(at, color=INK, linewidth=1.0, linestyle=(0, (4, 2)))
    if math.isnan(plot.percent):
        return
    right = at < 0.7  # noqa: PLR2004 - leave room for the words
    side = "left" if right else "right"
    place = (at + (0.015 if right else -0.015), 0.97)
    put_label(axes, place, f"{plot.percent:.1f} % above", horizontal=side)


def _draw_curve(axes: Axes, curve: Curve, *, judged: bool) -> None:
    colour = colour_of(curve.name)
    centres = (np.arange(curve.counts.size) + 0.5) / curve.counts.size
    if curve.n < _RUG:
        at = centres[curve.counts > 0]
        axes.vlines(at, 0, 0.35 if judged else 0.2, color=colour, linewidth=1.2)
        return
    heights = _smooth(curve.counts.astype(np.float64), curve.n)
    heights /= max(float(heights.max()), 1e-9)
    axes.fill_between(centres, heights, color=colour, alpha=0.35 if judged else 0.12, linewidth=0)
    axes.plot(centres, heights, color=colour, linewidth=1.6 if judged else 1.0)


def _smooth(heights: Values, n: int) -> Values:
    """Smooth a histogram for the eye, more where events are few."""
    from scipy.ndimage import gaussian_filter1d  # noqa: PLC0415 - start-up

    width = float(np.clip(12 / max(n, 1) ** 0.2, 1.0, 8.0))
    smoothed: Values = gaussian_filter1d(heights, width, mode="constant")
    return smoothed
