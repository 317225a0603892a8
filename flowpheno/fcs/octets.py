"""Bytes of whole events to values, column by column or all at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from flowpheno.fcs.byteorder import endianness, is_plain, least_first
from flowpheno.fcs.parameters import DataType
from flowpheno.fcs.selection import Scaling

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flowpheno.fcs.layout import Layout
    from flowpheno.fcs.parameters import Parameter

_LARGEST_TABLE_BITS = 16
_MOST_TABLES = 64  # of 256 kB; columns share them, and beyond these values are computed one by one
_WINDOW_BITS = 64
_INDEXED_ROWS = 1 << 14
MARGIN = 8
"""Bytes before and behind those of a block, so that odd widths can be read as whole words."""

_Table: TypeAlias = npt.NDArray[np.float32]
_Octets: TypeAlias = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column that is read.

    Attributes
    ----------
    parameter : Parameter
        What it is.
    bit : int
        Where its first bit stands in an event, counted from the first byte.
    table : ndarray of float32 or None
        Linear value of each channel number; None if linear already, or for too many channels.
    divisor : float
        Gain to divide by; 1 for none.
    logarithmic : bool
        Whether a logarithmic amplifier is undone.
    """

    parameter: Parameter
    bit: int
    table: _Table | None
    divisor: float
    logarithmic: bool


def plan_columns(
    parameters: Sequence[Parameter], columns: Sequence[int], layout: Layout, scaling: Scaling
) -> tuple[Column, ...]:
    """Say where the wanted columns stand and what is done with them.

    Parameters
    ----------
    parameters : sequence of Parameter
        All columns of the data set.
    columns : sequence of int
        Those wanted.
    layout : Layout
        How DATA is written.
    scaling : Scaling
        What the numbers shall mean.

    Returns
    -------
    tuple of Column
        In the order wanted.
    """
    widths = [p.bits if layout.packed else 8 * p.width for p in parameters]
    places = np.cumsum([0, *widths]).tolist()
    tables: dict[tuple[float, float, float, int], _Table] = {}
    planned = []
    for index in columns:
        parameter = parameters[index]
        undo = parameter.decades > 0 and scaling is not Scaling.RAW
        key = (parameter.decades, parameter.offset, parameter.resolution, parameter.mask)
        small = not parameter.mask >> _LARGEST_TABLE_BITS
        if undo and small and key not in tables and len(tables) < _MOST_TABLES:
            tables[key] = _table(parameter)
        planned.append(
            Column(
                parameter=parameter,
                bit=places[index],
                table=tables.get(key) if undo else None,
                divisor=parameter.gain if scaling is Scaling.GAIN and not undo else 1.0,
                logarithmic=undo,
            )
        )
    return tuple(planned)


def choose_decoder(
    columns: Sequence[Column], parameters: Sequence[Parameter], layout: Layout
) -> Callable[[_Octets, npt.NDArray[np.float32]], None]:
    """Pick the fastest way to decode some columns.

    Parameters
    ----------
    columns : sequence of Column
        Those wanted.
    parameters : sequence of Parameter
        All columns of the data set.
    layout : Layout
        How DATA is written.

    Returns
    -------
    callable
        Takes the bytes of whole events with `MARGIN` more on either side, which it may overwrite,
        and a matrix ``(n_events, len(columns))`` that it fills.
    """
    if layout.packed:
        return lambda room, rows: _decode_packed(room, rows, columns, parameters, layout)
    whole = [c.parameter for c in columns] == list(parameters)
    if whole and _are_words(parameters, layout.byte_order):
        return _WordDecoder(columns, layout.byte_order)
    return lambda room, rows: _decode_columns(room, rows, columns, layout.byte_order)


class _WordDecoder:
    """Integers of one width, all columns at once.

    Masks are laid over the bytes as they stand, and the bytes are swapped while the values are
    cast: two passes over a block in the cache.
    """

    def __init__(self, columns: Sequence[Column], byte_order: tuple[int, ...]) -> None:
        self._columns = columns
        self._width = columns[0].parameter.width
        self._sign = endianness(byte_order)
        self._word = np.dtype(f"{self._sign}u{_word_bytes(self._width)}")
        full = (1 << (8 * self._width)) - 1
        masks = [c.parameter.mask for c in columns]
        self._masks: npt.NDArray[Any] | None = np.array(masks, dtype=self._word)
        if self._width == self._word.itemsize and all(mask == full for mask in masks):
            self._masks = None
        elif len(set(masks)) == 1:
            self._masks = self._masks[:1]
        shared = columns[0].table if len({id(c.table) for c in columns}) == 1 else None
        self._table = None if shared is None else self._table_of_words(shared, masks[0])

    def __call__(self, room: _Octets, rows: npt.NDArray[np.float32]) -> None:
        """Decode a block."""
        values = self._words(room, rows.shape)
        if self._table is not None:  # it has an entry for every word
            raw = values.view(values.dtype.newbyteorder("="))
            for part in range(0, len(rows), _INDEXED_ROWS):  # an index takes four times a word
                some = slice(part, part + _INDEXED_ROWS)
                np.take(self._table, raw[some].astype(np.intp), out=rows[some], mode="wrap")
            return
        if self._masks is not None:
            raw = values.view(values.dtype.newbyteorder("="))
            np.bitwise_and(raw, self._masks.view(raw.dtype), out=raw)
        np.copyto(rows, values, casting="unsafe")
        for n, column in enumerate(self._columns):
            if column.logarithmic or column.divisor != 1:
                rows[:, n] = _scaled(values[:, n].astype(self._word.newbyteorder("=")), column)

    def _table_of_words(self, table: _Table, mask: int) -> _Table | None:
        """Fold the byte order and the mask into the table."""
        if self._width > _LARGEST_TABLE_BITS // 8:
            return None
        words = np.arange(1 << (8 * self._width)).astype(self._word.newbyteorder("="))
        return np.asarray(table[words.view(self._word).astype(np.int64) & mask])

    def _words(self, room: _Octets, shape: tuple[int, ...]) -> npt.NDArray[Any]:
        """View the bytes as words; three bytes as four, of which the mask hides one."""
        extra = self._word.itemsize - self._width
        if extra == 0:
            return room[MARGIN:-MARGIN].view(self._word).reshape(shape)
        begin = MARGIN - (extra if self._sign == ">" else 0)  # where the odd byte counts most
        strides = (shape[1] * self._width, self._width)
        return np.ascontiguousarray(np.ndarray(shape, self._word, room.data, begin, strides))


