"""A spillover matrix as a heat map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from flowpheno.report.figures.words import put_title, say_nothing
from flowpheno.report.palette import GREY, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from flowpheno.arrays import Matrix
    from flowpheno.plotdata import SpilloverPlot

_COLOURS = LinearSegmentedColormap.from_list(
    "spill", ["#3b6fb5", "#f7f8f9", "#f3c08f", "#d55e00", "#6a2500"]
).with_extremes(bad="#c9cfd6")
_FULL = 0.4  # fraction shown in the darkest colour; below zero, which unmixing gives, blue
_NEGATIVE = -0.1333  # so that white lies at zero: a quarter of the colours
_CELL = 0.4  # inches
_WORDY = 18  # detectors: of more the numbers would not fit
_WRITTEN = 0.0005  # fraction: less is not written
_DARK = 0.22  # fraction: from here words are white


def draw_spillover(plot: SpilloverPlot) -> Figure:
    """Draw a spillover matrix: row dye, column detector, percent of its own light.

    Parameters
    ----------
    plot : SpilloverPlot
        Plot data.

    Returns
    -------
    Figure
        A cell for each pair; the diagonal is left grey. Not known to pyplot.
    """
    n = len(plot.labels)
    side = max(_CELL * min(max(n, 3), 2 * _WORDY) * (1.0 if n <= _WORDY else 0.6), 1.6)
    left, bottom, top, right = 1.55, 1.35, 0.32, 0.15
    width, height = left + side + right, bottom + side + top
    figure = Figure(figsize=(width, height), facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((left / width, bottom / height, side / width, side / height))
    put_title(axes, plot.title)
    if not n:
        axes.set_axis_off()
        say_nothing(axes, "no matrix")
        return figure
    matrix = np.asarray(plot.matrix, np.float64)
    off = np.ma.masked_array(matrix, np.eye(n, dtype=bool))
    axes.imshow(off, cmap=_COLOURS, vmin=_NEGATIVE, vmax=_FULL, zorder=1)
    _write(axes, matrix)
    _dress(axes, plot, n)
    return figure


def _write(axes: Axes, matrix: Matrix) -> None:
    n = len(matrix)
    if n > _WORDY:
        return
    for row, column in np.ndindex(n, n):
        value = matrix[row, column]
        if row == column or abs(value) < _WRITTEN:
            continue
        axes.text(
            column, row, f"{100 * value:.1f}".removesuffix(".0"), ha="center", va="center",
            fontsize=7, color="white" if value > _DARK else INK, zorder=3,
        )  # fmt: skip


def _dress(axes: Axes, plot: SpilloverPlot, n: int) -> None:
    size = 8 if n <= _WORDY else 6
    axes.set_xticks(range(n), plot.labels, rotation=50, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(n), plot.labels)
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set_parse_math(False)
    axes.tick_params(labelsize=size, length=0, colors=INK)
    axes.set_xticks(np.arange(n + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(n + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=0.8)
    axes.tick_params(which="minor", length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_xlabel("seen by (percent of the row's own light)", fontsize=8, color=GREY)
    axes.set_ylabel("dye of", fontsize=8, color=GREY)
