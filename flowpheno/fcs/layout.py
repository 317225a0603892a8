"""Where DATA lies and how it is written: HEADER and TEXT brought together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from flowpheno.errors import FcsError, UnsupportedFcsError
from flowpheno.fcs.byteorder import parse_byte_order
from flowpheno.fcs.header import HEADER_BYTES, Segment
from flowpheno.fcs.number import parse_integer
from flowpheno.fcs.parameters import DataType
from flowpheno.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flowpheno.fcs.header import Header
    from flowpheno.fcs.parameters import Parameter
    from flowpheno.fcs.repair import Repairs

_BITS_OF_BYTE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How to decode DATA.

    Attributes
    ----------
    begin : int
        First byte, counted from the start of the file.
    size : int
        Length in bytes.
    n_events : int
        Number of events.
    byte_order : tuple of int
        ``$BYTEORD``: significance of each byte in file order, 1 for the least.
    event_bits : int
        Length of an event in bits; 0 where values are delimited characters.
    packed : bool
        Whether values follow each other without regard to bytes.
    """

    begin: int
    size: int
    n_events: int
    byte_order: tuple[int, ...]
    event_bits: int
    packed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """The part of a file that one data set occupies.

    Attributes
    ----------
    begin : int
        First byte in the file; all offsets of the data set count from it.
    size : int
        Length in bytes, to the next data set or the end of the file.
    """

    begin: int
    size: int


