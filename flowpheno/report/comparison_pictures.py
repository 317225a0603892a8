"""The pictures of a comparison as its page holds them, each with what it shows in words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from flowpheno.comparison import call_text
from flowpheno.report.page import format_shift
from flowpheno.report.pictures import Picture, picture_of

if TYPE_CHECKING:
    from flowpheno.comparison import Comparison


def comparison_pictures(comparison: Comparison, names: tuple[str, str]) -> list[Picture]:
    """Draw both phenotypes side by side, and the shift of each marker.

    Parameters
    ----------
    comparison : Comparison
        The comparison.
    names : (str, str)
        What the sides are called.

    Returns
    -------
    list of Picture
        None without numbers.
    """
    from flowpheno.report.figures import draw_parallel  # noqa: PLC0415 - matplotlib is slow
    from flowpheno.report.shifts import draw_shifts  # noqa: PLC0415 - matplotlib is slow

    pictures = []
    if any(s.diagnosis.n or s.relapse.n for s in comparison.shifts):
        words = "; ".join(
            f"{s.marker} {call_text(s.diagnosis)} against {call_text(s.relapse)}"
            for s in comparison.shifts
        )
        caption = (
            "Percent positive of both, and medians: that of the later specimen stands at its "
            "corrected shift from the earlier. Bars: 95 % intervals; grey: not comparable."
        )
        figure = draw_parallel(comparison.shifts, names=names)
        pictures.append(picture_of(figure, description=words, caption=caption))
    known = [shift for shift in comparison.shifts if not math.isnan(shift.delta_log10)]
    if known:
        caption = "Shift of each marker in log10 with its 95 % interval."
        words = ", ".join(f"{s.marker} {format_shift(s.delta_log10)}" for s in known)
        pictures.append(picture_of(draw_shifts(known), description=words, caption=caption))
    return pictures
