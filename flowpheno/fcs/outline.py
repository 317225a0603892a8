"""HEADER and TEXT of every data set of a file, without its events."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from flowpheno.errors import FcsError
from flowpheno.fcs.dataset import FcsOutline
from flowpheno.fcs.header import HEADER_BYTES, parse_header
from flowpheno.fcs.layout import Extent, lay_out
from flowpheno.fcs.number import parse_integer
from flowpheno.fcs.parameters import parse_parameters
from flowpheno.fcs.repair import Repairs, Strictness
from flowpheno.fcs.segments import Segments
from flowpheno.fcs.text import MAXIMUM_TEXT_BYTES, parse_text
from flowpheno.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.fcs.header import Header
    from flowpheno.fcs.source import Source

MAXIMUM_DATASETS = 1024
"""Plate readers write one for each well, at most 384."""

_MAGIC = b"FCS"


@dataclass(frozen=True, slots=True, kw_only=True)
class FcsContents:
    """What a file holds.

    Attributes
    ----------
    outlines : tuple of FcsOutline
        The readable data sets in file order, at least one.
    damage : FcsError or None
        Why a further data set cannot be read.
    """

    outlines: tuple[FcsOutline, ...]
    damage: FcsError | None = None


def read_contents(source: Source, *, strictness: Strictness) -> FcsContents:
    """Read HEADER and TEXT of each data set.

    Parameters
    ----------
    source : Source
        The file.
    strictness : Strictness
        What to do where it departs from the standard.

    Returns
    -------
    FcsContents
        Its data sets.

    Raises
    ------
    FcsError
        If the first data set cannot be read; in strict reading, any.
    """
    outlines: list[FcsOutline] = []
    begin: int | None = 0
    while begin is not None:
        try:
            repairs = Repairs(strictness=strictness)
            outline, begin = _read_outline(source, begin, len(outlines), repairs)
        except FcsError as error:
            if not outlines or strictness is Strictness.STRICT:
                raise
            return FcsContents(outlines=tuple(outlines), damage=error)
        outlines.append(outline)
    return FcsContents(outlines=tuple(outlines))


def _read_outline(
    source: Source, begin: int, index: int, repairs: Repairs
) -> tuple[FcsOutline, int | None]:
    """One data set, and where the next begins."""
    if index == MAXIMUM_DATASETS:
        problem = f"more than {MAXIMUM_DATASETS} data sets"
        raise FcsError(problem, segment="FILE", offset=begin)
    if begin > source.size:
        problem = f"truncated: data set {index} begins at {begin}, the file ends at {source.size}"
        raise FcsError(problem, segment="FILE", offset=source.size)
    header = parse_header(source.read(begin, HEADER_BYTES), repairs=repairs, at=begin)
    raw = _read_text(source, header, begin)
    at = begin + header.text.begin
    keywords = parse_text(raw, repairs=repairs, at=at)
    following = _following(source, keywords, header, begin, repairs=repairs)
    end = source.size if following is None else min(following, source.size)
    extent = Extent(begin=begin, size=end - begin)
    segments = Segments(
        source=source, header=header, extent=extent, delimiter=raw[:1], repairs=repairs
    )
    keywords = segments.supplement(keywords)
    parameters = parse_parameters(keywords, repairs=repairs, at=at)
    layout = lay_out(header, keywords, parameters, extent=extent, repairs=repairs)
    others = segments.others()
    outline = FcsOutline(
        index=index,
        begin=begin,
        version=header.version,
        keywords=MappingProxyType(keywords),
        parameters=parameters,
        layout=layout,
        analysis=MappingProxyType(segments.analysis(keywords)),
        others=others,
        end=segments.end(keywords, layout, others),
        findings=tuple(repairs.noted),
    )
    return outline, following


def _read_text(source: Source, header: Header, begin: int) -> bytes:
    """Bytes of primary TEXT."""
    text = header.text
    raw = source.read(begin + text.begin, min(text.size, MAXIMUM_TEXT_BYTES + 1))
    if len(raw) < min(text.size, MAXIMUM_TEXT_BYTES):
        problem = f"truncated: {text.size} bytes expected, {len(raw)} present"
        raise FcsError(problem, segment="TEXT", offset=begin + text.begin + len(raw))
    return raw


def _following(
    source: Source, keywords: Mapping[str, str], header: Header, begin: int, *, repairs: Repairs
) -> int | None:
    """Where the next data set begins; None behind the last."""
    distance = parse_integer(keywords.get("$NEXTDATA")) or 0
    if distance == 0:
        return None
    following = begin + distance
    if distance > header.text.end and (
        following > source.size or source.read(following, len(_MAGIC)) == _MAGIC
    ):
        return following
    problem = f"$NEXTDATA is {distance}, where no data set begins; passed over"
    at = begin + header.text.begin
    repairs.note(problem, segment="TEXT", offset=at, value=distance, severity=Severity.WARNING)
    return None
