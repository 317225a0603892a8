"""How a specimen is marked in the pictures of a case: one shape and colour for each tone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict, Unpack

from flowpheno.panel.verdicts import Tone
from flowpheno.report.palette import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from flowpheno.case import TimelineRow
    from flowpheno.panel.verdicts import VerdictTexts

TISSUE = "#6b4ea0"
"""Immunohistochemistry and imaging: evidence of other kinds than flow."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Shape and colour of a tone; told apart without colour.

    Attributes
    ----------
    shape : str
        Marker of matplotlib.
    colour : str
        ``#rrggbb``.
    filled : bool
        Whether it is filled.
    meaning : str
        For the legend.
    """

    shape: str
    colour: str
    filled: bool
    meaning: str


MARKS = {
    Tone.POSITIVE: Mark("^", "#c2410c", filled=True, meaning="positive by flow"),
    Tone.SUSPICIOUS: Mark("D", "#b07900", filled=True, meaning="suspicious by flow"),
    Tone.NEGATIVE: Mark("o", "#0b7a59", filled=False, meaning="negative by flow, this site only"),
    Tone.OPEN: Mark("s", "#5b6773", filled=False, meaning="not assessed by flow, or open"),
}


class Words(TypedDict, total=False):
    """How words are set, as matplotlib calls it."""

    color: str
    fontweight: str
    ha: str
    va: str


def write(
    axes: Axes, at: tuple[float, float], words: str, *, size: float, **style: Unpack[Words]
) -> None:
    """Write words into a picture; centred and in ink if nothing else is said.

    Parameters
    ----------
    axes : Axes
        Where.
    at : (float, float)
        Data coordinates.
    words : str
        Taken as they are: no markup.
    size : float
        Points.
    **style : str
        As `Words`.
    """
    shown: Words = {"color": INK, "ha": "center", "va": "center", **style}
    axes.text(*at, words, fontsize=size, parse_math=False, zorder=6, linespacing=1.15, **shown)


def mark_of(row: TimelineRow, texts: VerdictTexts) -> Mark:
    """Choose the mark of a specimen by its flow verdict.

    Parameters
    ----------
    row : TimelineRow
        The specimen.
    texts : VerdictTexts
        Tone of each verdict.

    Returns
    -------
    Mark
        Of flow alone: other evidence is drawn beside it.
    """
    return MARKS[texts.verdicts[row.verdict].tone]


def put_mark(
    axes: Axes, at: tuple[float, float], mark: Mark, *, size: float = 11, faint: bool = False
) -> None:
    """Draw a mark.

    Parameters
    ----------
    axes : Axes
        Where.
    at : (float, float)
        Data coordinates.
    mark : Mark
        Shape and colour.
    size : float
        Points.
    faint : bool
        Whether it is a place that is only possible.
    """
    axes.plot(
        *at,
        marker=mark.shape,
        markersize=size,
        markeredgecolor=mark.colour,
        markeredgewidth=1.8,
        markerfacecolor=mark.colour if mark.filled and not faint else "white",
        linestyle="none",
        alpha=0.55 if faint else 1.0,
        zorder=5,
        clip_on=False,
    )
