"""Ways to damage a file, from a flipped bit to a keyword that lies."""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    Mutation: TypeAlias = Callable[[bytes, Random], bytes]

LARGEST = 1 << 19
_HEADER = 58
_MOST_EDITS = 4

NUMBERS = (
    *(
        "0",
        "1",
        "2",
        "-1",
        "3",
        "7",
        "8",
        "10",
        "16",
        "24",
        "32",
        "64",
        "65",
        "255",
        "1024",
        "1e3",
    ),
    *("10000", "10001", "99999999", "2147483647", "4294967296", "9223372036854775807"),
    *("18446744073709551615", "1000000000000000000", "99999999999999999999", "1" * 21, "1" * 5000),
    *("1e308", "-1e308", "1e-308", "1e9999", "nan", "inf", "0.5", "1,5", "*", "", " ", "0x10"),
)
WORDS = (
    *("4,1", "4,0", "0,0", "0,1", "15,1e9", "1e-9,1", "-1,1", "4", "0.0001,1", "15,1e-9"),
    *("1,2,3,4", "4,3,2,1", "1,2", "2,1", "3,4,1,2", "1,2,3", "8,7,6,5,4,3,2,1", "1,1,1,1"),
    *("I", "F", "D", "A", "L", "C", "U", "FCS3.2", "ISO8859-1"),
    *("2,FL1-A,FL2-A,1,0.1,0.2,1", "2,1,2,1,0,0,1", "1,FL1-A,0", "512", "513,1", "2,A,A,1,0,0,1"),
    *("FL1-A", "FL1 LOG", "Comp-FITC-A", "<PE-A>", "CD10", "TIME", "cd10 " * 16, "(" * 80, "//"),
    *("\u00e9", "\0", "caf\u00e9 " * 5, "$", "$P1N", "'" * 30, "||", "\f", "\\", "@", "a" * 81),
)
KEYWORDS = (
    *("$PAR", "$TOT", "$DATATYPE", "$BYTEORD", "$MODE", "$NEXTDATA", "$BEGINDATA", "$ENDDATA"),
    *("$BEGINSTEXT", "$ENDSTEXT", "$BEGINANALYSIS", "$ENDANALYSIS", "$SPILLOVER", "SPILL"),
    *("$COMP", "$DFC1TO2", "$DFC2TO1", "$UNICODE", "$TIMESTEP", "CREATOR", "APPLY COMPENSATION"),
    *("$P1N", "$P2N", "$P1S", "$P2S", "$P1B", "$P2B", "$P1R", "$P2R", "$P1E", "$P2E", "$P1G"),
    *("$P2G", "$P1DATATYPE", "$P2DATATYPE", "$P1TYPE", "$P1FEATURE", "@COMPENSATIONMODE", "$CYT"),
    *("$LAST_MODIFIED", "$BEGINDATETIME", "$VOL", "$PROJ", "$TR", "$GATE", "$CSMODE", "$ABRT"),
)


def mutate(raw: bytes, others: Sequence[bytes], rng: Random) -> bytes:
    """Damage a file in one to four ways.

    Parameters
    ----------
    raw : bytes
        A file.
    others : sequence of bytes
        Files to splice it with, at least one.
    rng : Random
        Chance.

    Returns
    -------
    bytes
        At most `LARGEST`.
    """
    for _ in range(rng.randint(1, _MOST_EDITS)):
        if rng.random() < 0.05:
            raw = _splice(raw, rng.choice(others), rng)
        else:
            raw = rng.choice(_MUTATIONS)(raw, rng)
    return raw[:LARGEST]


def _place(raw: bytes, rng: Random) -> int:
    """Choose a byte; most are wanted where they say something: in HEADER and TEXT."""
    last = max(len(raw) - 1, 0)
    choice = rng.random()
    if choice < 0.2:
        return rng.randint(0, min(_HEADER, last))
    if choice < 0.8:
        return rng.randint(0, min(4000, last))
    return rng.randint(0, last)


def _flip_bits(raw: bytes, rng: Random) -> bytes:
    damaged = bytearray(raw or b"\0")
    for _ in range(rng.randint(1, 8)):
        damaged[_place(bytes(damaged[:5000]), rng)] ^= 1 << rng.randint(0, 7)
    return bytes(damaged)


def _overwrite(raw: bytes, rng: Random) -> bytes:
    at = _place(raw, rng)
    junk = rng.randbytes(rng.randint(1, 12))
    return raw[:at] + junk + raw[at + len(junk) :]


def _truncate(raw: bytes, rng: Random) -> bytes:
    return raw[: rng.choice([_place(raw, rng), len(raw) - rng.randint(1, 40)])]


def _extend(raw: bytes, rng: Random) -> bytes:
    return raw + rng.choice([b"\0", b" ", b"FCS3.1    ", b"|"]) * rng.choice([1, 8, 58, 1000])


def _delete(raw: bytes, rng: Random) -> bytes:
    at = _place(raw, rng)
    return raw[:at] + raw[at + rng.choice([1, 2, 8, 100]) :]


def _repeat(raw: bytes, rng: Random) -> bytes:
    at = _place(raw, rng)
    end = at + rng.choice([1, 8, 58, 500])
    return raw[:end] + raw[at:end] * rng.choice([1, 2, 50]) + raw[end:]


