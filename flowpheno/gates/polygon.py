"""Points in a polygon, compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Callable

    from flowpheno.arrays import EventMask, Values

_Doubles: TypeAlias = npt.NDArray[np.float64]
_Places: TypeAlias = npt.NDArray[np.int64]

_MOST_SLABS = 512


def points_in_polygon(x: Values, y: Values, vertices: npt.ArrayLike) -> EventMask:
    """Tell which points lie in a polygon: even-odd rule, its sides and vertices inside.

    Parameters
    ----------
    x, y : Values
        Coordinates, shape ``(n,)``.
    vertices : array_like of float
        Shape ``(m, 2)``, at least three; the last is joined to the first.

    Returns
    -------
    EventMask
        Shape ``(n,)``; outside is what has a coordinate that is not finite.
    """
    corners = np.asarray(vertices, np.float64)
    sides = np.hstack([corners, np.roll(corners, -1, axis=0)])
    first, members = _slabs(sides)
    bottom, top = float(corners[:, 1].min()), float(corners[:, 1].max())
    inside = np.zeros(len(x), np.bool_)
    _compiled_kernel(
        np.ascontiguousarray(x, np.float64),
        np.ascontiguousarray(y, np.float64),
        sides,
        first,
        members,
        np.array([corners[:, 0].min(), corners[:, 0].max(), bottom, top]),
        inside,
    )
    return inside


def _slabs(sides: _Doubles) -> tuple[_Places, _Places]:
    """List for each of equally high slabs the sides that reach into it or touch it."""
    n = int(min(_MOST_SLABS, max(1, 2 * len(sides))))
    low, high = np.minimum(sides[:, 1], sides[:, 3]), np.maximum(sides[:, 1], sides[:, 3])
    bottom, top = float(low.min()), float(high.max())
    scale = n / (top - bottom) if top > bottom else 0.0
    # one slab more at either end: rounding must not lose a side
    begin = np.clip((low - bottom) * scale - 1, 0, n - 1).astype(np.int64)
    end = np.clip((high - bottom) * scale + 1, 0, n - 1).astype(np.int64)
    lists = [np.flatnonzero((begin <= slab) & (slab <= end)) for slab in range(n)]
    first = np.concatenate([[0], np.cumsum([len(members) for members in lists])])
    return first.astype(np.int64), np.concatenate(lists).astype(np.int64)


def mark_inside(  # noqa: PLR0913, PLR0917 - a kernel is one function of plain arrays
    x: _Doubles,
    y: _Doubles,
    sides: _Doubles,
    first: _Places,
    members: _Places,
    box: _Doubles,
    inside: npt.NDArray[np.bool_],
) -> None:
    """Set `inside` for each point in the polygon.

    Parameters
    ----------
    x, y : ndarray of float64
        Shape ``(n,)``.
    sides : ndarray of float64
        Two ends of each side, shape ``(m, 4)``.
    first, members : ndarray of int64
        Sides of each slab: those of slab *s* are ``members[first[s]:first[s + 1]]``.
    box : ndarray of float64
        Left, right, bottom, top.
    inside : ndarray of bool
        Shape ``(n,)``, False.
    """
    left, right, bottom, top = box[0], box[1], box[2], box[3]
    n_slabs = first.size - 1
    scale = n_slabs / (top - bottom) if top > bottom else 0.0
    for point in range(x.size):
        px, py = x[point], y[point]
        if not (left <= px <= right and bottom <= py <= top):
            continue
        slab = min(int((py - bottom) * scale), n_slabs - 1)
        odd = False
        for place in range(first[slab], first[slab + 1]):
            side = members[place]
            ax, ay, bx, by = sides[side, 0], sides[side, 1], sides[side, 2], sides[side, 3]
            if not (min(ay, by) <= py <= max(ay, by)):
                continue
            turn = (bx - ax) * (py - ay) - (px - ax) * (by - ay)
            if turn == 0.0 and min(ax, bx) <= px <= max(ax, bx):
                odd = True
                break
            if (ay > py) != (by > py) and (turn > 0.0) == (by > ay):
                odd = not odd
        inside[point] = odd


def _compile(function: Callable[..., None]) -> Any:  # noqa: ANN401 - numba has no types
    """Compile on first use, and keep the result on disk where there is a place for it."""
    try:
        return njit(nogil=True, cache=True, error_model="numpy")(function)
    except RuntimeError:  # neither the package nor the home folder can be written to
        return njit(nogil=True, error_model="numpy")(function)


_compiled_kernel = _compile(mark_inside)
