"""What FlowKit made of a FlowJo workspace, as our gates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from flowpheno.errors import GateError, TransformError
from flowpheno.gates.dimension import UNCOMPENSATED, Dimension, SpectrumMatrix
from flowpheno.gates.gate import Boolean, Interval, Operator, Polygon, Rectangle, Reference
from flowpheno.gates.strategy import Strategy
from flowpheno.transform import Biex, Clipped, Log, Logicle, ParametrisedAsinh

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flowpheno.arrays import Values
    from flowpheno.gates.gate import Gate
    from flowpheno.transform import Transform

_CHANNELS = 4096  # of FlowKit's table of the biexponential scale


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What the workspace itself says of a gate, and FlowKit leaves out.

    Attributes
    ----------
    kind : str
        Element of the gate, such as ``"EllipsoidGate"``.
    channels : tuple of str
        Its dimensions as written, ``Comp-`` before compensated ones.
    """

    kind: str
    channels: tuple[str, ...]


def convert_strategy(
    made: Any,  # noqa: ANN401 - FlowKit has no types
    written: Mapping[str, Written],
    *,
    name: str,
) -> Strategy:
    """Convert the gates of a sample.

    Parameters
    ----------
    made : flowkit.GatingStrategy
        What FlowKit read.
    written : mapping of str to Written
        By path of the gate.
    name : str
        What to call the strategy.

    Returns
    -------
    Strategy
        The same gates. Linear scales are left out: they change no gate.

    Raises
    ------
    GateError
        If a gate, scale or matrix has no counterpart.
    """
    matrices = tuple(_matrix(key, matrix) for key, matrix in made.comp_matrices.items())
    try:
        scales = {key: _Scale.of(scale) for key, scale in made.transformations.items()}
    except TransformError as error:
        raise GateError(str(error)) from error
    gates: list[Gate] = []
    for gate_name, path in made.get_gate_ids():
        gate = made.get_gate(gate_name, path)
        gates += _gates(gate, path, scales, written)
    return Strategy(gates=tuple(gates), matrices=matrices, name=name)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    """A scale of FlowJo: ours, and how FlowKit's numbers become positions on it."""

    transform: Transform | None
    factor: float = 1.0
    linear: tuple[float, float] | None = None  # FlowJo's minimum and maximum

    @classmethod
    def of(cls, scale: Any) -> _Scale:  # noqa: ANN401 - FlowKit has no types
        match type(scale).__name__:
            case "LinearTransform":
                return cls(transform=None, linear=(scale.param_a, scale.param_t))
            case "WSPLogTransform":
                top = scale.offset * 10**scale.decades
                return cls(transform=Clipped(Log(top, scale.decades), 0.0, math.inf))
            case "WSPBiexTransform":
                inner = Biex(scale.max_value, scale.positive, scale.negative, scale.width)
                return cls(transform=Clipped(inner), factor=1 / _CHANNELS)
            case "LogicleTransform":
                numbers = (scale.param_t, scale.param_w, scale.param_m, scale.param_a)
                return cls(transform=Logicle(*numbers))
            case "AsinhTransform":
                asinh = ParametrisedAsinh(scale.param_t, scale.param_m, scale.param_a)
                return cls(transform=asinh)
            case other:
                raise GateError(f"a FlowJo scale of the kind {other} is not known")

    def positions(self, numbers: Values, *, displayed: bool) -> Values:
        """Turn FlowKit's coordinates into those of the gate.

        FlowKit takes a linear scale for ``(x + minimum) / (maximum + minimum)``, by which it
        converts corners; an ellipse is stored as it is displayed.
        """
        if self.linear is None:
            return numbers * self.factor
        low, high = self.linear
        return low + numbers * (high - low) if displayed else numbers * (high + low) - low


_NO_SCALE = _Scale(transform=None)


def _matrix(name: str, matrix: Any) -> SpectrumMatrix:  # noqa: ANN401 - FlowKit has no types
    rows = getattr(matrix, "true_detectors", matrix.detectors)
    return SpectrumMatrix(
        id=name,
        fluorochromes=tuple(rows),
        detectors=tuple(matrix.detectors),
        coefficients=tuple(map(tuple, np.asarray(matrix.matrix, np.float64).tolist())),
    )


def _gates(
    gate: Any,  # noqa: ANN401 - FlowKit has no types
    path: tuple[str, ...],
    scales: Mapping[str, _Scale],
    written: Mapping[str, Written],
) -> Iterator[Gate]:
    """Give a gate; one that keeps what lies outside becomes two."""
    parent = _id(path)
    name = _id((*path, gate.gate_name))
    if type(gate).__name__ == "BooleanGate":
        references = tuple(
            Reference(gate=_id((*ref["path"], ref["ref"])), complement=bool(ref["complement"]))
            for ref in gate.gate_refs
        )
        yield Boolean(id=name, parent=parent, operator=Operator(gate.type), references=references)
        return
    inside = f"{name} (inside)" if gate.use_complement else name
    known = written.get(name, Written(kind="", channels=()))
    yield _drawn(gate, (inside, parent), scales, known)
    if gate.use_complement:
        references = (Reference(gate=inside),)
        yield Boolean(id=name, parent=parent, operator=Operator.NOT, references=references)


def _drawn(
    gate: Any,  # noqa: ANN401 - FlowKit has no types
    names: tuple[str, str],
    scales: Mapping[str, _Scale],
    written: Written,
) -> Gate:
    used = [scales.get(d.transformation_ref or "", _NO_SCALE) for d in gate.dimensions]
    dimensions = [
        Dimension(
            channel=dimension.id,
            compensation=_compensation(dimension, written, index),
            transform=scale.transform,
        )
        for index, (dimension, scale) in enumerate(zip(gate.dimensions, used, strict=True))
    ]
    match type(gate).__name__:
        case "RectangleGate":
            intervals = tuple(
                Interval(dimension=made, low=_bound(scale, d.min), high=_bound(scale, d.max))
                for made, scale, d in zip(dimensions, used, gate.dimensions, strict=True)
            )
            return Rectangle(id=names[0], parent=names[1], intervals=intervals)
        case "PolygonGate":
            displayed = written.kind == "EllipsoidGate"
            corners = np.asarray(gate.vertices, np.float64).T
            x, y = (
                scale.positions(numbers, displayed=displayed).tolist()
                for scale, numbers in zip(used, corners, strict=True)
            )
            return Polygon(
                id=names[0],
                parent=names[1],
                x=dimensions[0],
                y=dimensions[1],
                vertices=tuple(zip(x, y, strict=True)),
            )
        case other:
            raise GateError(f"gate {names[0]}: a FlowJo gate of the kind {other} is not known")


def _compensation(dimension: Any, written: Written, index: int) -> str:  # noqa: ANN401 - FlowKit has no types
    """Tell compensated from not: FlowKit takes both for compensated."""
    found = dimension.compensation_ref or UNCOMPENSATED
    name = written.channels[index] if index < len(written.channels) else ""
    return UNCOMPENSATED if name == dimension.id else str(found)


def _bound(scale: _Scale, number: float | None) -> float | None:
    if number is None:
        return None
    return float(scale.positions(np.array(float(number)), displayed=False))


def _id(path: tuple[str, ...]) -> str:
    """Join a path, without FlowKit's root."""
    return "/".join(path[1:])