def _splice(raw: bytes, other: bytes, rng: Random) -> bytes:
    return raw[: _place(raw, rng)] + other[_place(other, rng) :]


def _join(raw: bytes, rng: Random) -> bytes:
    """Let a second data set follow: the file itself, or only the beginning of one."""
    tail = rng.choice([raw, raw[:_HEADER], b"FCS3.0"])
    return _refit(raw, "$NEXTDATA", str(len(raw)), rng) + tail


def _edit_offset(raw: bytes, rng: Random) -> bytes:
    at = 10 + 8 * rng.randint(0, 5)
    old = re.sub(rb"[^0-9]", b"", raw[at : at + 8]) or b"0"
    near = int(old[:18]) + rng.choice([-1, 1, -8, 8, 58, -58, 1000, 10**7])
    field = rng.choice([str(near), str(len(raw)), *NUMBERS[:24]])[:8]
    return raw[:at] + f"{field:>8}".encode() + raw[at + 8 :]


def _edit_number(raw: bytes, rng: Random) -> bytes:
    keyword = rng.choice([*KEYWORDS[:12], *KEYWORDS[:2], *KEYWORDS[25:32]])
    return _refit(raw, keyword, rng.choice(NUMBERS), rng)


def _edit_keyword(raw: bytes, rng: Random) -> bytes:
    return _refit(raw, rng.choice(KEYWORDS), rng.choice(NUMBERS + WORDS), rng)


def _lose_keyword(raw: bytes, rng: Random) -> bytes:
    keyword = rng.choice(KEYWORDS).encode()
    return raw.replace(keyword, keyword[:-1] + b"?", 1)


def _storm(raw: bytes, rng: Random) -> bytes:
    """Many delimiters."""
    delimiter = _delimiter(raw)
    if rng.random() < 0.5:
        return raw[:_HEADER] + raw[_HEADER:4000].replace(delimiter, delimiter * 2) + raw[4000:]
    at = _place(raw, rng)
    count = rng.choice([1, 2, 3, 100, 5000])
    return raw[:at] + delimiter * count + raw[at + rng.choice([0, count]) :]


def _change_delimiter(raw: bytes, rng: Random) -> bytes:
    other = bytes([rng.choice(b"/\\|!\f\t ,$1A\0\xff\xa7\r\n")])
    return raw[:_HEADER] + raw[_HEADER:].replace(_delimiter(raw), other)


def _change_version(raw: bytes, rng: Random) -> bytes:
    return rng.choice([b"FCS2.0", b"FCS3.0", b"FCS3.1", b"FCS3.2", b"FCS1.0", b"FCS9"]) + raw[6:]


def _pack(raw: bytes, rng: Random) -> bytes:
    packed = gzip.compress(raw[:20_000], compresslevel=1, mtime=0)
    return packed if rng.random() < 0.5 else _overwrite(packed, rng)


def _delimiter(raw: bytes) -> bytes:
    begin = re.sub(rb"[^0-9]", b"", raw[10:18]) or b"58"
    return raw[int(begin) :][:1] or b"|"


def _refit(raw: bytes, keyword: str, value: str, rng: Random) -> bytes:
    """Set a keyword; most times the offsets of HEADER and TEXT move with what lies behind."""
    delimiter = _delimiter(raw)
    name, written = keyword.encode(), value.encode()
    pattern = re.compile(
        re.escape(delimiter + name + delimiter) + rb"([^\0]*?)" + re.escape(delimiter)
    )
    found = pattern.search(raw, 0, 200_000)
    if found:
        first, last = found.span(1)
        if len(written) < last - first:
            written = written.ljust(last - first)  # nothing moves
    else:
        first = last = raw.find(delimiter, _HEADER) + 1
        written = name + delimiter + written + delimiter
    moved = len(written) - (last - first)
    edited = raw[:first] + written + raw[last:]
    return _shift(edited, moved) if moved and rng.random() < 0.8 else edited


def _shift(raw: bytes, by: int) -> bytes:
    """Add to the end of TEXT, and to where DATA begins and ends."""
    for at in (18, 26, 34):
        field = raw[at : at + 8].strip()
        if field.isdigit() and int(field):
            raw = raw[:at] + f"{int(field) + by:>8}".encode()[:8] + raw[at + 8 :]
    delimiter = re.escape(_delimiter(raw))
    for keyword in (rb"\$BEGINDATA", rb"\$ENDDATA"):
        found = re.search(keyword + delimiter + rb"( *[0-9]{1,18} *)" + delimiter, raw[:200_000])
        if found and int(found[1]):
            first, last = found.span(1)
            number = f"{int(found[1]) + by:>{last - first}}".encode()[: last - first]
            raw = raw[:first] + number + raw[last:]
    return raw


_MUTATIONS: tuple[Mutation, ...] = (
    *(_flip_bits, _overwrite, _truncate, _extend, _delete, _repeat, _join, _edit_offset),
    *(_edit_number, _edit_number, _edit_keyword, _edit_keyword, _edit_keyword, _lose_keyword),
    *(_storm, _change_delimiter, _change_version, _pack),
)
