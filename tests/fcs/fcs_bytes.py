"""Builds FCS files byte by byte; a test states only what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TYPES = {"F": "f4", "D": "f8"}


def build_text(keywords: Mapping[str, str], delimiter: str = "|") -> bytes:
    words = [word for pair in keywords.items() for word in pair]
    return (delimiter + delimiter.join(words) + delimiter).encode("utf-8")


def build_header(version: str, *offsets: int | str) -> bytes:
    return (f"{version}    " + "".join(f"{offset:>8}" for offset in offsets)).encode("latin-1")


def describe(
    n_events: int, n_parameters: int, *, data_type: str = "F", bits: int = 32, **more: str
):
    """TEXT keywords of a plain file; `more` adds or, with an empty value, removes."""
    keywords = {
        "$PAR": str(n_parameters),
        "$TOT": str(n_events),
        "$DATATYPE": data_type,
        "$BYTEORD": "1,2,3,4",
        "$MODE": "L",
        "$NEXTDATA": "0",
    }
    for n in range(1, n_parameters + 1):
        keywords |= {f"$P{n}N": f"FL{n}-A", f"$P{n}B": str(bits), f"$P{n}R": "262144"}
        keywords |= {f"$P{n}E": "0,0"}
    keywords |= {f"${key}" if not key.startswith("_") else key[1:]: v for key, v in more.items()}
    return {key: value for key, value in keywords.items() if value}


def build_fcs(
    keywords: Mapping[str, str],
    data: bytes,
    *,
    version: str = "FCS3.0",
    delimiter: str = "|",
    header_data: tuple[int | str, int | str] | None = None,
    text_data: tuple[int, int] | None = (0, 0),
    end_shift: int = 0,
    text: bytes | None = None,
    behind: bytes = b"",
) -> bytes:
    """HEADER, TEXT and DATA; offsets in TEXT are shifts of the true ones, None leaves them out."""
    raw = build_text(keywords, delimiter) if text is None else text
    room = 60 if text_data is not None else 0  # for $BEGINDATA and $ENDDATA
    begin = 58 + len(raw) + room
    end = begin + len(data) - 1 + end_shift
    if text_data is not None:
        offsets = {"$BEGINDATA": f"{begin + text_data[0]}", "$ENDDATA": f"{end + text_data[1]}"}
        raw += build_text(offsets, delimiter)[1:]
    header = build_header(version, 58, 57 + len(raw), *(header_data or (begin, end)), 0, 0)
    return header + raw.ljust(begin - 58) + data + behind


def float_file(values: Sequence[Sequence[float]], **options) -> bytes:
    """A little-endian float32 file with these events."""
    events = np.asarray(values, dtype="<f4")
    more = {key: options.pop(key) for key in list(options) if key.isupper() or key[0] == "_"}
    return build_fcs(describe(*events.shape, **more), events.tobytes(), **options)


def integer_file(
    values: Sequence[Sequence[int]], *, bits: int = 16, order: str = "<", **options
) -> bytes:
    """An integer file of whole bytes, little (``<``) or big (``>``) endian."""
    events = np.asarray(values, dtype=np.uint64)
    width = -(-bits // 8)
    octets = events[..., np.newaxis] >> (8 * np.arange(width, dtype=np.uint64)) & np.uint64(255)
    octets = octets if order == "<" else octets[..., ::-1]
    more = {key: options.pop(key) for key in list(options) if key.isupper() or key[0] == "_"}
    more.setdefault("BYTEORD", "1,2,3,4" if order == "<" else "4,3,2,1")
    keywords = describe(*events.shape, data_type="I", bits=bits, **more)
    return build_fcs(keywords, octets.astype(np.uint8).tobytes(), **options)
