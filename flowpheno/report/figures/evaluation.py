"""The picture of an evaluation: accuracy against the true blast fraction."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from flowpheno.report.axes import plain
from flowpheno.report.palette import GREY, INK, plain_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from flowpheno.plotdata.evaluation import EvaluatedPoint, EvaluationPlot

_LOOKS = {
    "positive": ("#d55e00", "o"),
    "incomplete": ("#e69f00", "D"),
    "suspicious": ("#cc79a7", "^"),
    "undetermined": ("#8a94a0", "s"),
    "negative": ("#0072b2", "v"),
    "not_b_precursor": ("#882255", "P"),
    "failed": ("#1b1f24", "X"),
}
"""Colour and mark of each outcome: told apart in grey too."""
_NONE, _LEFT, _RIGHT = -3.85, -4.2, 2.15  # log10 percent: place of "none", ends of the axis
_LOWEST = -3.15  # smallest fraction with a place of its own
_BREAK = -3.45
_CELL = (0.12, 0.025)  # of the panel: what lies nearer than this is set side by side
_STEP = 0.09  # log10 percent
_WIDEST = 5  # beside each other, the next ones lie on these
_SIZE = 22


def draw_evaluation(plot: EvaluationPlot) -> Figure:
    """Draw F1 and estimated fraction against the true fraction, and outcomes by group.

    Parameters
    ----------
    plot : EvaluationPlot
        Plot data.

    Returns
    -------
    Figure
        Three panels, one legend; not known to pyplot.
    """
    figure = Figure(figsize=(11.6, 4.3), facecolor="white")
    FigureCanvasAgg(figure)
    figure.subplots_adjust(left=0.05, right=0.985, top=0.85, bottom=0.24, wspace=0.3)
    scores, fractions, gap, bars = figure.subplots(1, 4, width_ratios=(1, 1, 0.06, 1))
    gap.set_axis_off()  # room for the names of the groups
    _draw_scores(scores, plot)
    _draw_fractions(fractions, plot)
    _draw_bars(bars, plot)
    figure.suptitle(
        f"{plot.title}. What coincides is set side by side. Research use only.",
        fontsize=10.5,
        x=0.012,
        ha="left",
        color=INK,
    )
    names = [f"verdict: {plain_name(outcome)}" for outcome in plot.outcomes]
    handles = [
        Line2D([], [], linestyle="none", marker=mark, markersize=6, color=colour)
        for colour, mark in (_look(outcome) for outcome in plot.outcomes)
    ]
    if any(point.other for point in plot.points):
        names.append("dark rim: blasts, not of B precursors")
        rim = Line2D([], [], linestyle="none", marker="o", markersize=6, color="white")
        rim.set_markeredgecolor(INK)
        handles.append(rim)
    figure.legend(
        handles, names, loc="lower center", ncols=max(1, len(handles)),
        fontsize=8.5, frameon=False, handletextpad=0.2,
    )  # fmt: skip
    return figure


def _draw_scores(axes: Axes, plot: EvaluationPlot) -> None:
    for low, high, median in plot.medians:
        ends = np.log10([low, high])
        axes.hlines(median, *ends, color=INK, linewidth=1.6, zorder=2)
    known = [point for point in plot.points if not math.isnan(point.f1)]
    _marks(axes, plot, known, [point.f1 for point in known])
    axes.set_ylim(-0.04, 1.04)
    axes.set_ylabel("event F1", fontsize=9.5, color=INK)
    _title(axes, "Events: F1 (lines: median of the group)")
    _dress_true(axes, plot)
    if not known:
        _say(axes, "no labels of events")


def _draw_fractions(axes: Axes, plot: EvaluationPlot) -> None:
    line = np.array([_LOWEST, 2.0])
    wide = plot.tolerance_log10
    axes.fill_between(line, line - wide, line + wide, color="#e6eaef", linewidth=0, zorder=0)
    axes.plot(line, line, color=GREY, linewidth=1.0, zorder=1)
    heights = [_height(point.estimated_percent) for point in plot.points]
    _marks(axes, plot, plot.points, heights)
    axes.axhline(_BREAK, color=GREY, linewidth=0.6, linestyle=(0, (1, 2)))
    axes.set_ylim(_LEFT, _RIGHT)
    _log_ticks(axes, vertical=True)
    axes.set_ylabel("blasts called, % of nucleated", fontsize=9.5, color=INK)
    _title(axes, f"Blast fraction (band: within a factor of {10**wide:.2g})")
    _dress_true(axes, plot)


def _draw_bars(axes: Axes, plot: EvaluationPlot) -> None:
    names = [group.name for group in plot.groups]
    rows = np.arange(len(names))[::-1]
    left = np.zeros(len(names))
    totals = np.array([max(1, sum(group.counts)) for group in plot.groups], dtype=float)
    for index, outcome in enumerate(plot.outcomes):
        counts = np.array([group.counts[index] for group in plot.groups], dtype=float)
        shares = 100 * counts / totals
        colour, _ = _look(outcome)
        axes.barh(rows, shares, left=left, height=0.68, color=colour, edgecolor="white")
        for row, start, share, count in zip(rows, left, shares, counts, strict=True):
            if share >= 7:  # noqa: PLR2004 - percent; a number needs room
                axes.text(
                    start + share / 2, row, f"{count:.0f}", ha="center", va="center",
                    fontsize=8, color="white",
                )  # fmt: skip
        left += shares
    plain(axes)
    axes.set_yticks(rows, [f"{name}\nn = {t:.0f}" for name, t in zip(names, totals, strict=True)])
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.set_xlim(0, 100)
    axes.set_xlabel("specimens, %", fontsize=9.5, color=INK)
    _title(axes, "Verdicts by true blast fraction")
    if not names:
        _say(axes, "no labelled specimens")


def _marks(
    axes: Axes, plot: EvaluationPlot, points: Sequence[EvaluatedPoint], heights: Sequence[float]
) -> None:
    """Draw a mark for each specimen; a dark rim is of another lineage than B precursors."""
    tall = max(heights, default=0.0) - min(heights, default=0.0)
    places = _side_by_side([_height(p.true_percent) for p in points], heights, tall=tall or 1.0)
    for outcome in plot.outcomes:
        own = [n for n, point in enumerate(points) if point.outcome == outcome]
        if not own:
            continue
        colour, mark = _look(outcome)
        axes.scatter(
            [places[n] for n in own], [heights[n] for n in own], s=_SIZE, c=colour, marker=mark,
            zorder=3, clip_on=False, linewidths=[0.9 if points[n].other else 0.5 for n in own],
            edgecolors=[INK if points[n].other else "white" for n in own],
        )  # fmt: skip


def _side_by_side(
    places: Sequence[float], heights: Sequence[float], *, tall: float
) -> list[float]:
    """Set what coincides side by side, about the place where it belongs."""
    cells: dict[tuple[int, int], list[int]] = defaultdict(list)
    for n, (x, y) in enumerate(zip(places, heights, strict=True)):
        cells[round(x / _CELL[0]), round(y / (tall * _CELL[1]))].append(n)
    moved = list(places)
    for members in cells.values():
        wide = min(len(members), _WIDEST)
        for k, n in enumerate(members):
            moved[n] += _STEP * (k % wide - (wide - 1) / 2)
    return moved


def _height(percent: float) -> float:
    return max(math.log10(percent), _LOWEST) if percent > 0 else _NONE


def _dress_true(axes: Axes, plot: EvaluationPlot) -> None:
    plain(axes)
    axes.axvline(_BREAK, color=GREY, linewidth=0.6, linestyle=(0, (1, 2)))
    axes.set_xlim(_LEFT, _RIGHT)
    _log_ticks(axes, vertical=False)
    axes.set_xlabel("true blasts, % of nucleated", fontsize=9.5, color=INK)
    if not plot.points:
        _say(axes, "no fraction known")


def _log_ticks(axes: Axes, *, vertical: bool) -> None:
    places = [_NONE, *range(-3, 3)]
    names = ["none", *(f"{10.0**p:g}" for p in range(-3, 3))]
    minor = [p + math.log10(m) for p in range(-3, 2) for m in range(2, 10)]
    axis = axes.yaxis if vertical else axes.xaxis
    axis.set_ticks(places, names)
    axis.set_ticks(minor, minor=True)
    axes.tick_params(which="minor", length=2, width=0.5, colors=INK)


def _title(axes: Axes, text: str) -> None:
    axes.set_title(text, fontsize=9.5, loc="left", color=INK)


def _say(axes: Axes, text: str) -> None:
    axes.text(
        0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", fontsize=10, color=GREY
    )


def _look(outcome: str) -> tuple[str, str]:
    return _LOOKS.get(outcome, (GREY, "*"))
