"""Gates as they are drawn: counted against the population they divide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.plotdata.values import Direction, Gate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.population import Population


def polygon_gate(
    vertices: Sequence[tuple[float, float]], *, inside: Population, parent: Population
) -> Gate:
    """Describe a polygon with what it holds.

    Parameters
    ----------
    vertices : sequence of (float, float)
        Corners in linear data units, at least three.
    inside : Population
        What the gate gave.
    parent : Population
        What it was applied to, and its percentage refers to.

    Returns
    -------
    Gate
        The gate; its percentage is NaN for an empty parent.
    """
    corners = tuple((float(x), float(y)) for x, y in vertices)
    return _counted(Direction.POLYGON, corners, inside=inside, parent=parent)


def line_gate(direction: Direction, cut: float, *, inside: Population, parent: Population) -> Gate:
    """Describe a cut on one axis with what it gave.

    Parameters
    ----------
    direction : Direction
        ``VERTICAL`` for a cut on x, ``HORIZONTAL`` for one on y.
    cut : float
        Linear data units.
    inside : Population
        What the cut gave.
    parent : Population
        What it was applied to, and its percentage refers to.

    Returns
    -------
    Gate
        The gate; its percentage is NaN for an empty parent.
    """
    return _counted(direction, ((float(cut), float(cut)),), inside=inside, parent=parent)


def _counted(
    direction: Direction,
    vertices: tuple[tuple[float, float], ...],
    *,
    inside: Population,
    parent: Population,
) -> Gate:
    n = int(np.count_nonzero(inside.mask & parent.mask))
    percent = 100 * n / parent.n if parent.n else float("nan")
    return Gate(label=inside.name, direction=direction, vertices=vertices, n=n, percent=percent)
