"""What a hand draws, as gates: polygons, rectangles and ellipses on a plane."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import GateError
from flowpheno.gates import Ellipsoid, Interval, Polygon, Rectangle, Threshold
from flowpheno.gates.gate import dimensions_of
from flowpheno.plotdata.outline import outline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.arrays import Matrix
    from flowpheno.gates import Dimension, Gate
    from flowpheno.widget.plane import Plane, Point, Side

_SMALLEST = 1e-3
"""Share of an axis below which a shape is a slip of the hand."""
_WHOLE = -1


class Shape(StrEnum):
    """What can be drawn."""

    POLYGON = "polygon"
    RECTANGLE = "rectangle"
    ELLIPSE = "ellipse"


def gate_of(
    plane: Plane, shape: Shape, points: Sequence[Point], *, name: str, parent: str
) -> Gate:
    """Make a gate of what was drawn.

    Parameters
    ----------
    plane : Plane
        What it was drawn on.
    shape : Shape
        What was drawn.
    points : sequence of (float, float)
        Corners of a polygon; two opposite corners of a rectangle, or of the box about an ellipse.
    name, parent : str
        Of the gate.

    Returns
    -------
    Gate
        A side of a rectangle on or beyond the border of the picture is open.

    Raises
    ------
    GateError
        If it encloses nothing.
    """
    drawn = np.array([tuple(map(float, point)) for point in points], np.float64).reshape(-1, 2)
    if not np.isfinite(drawn).all() or (len(drawn) and (np.ptp(drawn, axis=0) < _SMALLEST).any()):
        raise GateError("what was drawn encloses nothing")
    if shape is Shape.POLYGON:
        corners = tuple((x, y) for x, y in plane.on_scale(drawn).tolist())
        x, y = plane.x.dimension, plane.y.dimension
        return Polygon(id=name, parent=parent, x=x, y=y, vertices=corners)
    if len(drawn) != 2:  # noqa: PLR2004 - opposite corners
        raise GateError(f"a {shape} is drawn from corner to corner")
    low, high = drawn.min(axis=0), drawn.max(axis=0)
    if shape is Shape.RECTANGLE:
        return _rectangle(plane, low, high, name=name, parent=parent)
    radii = np.diag((high - low) / 2)
    return _ellipse(plane, (low + high) / 2, radii, name=name, parent=parent)


def is_shown(plane: Plane, gate: Gate) -> bool:
    """Tell whether a plane shows a gate.

    Parameters
    ----------
    plane : Plane
        Two channels.
    gate : Gate
        Any gate.

    Returns
    -------
    bool
        Whether it looks at these channels only, as they are compensated here.
    """
    shown = {_seen(plane.x.dimension), _seen(plane.y.dimension)}
    looks_at = {_seen(dimension) for dimension in dimensions_of(gate)}
    flat = isinstance(gate, Threshold | Rectangle) or len(looks_at) == len(shown)
    return bool(looks_at) and flat and looks_at <= shown


def outline_on(plane: Plane, gate: Gate, population: str) -> Matrix:
    """Give the outline of a gate that a plane shows.

    Parameters
    ----------
    plane : Plane
        Two channels.
    gate : Gate
        A gate that `is_shown`.
    population : str
        Its id, or that of one of its quadrants.

    Returns
    -------
    Matrix
        Places, shape ``(n, 2)``; a gate of one dimension reaches from border to border.
    """
    own = {_seen(dimension): dimension for dimension in dimensions_of(gate)}
    x, y = (own.get(_seen(s.dimension), s.dimension) for s in (plane.x, plane.y))
    ends = (_ends(plane.x, x), _ends(plane.y, y))
    corners = outline(gate, population, x, y, ends=ends)
    if isinstance(gate, Ellipsoid) and gate.dimensions[0] != x:
        corners = corners[:, ::-1]
    return np.column_stack([plane.x.places(corners[:, 0], x), plane.y.places(corners[:, 1], y)])


def handles_of(plane: Plane, gate: Gate) -> Matrix:
    """Give the points by which a gate can be changed.

    Parameters
    ----------
    plane : Plane
        Two channels.
    gate : Gate
        A gate that the plane shows.

    Returns
    -------
    Matrix
        Places, shape ``(n, 2)``: corners; of an ellipse its centre and the ends of its two axes.
        None for gates drawn elsewhere, on other scales, or of other kinds.
    """
    if dimensions_of(gate) != (plane.x.dimension, plane.y.dimension):
        return np.empty((0, 2))
    match gate:
        case Polygon() | Rectangle():
            return outline_on(plane, gate, gate.id)
        case Ellipsoid():
            centre, axes = _axes(plane, gate)
            return np.vstack([centre, centre + axes])
        case _:
            return np.empty((0, 2))


def moved(plane: Plane, gate: Gate, handle: int, to: Point) -> Gate:
    """Change a gate by one of its points.

    Parameters
    ----------
    plane : Plane
        Two channels.
    gate : Gate
        A gate with handles.
    handle : int
        Which of `handles_of`; -1 to shift the whole gate by `to`.
    to : (float, float)
        Where the point goes.

    Returns
    -------
    Gate
        The changed gate.

    Raises
    ------
    GateError
        If there is no such point, or nothing would be enclosed.
    """
    points, target = handles_of(plane, gate), np.array(to, np.float64)
    if not _WHOLE <= handle < len(points) or not len(points):
        raise GateError(f"gate {gate.id} has no point {handle} that can be moved here")
    if isinstance(gate, Ellipsoid):
        return _moved_ellipse(plane, gate, handle, target)
    if handle == _WHOLE:
        points = points + target
    if isinstance(gate, Polygon):
        if handle != _WHOLE:
            points[handle] = target
        return replace(gate, vertices=tuple((x, y) for x, y in plane.on_scale(points).tolist()))
    opposite = points[(handle + 2) % 4]
    ends = points[[0, 2]] if handle == _WHOLE else np.vstack([opposite, target])
    corners = [(x, y) for x, y in ends.tolist()]
    return gate_of(plane, Shape.RECTANGLE, corners, name=gate.id, parent=gate.parent)


def _rectangle(plane: Plane, low: Matrix, high: Matrix, *, name: str, parent: str) -> Rectangle:
    intervals = []
    for side, first, last in zip((plane.x, plane.y), low.tolist(), high.tolist(), strict=True):
        bounds = side.on_scale(np.array([first, last])).tolist()
        interval = Interval(
            dimension=side.dimension,
            low=bounds[0] if first > 0 else None,
            high=bounds[1] if last < 1 else None,
        )
        intervals.append(interval)
    return Rectangle(id=name, parent=parent, intervals=tuple(intervals))


def _ellipse(plane: Plane, centre: Matrix, axes: Matrix, *, name: str, parent: str) -> Ellipsoid:
    """Make an ellipse of its centre and its two half axes, the rows of `axes`, as places."""
    origin, mean = plane.on_scale(np.vstack([np.zeros(2), centre]))
    halves = plane.on_scale(axes) - origin
    covariance = halves.T @ halves
    return Ellipsoid(
        id=name,
        parent=parent,
        dimensions=(plane.x.dimension, plane.y.dimension),
        mean=tuple(mean.tolist()),
        covariance=tuple(tuple(row) for row in covariance.tolist()),
    )


def _axes(plane: Plane, gate: Ellipsoid) -> tuple[Matrix, Matrix]:
    """Find centre and half axes of an ellipse, as places."""
    widths = np.ptp(plane.on_scale(np.array([[0.0, 0.0], [1.0, 1.0]])), axis=0)
    covariance = np.array(gate.covariance) * gate.distance_square / np.outer(widths, widths)
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    mean = np.array(gate.mean)
    sides = zip((plane.x, plane.y), mean, (gate.dimensions[0], gate.dimensions[1]), strict=True)
    centre = np.array([side.places(np.array([at]), own)[0] for side, at, own in sides])
    return centre, vectors.T * np.sqrt(np.maximum(values, 0))[:, None]


def _moved_ellipse(plane: Plane, gate: Ellipsoid, handle: int, target: Matrix) -> Ellipsoid:
    centre, axes = _axes(plane, gate)
    if handle == _WHOLE:
        centre = centre + target
    elif handle == 0:
        centre = target
    else:
        turned = target - centre
        length = float(np.hypot(*turned))
        if length < _SMALLEST:
            raise GateError("what was drawn encloses nothing")
        other = float(np.hypot(*axes[2 - handle]))
        across = np.array([-turned[1], turned[0]]) / length * other
        axes = np.vstack([turned, across] if handle == 1 else [across, turned])
    return _ellipse(plane, centre, axes, name=gate.id, parent=gate.parent)


def _seen(dimension: Dimension) -> tuple[object, str]:
    return dimension.channel, dimension.compensation


def _ends(side: Side, own: Dimension) -> tuple[float, float]:
    """Give the ends of an axis on the scale of the gate."""
    if own.transform == side.dimension.transform:
        low, high = side.on_scale(np.array([0.0, 1.0])).tolist()
    else:
        linear = np.array([side.axis.low, side.axis.high])
        scale = own.transform
        low, high = (linear if scale is None else np.asarray(scale.apply(linear))).tolist()
    return low, high
