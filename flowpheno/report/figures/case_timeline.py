"""The time line of a case as a picture: sites as lanes, specimens as marks, the case below."""

from __future__ import annotations

import datetime as dt
import math
import textwrap
from typing import TYPE_CHECKING

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch

from flowpheno.case import TissueEvidence
from flowpheno.finding import ReasonCode
from flowpheno.panel.verdicts import Tone
from flowpheno.report.figures.case_marks import MARKS, TISSUE, mark_of, put_mark, write
from flowpheno.report.palette import GREY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from flowpheno.case import CaseVerdict, ImagingRow, TimelineRow
    from flowpheno.panel.verdicts import VerdictTexts

_STEP, _LANE = 1.5, 0.86  # inches
_LEFT, _RIGHT, _TOP = 1.62, 0.25, 0.62
_LEAST = 9.3  # wide: a page shows it at its width, and words must not grow with few steps
_STRIP = 0.74  # the case after each step
_FOOT = 0.55
_ENTRY = 2.2  # of the legend
_YEAR, _MONTH = 365.25, 30.44  # days
_WEEKS = 60  # days: until then gaps are given in days
_PAPER = {
    Tone.POSITIVE: "#fbe3d8",
    Tone.SUSPICIOUS: "#f8ecd0",
    Tone.NEGATIVE: "#dcefe8",
    Tone.OPEN: "#eceff2",
}


def draw_timeline(case: CaseVerdict, texts: VerdictTexts) -> Figure:
    """Draw the time line of a case.

    Parameters
    ----------
    case : CaseVerdict
        At least one specimen.
    texts : VerdictTexts
        Titles and tones.

    Returns
    -------
    Figure
        Not known to pyplot. Steps in time are equally wide, the time between them is written
        where dates are known; flow, morphology, tissue and imaging have marks and words of their
        own.
    """
    lanes, studies = _lanes(case.timeline), list(case.imaging)
    n_steps = max(row.step for row in case.timeline) + 1
    n_lanes = len(lanes) + bool(studies)
    width = max(_LEFT + _RIGHT + n_steps * _STEP, _LEAST)
    height = _TOP + n_lanes * _LANE + _STRIP + _FOOT
    figure = Figure(figsize=(width, height), facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, width)
    axes.set_ylim(0, height)  # data coordinates are inches
    heights = {lane: _height(index, height) for index, lane in enumerate(lanes)}
    for lane, y in heights.items():
        _draw_lane(axes, lane, y, width)
    _draw_steps(axes, case.timeline, height)
    _draw_remissions(axes, case, height)
    for row in case.timeline:
        shared = [r for r in case.timeline if (r.step, _lane(r)) == (row.step, _lane(row))]
        shift = 0.42 * (shared.index(row) - (len(shared) - 1) / 2)
        _draw_specimen(axes, row, (_x(row.step) + shift, heights[_lane(row)]), texts)
    if studies:
        y = _height(len(lanes), height)
        _draw_lane(axes, "imaging", y, width)
        _draw_studies(axes, studies, case.timeline, y)
    _draw_strip(axes, case.timeline, texts)
    _legend(figure, case)
    return figure


def _lanes(rows: Sequence[TimelineRow]) -> list[str]:
    return list(dict.fromkeys(_lane(row) for row in rows))


def _lane(row: TimelineRow) -> str:
    """Its site; what it is, where no site is given."""
    return row.site or f"{row.material.replace('_', ' ')}, site not given".lstrip(", ")


def _x(step: float) -> float:
    return _LEFT + (step + 0.5) * _STEP


def _height(lane: int, height: float) -> float:
    return height - _TOP - (lane + 0.42) * _LANE


def _draw_lane(axes: Axes, name: str, y: float, width: float) -> None:
    words = "\n".join(textwrap.wrap(name, 22)[:3])
    write(axes, (0.12, y), words, size=8.5, ha="left", va="center")
    axes.plot([_LEFT, width - _RIGHT], [y, y], color="#d5dae0", linewidth=1.2, zorder=1)


def _draw_steps(axes: Axes, rows: Sequence[TimelineRow], height: float) -> None:
    """Head each step with its date; write how much time lies between two."""
    dates = {row.step: row.date for row in rows}
    for step, date in dates.items():
        write(
            axes,
            (_x(step), height - 0.16),
            date or f"step {step + 1}",
            size=8.5,
            fontweight="bold" if date else "normal",
            va="top",
        )
    for step, date in dates.items():
        if date and dates.get(step - 1):
            gap = dt.date.fromisoformat(date) - dt.date.fromisoformat(dates[step - 1])
            write(
                axes,
                (_x(step - 0.5), height - 0.17),
                _gap(gap.days),
                size=7.5,
                color=GREY,
                va="top",
            )
    if not all(dates.values()):
        write(
            axes,
            (0.12, height - 0.16),
            "some dates not given" if any(dates.values()) else "dates not given",
            size=7.5,
            ha="left",
            va="top",
        )


def _gap(days: int) -> str:
    if days <= _WEEKS:
        return f"{days} d"
    return f"{days / _MONTH:.0f} months" if days < 2 * _YEAR else f"{days / _YEAR:.1f} years"


