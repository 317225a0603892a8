"""The segments beside TEXT and DATA: supplemental TEXT, ANALYSIS, OTHER."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flowpheno.errors import FcsError
from flowpheno.fcs.header import HEADER_BYTES, OFFSET_BYTES, Segment
from flowpheno.fcs.number import parse_integer
from flowpheno.fcs.text import MAXIMUM_TEXT_BYTES, parse_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flowpheno.fcs.header import Header
    from flowpheno.fcs.layout import Extent, Layout
    from flowpheno.fcs.repair import Repairs
    from flowpheno.fcs.source import Source

_MAXIMUM_OTHERS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Segments:
    """Finds and reads what surrounds the events of one data set.

    Attributes
    ----------
    source : Source
        The file.
    header : Header
        What HEADER says.
    extent : Extent
        The part of the file that is the data set's.
    delimiter : bytes
        That of primary TEXT; the others use the same.
    repairs : Repairs
        Takes note of segments that are not what they should be.
    """

    source: Source
    header: Header
    extent: Extent
    delimiter: bytes
    repairs: Repairs

    def supplement(self, keywords: dict[str, str]) -> dict[str, str]:
        """Add the keywords of supplemental TEXT.

        Parameters
        ----------
        keywords : dict of str to str
            Those of primary TEXT, which count before the others.

        Returns
        -------
        dict of str to str
            All; the same where there is no supplement, or primary TEXT once more.
        """
        place = _said(keywords, "STEXT")
        text = self.header.text
        if place is None or (place.begin <= text.end and text.begin <= place.end):
            return keywords
        return self._keywords(place, "supplemental TEXT", "TEXT") | keywords

    def analysis(self, keywords: Mapping[str, str]) -> dict[str, str]:
        """Read ANALYSIS.

        Parameters
        ----------
        keywords : mapping of str to str
            Those of TEXT; they say where ANALYSIS is where HEADER cannot.

        Returns
        -------
        dict of str to str
            Upper-case keywords; empty without the segment, or if it holds no keywords.
        """
        place = self.header.analysis or _said(keywords, "ANALYSIS")
        if place is None or place.size < 1:
            return {}
        return self._keywords(place, "ANALYSIS", "ANALYSIS")

    def others(self) -> tuple[Segment, ...]:
        """Find the OTHER segments that HEADER names behind its three.

        Returns
        -------
        tuple of Segment
            Those that lie in the file, counted from the start of the data set; their content is
            private to who wrote them.
        """
        length = min(self.header.text.begin - HEADER_BYTES, _MAXIMUM_OTHERS * 2 * OFFSET_BYTES)
        raw = self.source.read(self.extent.begin + HEADER_BYTES, length).decode("latin-1")
        found = []
        for first in range(0, len(raw) - 2 * OFFSET_BYTES + 1, 2 * OFFSET_BYTES):
            begin = parse_integer(raw[first : first + OFFSET_BYTES])
            end = parse_integer(raw[first + OFFSET_BYTES : first + 2 * OFFSET_BYTES])
            if begin is None or end is None:
                break  # padding before TEXT
            if HEADER_BYTES <= begin <= end < self.extent.size:
                found.append(Segment(begin, end))
        return tuple(found)

    def end(self, keywords: Mapping[str, str], layout: Layout, others: Sequence[Segment]) -> int:
        """Find where the last segment ends; a checksum may stand behind it.

        Parameters
        ----------
        keywords : mapping of str to str
            Those of TEXT.
        layout : Layout
            Where DATA lies.
        others : sequence of Segment
            What `others` found.

        Returns
        -------
        int
            First byte behind it, counted from the start of the file.
        """
        places = [self.header.text, self.header.analysis, *others]
        places += [_said(keywords, "STEXT"), _said(keywords, "ANALYSIS")]
        ends = [self.extent.begin + place.end + 1 for place in places if place is not None]
        limit = self.extent.begin + self.extent.size
        return min(max([layout.begin + layout.size, *ends]), limit)

    def _keywords(self, place: Segment, name: str, segment: str) -> dict[str, str]:
        """Read a segment that is written like TEXT; some software keeps other things there."""
        at = self.extent.begin + place.begin
        fits = 0 < place.size <= MAXIMUM_TEXT_BYTES and place.end < self.extent.size
        raw = self.source.read(at, place.size) if fits else b""
        if raw[:1] != self.delimiter:
            problem = f"{name} {place.begin}-{place.end} is no list of keywords; passed over"
            self.repairs.note(problem, segment=segment, offset=at)
            return {}
        try:
            return parse_text(raw, repairs=self.repairs, at=at)
        except FcsError as error:
            problem = f"{name} {error.problem}; passed over"
            self.repairs.note(problem, segment=segment, offset=at)
            return {}


def _said(keywords: Mapping[str, str], name: str) -> Segment | None:
    """Where TEXT says a segment is; None if nowhere."""
    begin = parse_integer(keywords.get(f"$BEGIN{name}")) or 0
    end = parse_integer(keywords.get(f"$END{name}")) or 0
    return Segment(begin, end) if begin > 0 and end > 0 else None
