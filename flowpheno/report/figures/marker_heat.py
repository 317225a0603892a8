"""Populations against markers as a heat map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from flowpheno.report.figures.words import say_nothing
from flowpheno.report.palette import GREY, INK, colour_of, plain_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from flowpheno.plotdata import MarkerHeat

_COLOURS = LinearSegmentedColormap.from_list(
    "heat", ["#f5f7fa", "#c6d9ec", "#7fb0d8", "#2f78b7", "#123f6d"]
)
_FULL = 2.5  # decades above the negative control, in the darkest colour
_DARK = 1.35  # decades: from here words are white
_CELL, _ROW = 0.56, 0.36  # inches
_ASIDE = 0.095  # inches, of the colour of a row
_LETTER = 0.062  # inches, of a slanted heading
_LONG = 5  # letters: longer words are set smaller
_LEAST = 6.0  # inches wide


def draw_marker_heat(heat: MarkerHeat) -> Figure:
    """Draw how far each marker of each population lies above its negative control.

    Parameters
    ----------
    heat : MarkerHeat
        Plot data.

    Returns
    -------
    Figure
        A row for each population, a column for each marker, the call in words in each cell; a
        cell without a ratio is hatched, one of a marker not reported empty. Not known to pyplot.
    """
    rows, columns = heat.values.shape
    long = max(map(len, heat.markers), default=0)
    left, bottom, top, right = 1.5, 0.62, 0.28 + _LETTER * long, 0.1 + _LETTER * long
    wide, tall = max(_CELL * columns, 2.5), max(_ROW * rows, _ROW)
    width, height = max(left + wide + right, _LEAST), top + tall + bottom
    figure = Figure(figsize=(width, height), facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((left / width, bottom / height, wide / width, tall / height))
    if not rows or not columns:
        axes.set_axis_off()
        say_nothing(axes, "no population was judged")
        return figure
    picture = axes.imshow(
        np.ma.masked_invalid(heat.values), cmap=_COLOURS, vmin=0, vmax=_FULL, aspect="auto"
    )
    _write(axes, heat)
    _dress(axes, heat)
    scale = figure.add_axes((left / width, 0.33 / height, 1.8 / width, 0.1 / height))
    bar = figure.colorbar(picture, cax=scale, orientation="horizontal", ticks=[0, 1, 2])
    bar.outline.set_visible(False)
    scale.tick_params(labelsize=7, colors=INK, length=2)
    figure.text(
        (left + 1.95) / width, 0.38 / height,
        "decades of the median above\nthe negative control; hatched: none",
        fontsize=7.5, color=GREY, va="center",
    )  # fmt: skip
    return figure


def _write(axes: Axes, heat: MarkerHeat) -> None:
    for (row, column), value in np.ndenumerate(heat.values):
        words = heat.words[row][column]
        if not words:
            continue
        if np.isnan(value):
            axes.axvspan(
                column - 0.5, column + 0.5, 1 - (row + 1) / len(heat.words),
                1 - row / len(heat.words), facecolor="#eceff2", edgecolor="#c3cad2",
                hatch="////", linewidth=0,
            )  # fmt: skip
        axes.text(
            column, row, words, ha="center", va="center",
            fontsize=9 if len(words) < _LONG else 7, color="white" if value > _DARK else INK,
        )  # fmt: skip


def _dress(axes: Axes, heat: MarkerHeat) -> None:
    rows, columns = heat.values.shape
    axes.xaxis.tick_top()
    axes.set_xticks(range(columns), heat.markers, rotation=45, ha="left", rotation_mode="anchor")
    axes.set_yticks(range(rows), [plain_name(name) for name in heat.populations])
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set_parse_math(False)
    axes.tick_params(labelsize=8.5, length=0, colors=INK, pad=3)
    axes.tick_params(axis="y", pad=13)
    cell = axes.get_window_extent().width / axes.figure.dpi / columns
    for row, name in enumerate(heat.populations):
        axes.plot(
            -0.5 - _ASIDE / cell,
            row,
            marker="s",
            markersize=6.5,
            color=colour_of(name),
            clip_on=False,
        )
    axes.set_xlim(-0.5, columns - 0.5)
    axes.set_ylim(rows - 0.5, -0.5)
    axes.set_xticks(np.arange(columns + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(rows + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=1.2)
    axes.tick_params(which="minor", length=0, top=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