def _draw_remissions(axes: Axes, case: CaseVerdict, height: float) -> None:
    steps = {row.specimen: row.step for row in case.timeline}
    for remission in case.remissions:
        if remission.after in steps:
            at = steps[remission.after] + 0.5
        elif remission.date and all(row.date for row in case.timeline):
            before = {row.step for row in case.timeline if row.date <= remission.date}
            at = max(before, default=-1) + 0.5
        else:
            continue
        bottom = _FOOT + _STRIP
        axes.plot(
            [_x(at)] * 2, [bottom, height - 0.46], color="#0b7a59", linewidth=1.1,
            linestyle=(0, (4, 3)), zorder=1,
        )  # fmt: skip
        write(axes, (_x(at), height - 0.32), "remission", size=7.5, color="#0b7a59", va="top")


def _draw_specimen(
    axes: Axes, row: TimelineRow, at: tuple[float, float], texts: VerdictTexts
) -> None:
    x, y = at
    put_mark(axes, at, mark_of(row, texts))
    write(axes, (x, y + 0.3), row.specimen, size=9, fontweight="bold", va="top")
    if row.tissue is TissueEvidence.SUPPORTS_BCP_ALL:
        axes.plot(
            x, y, marker="o", markersize=19, markerfacecolor="none", markeredgecolor=TISSUE,
            markeredgewidth=1.6, linestyle="none", zorder=4,
        )  # fmt: skip
    write(axes, (x, y - 0.2), "\n".join(_figures(row)), size=7, color="#3c444d", va="top")


def _figures(row: TimelineRow) -> list[str]:
    """Numbers of each kind of evidence, named; never one for the other."""
    lines = ["no flow"] if ReasonCode.FLOW_NOT_PERFORMED in row.reasons else []
    percent = row.blast_percent.estimate
    if "LOD)" in row.flow_text:
        lines.append(f"flow {row.flow_text.split(' %')[0]} %")
    elif not math.isnan(percent):
        lines.append(f"flow {percent:.3g} %")
    if row.morphology_text:
        first = row.morphology_text.split(";")[0]
        word = first.split(" % blasts")[0]
        lines.append(f"morph. {word} %" if " % blasts" in first else "morph. in words")
    if row.tissue is not TissueEvidence.NOT_ASSESSED:
        lines.append("tissue (IHC)")
    return lines


def _draw_studies(
    axes: Axes, studies: Sequence[ImagingRow], rows: Sequence[TimelineRow], y: float
) -> None:
    """Place studies by date where all dates are known; else side by side from the left."""
    dated = all(row.date for row in rows) and all(study.date for study in studies)
    for index, study in enumerate(studies):
        before = [row.step for row in rows if dated and row.date <= study.date]
        x = _x(max(before, default=-0.5) + 0.25) if dated else _x(index)
        axes.plot(
            x, y, marker="P", markersize=10, linestyle="none", zorder=5, markeredgecolor=TISSUE,
            markerfacecolor=TISSUE if study.suggests == "disease" else "white",
        )  # fmt: skip
        write(axes, (x, y + 0.3), study.study, size=9, fontweight="bold", va="top")
        words = textwrap.shorten(f"{study.modality}: {study.site}", 28, placeholder=" ...")
        write(axes, (x, y - 0.2), words, size=7, color="#3c444d", va="top")


def _draw_strip(axes: Axes, rows: Sequence[TimelineRow], texts: VerdictTexts) -> None:
    """Write what could be said of the patient after each step."""
    write(axes, (0.12, _FOOT + _STRIP / 2), "the case\nafter it", size=8.5, ha="left",
         va="center", fontweight="bold")  # fmt: skip
    for step, row in {row.step: row for row in rows}.items():
        text = texts.cases[row.state]
        box = FancyBboxPatch(
            (_x(step) - _STEP / 2 + 0.05, _FOOT + 0.08), _STEP - 0.1, _STRIP - 0.16,
            boxstyle="round,pad=0,rounding_size=0.06", facecolor=_PAPER[text.tone],
            edgecolor=MARKS[text.tone].colour, linewidth=1.0,
        )  # fmt: skip
        axes.add_patch(box)
        words = "\n".join(textwrap.wrap(text.title, 22)[:3])
        write(axes, (_x(step), _FOOT + _STRIP / 2), words, size=7.5, va="center")


def _legend(figure: Figure, case: CaseVerdict) -> None:
    handles = [
        Line2D([], [], linestyle="none", marker=mark.shape, markersize=7,
               markeredgecolor=mark.colour, markeredgewidth=1.5,
               markerfacecolor=mark.colour if mark.filled else "white", label=mark.meaning)
        for mark in MARKS.values()
    ]  # fmt: skip
    if any(row.tissue is TissueEvidence.SUPPORTS_BCP_ALL for row in case.timeline):
        handles.append(
            Line2D([], [], linestyle="none", marker="o", markersize=9, markerfacecolor="none",
                   markeredgecolor=TISSUE, label="tissue supports B-precursor ALL")
        )  # fmt: skip
    if case.imaging:
        handles.append(
            Line2D([], [], linestyle="none", marker="P", markersize=8, color=TISSUE,
                   label="imaging (filled: suggests disease)")
        )  # fmt: skip
    columns = max(2, int(figure.get_figwidth() / _ENTRY))
    figure.legend(
        handles=handles, loc="lower left", ncols=columns, fontsize=7.5, frameon=False,
        handletextpad=0.2, columnspacing=1.0, bbox_to_anchor=(0.005, 0.0),
    )  # fmt: skip
