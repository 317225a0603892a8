"""Where the label of a gate stands: beside its gate, inside the plot, on no other label."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flowpheno.arrays import Matrix

Box = tuple[float, float, float, float]
"""Left, bottom, right, top; 0 to 1 of the plot."""

_GAP = 0.012  # between a label and the side it stands at, of the plot
_TOUCHES = 1e-6  # of the plot


def place_labels(
    gates: Sequence[Matrix], sizes: Sequence[tuple[float, float]], *, taken: Sequence[Box] = ()
) -> list[Box]:
    """Choose a place for each label.

    Parameters
    ----------
    gates : sequence of Matrix
        Corners of each gate, shape ``(n, 2)``, 0 to 1 of the plot; what lies beyond is cut off.
    sizes : sequence of (float, float)
        Width and height of each label, in the same unit.
    taken : sequence of Box
        Where something stands already.

    Returns
    -------
    list of Box
        One for each gate, in order: above it, else inside, else below. Of several gates those
        that reach to a corner of the plot, as quadrants do, have theirs in that corner. Where all
        places are taken, the one with the least overlap.
    """
    boxes = [_bounds(corners) for corners in gates]
    placed: list[Box] = []
    for box, size in zip(boxes, sizes, strict=True):
        places = list(_places(box, size, several=len(gates) > 1))
        others = (*taken, *placed)
        placed.append(min(places, key=lambda place: _cost(place, others)))  # the first of equals
    return placed


def _bounds(corners: Matrix) -> Box:
    inside = np.clip(corners, 0.0, 1.0)
    (left, bottom), (right, top) = inside.min(axis=0), inside.max(axis=0)
    return float(left), float(bottom), float(right), float(top)


def _places(gate: Box, size: tuple[float, float], *, several: bool) -> Iterator[Box]:
    """Places from the best to the worst; then down the gate, then anywhere, the nearest first."""
    left, bottom, right, top = gate
    width, height = size
    at_left, at_right = left + _GAP, right - _GAP - width
    inner_top, inner_bottom = top - _GAP - height, bottom + _GAP
    columns = [at_left, at_right]
    rows = [top + _GAP, inner_top, inner_bottom, bottom - _GAP - height]
    to_right, to_top = right > 1 - _TOUCHES, top > 1 - _TOUCHES
    if several and (to_right or left < _TOUCHES) and (to_top or bottom < _TOUCHES):
        columns = [at_right, at_left] if to_right and left > _TOUCHES else columns
        rows = [inner_top, inner_bottom] if to_top else [inner_bottom, inner_top]
    rows += [inner_top - step * height for step in range(1, int((top - bottom) // height))]
    for y in rows:
        for x in columns:
            yield x, y, x + width, y + height
    anywhere = [
        (column * (width + _GAP), row * (height + _GAP))
        for column in range(int(1 / (width + _GAP)))
        for row in range(int(1 / (height + _GAP)))
    ]
    for x, y in sorted(anywhere, key=lambda at: abs(at[0] - left) + abs(at[1] - inner_top)):
        yield x, y, x + width, y + height


def _cost(place: Box, others: Sequence[Box]) -> float:
    """Area on other labels and beyond the plot, rounded so that equals are equal."""
    left, bottom, right, top = place
    area = (right - left) * (top - bottom)
    shown = _overlap(place, (0.0, 0.0, 1.0, 1.0))
    return round(area - shown + sum(_overlap(place, other) for other in others), 5)


def _overlap(one: Box, other: Box) -> float:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return max(width, 0.0) * max(height, 0.0)
