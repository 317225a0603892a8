"""Gating-ML 2.0 to gates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowpheno.errors import GateError
from flowpheno.gates.dimension import UNCOMPENSATED, Dimension, Ratio
from flowpheno.gates.gate import (
    Boolean,
    Divider,
    Ellipsoid,
    Interval,
    Operator,
    Polygon,
    Quadrant,
    Quadrants,
    Rectangle,
    Reference,
)
from flowpheno.gates.gatingml.ids import restore_ids
from flowpheno.gates.gatingml.names import DATATYPES, GATES, GATING, TRANSFORMS
from flowpheno.gates.gatingml.scales import (
    channel_names,
    located,
    read_matrix,
    read_transformation,
)
from flowpheno.gates.strategy import Strategy
from flowpheno.gates.xml import read_xml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from flowpheno.gates.gate import Gate
    from flowpheno.gates.gatingml.scales import Transformation
    from flowpheno.gates.xml import Element

_PARTS = {
    *((GATING, name) for name in GATES),
    (TRANSFORMS, "transformation"),
    (TRANSFORMS, "spectrumMatrix"),
}
_YES = frozenset({"true", "1"})


def read_gatingml(path: Path) -> Strategy:
    """Read a Gating-ML 2.0 file.

    Parameters
    ----------
    path : Path
        The file; it is not trusted, see `flowpheno.gates.xml`.

    Returns
    -------
    Strategy
        Its gates, in the order of the file.

    Raises
    ------
    GateError
        If it cannot be read or is not Gating-ML 2.0; names the line.
    """
    root = read_xml(path)
    try:
        return strategy_of_gatingml(root, name=path.stem)
    except GateError as error:
        raise GateError(f"{path}: {error}") from error


def strategy_of_gatingml(root: Element, *, name: str = "") -> Strategy:
    """Make gates of a Gating-ML 2.0 document.

    Parameters
    ----------
    root : Element
        Its outermost element.
    name : str
        What to call the strategy.

    Returns
    -------
    Strategy
        Its gates, in the order of the document. Elements of other namespaces may wrap them.

    Raises
    ------
    GateError
        If it is not Gating-ML 2.0, or a gate is not as it must be; names the line.
    """
    if (root.space, root.name) != (GATING, "Gating-ML"):
        root.fail("is not the root of a Gating-ML 2.0 document")
    restore_ids(root)
    parts = list(_parts(root))
    transformations: dict[str, Transformation] = {}
    for part in (p for p in parts if p.name == "transformation"):
        known = part.required(TRANSFORMS, "id")
        if known in transformations:
            part.fail(f"there are two called {known}")
        transformations[known] = read_transformation(part)
    matrices = tuple(read_matrix(part) for part in parts if part.name == "spectrumMatrix")
    gates = tuple(_gate(part, transformations) for part in parts if part.space == GATING)
    if not gates:
        root.fail("holds no gate")
    try:
        return Strategy(gates=gates, matrices=matrices, name=name)
    except GateError as error:
        raise located(error, root) from error


def _parts(element: Element) -> Iterator[Element]:
    """Find gates, transformations and matrices; what others wrote in between holds none."""
    for child in element.children:
        if (child.space, child.name) in _PARTS:
            yield child
        elif child.space in {GATING, TRANSFORMS}:
            child.fail("is not of Gating-ML 2.0")
        elif (child.space, child.name) != (DATATYPES, "custom_info"):
            yield from _parts(child)


def _gate(element: Element, transformations: Mapping[str, Transformation]) -> Gate:
    try:
        return _READERS[element.name](
            element,
            element.required(GATING, "id"),
            (element.optional(GATING, "parent_id") or "").strip(),
            transformations,
        )
    except GateError as error:
        raise located(error, element) from error


def _dimension(element: Element, transformations: Mapping[str, Transformation]) -> Dimension:
    asked = element.optional(GATING, "transformation-ref")
    scale = None if asked is None else _known(element, asked, transformations)
    if isinstance(scale, Ratio):
        element.fail(f"{asked} is a ratio, no scale")
    channel: str | Ratio
    names = channel_names(element)
    if new := element.find_all(DATATYPES, "new-dimension"):
        made = _known(new[0], new[0].required(DATATYPES, "transformation-ref"), transformations)
        if not isinstance(made, Ratio) or names:
            new[0].fail("must refer to a ratio")
        channel = made
    elif len(names) == 1:
        channel = names[0]
    else:
        element.fail(f"names {len(names)} channels, must name one")
    compensation = element.optional(GATING, "compensation-ref") or UNCOMPENSATED
    return Dimension(channel=channel, compensation=compensation, transform=scale)


def _known(
    element: Element, name: str, transformations: Mapping[str, Transformation]
) -> Transformation:
    if name not in transformations:
        element.fail(f"there is no transformation called {name}")
    return transformations[name]


def _rectangle(
    element: Element, name: str, parent: str, transformations: Mapping[str, Transformation]
) -> Gate:
    intervals = []
    for dimension in element.find_all(GATING, "dimension"):
        bounds = [
            dimension.number(GATING, end) if dimension.optional(GATING, end) is not None else None
            for end in ("min", "max")
        ]
        made = _dimension(dimension, transformations)
        intervals.append(Interval(dimension=made, low=bounds[0], high=bounds[1]))
    return Rectangle(id=name, parent=parent, intervals=tuple(intervals))


def _polygon(
    element: Element, name: str, parent: str, transformations: Mapping[str, Transformation]
) -> Gate:
    dimensions = [_dimension(d, transformations) for d in element.find_all(GATING, "dimension")]
    vertices = [_coordinates(vertex) for vertex in element.find_all(GATING, "vertex")]
    if len(dimensions) != 2 or any(len(vertex) != 2 for vertex in vertices):  # noqa: PLR2004 - a plane
        element.fail("a polygon has two dimensions, and so have its vertices")
    return Polygon(
        id=name,
        parent=parent,
        x=dimensions[0],
        y=dimensions[1],
        vertices=tuple((x, y) for x, y in vertices),
    )


def _coordinates(element: Element) -> tuple[float, ...]:
    found = element.find_all(GATING, "coordinate")
    return tuple(child.number(DATATYPES, "value") for child in found)


def _ellipsoid(
    element: Element, name: str, parent: str, transformations: Mapping[str, Transformation]
) -> Gate:
    rows = element.one(GATING, "covarianceMatrix").find_all(GATING, "row")
    return Ellipsoid(
        id=name,
        parent=parent,
        dimensions=tuple(
            _dimension(d, transformations) for d in element.find_all(GATING, "dimension")
        ),
        mean=_coordinates(element.one(GATING, "mean")),
        covariance=tuple(
            tuple(e.number(DATATYPES, "value") for e in row.find_all(GATING, "entry"))
            for row in rows
        ),
        distance_square=element.one(GATING, "distanceSquare").number(DATATYPES, "value"),
    )


def _quadrants(
    element: Element, name: str, parent: str, transformations: Mapping[str, Transformation]
) -> Gate:
    dividers = tuple(
        Divider(
            id=divider.required(GATING, "id"),
            dimension=_dimension(divider, transformations),
            cuts=tuple(
                value.parse("".join(value.text), "value")
                for value in divider.find_all(GATING, "value")
            ),
        )
        for divider in element.find_all(GATING, "divider")
    )
    quadrants = tuple(
        Quadrant(
            id=quadrant.required(GATING, "id"),
            positions=tuple(
                (place.required(GATING, "divider_ref"), place.number(GATING, "location"))
                for place in quadrant.find_all(GATING, "position")
            ),
        )
        for quadrant in element.find_all(GATING, "Quadrant")
    )
    return Quadrants(id=name, parent=parent, dividers=dividers, quadrants=quadrants)


def _boolean(
    element: Element, name: str, parent: str, transformations: Mapping[str, Transformation]
) -> Gate:
    del transformations
    inner = [child for child in element.children if child.name in set(Operator)]
    if len(inner) != 1 or inner[0].space != GATING:
        element.fail("needs one of and, or, not")
    references = tuple(
        Reference(
            gate=child.required(GATING, "ref"),
            complement=(child.optional(GATING, "use-as-complement") or "").strip() in _YES,
        )
        for child in inner[0].find_all(GATING, "gateReference")
    )
    return Boolean(id=name, parent=parent, operator=Operator(inner[0].name), references=references)


_READERS: Mapping[str, Callable[[Element, str, str, Mapping[str, Transformation]], Gate]] = {
    "RectangleGate": _rectangle,
    "PolygonGate": _polygon,
    "EllipsoidGate": _ellipsoid,
    "QuadrantGate": _quadrants,
    "BooleanGate": _boolean,
}
