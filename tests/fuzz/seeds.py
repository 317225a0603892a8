"""Small valid files to start from: built ones of every kind, and the heads of real ones."""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from flowpheno.errors import FcsError
from flowpheno.fcs.reader import inspect_file
from tests.fcs.fcs_bytes import build_fcs, build_text, describe, float_file, integer_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

VALUES = [[1.0, 2.0], [3.0, 4.0]]
INTEGERS = [[1, 2], [3, 1000]]
_SMALL = 64_000
_LARGEST_HEAD = 400_000
_LOG: dict[str, Any] = {"P1E": "4,0", "P1R": "1024", "P2E": "4,1", "P2R": "1000"}
_OPTIONAL = {
    "CYT": "invented",
    "DATE": "01-JAN-2020",
    "TIMESTEP": "0.01",
    "P1G": "2",
    "P1S": "CD10 PE",
    "P2S": "HLA-DR||APC",
    "VOL": "120",
    "_CRCFLAG": "on",
}
_FCS32: dict[str, Any] = {
    "P1DATATYPE": "I",
    "P1B": "16",
    "P2DATATYPE": "D",
    "P2B": "64",
    "P1TYPE": "Forward Scatter",
    "P2FEATURE": "Area",
    "P2ANALYTE": "CD19",
    "BEGINDATETIME": "2020-01-01T10:00:00Z",
    "LOCATION": "nowhere",
}
SPILLOVERS: Mapping[str, Mapping[str, str]] = {
    "$SPILLOVER": {"SPILLOVER": "2,FL1-A,FL2-A,1,0.1,0.2,1"},
    "SPILL": {"_SPILL": "2,FL1-A,FL2-A,1,0.1,0.2,1"},
    "percent": {"_SPILL": "2,FL1-A,FL2-A,100,10,20,100"},
    "numbers": {"_SPILL": "2,1,2,1,0.1,0.2,1"},
    "labels": {"_SPILL": "2,CD10,CD19,1,0.1,0.2,1", "P1S": "CD10", "P2S": "CD19"},
    "unknown names": {"_SPILL": "2,A,B,1,0.1,0.2,1"},
    "no coefficients": {"_SPILL": "2,FL1-A,FL2-A"},
    "identity": {"SPILLOVER": "2,FL1-A,FL2-A,1,0,0,1"},
    "$COMP": {"COMP": "2,1,0.1,0.2,1"},
    "$DFC": {"DFC1TO2": "12.5", "DFC2TO1": "3"},
    "applied": {"_APPLY COMPENSATION": "TRUE", "_@COMPENSATIONMODE": "2"},
    "names": {"P1N": "Comp-FITC-A", "P2N": "<PE-A>"},
}


def built_seeds() -> dict[str, bytes]:
    """Give built files by name: every type, byte order, segment and spelling of spillover."""
    seeds = {f"spillover {name}": float_file(VALUES, **more) for name, more in SPILLOVERS.items()}
    for bits in (8, 10, 16, 24, 32, 64):
        for order in "<>":
            seeds[f"integers {bits} {order}"] = integer_file(INTEGERS, bits=bits, order=order)
    floats = np.asarray(VALUES, ">f4").tobytes()
    doubles = np.asarray(VALUES, "<f8").tobytes()
    mixed = b"".join(b"\x01\x02" + bytes(6) + b"\xf0\x3f" for _ in range(2))
    return seeds | {
        "floats >": build_fcs(describe(2, 2, BYTEORD="4,3,2,1"), floats),
        "floats mixed order": build_fcs(describe(2, 2, BYTEORD="3,4,1,2"), floats),
        "short order": integer_file(INTEGERS, BYTEORD="1,2"),
        "doubles": build_fcs(describe(2, 2, data_type="D", bits=64), doubles),
        "logarithmic": integer_file(INTEGERS, **_LOG),
        "logarithmic 24": integer_file(INTEGERS, bits=24, **_LOG),
        "widths": build_fcs(describe(2, 2, data_type="I", bits=16, P1B="24"), bytes(10)),
        "packed": build_fcs(describe(4, 2, data_type="I", bits=10), bytes(range(10))),
        "characters": build_fcs(describe(2, 2, data_type="A", bits=2), b" 1 2 310"),
        "delimited": build_fcs(describe(1, 2, data_type="A", P1B="*", P2B="*"), b"1, 2"),
        "FCS2.0": float_file(VALUES, version="FCS2.0"),
        "FCS3.1": float_file(VALUES, version="FCS3.1", delimiter="\f", **_OPTIONAL),
        "FCS3.2": build_fcs(describe(2, 2, **_FCS32), mixed, version="FCS3.2"),
        "latin-1": float_file(VALUES, P1S="caf\u00e9").replace("\u00e9".encode(), b"\xe9 "),
        "macintosh": float_file(VALUES, _CREATOR="CELLQuest 3.3", P1S="CD10 FITC"),
        "offsets in TEXT only": float_file(VALUES, header_data=(0, 0)),
        "offsets disagree": float_file(VALUES, text_data=(0, 4)),
        "end off by one": float_file(VALUES, end_shift=1),
        "no events": build_fcs(describe(0, 2), b"", header_data=(0, 0), text_data=None),
        "no $TOT": float_file(VALUES, TOT=""),
        "histogram": float_file(VALUES, MODE="U"),
        "supplemental TEXT": _supplemental(),
        "ANALYSIS and OTHER": _analysis(),
        "checksum": float_file(VALUES, behind=b"12345"),
        "two data sets": _two_datasets(),
        "gzip": gzip.compress(float_file(VALUES), mtime=0),
    }