def _decode_columns(
    room: _Octets,
    rows: npt.NDArray[np.float32],
    columns: Sequence[Column],
    byte_order: tuple[int, ...],
) -> None:
    """Any mixture of widths and types."""
    octets = room[MARGIN:-MARGIN].reshape(len(rows), -1)
    for n, column in enumerate(columns):
        first, width = column.bit // 8, column.parameter.width
        values = _words(octets[:, first : first + width], column.parameter, byte_order)
        if column.parameter.data_type is DataType.INTEGER:
            values &= values.dtype.type(column.parameter.mask)
        rows[:, n] = _scaled(values, column)


def _words(octets: _Octets, parameter: Parameter, byte_order: tuple[int, ...]) -> npt.NDArray[Any]:
    """Values of one column, from its bytes of shape ``(n_events, width)``."""
    width = parameter.width
    word = _word_bytes(width)
    padded = np.zeros((len(octets), word), dtype=np.uint8)
    padded[:, :width] = octets[:, least_first(byte_order, width)]
    kind = "u" if parameter.data_type is DataType.INTEGER else "f"
    values = padded.view(f"<{kind}{word}")[:, 0]
    return values.astype(values.dtype.newbyteorder("="), copy=False)


def _decode_packed(
    room: _Octets,
    rows: npt.NDArray[np.float32],
    columns: Sequence[Column],
    parameters: Sequence[Parameter],
    layout: Layout,
) -> None:
    """Values one behind the other without regard to bytes.

    The bits of a byte are counted from its least significant where the least significant byte
    comes first, else from its most significant: the stream is then one long number.
    """
    event_bits = sum(parameter.bits for parameter in parameters)
    little = endianness(layout.byte_order) == "<"
    bits = np.unpackbits(room[MARGIN:-MARGIN], bitorder="little" if little else "big")
    table = bits[: len(rows) * event_bits].reshape(len(rows), event_bits)
    for n, column in enumerate(columns):
        width = column.parameter.bits
        window = np.zeros((len(rows), _WINDOW_BITS), dtype=np.uint8)
        stored = table[:, column.bit : column.bit + width]
        window[:, :width] = stored if little else stored[:, ::-1]
        values = np.packbits(window, axis=1, bitorder="little").view("<u8")[:, 0]
        values = values.astype(np.uint64, copy=False) & np.uint64(column.parameter.mask)
        rows[:, n] = _scaled(values, column)


def _scaled(values: npt.NDArray[Any], column: Column) -> npt.NDArray[Any]:
    """Undo the amplifier."""
    if column.table is not None:
        return np.asarray(column.table[values])
    if column.logarithmic:
        exponent = values * (column.parameter.decades / column.parameter.resolution)
        return np.asarray(10.0**exponent * column.parameter.offset)
    return values if column.divisor == 1 else np.divide(values, column.divisor, dtype=np.float64)


@np.errstate(over="ignore", invalid="ignore")  # a channel beyond all numbers is infinite
def _table(parameter: Parameter) -> _Table:
    """Linear value of each channel."""
    channels = np.arange(parameter.mask + 1) * (parameter.decades / parameter.resolution)
    return np.asarray((10.0**channels * parameter.offset).astype(np.float32))


def _word_bytes(width: int) -> int:
    """Length of the smallest word of the machine that holds a value."""
    return next(size for size in (1, 2, 4, 8) if size >= width)


def _are_words(parameters: Sequence[Parameter], byte_order: tuple[int, ...]) -> bool:
    """Whether all columns are integers of one width."""
    widths = {parameter.width for parameter in parameters}
    types = {parameter.data_type for parameter in parameters}
    return types == {DataType.INTEGER} and len(widths) == 1 and is_plain(byte_order)
