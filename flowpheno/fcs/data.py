"""DATA: bytes to float32 values, block by block, in as many threads as pay."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.arrays import freeze
from flowpheno.errors import FcsError
from flowpheno.fcs.byteorder import endianness, is_plain, least_first
from flowpheno.fcs.characters import read_characters
from flowpheno.fcs.octets import MARGIN, choose_decoder, plan_columns
from flowpheno.fcs.parameters import DataType
from flowpheno.fcs.selection import Scaling

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    import numpy.typing as npt

    from flowpheno.arrays import EventMatrix
    from flowpheno.fcs.layout import Layout
    from flowpheno.fcs.parameters import Parameter
    from flowpheno.fcs.selection import Selection
    from flowpheno.fcs.source import Source

    _Floats: TypeAlias = npt.NDArray[np.float32]
    _Fill: TypeAlias = Callable[[_Floats, int], None]

_BLOCK_BYTES = 1 << 22  # what a thread takes at a time
_DECODED_VALUES = 1 << 18  # decoded at a time: fewer would make threads wait for the interpreter
_PACKED_EVENTS = 8  # as many packed events end with a byte, whatever their bits
_THREADED_BYTES = 8 << 20  # less is read before a thread has started
_MOST_THREADS = 4  # more wait for the memory
_FOLD = 32  # events beside each other, so that a maximum runs over a long row


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Decoded:
    """Values of the selected events and columns.

    Attributes
    ----------
    events : EventMatrix
        Shape ``(n_events, n_columns)``, C-contiguous, read-only.
    high : ndarray of float32
        Largest value of each column, shape ``(n_columns,)``; NaN where a value is, ``-inf`` for
        no events. Of integers that cannot exceed their full scale, the full scale.
    finite : bool
        Whether every value is a finite number.
    """

    events: EventMatrix
    high: _Floats
    finite: bool


def read_events(
    source: Source,
    layout: Layout,
    parameters: Sequence[Parameter],
    *,
    selection: Selection,
    scaling: Scaling = Scaling.LINEAR,
) -> Decoded:
    """Decode DATA.

    Integers are masked with ``$PnR`` and, where ``$PnE`` is logarithmic, turned into linear
    values ``10 ** (decades * x / $PnR) * offset``. Floating point is taken as written. Gains
    (``$PnG``) divide the values only if asked for. Values beyond 2**24 lose their last bits in
    float32.

    Parameters
    ----------
    source : Source
        The file.
    layout : Layout
        Where DATA lies in it.
    parameters : sequence of Parameter
        One for each column of the data set.
    selection : Selection
        Which events and columns.
    scaling : Scaling
        What the numbers shall mean.

    Returns
    -------
    Decoded
        The values; no rows if the data set is empty.

    Raises
    ------
    FcsError
        If the file ends before, if characters are no numbers, or if memory does not suffice.

    References
    ----------
    .. [1] Spidlen J et al. Data File Standard for Flow Cytometry, version FCS 3.1.
       Cytometry A. 2010;77:97-100. Keywords $PnB, $PnE, $PnG, $PnR.
    """
    shape = (len(selection.rows), len(selection.columns))
    try:
        if any(parameter.data_type is DataType.CHARACTERS for parameter in parameters):
            values = read_characters(source, layout, parameters)
            rows = selection.rows
            values = values[rows.start : rows.stop : rows.step, list(selection.columns)]
            events = np.ascontiguousarray(values)
            return _decoded(events, [_extremes(events)])
        events = np.empty(shape, dtype=np.float32)
        if _is_stored_as_wanted(parameters, selection, scaling):
            fill = _copier(source, layout, selection)
        else:
            fill = _decoder(source, layout, parameters, selection=selection, scaling=scaling)
        limits = _full_scales(parameters, selection, scaling)
        parts = _fill_all(events, fill, source, measured=limits is None)
        return _decoded(events, parts) if limits is None else _bounded(events, limits)
    except MemoryError as error:
        problem = f"{shape[0]} events x {shape[1]} parameters do not fit into memory"
        raise FcsError(problem, segment="DATA", offset=layout.begin) from error


def _is_stored_as_wanted(
    parameters: Sequence[Parameter], selection: Selection, scaling: Scaling
) -> bool:
    """Whether the bytes can be read straight into the matrix."""
    return (
        all(parameter.data_type is DataType.FLOAT for parameter in parameters)
        and selection.columns == tuple(range(len(parameters)))
        and selection.rows.step == 1
        and (scaling is not Scaling.GAIN or all(p.gain == 1 for p in parameters))
    )


def _copier(source: Source, layout: Layout, selection: Selection) -> _Fill:
    """Read float32 into its place; no other copy is ever made."""
    event_bytes = len(selection.columns) * 4
    start = layout.begin + selection.rows.start * event_bytes
    swap = (endianness(layout.byte_order) == ">") != (sys.byteorder == "big")

    def fill(rows: _Floats, first: int) -> None:
        source.read_into(rows, start + first * event_bytes)
        if is_plain(layout.byte_order):
            if swap:
                rows.byteswap(inplace=True)
            return
        octets = rows.view(np.uint8).reshape(-1, 4)
        order = least_first(layout.byte_order, 4)
        octets[:] = octets[:, order if sys.byteorder == "little" else order[::-1]]

    return fill


def _decoder(
    source: Source,
    layout: Layout,
    parameters: Sequence[Parameter],
    *,
    selection: Selection,
    scaling: Scaling,
) -> _Fill:
    """Read the bytes of whole events, and decode the columns that are wanted."""
    columns = plan_columns(parameters, selection.columns, layout, scaling)
    decode = choose_decoder(columns, parameters, layout)
    start, step = selection.rows.start, selection.rows.step
    most = max(_DECODED_VALUES // len(parameters) // step, 1)
    if step == 1:
        most = -(-most // _PACKED_EVENTS) * _PACKED_EVENTS

    def fill(rows: _Floats, first: int) -> None:
        for part in range(0, len(rows), most):
            decode_rows(rows[part : part + most], first + part)

    def decode_rows(rows: _Floats, first: int) -> None:
        begin = start + first * step
        # packed events end with a byte at every eighth
        lead = begin % _PACKED_EVENTS if layout.packed else 0
        length = lead + (len(rows) - 1) * step + 1
        size = -(-length * layout.event_bits // 8)
        room = np.empty(size + 2 * MARGIN, dtype=np.uint8)
        source.read_into(
            room[MARGIN:-MARGIN], layout.begin + (begin - lead) * layout.event_bits // 8
        )
        whole = rows if length == len(rows) else np.empty((length, len(columns)), np.float32)
        with np.errstate(over="ignore", invalid="ignore"):  # float64 beyond float32 is infinite
            decode(room, whole)
        if whole is not rows:
            rows[...] = whole[lead::step]

    return fill


def _full_scales(
    parameters: Sequence[Parameter], selection: Selection, scaling: Scaling
) -> list[float] | None:
    """Full scale of each column, if every value is an integer that cannot exceed it."""
    wanted = [parameters[column] for column in selection.columns]
    if any(p.data_type is not DataType.INTEGER or p.mask >= p.resolution for p in wanted):
        return None
    if scaling is Scaling.RAW:
        return [p.resolution for p in wanted]
    gains = [p.gain if scaling is Scaling.GAIN and p.decades == 0 else 1.0 for p in wanted]
    return [p.range / gain for p, gain in zip(wanted, gains, strict=True)]


def _bounded(events: _Floats, limits: Sequence[float]) -> Decoded:
    """Freeze a matrix whose values need not be looked at."""
    with np.errstate(over="ignore"):  # an amplifier may exceed all numbers
        high = np.array(limits, dtype=np.float64).astype(np.float32)
    finite = bool(np.isfinite(high).all())
    return Decoded(events=freeze(events), high=high, finite=finite)


def _fill_all(
    events: _Floats, fill: _Fill, source: Source, *, measured: bool
) -> list[tuple[_Floats, float]]:
    """Fill the matrix; blocks do not touch each other, so threads need no lock."""
    n_events, n_columns = events.shape
    block = max(_BLOCK_BYTES // (4 * n_columns), 1)
    starts = range(0, n_events, block)

    def work(first: int) -> tuple[_Floats, float]:
        rows = events[first : first + block]
        fill(rows, first)
        return _extremes(rows if measured else rows[:0])

    threads = min(_MOST_THREADS, os.cpu_count() or 1)
    if events.nbytes < _THREADED_BYTES or threads < 2 or not source.is_shared:  # noqa: PLR2004 - one thread needs no pool
        return [work(first) for first in starts]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, starts))


def _extremes(rows: _Floats) -> tuple[_Floats, float]:
    """Largest value of each column and the smallest of all, while the block is in the cache."""
    if rows.size == 0:
        return np.full(rows.shape[1], -np.inf, dtype=np.float32), np.inf
    n_events, n_columns = rows.shape
    even = n_events - n_events % _FOLD
    high = rows[even:].max(axis=0, initial=-np.inf)
    if even:
        folded = rows[:even].reshape(-1, _FOLD * n_columns).max(axis=0)
        high = np.maximum(high, folded.reshape(_FOLD, n_columns).max(axis=0))
    return high, float(rows.min())


def _decoded(events: _Floats, extremes: Sequence[tuple[_Floats, float]]) -> Decoded:
    """Freeze the matrix, and join the extremes of its blocks."""
    nothing = np.full(events.shape[1], -np.inf, dtype=np.float32)
    high = np.maximum.reduce([nothing, *(high for high, _ in extremes)])
    lowest = [low for _, low in extremes]
    finite = not len(events) or bool(np.isfinite(high).all() and np.isfinite(lowest).all())
    return Decoded(events=freeze(events), high=high, finite=finite)
