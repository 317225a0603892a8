"""The pictures of a case as its page holds them, each with what it shows in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flowpheno.plotdata.series import mrd_series
from flowpheno.report.page import format_percent
from flowpheno.report.pictures import Picture, picture_of

if TYPE_CHECKING:
    from flowpheno.case import CaseVerdict, TimelineRow
    from flowpheno.panel.verdicts import VerdictTexts
    from flowpheno.plotdata.series import MrdPoint

_LEAST = 2  # points with a number: one alone is no series


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePictures:
    """The pictures of a case.

    Attributes
    ----------
    timeline : Picture
        Specimens in time.
    sites : Picture
        Specimens on a schematic body.
    series : Picture or None
        Percentages by flow over time; None where there are not two.
    """

    timeline: Picture
    sites: Picture
    series: Picture | None


def case_pictures(
    case: CaseVerdict, texts: VerdictTexts, *, threshold: float | None = None
) -> CasePictures:
    """Draw the time line, the site map and the percentages over time.

    Parameters
    ----------
    case : CaseVerdict
        At least one specimen.
    texts : VerdictTexts
        Titles and tones.
    threshold : float or None
        Percent at which protocols divide residual disease, drawn as a line.

    Returns
    -------
    CasePictures
        As far as there is something to show.
    """
    from flowpheno.report.figures import draw_sites, draw_timeline  # noqa: PLC0415 - matplotlib

    timeline = picture_of(
        draw_timeline(case, texts),
        description="; ".join(_said(row, texts) for row in case.timeline),
        caption=(
            "Time from left to right, steps equally wide. Marks are flow alone; numbers of "
            "flow (of the denominator in the table) and of morphology do not compare."
        ),
    )
    sites = picture_of(
        draw_sites(case, texts),
        description="; ".join(
            f"{row.specimen}: {row.site or 'site not given'}" for row in case.timeline
        ),
        caption=(
            "Schematic, not to scale. A question mark: the source contradicts itself about "
            "the site, and the pale mark is the other one."
        ),
    )
    return CasePictures(timeline=timeline, sites=sites, series=_series(case, threshold))


def _series(case: CaseVerdict, threshold: float | None) -> Picture | None:
    from flowpheno.report.figures import draw_mrd_series  # noqa: PLC0415 - matplotlib is slow

    lines = () if threshold is None else ((threshold, f"{threshold:g} %"),)
    series = mrd_series(case, thresholds=lines)
    words = [_in_words(point) for point in series.points if point.negative is not None]
    if len(words) < _LEAST:
        return None
    caption = (
        "Aberrant cells by flow over time, log scale, steps equally wide. A dashed line joins "
        "counts that refer to the same cells; specimens of different sites need not follow from "
        "each other."
    )
    return picture_of(draw_mrd_series(series), description="; ".join(words), caption=caption)


def _in_words(point: MrdPoint) -> str:
    when = f"{point.name}, {point.when}"
    if point.negative:
        return f"{when}: none found, limit of detection {format_percent(point.lod_percent)} %"
    return f"{when}: {format_percent(point.percent.estimate)} %"


def _said(row: TimelineRow, texts: VerdictTexts) -> str:
    place = row.site or "site not given"
    return f"{row.specimen}, {row.date or place}: {texts.verdicts[row.verdict].title}"
