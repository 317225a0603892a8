"""Write FCS 3.1 and 3.2: float32, little endian, one data set."""

from __future__ import annotations

import math
import re
from collections import Counter
from enum import StrEnum
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import WritingError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from flowpheno.arrays import EventMatrix
    from flowpheno.fcs.spillover import Spillover

_HEADER_BYTES = 58
_LARGEST_HEADER_OFFSET = 99_999_999  # eight digits; beyond it the HEADER says 0 and TEXT counts
_DELIMITERS = "\x0c|/\\!~\x1e\t^`@#"
_NO_KEYWORDS: Mapping[str, str] = MappingProxyType({})

_COMPUTED = re.compile(
    r"\$?(BEGIN|END)(DATA|ANALYSIS|STEXT)|\$(BYTEORD|DATATYPE|MODE|NEXTDATA|PAR|TOT)"
    r"|\$P\d+([BNSRE]|DATATYPE)|\$?SPILL(OVER)?|\$?COMP|\$?DFC\d+TO\d+"
    r"|\$CS(MODE|VBITS|TOT|V\d+FLAG)|\$UNICODE"
)
"""Keywords that follow from the events or describe ANALYSIS, whatever the caller says."""


class FcsVersion(StrEnum):
    """Versions of the standard that are written."""

    FCS_3_1 = "3.1"
    FCS_3_2 = "3.2"


def write_fcs(  # noqa: PLR0913 - a file is its events and what describes them
    path: Path,
    events: EventMatrix,
    *,
    detectors: Sequence[str],
    labels: Sequence[str],
    ranges: Sequence[float],
    spillover: Spillover | None = None,
    keywords: Mapping[str, str] = _NO_KEYWORDS,
    version: FcsVersion = FcsVersion.FCS_3_1,
) -> None:
    """Write events as FCS; reading them again gives the same bits.

    Parameters
    ----------
    path : Path
        File to write; an existing one is replaced.
    events : EventMatrix
        Linear intensities, shape ``(n_events, n_parameters)``; may hold no event.
    detectors : sequence of str
        ``$PnN`` of each column; not empty, each once.
    labels : sequence of str
        ``$PnS`` of each column; an empty one is left out.
    ranges : sequence of float
        ``$PnR`` of each column, on the scale of the events; rounded up to an integer, which is
        all that the standard knows.
    spillover : Spillover or None
        Written as ``$SPILLOVER``; its detectors must be among `detectors` and hold no comma.
    keywords : mapping of str to str
        Further TEXT keywords; those that describe the layout of the file or its spillover are
        passed over, since they follow from the other arguments. FCS knows no empty value: one
        is written as a blank.
    version : FcsVersion
        Of the standard; 3.2 demands ``$CYT``, which says ``unknown`` where `keywords` does not.

    Raises
    ------
    ValueError
        If the arguments do not fit each other.
    WritingError
        If the keywords do not fit into a TEXT segment.

    References
    ----------
    .. [1] Spidlen J et al. Data File Standard for Flow Cytometry, version FCS 3.1.
       Cytometry A. 2010;77:97-100.
    .. [2] Spidlen J et al. Data File Standard for Flow Cytometry, version FCS 3.2.
       Cytometry A. 2021;99:100-102.
    """
    _check_shapes(events, detectors, labels, ranges)
    entries = {
        key.upper(): value
        for key, value in keywords.items()
        if key and not _COMPUTED.fullmatch(key.upper())
    }
    entries |= _parameter_keywords(detectors, labels, ranges)
    entries |= {
        "$BYTEORD": "1,2,3,4",
        "$DATATYPE": "F",
        "$MODE": "L",  # FCS 3.2 could do without; older readers cannot
        "$NEXTDATA": "0",
        "$PAR": str(events.shape[1]),
        "$TOT": str(events.shape[0]),
    }
    if spillover is not None:
        entries["$SPILLOVER"] = spell_spillover(spillover, detectors)
    if version is FcsVersion.FCS_3_2 and not entries.get("$CYT", "").strip():
        entries["$CYT"] = "unknown"
    raw = np.ascontiguousarray(events, dtype="<f4")
    with path.open("wb") as file:
        file.write(_header_and_text(entries, raw.nbytes, version))
        file.write(raw.data.cast("B") if raw.size else b"")
        file.write(b"00000000")  # no CRC computed, as the standard writes it


