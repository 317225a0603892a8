"""Diagnosis against relapse as a figure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.report.axes import canvas, plain
from flowpheno.report.palette import GREY, INK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from flowpheno.comparison import MarkerShift

_ROW = 0.26  # inches
_COLOURS = {"UP": "#d55e00", "MARKED_UP": "#d55e00", "GAIN": "#d55e00"}
_DOWN = {"DOWN": "#0072b2", "MARKED_DOWN": "#0072b2", "LOSS": "#0072b2"}


def draw_shifts(shifts: Sequence[MarkerShift]) -> Figure:
    """Draw the shift of each marker with its interval.

    Parameters
    ----------
    shifts : sequence of MarkerShift
        From `flowpheno.comparison.compare`; those without a number are left out.

    Returns
    -------
    Figure
        A row for each marker, in the order given; says so if there is none.
    """
    known = [s for s in shifts if not math.isnan(s.delta_log10)]
    figure, (axes,) = canvas(6.0, _ROW * max(len(known), 2))
    figure.subplots_adjust(left=0.16, right=0.8)
    for row, shift in enumerate(known):
        colour = _COLOURS.get(shift.call.value) or _DOWN.get(shift.call.value, GREY)
        axes.plot([shift.low, shift.high], [row, row], color=colour, linewidth=2.2)
        axes.plot([shift.delta_log10], [row], "o", color=colour, markersize=5)
        words = shift.call.value.replace("_", " ").lower()
        axes.annotate(
            words, (1.02, row), xycoords=("axes fraction", "data"), fontsize=8, color=colour,
            va="center", annotation_clip=False,
        )  # fmt: skip
    plain(axes)
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.set_yticks(np.arange(len(known)), [s.marker for s in known])
    for label in axes.get_yticklabels():
        label.set_parse_math(False)
    axes.set_ylim(max(len(known), 1) - 0.4, -0.6)
    axes.set_xlabel("shift of the median, log10 (relapse over diagnosis)", fontsize=9)
    if not known:
        axes.text(
            0.5, 0.5, "nothing comparable", transform=axes.transAxes, ha="center", color=GREY
        )
    return figure
