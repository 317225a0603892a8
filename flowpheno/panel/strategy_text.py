"""Gating strategies to YAML, one line for what changes together."""

from __future__ import annotations

import re
from io import StringIO
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from flowpheno.gates import (
    UNCOMPENSATED,
    Boolean,
    Ellipsoid,
    Polygon,
    Quadrants,
    Ratio,
    Rectangle,
    Threshold,
)
from flowpheno.gates.gate import dimensions_of
from flowpheno.panel.strategy_scales import describe_scale
from flowpheno.panel.yaml import read_otherwise

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.gates import Dimension, Gate, Strategy
    from flowpheno.transform import Transform

_BARE = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_ .+/()-]*[A-Za-z0-9_.+/()-])?", re.ASCII)
_EXACT = 2.0**53


def strategy_yaml(strategy: Strategy) -> str:
    """Write a strategy as `load_strategy` reads it.

    Parameters
    ----------
    strategy : Strategy
        The gates.

    Returns
    -------
    str
        YAML; reading it gives an equal strategy, if the name is not empty.

    Raises
    ------
    GateError
        If a gate is on a scale that a file cannot state.
    """
    scales = _named(strategy)
    content: dict[str, Any] = {"kind": "strategy", "name": _plain(strategy.name)}
    if scales:
        content["scales"] = {name: _line(describe_scale(scale)) for scale, name in scales.items()}
    if strategy.matrices:
        content["matrices"] = [
            {
                "id": _plain(matrix.id),
                "detectors": _line(list(matrix.detectors)),
                "fluorochromes": {
                    _plain(name): _line(list(row))
                    for name, row in zip(matrix.fluorochromes, matrix.coefficients, strict=True)
                },
            }
            for matrix in strategy.matrices
        ]
    content["gates"] = [_gate(gate, scales) for gate in strategy.gates]
    writer = YAML()
    writer.width = 1_000_000  # no line is broken
    writer.indent(mapping=2, sequence=4, offset=2)
    text = StringIO()
    writer.dump(content, text)
    return text.getvalue()


def _named(strategy: Strategy) -> dict[Transform, str]:
    named: dict[Transform, str] = {}
    for gate in strategy.gates:
        for dimension in dimensions_of(gate):
            scale = dimension.transform
            if scale is not None and scale not in named:
                kind = str(describe_scale(scale)["type"])
                known = sum(name.rpartition("_")[0] == kind for name in named.values())
                named[scale] = f"{kind}_{known + 1}"
    return named


def _gate(gate: Gate, scales: Mapping[Transform, str]) -> dict[str, Any]:
    kind = str(gate.operator) if isinstance(gate, Boolean) else type(gate).__name__.lower()
    made: dict[str, Any] = {"id": _plain(gate.id), "type": kind}
    if gate.parent:
        made["parent"] = _plain(gate.parent)
    match gate:
        case Threshold():
            made["dimension"] = _line(_dimension(gate.dimension, scales))
            made["above" if gate.above else "below"] = _plain(gate.value)
        case Rectangle():
            made["intervals"] = [
                _line(_dimension(one.dimension, scales) | _bounds(one.low, one.high))
                for one in gate.intervals
            ]
        case Polygon():
            made["x"] = _line(_dimension(gate.x, scales))
            made["y"] = _line(_dimension(gate.y, scales))
            made["vertices"] = [_line(list(vertex)) for vertex in gate.vertices]
        case Ellipsoid():
            made["dimensions"] = [_line(_dimension(one, scales)) for one in gate.dimensions]
            made["mean"] = _line(list(gate.mean))
            made["covariance"] = [_line(list(row)) for row in gate.covariance]
            made["distance_square"] = _plain(gate.distance_square)
        case Quadrants():
            made["dividers"] = [
                _line(
                    {"id": one.id} | _dimension(one.dimension, scales) | {"cuts": list(one.cuts)}
                )
                for one in gate.dividers
            ]
            made["quadrants"] = [
                _line({"id": one.id, "at": dict(one.positions)}) for one in gate.quadrants
            ]
        case Boolean():
            made["gates"] = [
                _line({"outside": one.gate}) if one.complement else _plain(one.gate)
                for one in gate.references
            ]
    return made


def _dimension(dimension: Dimension, scales: Mapping[Transform, str]) -> dict[str, Any]:
    channel: object = dimension.channel
    if isinstance(channel, Ratio):
        names = ("numerator", "denominator", "factor", "shift", "base")
        channel = {name: getattr(channel, name) for name in names}
    made: dict[str, Any] = {"channel": channel}
    if dimension.compensation != UNCOMPENSATED:
        made["compensation"] = dimension.compensation
    if dimension.transform is not None:
        made["scale"] = scales[dimension.transform]
    return made


def _bounds(low: float | None, high: float | None) -> dict[str, float]:
    return {k: bound for k, bound in (("low", low), ("high", high)) if bound is not None}


def _line(value: object) -> Any:  # noqa: ANN401 - as ruamel has it
    """Put a list or mapping on one line."""
    if isinstance(value, dict):
        made = CommentedMap({_plain(key): _line(inner) for key, inner in value.items()})
        made.fa.set_flow_style()
        return made
    if isinstance(value, list):
        listed = CommentedSeq([_line(inner) for inner in value])
        listed.fa.set_flow_style()
        return listed
    return _plain(value)


def _plain(value: object) -> object:
    """Write whole numbers without a point, and odd names in quotes: ruamel leaves some bare."""
    if isinstance(value, str) and (not _BARE.fullmatch(value) or read_otherwise(value)):
        return DoubleQuotedScalarString(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    return value
