"""Both pictures of a case as its page holds them, each with what it shows in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flowpheno.report.page import data_uri, png_of

if TYPE_CHECKING:
    from flowpheno.case import CaseVerdict, TimelineRow
    from flowpheno.panel.verdicts import VerdictTexts


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePicture:
    """A figure inside a page.

    Attributes
    ----------
    source : str
        Data URI.
    description : str
        What it shows, for those who do not see it.
    caption : str
        One line below it.
    """

    source: str
    description: str
    caption: str


def case_pictures(case: CaseVerdict, texts: VerdictTexts) -> tuple[CasePicture, CasePicture]:
    """Draw the time line and the site map.

    Parameters
    ----------
    case : CaseVerdict
        At least one specimen.
    texts : VerdictTexts
        Titles and tones.

    Returns
    -------
    tuple of CasePicture
        The time line, then the map.
    """
    from flowpheno.report.case_timeline import draw_timeline  # noqa: PLC0415 - matplotlib is slow
    from flowpheno.report.site_map import draw_sites  # noqa: PLC0415 - matplotlib is slow

    return (
        CasePicture(
            source=data_uri(png_of(draw_timeline(case, texts))),
            description="; ".join(_said(row, texts) for row in case.timeline),
            caption=(
                "Time from left to right, steps equally wide. Marks are flow alone; numbers of "
                "flow (of the denominator in the table) and of morphology do not compare."
            ),
        ),
        CasePicture(
            source=data_uri(png_of(draw_sites(case, texts))),
            description="; ".join(
                f"{row.specimen}: {row.site or 'site not given'}" for row in case.timeline
            ),
            caption=(
                "Schematic, not to scale. A question mark: the source contradicts itself about "
                "the site, and the pale mark is the other one."
            ),
        ),
    )


def _said(row: TimelineRow, texts: VerdictTexts) -> str:
    place = row.site or "site not given"
    return f"{row.specimen}, {row.date or place}: {texts.verdicts[row.verdict].title}"
