"""Gates of FlowCytometryTools, told by what they show; the package itself is not needed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from flowpheno.errors import GateError
from flowpheno.gates.dimension import UNCOMPENSATED, Dimension
from flowpheno.gates.gate import (
    Boolean,
    Gate,
    Interval,
    Operator,
    Polygon,
    Rectangle,
    Reference,
    Threshold,
)
from flowpheno.gates.strategy import Strategy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flowpheno.transform import Transform

_AND, _OR, _NOT = Operator.AND, Operator.OR, Operator.NOT


def gates_from_fct(
    gates: Any,  # noqa: ANN401 - their classes are not imported
    *,
    scales: Mapping[str, Transform] | None = None,
    compensation: str = UNCOMPENSATED,
) -> Strategy:
    """Take gates over from FlowCytometryTools.

    Parameters
    ----------
    gates : gate or sequence of gate
        ``ThresholdGate``, ``IntervalGate``, ``QuadGate``, ``PolyGate`` or ``CompositeGate``.
    scales : mapping of str to Transform or None
        Scales of the channels the gates were drawn on, such as `flowpheno.transform.Hlog`;
        channels without one are linear.
    compensation : str
        ``"uncompensated"``, or ``"FCS"`` for the matrix of the file.

    Returns
    -------
    Strategy
        One gate with the name of each, and before it those it is made of. An interval keeps its
        upper end, which theirs include; on the sides of a polygon theirs are undecided, ours
        inside.

    Raises
    ------
    GateError
        If one is of another kind, or two have one name.
    """
    converter = _Converter(scales or {}, compensation)
    for gate in gates if isinstance(gates, list | tuple) else [gates]:
        converter.add(gate)
    return Strategy(gates=tuple(converter.made.values()))


class _Converter:
    """Collects gates by id; one used twice is made once."""

    def __init__(self, scales: Mapping[str, Transform], compensation: str) -> None:
        self._scales = scales
        self._compensation = compensation
        self._origin: dict[str, object] = {}
        self.made: dict[str, Gate] = {}

    def add(self, gate: Any) -> str:  # noqa: ANN401 - their classes are not imported
        name = str(getattr(gate, "name", "") or "gate")
        if self._origin.get(name, gate) is not gate:
            raise GateError(f"two gates are called {name}")
        if name in self._origin:
            return name
        self._origin[name] = gate
        kind = type(gate).__name__
        if kind == "CompositeGate":
            return self._composite(gate, name)
        vertices, channels, region = gate_parts(gate, name)
        outside = region == "out"
        inner = f"{name} (inside)" if outside else name
        self._keep(self._drawn(kind, inner, vertices, channels, region))
        return self._join(name, _NOT, [inner]) if outside else name

    def _drawn(
        self,
        kind: str,
        name: str,
        vertices: Any,  # noqa: ANN401 - a number or pairs
        channels: Sequence[str],
        region: str,
    ) -> Gate:
        sides = [self._dimension(channel) for channel in channels]
        match kind, len(sides):
            case "ThresholdGate", 1:
                above = region == "above"
                return Threshold(id=name, dimension=sides[0], value=float(vertices), above=above)
            case "IntervalGate", 1:
                low, high = (float(end) for end in vertices)
                end = math.nextafter(high, math.inf)  # theirs include it
                interval = Interval(dimension=sides[0], low=low, high=end)
                return Rectangle(id=name, intervals=(interval,))
            case "QuadGate", 2:
                intervals = (
                    _half(sides[0], vertices[0], above="right" in region),
                    _half(sides[1], vertices[1], above="top" in region),
                )
                return Rectangle(id=name, intervals=intervals)
            case "PolyGate", 2:
                corners = tuple((float(x), float(y)) for x, y in vertices)
                return Polygon(id=name, x=sides[0], y=sides[1], vertices=corners)
            case _:
                raise GateError(f"{name}: {kind} of {len(sides)} channels is not known")

    def _composite(self, gate: Any, name: str) -> str:  # noqa: ANN401 - theirs
        parts = [self.add(part) for part in gate.gates]
        match gate.how:
            case "and":
                return self._join(name, _AND, parts)
            case "or":
                return self._join(name, _OR, parts)
            case "invert":
                return self._join(name, _NOT, parts)
            case "xor":
                either = self._join(f"{name} (either)", _OR, parts)
                both = self._join(f"{name} (both)", _AND, parts)
                return self._join(name, _AND, [either], outside=[both])
            case other:
                raise GateError(f"{name}: gates cannot be joined by {other}")

    def _join(
        self, name: str, operator: Operator, parts: Sequence[str], outside: Sequence[str] = ()
    ) -> str:
        references = (
            *(Reference(gate=part) for part in parts),
            *(Reference(gate=part, complement=True) for part in outside),
        )
        return self._keep(Boolean(id=name, operator=operator, references=references))

    def _keep(self, gate: Gate) -> str:
        if gate.id in self.made:
            raise GateError(f"two gates are called {gate.id}")
        self.made[gate.id] = gate
        return gate.id

    def _dimension(self, channel: str) -> Dimension:
        scale = self._scales.get(channel)
        return Dimension(channel=channel, compensation=self._compensation, transform=scale)


def gate_parts(gate: Any, name: str) -> tuple[Any, tuple[str, ...], str]:  # noqa: ANN401 - theirs
    """Read what a simple gate shows.

    Parameters
    ----------
    gate : object
        With ``vert``, ``channels`` and ``region``.
    name : str
        What it is called.

    Returns
    -------
    vertices : object
        A number or pairs of numbers.
    channels : tuple of str
        Its channels.
    region : str
        What of it passes.

    Raises
    ------
    GateError
        If it does not show them.
    """
    try:
        return gate.vert, tuple(map(str, gate.channels)), str(gate.region)
    except (AttributeError, TypeError) as error:
        raise GateError(f"{name}: {type(gate).__name__} is no gate that is known") from error


def _half(dimension: Dimension, value: float, *, above: bool) -> Interval:
    if above:
        return Interval(dimension=dimension, low=float(value))
    return Interval(dimension=dimension, high=float(value))
