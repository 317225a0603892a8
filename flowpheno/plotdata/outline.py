"""The outline of a gate, on the scales of its dimensions."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from flowpheno.gates import Ellipsoid, Polygon, Quadrants, Rectangle, Threshold

if TYPE_CHECKING:
    from flowpheno.arrays import Matrix
    from flowpheno.gates import Dimension, Gate, Interval

_STEPS = 128  # corners of an ellipse

Ends: TypeAlias = tuple[float, float]
"""Where an axis begins and ends, on the scale of the gate."""


def outline(
    gate: Gate, population: str, x: Dimension, y: Dimension, *, ends: tuple[Ends, Ends]
) -> Matrix:
    """Give the corners of a gate in a plane.

    Parameters
    ----------
    gate : Gate
        A gate of two dimensions.
    population : str
        Its id, or that of one of its quadrants.
    x, y : Dimension
        Its dimensions.
    ends : tuple of (float, float)
        Of the x and of the y axis; they close what is open.

    Returns
    -------
    Matrix
        Shape ``(n, 2)``; none for a Boolean gate.
    """
    match gate:
        case Polygon():
            corners = np.array(gate.vertices, np.float64)
            return corners if gate.x == x else corners[:, ::-1]
        case Ellipsoid():
            return _ellipse(gate)
        case Rectangle() | Threshold() | Quadrants():
            found = intervals_of(gate, population)
            left, right = _bounds(found, x, ends[0])
            bottom, top = _bounds(found, y, ends[1])
            return np.array([[left, bottom], [right, bottom], [right, top], [left, top]])
        case _:
            return np.empty((0, 2))


def extent(gate: Gate, dimension: Dimension) -> tuple[float, ...]:
    """List the values that an axis must hold to show a gate.

    Parameters
    ----------
    gate : Gate
        Any gate.
    dimension : Dimension
        One of its dimensions.

    Returns
    -------
    tuple of float
        On the scale of the dimension; none if it is open.
    """
    match gate:
        case Polygon():
            return tuple(vertex[0 if dimension == gate.x else 1] for vertex in gate.vertices)
        case Ellipsoid():
            place = gate.dimensions.index(dimension)
            reach = (abs(gate.covariance[place][place]) * gate.distance_square) ** 0.5
            return gate.mean[place] - reach, gate.mean[place] + reach
        case Quadrants():
            return tuple(c for d in gate.dividers if d.dimension == dimension for c in d.cuts)
        case Rectangle() | Threshold():
            found = [one for one in intervals_of(gate, gate.id) if one.dimension == dimension]
            ends = [end for one in found for end in (one.low, one.high)]
            return tuple(end for end in ends if end is not None)
        case _:
            return ()


def intervals_of(gate: Rectangle | Threshold | Quadrants, population: str) -> tuple[Interval, ...]:
    """Give the bounds of a gate with straight sides.

    Parameters
    ----------
    gate : Rectangle or Threshold or Quadrants
        The gate.
    population : str
        Its id, or that of one of its quadrants.

    Returns
    -------
    tuple of Interval
        Its bounds.
    """
    match gate:
        case Threshold():
            return (gate.interval,)
        case Rectangle():
            return gate.intervals
        case Quadrants():
            (quadrant,) = (q for q in gate.quadrants if q.id == population)
            return gate.intervals(quadrant)


def _bounds(intervals: tuple[Interval, ...], dimension: Dimension, ends: Ends) -> Ends:
    low, high = ends
    for one in intervals:
        if one.dimension == dimension:
            low = low if one.low is None else max(low, one.low)
            high = high if one.high is None else min(high, one.high)
    return low, high


def _ellipse(gate: Ellipsoid) -> Matrix:
    """Points at the distance; no ellipse, if the covariance is none."""
    inverse = np.linalg.inv(np.array(gate.covariance, np.float64))
    values, axes = np.linalg.eigh((inverse + inverse.T) / 2)
    if (values <= 0).any():
        return np.empty((0, 2))
    angles = np.linspace(0, 2 * np.pi, _STEPS, endpoint=False)
    circle = np.stack([np.cos(angles), np.sin(angles)]) * np.sqrt(gate.distance_square)
    return np.asarray((axes @ (circle / np.sqrt(values)[:, None])).T + np.array(gate.mean))
