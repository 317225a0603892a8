"""DATA: bytes to linear float32 values."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from flowpheno.arrays import freeze
from flowpheno.errors import FcsError
from flowpheno.fcs.byteorder import endianness, is_plain, least_first
from flowpheno.fcs.number import parse_number
from flowpheno.fcs.parameters import DataType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.arrays import EventMatrix
    from flowpheno.fcs.layout import Layout
    from flowpheno.fcs.parameters import Parameter
    from flowpheno.fcs.source import Source

_BLOCK_BYTES = 1 << 22  # stays in the cache
_LARGEST_TABLE_BITS = 16
_DELIMITERS = re.compile(rb"[,;\s\0]+")
_Table: TypeAlias = npt.NDArray[np.float32]


def read_events(source: Source, layout: Layout, parameters: Sequence[Parameter]) -> EventMatrix:
    """Decode DATA.

    Integers are masked with ``$PnR`` and, where ``$PnE`` is logarithmic, turned into linear
    values ``10 ** (decades * x / $PnR) * offset``. Floating point is taken as written. Gains
    (``$PnG``) are not applied. Values beyond 2**24 lose their last bits in float32.

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
    EventMatrix
        Linear values, shape ``(n_events, n_parameters)``, C-contiguous, read-only; no rows if
        the data set is empty.

    Raises
    ------
    FcsError
        If the file ends before, if characters are no numbers, or if memory does not suffice.

    References
    ----------
    .. [1] Spidlen J et al. Data File Standard for Flow Cytometry, version FCS 3.1.
       Cytometry A. 2010;77:97-100. Keywords $PnB, $PnE, $PnR.
    """
    shape = (layout.n_events, len(parameters))
    try:
        if any(parameter.data_type is DataType.CHARACTERS for parameter in parameters):
            return freeze(_characters(source, layout, parameters))
        events = np.empty(shape, dtype=np.float32)
        if all(parameter.data_type is DataType.FLOAT for parameter in parameters):
            _read_floats(events, source, layout)
        else:
            _read_blocks(events, source, layout, parameters)
    except MemoryError as error:
        problem = f"{shape[0]} events x {shape[1]} parameters do not fit into memory"
        raise FcsError(problem, segment="DATA", offset=layout.begin) from error
    return freeze(events)


def _read_floats(events: npt.NDArray[np.float32], source: Source, layout: Layout) -> None:
    """Read straight into the matrix; no other copy is ever made."""
    source.read_into(events, layout.begin)
    if not is_plain(layout.byte_order):
        octets = events.view(np.uint8).reshape(-1, events.itemsize)
        octets[:] = octets[:, least_first(layout.byte_order, events.itemsize)]
    elif endianness(layout.byte_order) == ">":
        events.byteswap(inplace=True)
    if sys.byteorder == "big":
        events.byteswap(inplace=True)


def _read_blocks(
    events: npt.NDArray[np.float32],
    source: Source,
    layout: Layout,
    parameters: Sequence[Parameter],
) -> None:
    """Decode block by block, so that only the matrix grows with the file."""
    event_bytes = sum(parameter.width for parameter in parameters)
    block_events = max(_BLOCK_BYTES // event_bytes, 1)
    block = np.empty((min(block_events, len(events)), event_bytes), dtype=np.uint8)
    scales = [_linear_table(parameter) for parameter in parameters]
    decode = _decode_words if _are_words(parameters, layout.byte_order) else _decode_columns
    for first in range(0, len(events), block_events):
        rows = events[first : first + block_events]
        octets = block[: len(rows)]
        source.read_into(octets, layout.begin + first * event_bytes)
        with np.errstate(over="ignore", invalid="ignore"):  # float64 beyond float32 is infinite
            decode(rows, octets, parameters, layout.byte_order, scales)


def _decode_words(
    rows: npt.NDArray[np.float32],
    octets: npt.NDArray[np.uint8],
    parameters: Sequence[Parameter],
    byte_order: tuple[int, ...],
    scales: Sequence[_Table | None],
) -> None:
    """Integers of one width, all columns at once."""
    word = np.dtype(f"u{parameters[0].width}")
    values = octets.view(word)
    if not word.newbyteorder(endianness(byte_order)).isnative:
        values = values.byteswap(inplace=True)
    values &= np.array([parameter.mask for parameter in parameters], dtype=word)
    rows[...] = values
    for n, parameter in enumerate(parameters):
        if parameter.decades > 0:
            rows[:, n] = _linear(values[:, n], parameter, scales[n])


def _decode_columns(
    rows: npt.NDArray[np.float32],
    octets: npt.NDArray[np.uint8],
    parameters: Sequence[Parameter],
    byte_order: tuple[int, ...],
    scales: Sequence[_Table | None],
) -> None:
    """Any mixture of widths and types, column by column."""
    first = 0
    for n, parameter in enumerate(parameters):
        values = _column(octets[:, first : first + parameter.width], parameter, byte_order)
        if parameter.data_type is DataType.INTEGER:
            values &= values.dtype.type(parameter.mask)
        rows[:, n] = _linear(values, parameter, scales[n])
        first += parameter.width


def _column(
    octets: npt.NDArray[np.uint8], parameter: Parameter, byte_order: tuple[int, ...]
) -> npt.NDArray[Any]:
    """Values of one column, from its bytes of shape ``(n_events, width)``."""
    width = parameter.width
    word = next(size for size in (1, 2, 4, 8) if size >= width)
    padded = np.zeros((len(octets), word), dtype=np.uint8)
    padded[:, :width] = octets[:, least_first(byte_order, width)]
    kind = "u" if parameter.data_type is DataType.INTEGER else "f"
    values = padded.view(f"<{kind}{word}")[:, 0]
    return values.astype(values.dtype.newbyteorder("="), copy=False)


def _linear(
    values: npt.NDArray[Any], parameter: Parameter, table: _Table | None
) -> npt.NDArray[Any]:
    """Undo a logarithmic amplifier; linear values pass."""
    if parameter.decades == 0:
        return values
    if table is not None:
        return np.asarray(table[values])
    exponent = values * (parameter.decades / parameter.resolution)
    return np.asarray(10.0**exponent * parameter.offset)


def _linear_table(parameter: Parameter) -> _Table | None:
    """Linear value of each channel, where the channels are few."""
    if parameter.decades == 0 or parameter.mask >> _LARGEST_TABLE_BITS:
        return None
    channels = np.arange(parameter.mask + 1) * (parameter.decades / parameter.resolution)
    table: _Table = (10.0**channels * parameter.offset).astype(np.float32)
    return table


def _are_words(parameters: Sequence[Parameter], byte_order: tuple[int, ...]) -> bool:
    """Whether all columns are integers of one width that the machine knows."""
    widths = {parameter.width for parameter in parameters}
    types = {parameter.data_type for parameter in parameters}
    return (
        types == {DataType.INTEGER}
        and len(widths) == 1
        and widths <= {1, 2, 4, 8}
        and is_plain(byte_order)
    )


def _characters(
    source: Source, layout: Layout, parameters: Sequence[Parameter]
) -> npt.NDArray[np.float32]:
    """Numbers written in ASCII: of fixed length, or delimited."""
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
        return (
            np.array(numbers, dtype=np.float64)
            .astype(np.float32)
            .reshape(layout.n_events, len(parameters))
        )
