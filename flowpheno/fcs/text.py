"""TEXT: bytes to keywords and their values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowpheno.errors import FcsError
from flowpheno.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flowpheno.fcs.repair import Repairs

MAXIMUM_TEXT_BYTES = 16_000_000
"""The largest TEXT met is 125 kB; a longer one than this is not TEXT."""

_MAXIMUM_WORDS = 1_000_000
_BLANKS = " \t\r\n\0"
_SHOWN = 5


def parse_text(raw: bytes, *, repairs: Repairs, at: int = 0) -> dict[str, str]:
    """Read a TEXT segment.

    The first byte is the delimiter. A doubled delimiter inside a value is one delimiter; right
    behind a keyword it is an empty value, since no keyword is empty. Of a keyword written twice
    the first value counts.

    Parameters
    ----------
    raw : bytes
        The whole segment.
    repairs : Repairs
        Takes note of keywords that are repeated or lack a value.
    at : int
        Position of the segment in the file, for error messages.

    Returns
    -------
    dict of str to str
        Upper-case keywords, values without blanks around them.

    Raises
    ------
    FcsError
        If there is nothing to read, or more than any TEXT can hold.
    """
    if not raw.strip(b" \0"):
        raise FcsError("is empty", segment="TEXT", offset=at)
    if len(raw) > MAXIMUM_TEXT_BYTES:
        problem = f"{len(raw)} bytes; at most {MAXIMUM_TEXT_BYTES} are read"
        raise FcsError(problem, segment="TEXT", offset=at)
    if raw.count(raw[:1]) > _MAXIMUM_WORDS:
        problem = f"delimiter {raw[:1]!r} more than {_MAXIMUM_WORDS} times"
        raise FcsError(problem, segment="TEXT", offset=at)
    words = _decode(raw).split(chr(raw[0]))[1:]
    _note_ending(words, repairs, at)
    keywords: dict[str, str] = {}
    repeated: list[str] = []
    for keyword, value in _pairs(words, chr(raw[0])):
        key = keyword.strip(_BLANKS).upper()
        if keywords.setdefault(key, value.strip(_BLANKS)) != value.strip(_BLANKS):
            repeated.append(key)
    _note_repeated(repeated, repairs, at)
    return keywords


def _decode(raw: bytes) -> str:
    """UTF-8 as FCS 3.1 demands, else what the acquisition software wrote."""
    if raw[0] < 128:  # noqa: PLR2004 - beyond ASCII a delimiter could be part of a character
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            pass
    # CellQuest ran on the Macintosh
    macintosh = b"cellquest" in raw.lower() and raw[0] < 128  # noqa: PLR2004 - ASCII
    return raw.decode("mac_roman" if macintosh else "latin-1")


def _pairs(words: Sequence[str], delimiter: str) -> Iterator[tuple[str, str]]:
    """Walk over the words between single delimiters, joining what an escape has cut."""
    place, last = 0, len(words) - 1
    while place < last:
        keyword = words[place]
        place += 1
        if not keyword.strip(_BLANKS):  # a stray delimiter
            continue
        value = [words[place]]
        while place + 2 <= last and not words[place + 1]:
            value.append(words[place + 2])
            place += 2
        place += 1
        yield keyword, delimiter.join(value)


def _note_ending(words: list[str], repairs: Repairs, at: int) -> None:
    """Make the last word the empty one behind the last delimiter."""
    if words and words[-1].strip(_BLANKS):
        problem = f"does not end with its delimiter; its last {len(words[-1])} characters are kept"
        repairs.note(problem, segment="TEXT", offset=at, value=len(words[-1]))
        words.append("")


def _note_repeated(repeated: Sequence[str], repairs: Repairs, at: int) -> None:
    """Say which keywords have two values."""
    if repeated:
        shown = ", ".join(key[: _SHOWN * 8] for key in repeated[:_SHOWN])
        problem = f"{len(repeated)} keyword(s) written twice, the first value counts: {shown}"
        severity = (
            Severity.WARNING if any(key.startswith("$") for key in repeated) else Severity.NOTE
        )
        repairs.note(problem, segment="TEXT", offset=at, value=len(repeated), severity=severity)
