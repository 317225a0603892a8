"""``$DATATYPE`` A: numbers written in ASCII, of fixed length or delimited."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import FcsError, UnsupportedFcsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from flowpheno.fcs.layout import Layout
    from flowpheno.fcs.parameters import Parameter
    from flowpheno.fcs.source import Source

_MOST_BYTES = 64_000_000
_BLOCK_WORDS = 100_000  # the text of a number takes a multiple of its space
_LONGEST_WORD = 64
_WORD = re.compile(rb"[^,;\s\0]+")
_NUMERIC = re.compile(rb"[0-9+\-.eE \0]*")


def read_characters(
    source: Source, layout: Layout, parameters: Sequence[Parameter]
) -> npt.NDArray[np.float32]:
    """Decode a data set of characters as a whole; no instrument of today writes one.

    Parameters
    ----------
    source : Source
        The file.
    layout : Layout
        Where DATA lies in it.
    parameters : sequence of Parameter
        One for each column.

    Returns
    -------
    ndarray of float32
        Values as written, shape ``(n_events, n_parameters)``.

    Raises
    ------
    FcsError
        If there are more or fewer words than values, or words that are no numbers.
    UnsupportedFcsError
        If there are more characters than any instrument ever wrote.
    """
    if layout.size > _MOST_BYTES:
        problem = f"{layout.size} characters; at most {_MOST_BYTES} are read"
        raise UnsupportedFcsError(problem, segment="DATA", offset=layout.begin)
    raw = source.read(layout.begin, layout.size)
    shape = (layout.n_events, len(parameters))
    values = np.empty(shape, dtype=np.float32)
    widths = [parameter.width for parameter in parameters]
    if not all(widths):
        return _delimited(raw, values.reshape(-1), layout).reshape(shape)
    table = np.frombuffer(raw, np.uint8).reshape(layout.n_events, sum(widths))
    end = 0
    for n, width in enumerate(widths):
        column = np.ascontiguousarray(table[:, end : end + width]).view(f"S{width}")[:, 0]
        values[:, n] = _numbers(column, layout)
        end += width
    return values


def _delimited(
    raw: bytes, values: npt.NDArray[np.float32], layout: Layout
) -> npt.NDArray[np.float32]:
    """Read words as they come, some at a time."""
    words: Iterator[bytes] = (match[0] for match in _WORD.finditer(raw))
    filled = 0
    while some := list(islice(words, _BLOCK_WORDS)):
        if filled + len(some) > values.size:
            problem = f"{values.size} values expected, more present"
            raise FcsError(problem, segment="DATA", offset=layout.begin)
        longest = max(some, key=len)
        if len(longest) > _LONGEST_WORD:
            raise _no_number(longest, layout)
        values[filled : filled + len(some)] = _numbers(np.array(some), layout)
        filled += len(some)
    if filled < values.size:
        problem = f"{values.size} values expected, {filled} present"
        raise FcsError(problem, segment="DATA", offset=layout.begin)
    return values


def _numbers(words: npt.NDArray[np.bytes_], layout: Layout) -> npt.NDArray[np.float32]:
    """Read words of one length; ``nan`` and ``inf`` are none."""
    if not words.size:
        return np.empty(0, dtype=np.float32)
    numbers = _parsed(words)
    if numbers is None:
        raise _no_number(next(filter(_is_odd, words.tolist())), layout)
    if not np.isfinite(numbers).all():
        raise _no_number(words[~np.isfinite(numbers)][0], layout)
    with np.errstate(over="ignore"):  # float64 beyond float32 is infinite
        return numbers.astype(np.float32)


def _parsed(words: npt.NDArray[np.bytes_]) -> npt.NDArray[np.float64] | None:
    """Numbers; None if a word is none."""
    if not _NUMERIC.fullmatch(words.tobytes()):
        return None
    try:
        return words.astype(np.float64)
    except ValueError:
        return None


def _is_odd(word: bytes) -> bool:
    """Tell whether a word is no number."""
    try:
        float(word)
    except ValueError:
        return True
    return _NUMERIC.fullmatch(word) is None


def _no_number(word: bytes, layout: Layout) -> FcsError:
    return FcsError(f"{word[:24]!r} is no number", segment="DATA", offset=layout.begin)
