"""Gates to Gating-ML 2.0."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET  # to write; what others wrote is read by defusedxml

from flowpheno.errors import GateError
from flowpheno.gates.dimension import Ratio
from flowpheno.gates.gate import (
    Boolean,
    Ellipsoid,
    Polygon,
    Quadrants,
    Rectangle,
    Threshold,
    dimensions_of,
)
from flowpheno.gates.gatingml.ids import ENTRY, NOTE, written_ids
from flowpheno.gates.gatingml.names import DATATYPES, GATING, TRANSFORMS
from flowpheno.transform import Hyperlog, Linear, Log, Logicle, ParametrisedAsinh

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flowpheno.gates.dimension import Dimension, SpectrumMatrix
    from flowpheno.gates.gate import Gate, Interval
    from flowpheno.gates.gatingml.ids import Ids
    from flowpheno.gates.gatingml.scales import Transformation
    from flowpheno.gates.strategy import Strategy

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def gatingml_of(strategy: Strategy) -> str:
    """Write gates as Gating-ML 2.0.

    Parameters
    ----------
    strategy : Strategy
        The gates. A threshold becomes a rectangle with an open end. Ids that are no XML names
        are written otherwise, with a note by which `read_gatingml` finds them again.

    Returns
    -------
    str
        A document; numbers have as many digits as it takes to read the same again.

    Raises
    ------
    GateError
        If a gate is on a scale that Gating-ML does not have, such as FlowJo's biexponential, or
        a name holds a character that XML does not have.
    """
    spaces = {"gating": GATING, "transforms": TRANSFORMS, "data-type": DATATYPES}
    root = ET.Element("gating:Gating-ML", {f"xmlns:{key}": uri for key, uri in spaces.items()})
    transformations = _named(strategy)
    ids = written_ids(strategy, taken=frozenset(transformations.values()))
    known = _Names(transformations, ids)
    _note(root, ids)
    for made, name in transformations.items():
        outer = ET.SubElement(root, "transforms:transformation", {"transforms:id": name})
        _transformation(outer, made)
    for matrix in strategy.matrices:
        _matrix(root, matrix, ids)
    for gate in strategy.gates:
        _gate(root, gate, known)
    for element in root.iter():
        if odd := [v for v in element.attrib.values() if _NO_XML.search(v)]:
            raise GateError(f"{odd[0]!r} holds a character that XML does not have")
    ET.indent(root)
    body = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


@dataclass(frozen=True, slots=True)
class _Names:
    """What everything is called in the document."""

    transformations: Mapping[Transformation, str]
    ids: Ids


def _note(root: ET.Element, ids: Ids) -> None:
    """Note the ids that had to be written otherwise."""
    if ids.meant:
        note = ET.SubElement(ET.SubElement(root, "data-type:custom_info"), NOTE)
        for written, meant in ids.meant.items():
            ET.SubElement(note, ENTRY, {"written": written, "meant": meant})


def _named(strategy: Strategy) -> dict[Transformation, str]:
    """Give each transformation a name."""
    known: dict[Transformation, str] = {}
    for gate in strategy.gates:
        for dimension in dimensions_of(gate):
            for made in (dimension.transform, dimension.channel):
                if made is None or isinstance(made, str) or made in known:
                    continue
                known[made] = f"{_parameters(made, gate.id)[0]}_{len(known) + 1}"
    return known


def _parameters(made: Transformation, gate: str) -> tuple[str, dict[str, str]]:
    """Name the element of a transformation, and its parameters."""
    match made:
        case Linear():
            name, values = "flin", {"T": made.top, "A": made.below}
        case Log():
            name, values = "flog", {"T": made.T, "M": made.M}
        case ParametrisedAsinh():
            name, values = "fasinh", {"T": made.T, "M": made.M, "A": made.A}
        case Logicle() | Hyperlog():
            name = "logicle" if isinstance(made, Logicle) else "hyperlog"
            values = {"T": made.T, "W": made.W, "M": made.M, "A": made.A}
        case Ratio():
            name, values = "fratio", {"A": made.factor, "B": made.shift, "C": made.base}
        case _:
            raise GateError(f"gate {gate}: Gating-ML 2.0 has no scale such as {made}")
    return name, {letter: repr(float(value)) for letter, value in values.items()}


def _transformation(parent: ET.Element, made: Transformation) -> None:
    name, parameters = _parameters(made, "")
    attributes = {f"transforms:{letter}": text for letter, text in parameters.items()}
    element = ET.SubElement(parent, f"transforms:{name}", attributes)
    if isinstance(made, Ratio):
        _channels(element, (made.numerator, made.denominator))


def _channels(parent: ET.Element, names: Iterable[str]) -> None:
    for name in names:
        ET.SubElement(parent, "data-type:fcs-dimension", {"data-type:name": name})


def _matrix(root: ET.Element, matrix: SpectrumMatrix, ids: Ids) -> None:
    attributes = {"transforms:id": ids.compensations[matrix.id]}
    element = ET.SubElement(root, "transforms:spectrumMatrix", attributes)
    _channels(ET.SubElement(element, "transforms:fluorochromes"), matrix.fluorochromes)
    _channels(ET.SubElement(element, "transforms:detectors"), matrix.detectors)
    for row in matrix.coefficients:
        spectrum = ET.SubElement(element, "transforms:spectrum")
        for value in row:
            attributes = {"transforms:value": repr(float(value))}
            ET.SubElement(spectrum, "transforms:coefficient", attributes)


def _gate(root: ET.Element, gate: Gate, known: _Names) -> None:
    kinds = {Polygon: "Polygon", Ellipsoid: "Ellipsoid", Quadrants: "Quadrant", Boolean: "Boolean"}
    attributes = {"gating:id": known.ids.gates[gate.id]}
    if gate.parent:
        attributes["gating:parent_id"] = known.ids.gates[gate.parent]
    name = f"gating:{kinds.get(type(gate), 'Rectangle')}Gate"
    element = ET.SubElement(root, name, attributes)
    match gate:
        case Threshold():
            _interval(element, gate.interval, known)
        case Rectangle():
            for interval in gate.intervals:
                _interval(element, interval, known)
        case Polygon():
            _dimension(element, "dimension", gate.x, known)
            _dimension(element, "dimension", gate.y, known)
            for vertex in gate.vertices:
                _values(ET.SubElement(element, "gating:vertex"), "coordinate", vertex)
        case Ellipsoid():
            _ellipsoid(element, gate, known)
        case Quadrants():
            _quadrants(element, gate, known)
        case Boolean():
            _boolean(element, gate, known)


def _dimension(parent: ET.Element, name: str, dimension: Dimension, known: _Names) -> ET.Element:
    attributes = {"gating:compensation-ref": known.ids.compensations[dimension.compensation]}
    if dimension.transform is not None:
        attributes["gating:transformation-ref"] = known.transformations[dimension.transform]
    element = ET.SubElement(parent, f"gating:{name}", attributes)
    if isinstance(dimension.channel, Ratio):
        attributes = {"data-type:transformation-ref": known.transformations[dimension.channel]}
        ET.SubElement(element, "data-type:new-dimension", attributes)
    else:
        _channels(element, (dimension.channel,))
    return element


def _interval(parent: ET.Element, interval: Interval, known: _Names) -> None:
    element = _dimension(parent, "dimension", interval.dimension, known)
    for name, bound in (("min", interval.low), ("max", interval.high)):
        if bound is not None:
            element.set(f"gating:{name}", repr(float(bound)))


def _values(parent: ET.Element, name: str, values: Iterable[float]) -> None:
    for value in values:
        ET.SubElement(parent, f"gating:{name}", {"data-type:value": repr(float(value))})


def _ellipsoid(element: ET.Element, gate: Ellipsoid, known: _Names) -> None:
    for dimension in gate.dimensions:
        _dimension(element, "dimension", dimension, known)
    _values(ET.SubElement(element, "gating:mean"), "coordinate", gate.mean)
    rows = ET.SubElement(element, "gating:covarianceMatrix")
    for row in gate.covariance:
        _values(ET.SubElement(rows, "gating:row"), "entry", row)
    _values(element, "distanceSquare", (gate.distance_square,))


def _quadrants(element: ET.Element, gate: Quadrants, known: _Names) -> None:
    for divider in gate.dividers:
        made = _dimension(element, "divider", divider.dimension, known)
        made.set("gating:id", known.ids.dividers[gate.id, divider.id])
        for cut in divider.cuts:
            ET.SubElement(made, "gating:value").text = repr(float(cut))
    for quadrant in gate.quadrants:
        part = ET.SubElement(
            element, "gating:Quadrant", {"gating:id": known.ids.gates[quadrant.id]}
        )
        for divider_id, location in quadrant.positions:
            attributes = {
                "gating:divider_ref": known.ids.dividers[gate.id, divider_id],
                "gating:location": repr(float(location)),
            }
            ET.SubElement(part, "gating:position", attributes)


def _boolean(element: ET.Element, gate: Boolean, known: _Names) -> None:
    inner = ET.SubElement(element, f"gating:{gate.operator}")
    for reference in gate.references:
        attributes = {"gating:ref": known.ids.gates[reference.gate]}
        if reference.complement:
            attributes["gating:use-as-complement"] = "true"
        ET.SubElement(inner, "gating:gateReference", attributes)
