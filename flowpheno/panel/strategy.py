"""Gating strategies as YAML: what a file must say, and the gates it means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from flowpheno.errors import GateError, PanelError
from flowpheno.gates import (
    UNCOMPENSATED,
    Boolean,
    Dimension,
    Divider,
    Ellipsoid,
    Interval,
    Operator,
    Polygon,
    Quadrant,
    Quadrants,
    Ratio,
    Rectangle,
    Reference,
    SpectrumMatrix,
    Strategy,
    Threshold,
)
from flowpheno.panel.files import line_of, load_definition, read_yaml
from flowpheno.panel.strategy_scales import AnyScale

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from flowpheno.gates import Gate
    from flowpheno.transform import Transform

_Name = Annotated[str, Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Ratio(_Part):
    numerator: _Name
    denominator: _Name
    factor: float = 1.0
    shift: float = 0.0
    base: float = 0.0


class _Dimension(_Part):
    channel: _Name | _Ratio
    compensation: _Name = UNCOMPENSATED
    scale: _Name | None = None

    def dimension(self, scales: Mapping[str, Transform]) -> Dimension:
        channel = self.channel
        measured = channel if isinstance(channel, str) else Ratio(**channel.model_dump())
        if self.scale is not None and self.scale not in scales:
            raise GateError(f"there is no scale called {self.scale}")
        scale = None if self.scale is None else scales[self.scale]
        return Dimension(channel=measured, compensation=self.compensation, transform=scale)


class _Interval(_Dimension):
    low: float | None = None
    high: float | None = None


class _Divider(_Dimension):
    id: _Name
    cuts: tuple[float, ...]


class _Quadrant(_Part):
    id: _Name
    at: dict[str, float]


class _Outside(_Part):
    outside: _Name


class _GatePart(_Part):
    """What every gate states.

    Attributes
    ----------
    id, parent : str
        Its name and that of the gate it divides; all events without.
    """

    id: _Name
    parent: _Name | None = None

    def gate(self, scales: Mapping[str, Transform]) -> Gate:
        """Make the gate.

        Parameters
        ----------
        scales : mapping of str to Transform
            Scales it may name.

        Returns
        -------
        Gate
            The gate.

        Raises
        ------
        GateError
            If it makes no sense.
        """
        return _MAKERS[type(self)](self, scales)


class _ThresholdPart(_GatePart):
    type: Literal["threshold"]
    dimension: _Dimension
    above: float | None = None
    below: float | None = None

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        if (self.above is None) == (self.below is None):
            raise ValueError("needs either above or below")
        return self


class _RectanglePart(_GatePart):
    type: Literal["rectangle"]
    intervals: tuple[_Interval, ...]


class _PolygonPart(_GatePart):
    type: Literal["polygon"]
    x: _Dimension
    y: _Dimension
    vertices: tuple[tuple[float, float], ...]


class _EllipsoidPart(_GatePart):
    type: Literal["ellipsoid"]
    dimensions: tuple[_Dimension, ...]
    mean: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    distance_square: float = 1.0


class _QuadrantsPart(_GatePart):
    type: Literal["quadrants"]
    dividers: tuple[_Divider, ...]
    quadrants: tuple[_Quadrant, ...]


class _BooleanPart(_GatePart):
    type: Literal["and", "or", "not"]
    gates: tuple[_Name | _Outside, ...]


_AnyGate = Annotated[
    _ThresholdPart
    | _RectanglePart
    | _PolygonPart
    | _EllipsoidPart
    | _QuadrantsPart
    | _BooleanPart,
    Field(discriminator="type"),
]


class _Matrix(_Part):
    id: _Name
    detectors: tuple[_Name, ...]
    fluorochromes: dict[_Name, tuple[float, ...]]

    @model_validator(mode="after")
    def _make_sense(self) -> Self:
        self.matrix()
        return self

    def matrix(self) -> SpectrumMatrix:
        return SpectrumMatrix(
            id=self.id,
            fluorochromes=tuple(self.fluorochromes),
            detectors=self.detectors,
            coefficients=tuple(self.fluorochromes.values()),
        )


class StrategyFile(_Part):
    """A gating strategy as a file states it.

    Attributes
    ----------
    kind : "strategy"
        What the file is.
    name, reference, note : str
        What it is called, where it comes from, what a user must know.
    scales : mapping of str to scale
        Scales that dimensions name; a dimension without one is linear.
    matrices : tuple of matrix
        Compensation matrices that dimensions name, beside ``FCS`` and ``uncompensated``.
    gates : tuple of gate
        In the order they are shown.
    """

    kind: Literal["strategy"]
    name: str = ""
    reference: str = ""
    note: str = ""
    scales: dict[_Name, AnyScale] = Field(default_factory=dict)
    matrices: tuple[_Matrix, ...] = ()
    gates: tuple[_AnyGate, ...] = Field(min_length=1)


def load_strategy(path: Path) -> Strategy:
    """Read a gating strategy.

    Parameters
    ----------
    path : Path
        A YAML file.

    Returns
    -------
    Strategy
        Its gates.

    Raises
    ------
    PanelError
        If the file is no strategy, or a gate makes no sense; lists problems with their lines.
    """
    file = load_definition(path, StrategyFile)
    scales = {name: scale.transform() for name, scale in file.scales.items()}
    gates: list[Gate] = []
    problems: list[tuple[tuple[int | str, ...], str]] = []
    for index, part in enumerate(file.gates):
        try:
            gates.append(part.gate(scales))
        except GateError as error:
            problems.append((("gates", index), str(error)))
    if not problems:
        try:
            matrices = tuple(matrix.matrix() for matrix in file.matrices)
            return Strategy(gates=tuple(gates), matrices=matrices, name=file.name or path.stem)
        except GateError as error:
            problems.append((_place(file, str(error)), str(error)))
    content = read_yaml(path)
    raise PanelError(path, [f"line {line_of(content, at)}: {what}" for at, what in problems])


def _place(file: StrategyFile, problem: str) -> tuple[int | str, ...]:
    """Find the gate that a problem of the whole begins with."""
    for index, part in enumerate(file.gates):
        if problem.startswith((f"gate {part.id} ", f"gate {part.id}:")):
            return "gates", index
    return ("gates",)


def _threshold(part: _ThresholdPart, scales: Mapping[str, Transform]) -> Gate:
    above = part.above is not None
    return Threshold(
        id=part.id,
        parent=part.parent or "",
        dimension=part.dimension.dimension(scales),
        value=(part.above if part.above is not None else part.below) or 0.0,
        above=above,
    )


def _rectangle(part: _RectanglePart, scales: Mapping[str, Transform]) -> Gate:
    intervals = (
        Interval(dimension=one.dimension(scales), low=one.low, high=one.high)
        for one in part.intervals
    )
    return Rectangle(id=part.id, parent=part.parent or "", intervals=tuple(intervals))


def _polygon(part: _PolygonPart, scales: Mapping[str, Transform]) -> Gate:
    return Polygon(
        id=part.id,
        parent=part.parent or "",
        x=part.x.dimension(scales),
        y=part.y.dimension(scales),
        vertices=part.vertices,
    )


def _ellipsoid(part: _EllipsoidPart, scales: Mapping[str, Transform]) -> Gate:
    return Ellipsoid(
        id=part.id,
        parent=part.parent or "",
        dimensions=tuple(one.dimension(scales) for one in part.dimensions),
        mean=part.mean,
        covariance=part.covariance,
        distance_square=part.distance_square,
    )


def _quadrants(part: _QuadrantsPart, scales: Mapping[str, Transform]) -> Gate:
    return Quadrants(
        id=part.id,
        parent=part.parent or "",
        dividers=tuple(
            Divider(id=one.id, dimension=one.dimension(scales), cuts=one.cuts)
            for one in part.dividers
        ),
        quadrants=tuple(
            Quadrant(id=one.id, positions=tuple(one.at.items())) for one in part.quadrants
        ),
    )


def _boolean(part: _BooleanPart, scales: Mapping[str, Transform]) -> Gate:
    del scales
    return Boolean(
        id=part.id,
        parent=part.parent or "",
        operator=Operator(part.type),
        references=tuple(
            Reference(gate=one.outside, complement=True)
            if isinstance(one, _Outside)
            else Reference(gate=one)
            for one in part.gates
        ),
    )


_MAKERS: dict[type[_GatePart], Callable[..., Gate]] = {
    _ThresholdPart: _threshold,
    _RectanglePart: _rectangle,
    _PolygonPart: _polygon,
    _EllipsoidPart: _ellipsoid,
    _QuadrantsPart: _quadrants,
    _BooleanPart: _boolean,
}