def _check_shapes(
    events: EventMatrix, detectors: Sequence[str], labels: Sequence[str], ranges: Sequence[float]
) -> None:
    """Refuse arguments that do not describe the same columns."""
    if events.ndim != 2 or events.shape[1] == 0:  # noqa: PLR2004 - a matrix
        raise ValueError(f"events must be a matrix with columns, not of shape {events.shape}")
    lengths = {len(detectors), len(labels), len(ranges)}
    if lengths != {events.shape[1]}:
        raise ValueError(
            f"{len(detectors)} detectors, {len(labels)} labels and {len(ranges)} ranges "
            f"do not fit {events.shape[1]} columns"
        )
    repeated = [name for name, count in Counter(detectors).items() if count > 1]
    if repeated or not all(name.strip() for name in detectors):
        raise ValueError(f"detector names must be unique and not empty: {repeated or ['']}")
    if not np.isfinite(ranges).all():
        raise ValueError("ranges must be finite")


def _parameter_keywords(
    detectors: Sequence[str], labels: Sequence[str], ranges: Sequence[float]
) -> dict[str, str]:
    """Describe each column."""
    entries: dict[str, str] = {}
    columns = zip(detectors, labels, ranges, strict=True)
    for n, (detector, label, limit) in enumerate(columns, start=1):
        entries |= {
            f"$P{n}B": "32",
            f"$P{n}E": "0,0",
            f"$P{n}N": detector,
            f"$P{n}R": str(math.ceil(limit)),
        }
        if label.strip():
            entries[f"$P{n}S"] = label
    return entries


def spell_spillover(spillover: Spillover, detectors: Sequence[str]) -> str:
    """Spell a matrix as ``n,name1,...,value11,...``, exact to the bit.

    Parameters
    ----------
    spillover : Spillover
        The matrix.
    detectors : sequence of str
        ``$PnN`` of the file it is about.

    Returns
    -------
    str
        Value of ``$SPILLOVER``.

    Raises
    ------
    ValueError
        If the matrix names a detector that is not in the file, or one with a comma.
    """
    unknown = [name for name in spillover.detectors if name not in detectors or "," in name]
    if unknown:
        raise ValueError(f"spillover names detectors that cannot be written: {unknown}")
    coefficients = [repr(float(value)) for value in spillover.matrix.ravel()]
    return ",".join([str(len(spillover.detectors)), *spillover.detectors, *coefficients])


def _header_and_text(
    entries: Mapping[str, str], data_bytes: int, version: FcsVersion = FcsVersion.FCS_3_1
) -> bytes:
    """Lay out the file: everything before DATA, with the offsets that follow from its length."""
    delimiter = _unused_delimiter(entries)
    begin = end = 0
    while True:  # the digits of the offsets are part of the length that decides them
        text = _text(entries, delimiter, begin, end)
        data_begin = _HEADER_BYTES + len(text)
        wanted = (data_begin, data_begin + data_bytes - 1) if data_bytes else (0, 0)
        if wanted == (begin, end):
            break
        begin, end = wanted
    text_end = _HEADER_BYTES + len(text) - 1
    if text_end > _LARGEST_HEADER_OFFSET:
        raise WritingError(f"keywords of {len(text)} bytes do not fit a HEADER")
    in_header = (begin, end) if end <= _LARGEST_HEADER_OFFSET else (0, 0)
    offsets = (_HEADER_BYTES, text_end, *in_header, 0, 0)
    header = f"FCS{version}    " + "".join(f"{offset:>8}" for offset in offsets)
    return header.encode("ascii") + text


def _text(entries: Mapping[str, str], delimiter: str, data_begin: int, data_end: int) -> bytes:
    """Encode the TEXT segment."""
    zeros = {f"${side}{name}": "0" for side in ("BEGIN", "END") for name in ("ANALYSIS", "STEXT")}
    offsets = {"$BEGINDATA": str(data_begin), "$ENDDATA": str(data_end)}
    words = [word or " " for pair in (zeros | offsets | dict(entries)).items() for word in pair]
    return (delimiter + delimiter.join(words) + delimiter).encode("utf-8", "replace")


def _unused_delimiter(entries: Mapping[str, str]) -> str:
    """Pick a delimiter that needs no escape; escapes are what readers disagree about."""
    used: set[str] = set().union(*entries.keys(), *entries.values())
    rest = (chr(code) for code in range(1, 127) if not chr(code).isalnum())
    for candidate in chain(_DELIMITERS, rest):
        if candidate not in used and candidate not in " $,.-":
            return candidate
    raise WritingError("keywords use every character that could delimit them")
