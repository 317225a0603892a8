"""The loop of `fused`, compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Callable

_Floats: TypeAlias = npt.NDArray[np.float32]
_Doubles: TypeAlias = npt.NDArray[np.float64]
_Places: TypeAlias = npt.NDArray[np.int64]

_BLOCK = 256  # events whose columns fit the first cache
_SHIFT = np.uint32(14)
_HIGH_BITS = np.uint32(0xFFFFC000)
_TWO = np.float32(2)


def unmix_and_scale(  # noqa: C901, PLR0912, PLR0913, PLR0917 - a kernel is one function of plain arrays
    events: _Floats,
    out: _Floats,
    columns: _Places,
    unmixing: _Doubles,
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
    """Fill `out` from `events`; the arrays are those of `fused.Plan`.

    Parameters
    ----------
    events, out : ndarray of float32
        Shape ``(n_events, n_columns)``; not the same array.
    columns, unmixing, kind, shift, divisor, table, begin, count, first, offset, zero : ndarray
        See `fused.Plan`.
    position, slope : ndarray of float32
        See `fused.Plan`.
    """
    n_events, n_columns = events.shape
    m = columns.size
    observed = np.empty((m, _BLOCK), np.float64)
    true = np.empty(_BLOCK, np.float64)
    for start in range(0, n_events, _BLOCK):
        size = min(_BLOCK, n_events - start)
        for row in range(start, start + size):
            for column in range(n_columns):
                out[row, column] = events[row, column]
        for i in range(m):
            for k in range(size):
                observed[i, k] = events[start + k, columns[i]]
        for j in range(m):
            true[:size] = 0.0
            for i in range(m):
                share = unmixing[i, j]
                for k in range(size):
                    true[k] += share * observed[i, k]
            for k in range(size):
                out[start + k, columns[j]] = np.float32(true[k])
        for row in range(start, start + size):
            for column in range(n_columns):
                way = kind[column]
                if way == 0:
                    continue
                x = out[row, column]
                if way == 1:
                    out[row, column] = (x + shift[column]) / divisor[column]
                    continue
                if not np.isfinite(x):
                    continue
                place = table[column]
                length = np.float32(abs(x) + offset[place])
                bits = length.view(np.uint32)
                node = min(np.int64(bits >> _SHIFT) - first[place], count[place] - 1)
                left = np.uint32(bits & _HIGH_BITS).view(np.float32)
                at = begin[place] + node
                y = position[at] + (length - left) * slope[at]
                out[row, column] = _TWO * zero[place] - y if x < 0 else y


def _compile(function: Callable[..., None]) -> Any:  # noqa: ANN401 - numba has no types
    """Compile on first use, and keep the result on disk where there is a place for it."""
    try:
        return njit(nogil=True, cache=True, error_model="numpy")(function)
    except RuntimeError:  # neither the package nor the home folder can be written to
        return njit(nogil=True, error_model="numpy")(function)


compiled_kernel = _compile(unmix_and_scale)
