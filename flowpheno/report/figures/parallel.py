"""Diagnosis against relapse, marker by marker, as parallel coordinates."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from flowpheno.report.axes import plain
from flowpheno.report.figures.words import put_handles, put_title, say_nothing
from flowpheno.report.palette import INK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from flowpheno.comparison import MarkerShift
    from flowpheno.phenotype import MarkerCall

_EARLIER, _LATER = "#0072b2", "#d55e00"
_MARKS = {_EARLIER: "o", _LATER: "^"}
_STEP = 0.62  # inches
_LEAST = 6.5
_ASIDE = 0.09  # of a step: beside each other, so that neither hides the other
_LINEAR = 150.0  # intensity about which the scale of medians turns linear
_TICKS = (0, 100, 1000, 10_000, 100_000)


def draw_parallel(
    shifts: Sequence[MarkerShift], *, names: tuple[str, str] = ("diagnosis", "relapse")
) -> Figure:
    """Draw two phenotypes as parallel coordinates.

    Parameters
    ----------
    shifts : sequence of MarkerShift
        From `flowpheno.comparison.compare`; markers measured on neither side are left out.
    names : (str, str)
        What the sides are called.

    Returns
    -------
    Figure
        Percent positive of either side with its 95 % interval; below it the medians, the later
        one at the corrected shift from the earlier with its 95 % interval. Markers that cannot be
        compared are grey. Not known to pyplot.
    """
    shown = [s for s in shifts if s.diagnosis.n or s.relapse.n]
    width = max(1.0 + _STEP * len(shown), _LEAST)
    figure = Figure(figsize=(width, 5.2), facecolor="white")
    FigureCanvasAgg(figure)
    figure.subplots_adjust(left=0.78 / width, right=1 - 0.15 / width, top=0.94, bottom=0.19,
                           hspace=0.16)  # fmt: skip
    percents, medians = figure.subplots(2, 1, sharex=True)
    for axes in (percents, medians):
        plain(axes)
        _mark_incomparable(axes, shown)
    _draw_percents(percents, shown)
    _draw_medians(medians, shown)
    _dress(medians, shown)
    put_title(percents, f"{names[0]} against {names[1]}")
    entries = [
        (f"{name}, with 95 % interval", Line2D([], [], marker=_MARKS[c], color=c, linewidth=1.4))
        for name, c in zip(names, (_EARLIER, _LATER), strict=True)
    ]
    if any(not s.comparable for s in shown):
        entries.append(("not comparable", Line2D([], [], marker="s", linestyle="none",
                                                 markersize=9, color="#e6eaef")))  # fmt: skip
    put_handles(figure, entries, columns=3)
    if not shown:
        say_nothing(percents, "no marker was measured")
    return figure


def _draw_percents(axes: Axes, shifts: Sequence[MarkerShift]) -> None:
    sides = (([s.diagnosis for s in shifts], _EARLIER, -_ASIDE),
             ([s.relapse for s in shifts], _LATER, _ASIDE))  # fmt: skip
    for calls, colour, aside in sides:
        points = []
        for place, call in enumerate(calls):
            if call.percent is None:
                points.append((place + aside, math.nan))
                continue
            points.append((place + aside, call.percent.estimate))
            ends = [call.percent.low, call.percent.high]
            axes.plot([place + aside] * 2, ends, color=colour, linewidth=2.4)
        _join(axes, points, colour)
    axes.set_ylim(-4, 104)
    axes.set_ylabel("% positive", fontsize=9, color=INK)


def _draw_medians(axes: Axes, shifts: Sequence[MarkerShift]) -> None:
    before, after = [], []
    for place, shift in enumerate(shifts):
        start = _decades(shift.diagnosis)
        before.append((place - _ASIDE, start))
        after.append((place + _ASIDE, start + shift.delta_log10))
        axes.plot([place + _ASIDE] * 2, [start + shift.low, start + shift.high], color=_LATER,
                  linewidth=2.4)  # fmt: skip
    _join(axes, before, _EARLIER)
    _join(axes, after, _LATER)
    heights = [_scaled(value) for value in _TICKS]
    names = ["0", "10\N{SUPERSCRIPT TWO}", "10\N{SUPERSCRIPT THREE}", "10\N{SUPERSCRIPT FOUR}",
             "10\N{SUPERSCRIPT FIVE}"]  # fmt: skip
    axes.set_yticks(heights, names)
    seen = [y for _, y in (*before, *after) if not math.isnan(y)] or [0.0]
    axes.set_ylim(min(*seen, 0.0) - 0.25, max(*seen, _scaled(10_000)) + 0.25)
    axes.set_ylabel("median intensity", fontsize=9, color=INK)
    if all(math.isnan(y) for _, y in before):
        say_nothing(axes, "no medians at diagnosis")


def _join(axes: Axes, points: Sequence[tuple[float, float]], colour: str) -> None:
    """Join what is known; a gap stays a gap."""
    if points:
        axes.plot(
            *np.array(points).T, color=colour, linewidth=1.2, marker=_MARKS[colour],
            markersize=5.5, alpha=0.95,
        )  # fmt: skip


def _decades(call: MarkerCall) -> float:
    return math.nan if call.median is None else _scaled(call.median)


def _scaled(intensity: float) -> float:
    """Decades far from zero, linear about it."""
    return math.asinh(intensity / _LINEAR) / math.log(10)


def _mark_incomparable(axes: Axes, shifts: Sequence[MarkerShift]) -> None:
    for place, shift in enumerate(shifts):
        if not shift.comparable:
            axes.axvspan(place - 0.42, place + 0.42, color="#e6eaef", linewidth=0, zorder=0)
        axes.axvline(place, color="#e6eaef", linewidth=0.8, zorder=0)


def _dress(axes: Axes, shifts: Sequence[MarkerShift]) -> None:
    axes.set_xlim(-0.6, max(len(shifts), 1) - 0.4)
    axes.set_xticks(range(len(shifts)), [s.marker for s in shifts], rotation=40, ha="right",
                    rotation_mode="anchor")  # fmt: skip
    for label in axes.get_xticklabels():
        label.set_parse_math(False)
