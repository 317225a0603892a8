"""Scales as a strategy file states them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from flowpheno.errors import GateError
from flowpheno.transform import (
    Asinh,
    Biex,
    Clipped,
    Hyperlog,
    Linear,
    Log,
    Logicle,
    ParametrisedAsinh,
)

if TYPE_CHECKING:
    from flowpheno.transform import Transform


class _Scale(BaseModel):
    """A scale.

    Attributes
    ----------
    clip : tuple of float or None, or None
        Positions that hold what lies beyond them; None in the tuple for an end that is open.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    clip: tuple[float | None, float | None] | None = None

    @model_validator(mode="after")
    def _make_sense(self) -> _Scale:
        self.transform()
        return self

    def transform(self) -> Transform:
        """Make the scale.

        Returns
        -------
        Transform
            The scale.

        Raises
        ------
        TransformError
            If its parameters make no sense.
        """
        parameters = self.model_dump(exclude={"clip", "type"})
        made: Transform = _CLASSES[getattr(self, "type")](**parameters)  # noqa: B009 - of the subclasses
        if self.clip is None:
            return made
        low, high = self.clip
        return Clipped(made, -math.inf if low is None else low, math.inf if high is None else high)


class _LinearScale(_Scale):
    type: Literal["linear"]
    top: float
    below: float = 0.0


class _LogScale(_Scale):
    type: Literal["log"]
    T: float
    M: float


class _AsinhScale(_Scale):
    type: Literal["asinh"]
    cofactor: float


class _ParametrisedAsinhScale(_Scale):
    type: Literal["fasinh"]
    T: float
    M: float
    A: float


class _LogicleScale(_Scale):
    type: Literal["logicle"]
    T: float
    W: float
    M: float
    A: float = 0.0


class _HyperlogScale(_Scale):
    type: Literal["hyperlog"]
    T: float
    W: float
    M: float
    A: float = 0.0


class _BiexScale(_Scale):
    type: Literal["biex"]
    top: float
    positive: float
    negative: float
    width: float
    channels: int = 4096


AnyScale = Annotated[
    _LinearScale
    | _LogScale
    | _AsinhScale
    | _ParametrisedAsinhScale
    | _LogicleScale
    | _HyperlogScale
    | _BiexScale,
    Field(discriminator="type"),
]
"""A scale, told by its type."""

_CLASSES: dict[str, type[Any]] = {
    "linear": Linear,
    "log": Log,
    "asinh": Asinh,
    "fasinh": ParametrisedAsinh,
    "logicle": Logicle,
    "hyperlog": Hyperlog,
    "biex": Biex,
}
_PARAMETERS = {
    "linear": ("top", "below"),
    "log": ("T", "M"),
    "asinh": ("cofactor",),
    "fasinh": ("T", "M", "A"),
    "logicle": ("T", "W", "M", "A"),
    "hyperlog": ("T", "W", "M", "A"),
    "biex": ("top", "positive", "negative", "width", "channels"),
}


def describe_scale(scale: Transform) -> dict[str, object]:
    """State a scale as a file does.

    Parameters
    ----------
    scale : Transform
        Any scale a file can state.

    Returns
    -------
    dict
        Its entry, ``type`` first.

    Raises
    ------
    GateError
        If a file cannot state it.
    """
    if isinstance(scale, Clipped):
        ends = [None if math.isinf(end) else end for end in (scale.low, scale.high)]
        return {**describe_scale(scale.scale), "clip": ends}
    for name, made in _CLASSES.items():
        if type(scale) is made:
            return {"type": name} | {key: getattr(scale, key) for key in _PARAMETERS[name]}
    raise GateError(f"a strategy file has no scale such as {scale}")
