"""The sites of a case on a schematic body, from the front and from behind."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse, Polygon

from flowpheno.case import TissueEvidence
from flowpheno.report.figures.case_marks import TISSUE, Mark, mark_of, put_mark, write
from flowpheno.report.palette import GREY, INK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes

    from flowpheno.case import CaseVerdict, Place, TimelineRow
    from flowpheno.panel.verdicts import VerdictTexts

Spot = tuple[float, float]

# of a body of height 1.8, middle at x = 0; x of paired places is that of either side
_PLACES: dict[str, Spot] = {
    "skull": (0.0, 1.68), "jaw": (0.05, 1.55), "neck": (0.06, 1.46), "axilla": (0.19, 1.27),
    "mediastinum": (0.03, 1.30), "sternum": (0.0, 1.25), "ribs": (0.13, 1.17),
    "humerus": (0.285, 1.18), "forearm": (0.345, 0.93), "abdomen": (0.06, 1.05),
    "spine": (0.0, 1.06), "ilium": (0.12, 0.945), "groin": (0.1, 0.84), "testis": (0.03, 0.8),
    "femur": (0.115, 0.66), "knee": (0.115, 0.47), "tibia": (0.115, 0.29), "foot": (0.13, 0.05),
}  # fmt: skip
_BEHIND = frozenset({"spine"})  # seen from behind if the words do not say
_MIDDLE = frozenset({"skull", "sternum", "spine", "mediastinum"})
_SKIN, _BONE, _EDGE = "#eef1f4", "#d9dee4", "#c3cad2"
_APART = 1.72  # between the two bodies
_COLUMN = 0.52  # from the middle of a body to the names beside it
_LINE = 0.105  # from name to name
_LIMBS = (
    (((0.19, 1.36), (0.285, 1.14), (0.345, 0.9), (0.375, 0.76)), 17.0),
    (((0.1, 0.86), (0.115, 0.47), (0.115, 0.08)), 24.0),
    (((0.115, 0.06), (0.155, 0.03)), 15.0),
)
_TRUNK = (
    (0.0, 1.47), (0.06, 1.43), (0.17, 1.40), (0.215, 1.34), (0.185, 1.18), (0.155, 1.06),
    (0.185, 0.93), (0.185, 0.84), (0.0, 0.8),
)  # fmt: skip
_WING = ((0.03, 0.90), (0.05, 0.98), (0.12, 1.0), (0.165, 0.965), (0.15, 0.9), (0.09, 0.85))


@dataclass(frozen=True, slots=True)
class _Entry:
    """What stands beside a place."""

    name: str
    mark: Mark
    faint: bool = False
    tissue: bool = False


def draw_sites(case: CaseVerdict, texts: VerdictTexts) -> Figure:
    """Draw where specimens were taken and what imaging showed.

    Parameters
    ----------
    case : CaseVerdict
        The case.
    texts : VerdictTexts
        Tone of each verdict.

    Returns
    -------
    Figure
        Not known to pyplot. A site the source contradicts itself about stands at both places,
        with a question mark; sites that the words do not place are listed below.
    """
    figure = Figure(figsize=(8.2, 5.1), facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.0, 0.07, 1.0, 0.93))
    axes.set_axis_off()
    axes.set_aspect("equal")
    axes.set_xlim(-0.85, _APART + 0.85)
    axes.set_ylim(-0.06, 1.93)
    for middle, title in ((0.0, "front"), (_APART, "back")):
        _draw_body(axes, middle, behind=title == "back")
        write(axes, (middle, 1.89), title, size=9, color=GREY)
    for middle in (0.0, _APART):
        left = (
            0.36 if middle == 0.0 else -0.36
        )  # the patient's left is the viewer's right in front
        write(axes, (middle + left, 1.64), "patient's\nleft", size=7.5, color=GREY)
        write(axes, (middle - left, 1.64), "patient's\nright", size=7.5, color=GREY)
    unplaced = _draw_specimens(axes, case, texts)
    if unplaced:
        words = f"Not on the map: {', '.join(unplaced)}"
        figure.text(
            0.02, 0.02, "\n".join(textwrap.wrap(words, 105)), fontsize=7.5, color=GREY,
            parse_math=False,
        )  # fmt: skip
    return figure


def _draw_specimens(axes: Axes, case: CaseVerdict, texts: VerdictTexts) -> list[str]:
    """Name what was taken at each place; give back what has none."""
    entries: dict[Spot, list[_Entry]] = {}
    unplaced = []
    for row in case.timeline:
        places = [p for p in (row.place, row.other_place) if p is not None]
        name = f"{row.specimen}?" if len(places) > 1 else row.specimen
        if not places:
            unplaced.append(f"{row.specimen} ({row.site or 'site not given'})")
        for index, place in enumerate(places):
            entry = _Entry(name, mark_of(row, texts), faint=index > 0, tissue=_is_tissue(row))
            for spot in _spots(place):
                entries.setdefault(spot, []).append(entry)
    for study in case.imaging:
        mark = Mark("P", TISSUE, study.suggests == "disease", "imaging")
        for spot in _spots(study.place) if study.place else ():
            entries.setdefault(spot, []).append(_Entry(study.study, mark))
        if study.place is None:
            unplaced.append(f"{study.study} ({study.site or 'site not given'})")
    for middle in (0.0, _APART):
        for away in (1, -1):
            _draw_side(axes, entries, middle, away)
    return unplaced


def _is_tissue(row: TimelineRow) -> bool:
    return row.tissue is TissueEvidence.SUPPORTS_BCP_ALL


def _spots(place: Place) -> Iterator[Spot]:
    """Where a place lies; both sides where it is bilateral, the middle where no side is given."""
    x, y = _PLACES[place.name]
    behind = place.posterior if place.posterior is not None else place.name in _BEHIND
    middle, left = (_APART, -1) if behind else (0.0, 1)
    sides = {"left": (left,), "right": (-left,), "bilateral": (left, -left)}
    if place.name in _MIDDLE or place.side not in sides:
        yield middle + (x if place.name in _MIDDLE else 0.0), y
        return
    for side in sides[place.side]:
        yield middle + side * x, y


def _draw_side(axes: Axes, entries: dict[Spot, list[_Entry]], middle: float, away: int) -> None:
    """Write beside one side of a body what was taken where, each list clear of the one above."""
    own = [s for s in entries if abs(s[0] - middle) < _APART / 2 and _away(s, middle) == away]
    below = float("inf")
    for spot in sorted(own, key=lambda spot: -spot[1]):
        listed = entries[spot]
        top = min(spot[1] + _LINE * (len(listed) - 1) / 2, below - _LINE)
        edge = middle + away * _COLUMN
        axes.plot(*spot, marker="o", markersize=6, color=INK, markeredgecolor="white", zorder=5)
        for number, entry in enumerate(listed):
            y = top - _LINE * number
            line = [(spot[0], edge - away * 0.045), (spot[1], y)]
            axes.plot(*line, color=GREY, linewidth=0.7, zorder=4)
            put_mark(axes, (edge, y), entry.mark, size=9, faint=entry.faint)
            if entry.tissue:
                axes.plot(
                    edge, y, marker="o", markersize=15, markerfacecolor="none",
                    markeredgecolor=TISSUE, markeredgewidth=1.4, zorder=4,
                )  # fmt: skip
            side = "left" if away > 0 else "right"
            at = (edge + away * 0.055, y)
            write(axes, at, entry.name, size=9, fontweight="bold", ha=side)
        below = top - _LINE * (len(listed) - 1)


def _away(spot: Spot, middle: float) -> int:
    return 1 if spot[0] >= middle else -1


def _draw_body(axes: Axes, middle: float, *, behind: bool) -> None:
    for side in (1, -1):
        for points, width in _LIMBS:
            xs, ys = [middle + side * x for x, _ in points], [y for _, y in points]
            axes.plot(xs, ys, color=_EDGE, linewidth=width + 1.6, solid_capstyle="round",
                      solid_joinstyle="round", zorder=1)  # fmt: skip
    for side in (1, -1):
        for points, width in _LIMBS:
            xs, ys = [middle + side * x for x, _ in points], [y for _, y in points]
            axes.plot(xs, ys, color=_SKIN, linewidth=width, solid_capstyle="round",
                      solid_joinstyle="round", zorder=2)  # fmt: skip
    outline = _both(_TRUNK, middle)
    axes.add_patch(Polygon(outline, closed=True, facecolor=_SKIN, edgecolor=_EDGE, zorder=2))
    axes.plot([middle] * 2, [1.42, 1.52], color=_SKIN, linewidth=15, zorder=2)
    axes.add_patch(Ellipse((middle, 1.64), 0.2, 0.27, facecolor=_SKIN, edgecolor=_EDGE, zorder=3))
    for side in (1, -1):  # the pelvis, where most aspirates are taken
        wing = [(middle + side * x, y) for x, y in _WING]
        axes.add_patch(Polygon(wing, closed=True, facecolor=_BONE, edgecolor=_EDGE, zorder=3))
    if behind:
        for step in range(12):
            y = 0.93 + 0.045 * step
            axes.add_patch(
                Ellipse((middle, y), 0.045, 0.034, facecolor=_BONE, edgecolor=_EDGE, zorder=3)
            )
    else:
        axes.plot([middle] * 2, [1.16, 1.34], color=_BONE, linewidth=6, zorder=3)


def _both(half: Sequence[Spot], middle: float) -> list[Spot]:
    right = [(middle + x, y) for x, y in half]
    return right + [(middle - x, y) for x, y in reversed(half)]