def lay_out(
    header: Header,
    keywords: Mapping[str, str],
    parameters: Sequence[Parameter],
    *,
    extent: Extent,
    repairs: Repairs,
) -> Layout:
    """Decide where DATA lies and how many events it holds.

    HEADER and TEXT may disagree: the place whose length fits ``$TOT`` is believed, TEXT before
    HEADER, never one that overlaps TEXT.

    Parameters
    ----------
    header : Header
        What HEADER says.
    keywords : mapping of str to str
        What TEXT says.
    parameters : sequence of Parameter
        At least one.
    extent : Extent
        What the file can hold of this data set.
    repairs : Repairs
        Takes note of what does not agree.

    Returns
    -------
    Layout
        Wholly inside the file.

    Raises
    ------
    FcsError
        If DATA is truncated, if no place holds the events announced, or if a keyword is missing
        without which they cannot be decoded.
    UnsupportedFcsError
        If the data are histograms.
    """
    _check_mode(header.version, keywords, repairs, extent)
    byte_order = parse_byte_order(keywords, parameters, at=extent.begin)
    announced = _announced(keywords, repairs, extent)
    widths = [parameter.width for parameter in parameters]
    event_bytes = sum(widths) if all(widths) else 0  # 0: delimited characters
    place = _choose_place(
        _places(header, keywords, repairs, extent),
        announced,
        event_bytes,
        repairs=repairs,
        extent=extent,
    )
    packed = event_bytes > 0 and _is_packed(place, parameters, announced)
    event_bits = sum(p.bits for p in parameters) if packed else event_bytes * _BITS_OF_BYTE
    if event_bytes == 0:
        n_events, size = _delimited(place, announced, len(parameters), extent)
    elif packed:
        n_events = announced or 0
        size = -(-n_events * event_bits // _BITS_OF_BYTE)
    else:
        n_events = _count(place, event_bytes, announced, repairs=repairs, extent=extent)
        size = n_events * event_bytes
    if place.begin + size > extent.size:
        _refuse_truncated(place, event_bytes, n_events, extent)
    return Layout(
        begin=extent.begin + place.begin,
        size=size,
        n_events=n_events,
        byte_order=byte_order,
        event_bits=event_bits,
        packed=packed,
    )


def _check_mode(
    version: str, keywords: Mapping[str, str], repairs: Repairs, extent: Extent
) -> None:
    """List mode only; FCS 3.2 knows no other and need not say so."""
    mode = keywords.get("$MODE", "L" if version == "FCS3.2" else "")
    if mode.upper() in {"C", "U"}:
        problem = f"$MODE is {mode}: histograms, not events"
        raise UnsupportedFcsError(problem, segment="TEXT", offset=extent.begin)
    if mode.upper() != "L":
        problem = "$MODE is missing or unknown; read as list mode"
        repairs.note(problem, segment="TEXT", offset=extent.begin)


def _announced(keywords: Mapping[str, str], repairs: Repairs, extent: Extent) -> int | None:
    """``$TOT``; optional in FCS 2.0."""
    announced = parse_integer(keywords.get("$TOT"))
    if announced is not None and announced >= 0:
        return announced
    problem = "$TOT is missing or no count; events are counted by the length of DATA"
    repairs.note(problem, segment="TEXT", offset=extent.begin, severity=Severity.WARNING)
    return None


def _places(
    header: Header, keywords: Mapping[str, str], repairs: Repairs, extent: Extent
) -> list[Segment]:
    """Where DATA is said to be, the more trustworthy first, never over TEXT."""
    begin = parse_integer(keywords.get("$BEGINDATA"))
    end = parse_integer(keywords.get("$ENDDATA"))
    in_text = Segment(begin, end) if begin and end and begin > 0 else None
    said = [in_text, header.data] if header.version != "FCS2.0" else [header.data, in_text]
    places: list[Segment] = []
    for place in dict.fromkeys(place for place in said if place is not None):
        if place.begin >= HEADER_BYTES and not _overlap(place, header.text):
            places.append(place)
            continue
        problem = f"DATA cannot be at {place.begin}-{place.end}, over HEADER or TEXT; passed over"
        at = extent.begin + place.begin
        repairs.note(problem, segment="DATA", offset=at, severity=Severity.WARNING)
    return places


def _overlap(one: Segment, other: Segment) -> bool:
    """Whether two segments share a byte."""
    return one.begin <= other.end and other.begin <= one.end


def _choose_place(
    places: Sequence[Segment],
    announced: int | None,
    event_bytes: int,
    *,
    repairs: Repairs,
    extent: Extent,
) -> Segment:
    """Believe the place whose length fits ``$TOT``."""
    if not places:
        if announced == 0:
            return Segment(0, -1)
        problem = "neither HEADER nor TEXT says where DATA is"
        raise FcsError(problem, segment="DATA", offset=extent.begin)

    def misfit(place: Segment) -> int:
        if announced is None or event_bytes == 0:
            return 0
        return min(abs(place.size - announced * event_bytes), 2)

    chosen = min(places, key=misfit)
    if len(places) > 1:
        told = " and ".join(f"{place.begin}-{place.end}" for place in places)
        problem = f"HEADER and TEXT disagree on DATA ({told}); {chosen.begin} believed"
        repairs.note(
            problem, segment="DATA", offset=extent.begin + chosen.begin, severity=Severity.WARNING
        )
    return chosen


def _delimited(
    place: Segment, announced: int | None, n_parameters: int, extent: Extent
) -> tuple[int, int]:
    """Events and bytes of delimited characters, of which each value needs one at least."""
    if announced is None:
        problem = "$TOT is missing; delimited values cannot be counted without it"
        raise FcsError(problem, segment="TEXT", offset=extent.begin)
    size = max(place.size, 0)
    if announced * n_parameters > size:
        problem = f"{announced * n_parameters} values expected, {size} bytes present"
        raise FcsError(problem, segment="DATA", offset=extent.begin + place.begin)
    return announced, size


def _is_packed(place: Segment, parameters: Sequence[Parameter], announced: int | None) -> bool:
    """Odd numbers of bits stand in whole bytes, unless the length of DATA says otherwise."""
    bits = sum(parameter.bits for parameter in parameters)
    padded = sum(parameter.width for parameter in parameters)
    integers = all(parameter.data_type is DataType.INTEGER for parameter in parameters)
    if not announced or not integers or bits == padded * _BITS_OF_BYTE:
        return False
    packed_size = -(-announced * bits // _BITS_OF_BYTE)
    return abs(place.size - announced * padded) > 1 and abs(place.size - packed_size) <= 1


def _count(
    place: Segment,
    event_bytes: int,
    announced: int | None,
    *,
    repairs: Repairs,
    extent: Extent,
) -> int:
    """Count events: what ``$TOT`` announces if DATA holds it, else what DATA holds."""
    at = extent.begin + place.begin
    held = max(place.size, 0) // event_bytes
    if not announced and held:
        if announced == 0:
            problem = f"$TOT is 0, but DATA holds {held} events; they are read"
            repairs.note(problem, segment="DATA", offset=at, value=held, severity=Severity.WARNING)
        announced = held
    announced = announced or 0
    surplus = place.size - announced * event_bytes if announced or held else 0
    if surplus <= -event_bytes:
        _refuse_truncated(place, event_bytes, announced, extent, held=held)
    if surplus >= event_bytes:
        left = held - announced
        problem = f"DATA holds {held} events, $TOT says {announced}: the last {left} are left out"
        repairs.note(problem, segment="DATA", offset=at, value=surplus, severity=Severity.WARNING)
    elif surplus:
        problem = f"DATA is {surplus:+d} bytes off {announced} events of {event_bytes} bytes"
        severity = Severity.NOTE if abs(surplus) == 1 else Severity.WARNING
        repairs.note(problem, segment="DATA", offset=at, value=surplus, severity=severity)
    return announced


def _refuse_truncated(
    place: Segment, event_bytes: int, n_events: int, extent: Extent, *, held: int | None = None
) -> NoReturn:
    """Raise, naming what was expected and what is there."""
    present_bytes = max(extent.size - place.begin, 0)
    in_file = present_bytes // event_bytes if event_bytes else 0
    present = in_file if held is None else min(held, in_file)
    problem = (
        f"truncated: {n_events} events of {event_bytes} bytes expected, {present} present"
        if event_bytes
        else f"truncated: {place.size} bytes expected, {present_bytes} present"
    )
    offset = extent.begin + min(place.begin + present * event_bytes, extent.size)
    raise FcsError(problem, segment="DATA", offset=offset)
