"""Compensation and scales in one pass over the events: the hot path.

A block of events is read once, unmixed in double precision, put on its scales by table, and
written once. The kernel is compiled by numba, without the lock of the interpreter, so that blocks
run in as many threads as there are processors. Where numba cannot run, numpy does the same
arithmetic in the same order.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.arrays import freeze
from flowpheno.compensation import unmixing_of
from flowpheno.errors import TransformError
from flowpheno.sample import ChannelKind
from flowpheno.transform.asinh import Asinh, ParametrisedAsinh
from flowpheno.transform.curve import Mirrored, table_of
from flowpheno.transform.hlog import Hlog
from flowpheno.transform.linear import Linear
from flowpheno.transform.lookup import Lookup, lookup_of
from flowpheno.transform.working import working_transform

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    import numpy.typing as npt

    from flowpheno.arrays import EventMatrix, Matrix, Values
    from flowpheno.sample import Channel, Sample
    from flowpheno.transform.base import Transform

    _Floats: TypeAlias = npt.NDArray[np.float32]
    _Places: TypeAlias = npt.NDArray[np.int64]
    _Kernel: TypeAlias = Callable[..., None]

_THREAD_EVENTS = 1 << 16
_STAINED = frozenset({ChannelKind.FLUORESCENCE, ChannelKind.MASS})
_UNSCALED = frozenset({ChannelKind.TIME, ChannelKind.OTHER})
_ASINH_DECADES = 8.0  # full scale of fluorescence, in units of asinh
_AS_IT_IS, _DIVIDED, _TABULATED = 0, 1, 2


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Plan:
    """What is done to each column.

    Attributes
    ----------
    columns : ndarray of int
        Columns that are unmixed, shape ``(m,)``.
    unmixing : Matrix
        What their row is multiplied by, shape ``(m, m)``.
    kind : ndarray of int
        For each column of the events: left, divided, or read off a table.
    shift, divisor : ndarray of float32
        For those divided: what is added before.
    table : ndarray of int
        Place of the column's table in `begin` and the arrays that follow it.
    begin, count, first : ndarray of int
        For each table: its first node in `position`, its nodes, and the bits of the first.
    offset, zero : ndarray of float32
        For each table.
    position, slope : ndarray of float32
        All tables, one behind the other.
    """

    columns: _Places
    unmixing: Matrix
    kind: _Places
    shift: _Floats
    divisor: _Floats
    table: _Places
    begin: _Places
    count: _Places
    first: _Places
    offset: _Floats
    zero: _Floats
    position: _Floats
    slope: _Floats


def scaled_events(
    sample: Sample,
    scale: Transform | None = None,
    *,
    compensated: bool = True,
    compiled: bool = True,
) -> EventMatrix:
    """Put the events of a tube on the scales they are looked at, compensating on the way.

    Parameters
    ----------
    sample : Sample
        Linear intensities.
    scale : Transform or None
        Scale of every fluorescence and mass channel; None for the one gates are computed on.
    compensated : bool
        Whether to compensate by the sample's own matrix first, if it has one and is not
        compensated already.
    compiled : bool
        Whether to use the compiled kernel, if numba can run here.

    Returns
    -------
    EventMatrix
        Shape as that of the events, read-only: fluorescence and mass on the scale, scatter as a
        share of full scale, time and counters as recorded. No rows for no events. Compensation is
        done in double precision; the scales are off by less than 2e-7 of their length.

    Raises
    ------
    CompensationError
        If the matrix of the sample does not fit, see `compensate`.
    TransformError
        If a scale is not odd about a place of zero (`Log`, `Tlog`), or too steep there.
    """
    plan = _plan(sample, scale, compensated=compensated)
    kernel = _compiled() if compiled else None
    run = _run_numpy if kernel is None else kernel
    events = np.ascontiguousarray(sample.events, np.float32)
    out = np.empty_like(events)
    parts = [
        slice(first, first + _THREAD_EVENTS) for first in range(0, len(events), _THREAD_EVENTS)
    ]
    threads = min(len(parts), os.cpu_count() or 1)

    if kernel is None or threads < 2:  # noqa: PLR2004 - one thread needs no pool
        for part in parts:
            _call(run, events[part], out[part], plan)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda part: _call(run, events[part], out[part], plan), parts))
    return freeze(out)


def _call(run: _Kernel, events: _Floats, out: _Floats, plan: Plan) -> None:
    run(
        events, out, plan.columns, plan.unmixing, plan.kind, plan.shift, plan.divisor,
        plan.table, plan.begin, plan.count, plan.first, plan.offset, plan.zero, plan.position,
        plan.slope,
    )  # fmt: skip


def _plan(sample: Sample, scale: Transform | None, *, compensated: bool) -> Plan:
    """Lay out tables and matrix as plain arrays."""
    columns: list[int] = []
    unmixing = np.empty((0, 0))
    if compensated and sample.spillover is not None and not sample.compensated:
        columns, unmixing = unmixing_of(sample, sample.spillover)
    scales = [_scale_of(channel, sample, scale) for channel in sample.channels]
    tables: list[Lookup] = []
    places: dict[Transform, int] = {}
    for own in scales:
        if own is not None and not isinstance(own, Linear) and own not in places:
            places[own] = len(tables)
            tables.append(_lookup(own))
    lengths = [len(table.position) for table in tables]
    nothing = np.empty(0, np.float32)
    return Plan(
        columns=np.array(columns, np.int64),
        unmixing=np.ascontiguousarray(unmixing, np.float64),
        kind=np.array([_kind(own) for own in scales], np.int64),
        shift=np.array([o.below if isinstance(o, Linear) else 0 for o in scales], np.float32),
        divisor=np.array(
            [o.top + o.below if isinstance(o, Linear) else 1 for o in scales], np.float32
        ),
        table=np.array([places.get(own, 0) if own else 0 for own in scales], np.int64),
        begin=np.cumsum([0, *lengths])[:-1].astype(np.int64),
        count=np.array(lengths, np.int64),
        first=np.array([table.first for table in tables], np.int64),
        offset=np.array([table.offset for table in tables], np.float32),
        zero=np.array([table.zero for table in tables], np.float32),
        position=np.concatenate([nothing, *(table.position for table in tables)]),
        slope=np.concatenate([nothing, *(table.slope for table in tables)]),
    )


def _scale_of(channel: Channel, sample: Sample, scale: Transform | None) -> Transform | None:
    """Scale of a channel; None for one that is left as recorded."""
    if channel.kind in _UNSCALED:
        return None
    own = scale if scale is not None and channel.kind in _STAINED else None
    return own or working_transform(channel, sample.scale)


def _kind(scale: Transform | None) -> int:
    if scale is None:
        return _AS_IT_IS
    return _DIVIDED if isinstance(scale, Linear) else _TABULATED


def _lookup(scale: Transform) -> Lookup:
    """Table of a scale that is odd about a place of zero."""
    match scale:
        case Mirrored():
            return table_of(scale.curve)
        case ParametrisedAsinh():
            return lookup_of(scale, scale.zero, _positions)
        case Asinh():
            return lookup_of(scale, 0.0, _positions, span=_ASINH_DECADES)
        case Hlog():
            return lookup_of(scale, 0.0, _positions, span=scale.r)
        case _:
            problem = f"{scale} is not odd about a place of zero, and cannot be tabulated"
            raise TransformError(problem)


def _positions(scale: Transform, intensity: Values) -> Values:
    return np.asarray(scale.apply(intensity), np.float64)


@cache
def _compiled() -> _Kernel | None:
    """Take the compiled kernel; None where numba cannot be imported."""
    try:
        from flowpheno.transform.kernel import compiled_kernel  # noqa: PLC0415 - slow to import
    except ImportError:
        return None
    kernel: _Kernel = compiled_kernel
    return kernel


def _run_numpy(  # noqa: PLR0913, PLR0917 - the arguments of the kernel
    events: _Floats,
    out: _Floats,
    columns: _Places,
    unmixing: Matrix,
    kind: _Places,
    shift: _Floats,
    divisor: _Floats,
    table: _Places,
    begin: _Places,
    count: _Places,
    first: _Places,
    offset: _Floats,
    zero: _Floats,
    position: _Floats,
    slope: _Floats,
) -> None:
    """Do what the kernel does, in the same order."""
    out[...] = events
    with np.errstate(invalid="ignore", over="ignore"):
        for j, column in enumerate(columns):
            true = np.zeros(len(events), np.float64)
            for i, other in enumerate(columns):
                true += unmixing[i, j] * events[:, other].astype(np.float64)
            out[:, column] = true
        for column in np.flatnonzero(kind == _DIVIDED):
            out[:, column] = (out[:, column] + shift[column]) / divisor[column]
        for column in np.flatnonzero(kind == _TABULATED):
            place = table[column]
            nodes = slice(begin[place], begin[place] + count[place])
            lookup = Lookup(
                offset=offset[place],
                first=int(first[place]),
                position=position[nodes],
                slope=slope[nodes],
                zero=zero[place],
            )
            out[:, column] = lookup.apply(out[:, column])
