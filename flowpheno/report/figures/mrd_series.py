"""Residual disease over time, on a log scale, with its limits of detection."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D

from flowpheno.report.axes import canvas, plain
from flowpheno.report.figures.words import put_handles, put_title, say_nothing
from flowpheno.report.palette import GREY, INK, plain_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from flowpheno.plotdata.series import MrdPoint, MrdSeries

_POSITIVE, _NEGATIVE = "#c2410c", "#0b7a59"
_LOWEST = -4.0  # log10 percent: one cell in a million
_FLOOR = -4.75  # place of what has no number
_TOP = 2.15
_STEP = 1.25  # inches
_LEAST, _MOST = 6.5, 14.0  # inches wide
_APART = 0.44  # of a step, between specimens of one procedure


def draw_mrd_series(series: MrdSeries) -> Figure:
    """Draw aberrant cells in percent, one column for each point in time.

    Parameters
    ----------
    series : MrdSeries
        Plot data.

    Returns
    -------
    Figure
        Filled triangles with their 95 % interval; an open circle at the limit of detection with
        an arrow down for what is negative; what was not assessed by flow stands below the scale.
        Counts of one denominator are joined. Not known to pyplot.
    """
    steps = max((p.step for p in series.points), default=0) + 1
    width = min(max(1.2 + _STEP * steps, _LEAST), _MOST)
    figure, (axes,) = canvas(width, 2.9, legend=2)
    places = _places(series.points)
    _join(axes, series.points, places)
    for point, x in zip(series.points, places, strict=True):
        _draw_point(axes, point, x)
    for percent, name in series.thresholds:
        y = math.log10(percent)
        axes.axhline(y, color=GREY, linewidth=0.8, linestyle=(0, (1, 2)), zorder=0)
        axes.text(steps - 0.48, y, name, fontsize=7, color=GREY, va="bottom", ha="right")
    _dress(axes, series, steps)
    put_handles(figure, _entries())
    if not series.points:
        say_nothing(axes, "no specimens")
    return figure


def _places(points: tuple[MrdPoint, ...]) -> list[float]:
    """Set specimens of one procedure side by side."""
    found = []
    for point in points:
        same = [p for p in points if p.step == point.step]
        shift = _APART * (same.index(point) - (len(same) - 1) / 2)
        found.append(point.step + shift)
    return found


def _join(axes: Axes, points: tuple[MrdPoint, ...], places: list[float]) -> None:
    """Join counts that follow each other and refer to the same cells."""
    known = [
        (point, x, height)
        for point, x in zip(points, places, strict=True)
        if (height := _height(point)) is not None
    ]
    for (one, x, height), (other, to, next_height) in pairwise(known):
        if one.denominator == other.denominator and one.step != other.step:
            axes.plot(
                [x, to], [height, next_height], color="#9aa4b0", linewidth=1.0,
                linestyle=(0, (4, 3)), zorder=1,
            )  # fmt: skip


def _height(point: MrdPoint) -> float | None:
    """Log10 of the percentage, or of the limit of detection where nothing was found."""
    percent = point.lod_percent if point.negative else point.percent.estimate
    if point.negative is None or not percent > 0:
        return None
    return max(math.log10(percent), _LOWEST)


def _draw_point(axes: Axes, point: MrdPoint, x: float) -> None:
    height = _height(point)
    if height is None:
        words = "negative,\nLOD not known" if point.negative else "no number\nby flow"
        axes.plot(x, _FLOOR + 0.45, marker="s", markersize=7, color="white",
                  markeredgecolor=GREY, markeredgewidth=1.4, zorder=3)  # fmt: skip
        _name(axes, point, (x, _FLOOR + 0.62))
        axes.text(x, _FLOOR + 0.28, words, fontsize=6.5, color=GREY, ha="center", va="top")
        return
    if point.negative:
        axes.annotate("", (x, height - 0.55), (x, height), arrowprops={
            "arrowstyle": "-|>", "color": _NEGATIVE, "lw": 1.3})  # fmt: skip
        axes.plot(x, height, marker="o", markersize=8, color="white",
                  markeredgecolor=_NEGATIVE, markeredgewidth=1.8, zorder=3)  # fmt: skip
        words = f"< {point.lod_percent:.2g} %"
    else:
        ends = np.log10(np.maximum([point.percent.low, point.percent.high], 10**_LOWEST))
        axes.plot([x, x], ends, color=_POSITIVE, linewidth=2.2, zorder=2)
        axes.plot(x, height, marker="^", markersize=9, color=_POSITIVE, zorder=3)
        words = f"{point.percent.estimate:.3g} %"
    _name(axes, point, (x, height + 0.16))
    axes.annotate(
        words, (x, height), (6, 1), textcoords="offset points", fontsize=7, color=INK, va="center",
        bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 0.6},
    )  # fmt: skip


def _name(axes: Axes, point: MrdPoint, at: tuple[float, float]) -> None:
    axes.text(
        *at, point.name, fontsize=8.5, fontweight="bold", color=INK, ha="center", va="bottom",
        parse_math=False,
    )  # fmt: skip


def _dress(axes: Axes, series: MrdSeries, steps: int) -> None:
    plain(axes)
    axes.set_xlim(-0.55, steps - 0.45)
    axes.set_ylim(_FLOOR - 0.3, _TOP + 0.35)
    axes.axhline(_LOWEST - 0.02, color="#d5dae0", linewidth=0.8, zorder=0)
    when = {p.step: p.when for p in series.points}
    axes.set_xticks(range(steps), [when.get(step, "") for step in range(steps)])
    decades = range(int(_LOWEST), 3)
    axes.set_yticks(decades, [f"{10.0**d:g}" for d in decades])
    axes.set_yticks(
        [d + math.log10(m) for d in range(int(_LOWEST), 2) for m in range(2, 10)], minor=True
    )
    axes.tick_params(which="minor", length=2, width=0.5)
    named = sorted({p.denominator for p in series.points if p.negative is not None} - {""})
    of = plain_name(named[0]) if len(named) == 1 else "the denominator of each"
    put_title(axes, f"Aberrant cells by flow, % of {of}")


def _entries() -> list[tuple[str, Line2D]]:
    looks = (
        ("found, with 95 % interval", "^", _POSITIVE, _POSITIVE),
        ("none found: below the limit of detection", "o", "white", _NEGATIVE),
        ("not assessed by flow, or no number", "s", "white", GREY),
    )
    return [
        (words, Line2D([], [], linestyle="none", marker=mark, markersize=7, color=fill,
                       markeredgecolor=edge, markeredgewidth=1.5))
        for words, mark, fill, edge in looks
    ]  # fmt: skip
