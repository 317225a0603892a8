"""``$DATATYPE`` A: numbers written in ASCII, of fixed length or delimited."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import FcsError
from flowpheno.fcs.number import parse_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from flowpheno.fcs.layout import Layout
    from flowpheno.fcs.parameters import Parameter
    from flowpheno.fcs.source import Source

_DELIMITERS = re.compile(rb"[,;\s\0]+")


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
    """
    raw = source.read(layout.begin, layout.size)
    n_values = layout.n_events * len(parameters)
    widths = [parameter.width for parameter in parameters]
    words: list[bytes] = []
    if all(widths):
        ends = np.cumsum(widths)
        for first in range(0, layout.n_events * int(ends[-1]), int(ends[-1])):
            words += [
                raw[first + end - w : first + end] for end, w in zip(ends, widths, strict=True)
            ]
    else:
        words = _DELIMITERS.sub(b" ", raw).split()
    if len(words) != n_values:
        problem = f"{n_values} values expected, {len(words)} present"
        raise FcsError(problem, segment="DATA", offset=layout.begin)
    numbers = [parse_number(word.decode("latin-1")) for word in words]
    if None in numbers:
        problem = f"{words[numbers.index(None)][:24]!r} is no number"
        raise FcsError(problem, segment="DATA", offset=layout.begin)
    with np.errstate(over="ignore"):
        values = np.array(numbers, dtype=np.float64).astype(np.float32)
    return values.reshape(layout.n_events, len(parameters))