def real_heads(data_dir: Path, *, n_events: int = 200) -> Iterator[tuple[str, bytes]]:
    """Give each real file up to its first `n_events` events, with `$TOT` to match.

    A file with several data sets that is too large is cut to its first one.
    """
    for path in sorted(data_dir.rglob("*")):
        if path.suffix.lower() not in {".fcs", ".lmd"}:
            continue
        raw = path.read_bytes()
        if len(raw) > _SMALL // 200 * n_events:
            try:
                raw = _head(path, raw, n_events)
            except FcsError:  # broken from its start: the start is enough
                raw = raw[:_SMALL]
        if len(raw) <= _LARGEST_HEAD:
            yield path.relative_to(data_dir).as_posix(), raw


def _head(path: Path, raw: bytes, n_events: int) -> bytes:
    """Cut DATA of the first data set; offsets that then lie outside keep their width."""
    layout = inspect_file(path).outlines[0].layout
    if layout.n_events <= n_events:
        return raw[: layout.begin + layout.size]
    size = layout.size // layout.n_events * n_events
    end = layout.begin + size - 1
    head = raw[: layout.begin]
    head = head[:34] + f"{end if layout.begin < 10**8 else 0:>8}".encode() + head[42:]
    for keyword, value in (("$TOT", n_events), ("$ENDDATA", end), ("$NEXTDATA", 0)):
        head = _set(head, keyword, value)
    return head + raw[layout.begin : layout.begin + size]


def _set(head: bytes, keyword: str, value: int) -> bytes:
    """Write a number over one that is there, blanks before it."""
    delimiter = head[int(head[10:18]) :][:1]
    pattern = re.escape(delimiter + keyword.encode() + delimiter) + rb"([ 0-9]+)"
    found = re.search(pattern, head, re.IGNORECASE)
    if not found:
        return head
    first, last = found.span(1)
    return head[:first] + f"{value:>{last - first}}".encode() + head[last:]


def _supplemental() -> bytes:
    more = build_text({"$P1S": "CD10", "$P2S": "CD19", "COMMENT": "none"})
    plain = float_file(VALUES, BEGINSTEXT="00000000", ENDSTEXT="00000000")
    raw = plain.replace(b"00000000", f"{len(plain):08d}".encode(), 1)
    return raw.replace(b"00000000", f"{len(plain) + len(more) - 1:08d}".encode(), 1) + more


def _analysis() -> bytes:
    more = build_text({"$GATE": "1", "REGION": "none"})
    plain = float_file(VALUES)
    end = len(plain) + len(more)
    raw = plain[:42] + f"{len(plain):>8}{end - 1:>8}".encode() + plain[58:]
    return raw + more + b"OTHER"


def _two_datasets() -> bytes:
    """Twice the same events, as Beckman Coulter writes them: 10 bit logarithmic, then linear."""
    names: dict[str, Any] = {
        "P1N": "FL1 LOG",
        "P2N": "FL2 LOG",
        "P1S": "CD10",
        "P2S": "CD19",
        "DFC1TO2": "12.5",
    }
    first = integer_file(INTEGERS, NEXTDATA="00000000", **_LOG, **names)
    second = integer_file(INTEGERS, bits=32, P1N="FL1 LIN", P2N="FL2 LIN")
    return first.replace(b"00000000", f"{len(first):08d}".encode(), 1) + second
