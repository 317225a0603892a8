"""What a gate looks at: a channel or a ratio of two, compensated or not, on a scale."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from flowpheno.errors import GateError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flowpheno.transform import Transform

UNCOMPENSATED = "uncompensated"
"""Compensation of a dimension that is taken as recorded; the word is Gating-ML's."""

FROM_FILE = "FCS"
"""Compensation by the matrix of the file, if it has one; the word is Gating-ML's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A ratio of two channels, ``factor * (x - shift) / (y - base)``.

    Attributes
    ----------
    numerator, denominator : str
        Channels *x* and *y*, named as those of a `Dimension`.
    factor, shift, base : float
        A, B and C of Gating-ML's ``fratio``.
    """

    numerator: str
    denominator: str
    factor: float = 1.0
    shift: float = 0.0
    base: float = 0.0

    def __post_init__(self) -> None:
        require_finite((self.factor, self.shift, self.base), "ratio")

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"


Measured: TypeAlias = str | Ratio
"""A channel, by detector, label or marker (of a named matrix: by fluorochrome), or a ratio."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """One axis of a gate.

    Attributes
    ----------
    channel : str or Ratio
        What is measured.
    compensation : str
        `UNCOMPENSATED`, `FROM_FILE`, or the id of a matrix of the strategy. Of a ratio, it is
        that of both channels.
    transform : Transform or None
        Scale the bounds of the gate are stated on; None for linear intensities.
    """

    channel: Measured
    compensation: str = UNCOMPENSATED
    transform: Transform | None = None

    def __post_init__(self) -> None:
        if not (str(self.channel).strip() and self.compensation.strip()):
            raise GateError("a dimension needs a channel and a compensation")

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the channels it is made of, one or two."""
        if isinstance(self.channel, Ratio):
            return self.channel.numerator, self.channel.denominator
        return (self.channel,)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpectrumMatrix:
    """A compensation matrix that a strategy brings along.

    Attributes
    ----------
    id : str
        What dimensions call it.
    fluorochromes : tuple of str
        Names of the rows, which dimensions use for the compensated channels.
    detectors : tuple of str
        Channels of the columns; at least as many as rows.
    coefficients : tuple of tuple of float
        Share of each fluorochrome that each detector sees.
    """

    id: str
    fluorochromes: tuple[str, ...]
    detectors: tuple[str, ...]
    coefficients: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        rows, columns = len(self.fluorochromes), len(self.detectors)
        shape = {len(row) for row in self.coefficients} or {0}
        if len(self.coefficients) != rows or shape != {columns} or not 0 < rows <= columns:
            raise GateError(
                f"matrix {self.id}: the coefficients do not fit {rows} fluorochromes and "
                f"{columns} detectors"
            )
        if self.id in {"", UNCOMPENSATED, FROM_FILE}:
            raise GateError(f"a matrix cannot be called {self.id!r}")
        for names in (self.fluorochromes, self.detectors):
            if len(set(names)) != len(names):
                raise GateError(f"matrix {self.id}: a name stands twice in {', '.join(names)}")
        require_finite((c for row in self.coefficients for c in row), f"matrix {self.id}")


def require_finite(numbers: Iterable[float], of: str) -> None:
    """Refuse numbers that are none or have no end: comparing with them is silently false.

    Parameters
    ----------
    numbers : iterable of float
        Any numbers.
    of : str
        What they belong to.

    Raises
    ------
    GateError
        If one is not finite.
    """
    if not all(math.isfinite(number) for number in numbers):
        raise GateError(f"{of}: every number must be finite")
