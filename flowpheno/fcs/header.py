"""HEADER: the version and where the other segments lie."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flowpheno.errors import FcsError, UnsupportedFcsError
from flowpheno.fcs.number import parse_integer

if TYPE_CHECKING:
    from flowpheno.fcs.repair import Repairs

HEADER_BYTES = 58
OFFSET_BYTES = 8
_VERSIONS = ("FCS2.0", "FCS3.0", "FCS3.1", "FCS3.2")
_FIRST_OFFSET = 10


@dataclass(frozen=True, slots=True)
class Segment:
    """Where a segment lies.

    Attributes
    ----------
    begin, end : int
        First and last byte, counted from the start of its data set.
    """

    begin: int
    end: int

    @property
    def size(self) -> int:
        """Length in bytes; negative if `end` lies before `begin`."""
        return self.end - self.begin + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What HEADER says.

    Attributes
    ----------
    version : str
        Such as ``"FCS3.0"``.
    text : Segment
        Primary TEXT.
    data, analysis : Segment or None
        None where HEADER leaves them blank or says 0 (then TEXT says where they are).
    """

    version: str
    text: Segment
    data: Segment | None
    analysis: Segment | None


def parse_header(raw: bytes, *, repairs: Repairs, at: int = 0) -> Header:
    """Read HEADER.

    Parameters
    ----------
    raw : bytes
        The first 58 bytes of a data set, or fewer if it holds no more.
    repairs : Repairs
        Takes note of offsets that are no numbers.
    at : int
        Position of the data set in the file, for error messages.

    Returns
    -------
    Header
        Version and segments.

    Raises
    ------
    FcsError
        If this is no FCS file, or HEADER does not say where TEXT is.
    UnsupportedFcsError
        If it is a version flowpheno does not know.

    References
    ----------
    .. [1] Spidlen J et al. Data File Standard for Flow Cytometry, version FCS 3.1.
       Cytometry A. 2010;77:97-100. Section 3.1.
    """
    if not raw.startswith(b"FCS"):
        problem = "it does not begin with 'FCS'" if raw else "it is empty"
        raise FcsError(f"not an FCS file: {problem}", segment="HEADER", offset=at)
    if len(raw) < HEADER_BYTES:
        problem = f"truncated: {HEADER_BYTES} bytes expected, {len(raw)} present"
        raise FcsError(problem, segment="HEADER", offset=at + len(raw))
    version = raw[:6].decode("latin-1")
    if version not in _VERSIONS:
        if re.fullmatch(r"FCS[0-9]\.[0-9]", version):
            problem = f"version {version}; flowpheno reads {', '.join(_VERSIONS)}"
            raise UnsupportedFcsError(problem, segment="HEADER", offset=at)
        raise FcsError(f"{version!r} is no FCS version", segment="HEADER", offset=at)
    text = _segment(raw, 0, "TEXT", repairs, at)
    if text is None or text.begin < HEADER_BYTES or text.size < 1:
        raise FcsError("does not say where TEXT is", segment="HEADER", offset=at + _FIRST_OFFSET)
    return Header(
        version=version,
        text=text,
        data=_segment(raw, 1, "DATA", repairs, at),
        analysis=_segment(raw, 2, "ANALYSIS", repairs, at),
    )


def _segment(raw: bytes, number: int, name: str, repairs: Repairs, at: int) -> Segment | None:
    """Offsets of one segment; None where blank, zero or unreadable."""
    first = _FIRST_OFFSET + 2 * OFFSET_BYTES * number
    fields = [
        raw[place : place + OFFSET_BYTES].decode("latin-1")
        for place in (first, first + OFFSET_BYTES)
    ]
    begin, end = (parse_integer(field) for field in fields)
    written = "".join(fields).strip(" \0")
    if begin is None or end is None or begin < 0 or end < 0:
        if written and name != "TEXT":
            problem = f"offsets of {name} are {written!r}; passed over"
            repairs.note(problem, segment="HEADER", offset=at + first)
        return None
    return Segment(begin, end) if end > 0 else None
