"""The acquisition in time: flow rate, medians, what was removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.report.axes import canvas, dress_course, plain
from flowpheno.report.figures.density import SIDE
from flowpheno.report.figures.words import put_title, say_nothing
from flowpheno.report.palette import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from flowpheno.plotdata import TimePlot

_REMOVED = "#d55e00"


def draw_time(plot: TimePlot) -> Figure:
    """Draw the acquisition: events a bin, medians of channels, what was removed.

    Parameters
    ----------
    plot : TimePlot
        Plot data.

    Returns
    -------
    Figure
        A panel for the flow rate and one for each channel; not known to pyplot.
    """
    rows = 1 + len(plot.traces)
    figure, panels = canvas(2 * SIDE, 0.75 * rows, rows=rows)
    centres = (plot.edges[1:] + plot.edges[:-1]) / 2
    panels[0].step(centres, plot.counts, where="mid", color="#2c6fb0", linewidth=1.0)
    panels[0].set_ylim(0, max(1.0, 1.15 * float(plot.counts.max(initial=0))))
    width = float(plot.edges[1] - plot.edges[0])
    unit = f"{width:.2g} s" if plot.label.endswith("(s)") else "bin"
    panels[0].set_ylabel(f"events\n/ {unit}", fontsize=7)
    for axes, trace in zip(panels[1:], plot.traces, strict=True):
        known = np.isfinite(trace.medians)
        heights = np.full(known.shape, np.nan)
        heights[known] = trace.axis.position(trace.medians[known])
        axes.plot(centres, heights, color=INK, linewidth=0.9, marker=".", markersize=2.5)
        dress_course(axes, trace.axis, heights[known])
        label = trace.axis.label.replace(" (relative scale)", "")  # no room; others say it
        axes.set_ylabel(label.replace(" ", "\n", 1), fontsize=7, parse_math=False)
    for axes in panels:
        plain(axes)
        axes.set_xlim(plot.edges[0], plot.edges[-1])
        _shade(axes, plot)
    panels[-1].set_xlabel(plot.label, fontsize=9, parse_math=False)
    total = int(plot.counts.sum())
    put_title(panels[0], f"{plot.title}: {plot.n_removed:,} of {total:,} events removed (shaded)")
    if not total:
        say_nothing(panels[0])
    return figure


def _shade(axes: Axes, plot: TimePlot) -> None:
    for left, right, out in zip(plot.edges[:-1], plot.edges[1:], plot.removed, strict=True):
        if out:
            axes.axvspan(left, right, color=_REMOVED, alpha=0.25, linewidth=0)
