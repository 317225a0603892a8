"""Gates as values: what they look at, where they end, which population they divide."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np

from flowpheno.errors import GateError
from flowpheno.gates.dimension import Dimension, require_finite

_CORNERS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A dimension with its bounds, the lower one inside, the upper one outside.

    Attributes
    ----------
    dimension : Dimension
        What is bounded.
    low, high : float or None
        On the scale of the dimension; None for no bound.
    """

    dimension: Dimension
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        require_finite([b for b in (self.low, self.high) if b is not None], "a bound")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise GateError(f"{self.dimension.channel}: {self.low} lies above {self.high}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gate:
    """What all gates have.

    Attributes
    ----------
    id : str
        Unique within the strategy.
    parent : str
        Gate (or quadrant) whose events it divides; empty for all events.
    """

    id: str
    parent: str = ""

    def __post_init__(self) -> None:
        if not self.id.strip():
            raise GateError("a gate needs an id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold(_Gate):
    """Everything from a value on, or everything below it.

    Attributes
    ----------
    dimension : Dimension
        What is looked at.
    value : float
        On its scale; the value itself is above.
    above : bool
        Which side is inside.
    """

    dimension: Dimension
    value: float
    above: bool = True

    def __post_init__(self) -> None:
        _Gate.__post_init__(self)
        require_finite((self.value,), f"gate {self.id}")

    @property
    def interval(self) -> Interval:
        """The same as an interval with one open end."""
        if self.above:
            return Interval(dimension=self.dimension, low=self.value)
        return Interval(dimension=self.dimension, high=self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectangle(_Gate):
    """Range, rectangle or box: inside every one of its intervals.

    Attributes
    ----------
    intervals : tuple of Interval
        At least one.
    """

    intervals: tuple[Interval, ...]

    def __post_init__(self) -> None:
        _Gate.__post_init__(self)
        if not self.intervals:
            raise GateError(f"gate {self.id}: a rectangle needs a dimension")


@dataclass(frozen=True, slots=True, kw_only=True)
class Polygon(_Gate):
    """Polygon, closed, its sides straight on the scales of its dimensions.

    Attributes
    ----------
    x, y : Dimension
        What is looked at.
    vertices : tuple of (float, float)
        At least three. Where sides cross, what an odd number of them encloses is inside.
    """

    x: Dimension
    y: Dimension
    vertices: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        _Gate.__post_init__(self)
        if len(self.vertices) < _CORNERS:
            raise GateError(f"gate {self.id}: {len(self.vertices)} vertices are no polygon")
        require_finite((c for vertex in self.vertices for c in vertex), f"gate {self.id}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ellipsoid(_Gate):
    """All within a Mahalanobis distance of a centre.

    Attributes
    ----------
    dimensions : tuple of Dimension
        At least two.
    mean : tuple of float
        The centre.
    covariance : tuple of tuple of float
        One row for each dimension; it can be inverted. Compliance files hold some that are not
        symmetric: it is used as it is written.
    distance_square : float
        Largest squared distance, above 0.
    """

    dimensions: tuple[Dimension, ...]
    mean: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    distance_square: float = 1.0

    def __post_init__(self) -> None:
        _Gate.__post_init__(self)
        n = len(self.dimensions)
        if n < 2 or len(self.mean) != n or [len(r) for r in self.covariance] != [n] * n:  # noqa: PLR2004 - a plane
            raise GateError(f"gate {self.id}: mean and covariance do not fit {n} dimensions")
        entries = [entry for row in self.covariance for entry in row]
        require_finite([*self.mean, *entries, self.distance_square], f"gate {self.id}")
        if np.linalg.matrix_rank(np.array(self.covariance)) < n or self.distance_square <= 0:
            raise GateError(f"gate {self.id}: covariance or distance encloses nothing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Divider:
    """A dimension cut in two or more.

    Attributes
    ----------
    id : str
        Unique within its gate.
    dimension : Dimension
        What is cut.
    cuts : tuple of float
        At least one, ascending; each belongs to what is above it.
    """

    id: str
    dimension: Dimension
    cuts: tuple[float, ...]

    def __post_init__(self) -> None:
        require_finite(self.cuts, f"divider {self.id}")
        if not self.cuts or list(self.cuts) != sorted(set(self.cuts)):
            raise GateError(f"divider {self.id}: needs values that ascend")

    def around(self, location: float) -> Interval:
        """Find the part between two cuts that holds a value.

        Parameters
        ----------
        location : float
            On the scale of the dimension.

        Returns
        -------
        Interval
            Its bounds; open beyond the outermost cuts.
        """
        above = int(np.searchsorted(self.cuts, location, side="right"))
        low = self.cuts[above - 1] if above > 0 else None
        high = self.cuts[above] if above < len(self.cuts) else None
        return Interval(dimension=self.dimension, low=low, high=high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quadrant:
    """A part of a plane or space that dividers cut.

    Attributes
    ----------
    id : str
        Unique within the strategy: it can be a parent and be referred to.
    positions : tuple of (str, float)
        Divider, and any value of the part meant; dividers not named do not bound it.
    """

    id: str
    positions: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quadrants(_Gate):
    """Quadrants, or any parts that dividers cut; it has no events of its own, they have.

    Attributes
    ----------
    dividers : tuple of Divider
        At least one.
    quadrants : tuple of Quadrant
        Those that have a name; at least one.
    """

    dividers: tuple[Divider, ...]
    quadrants: tuple[Quadrant, ...]

    def __post_init__(self) -> None:
        _Gate.__post_init__(self)
        known = [divider.id for divider in self.dividers]
        if len(set(known)) != len(known):
            raise GateError(f"gate {self.id}: two dividers have one id")
        if not self.quadrants:
            raise GateError(f"gate {self.id}: needs a quadrant")
        for quadrant in self.quadrants:
            named = [name for name, _ in quadrant.positions]
            if not named or len(set(named)) != len(named) or not set(named) <= set(known):
                raise GateError(
                    f"gate {self.id}: quadrant {quadrant.id} must name dividers, each once"
                )
            require_finite([at for _, at in quadrant.positions], f"quadrant {quadrant.id}")

    def intervals(self, quadrant: Quadrant) -> tuple[Interval, ...]:
        """Bound one of its quadrants.

        Parameters
        ----------
        quadrant : Quadrant
            One of `quadrants`.

        Returns
        -------
        tuple of Interval
            One for each divider it names.
        """
        dividers = {divider.id: divider for divider in self.dividers}
        return tuple(dividers[name].around(location) for name, location in quadrant.positions)


class Operator(StrEnum):
    """How a Boolean gate joins others."""

    AND = "and"
    OR = "or"
    NOT = "not"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A gate that a Boolean gate uses.

    Attributes
    ----------
    gate : str
        Id of a gate or quadrant; it is used with its parents.
    complement : bool
        Whether what lies outside is meant.
    """

    gate: str
    complement: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Boolean(_Gate):
    """A gate made of others.

    Attributes
    ----------
    operator : Operator
        How.
    references : tuple of Reference
        One for ``not``, at least two for the others.
    """

    operator: Operator
    references: tuple[Reference, ...]

    def __post_init__(self) -> None:
        _Gate.__post_init__(self)
        n = len(self.references)
        if n != 1 if self.operator is Operator.NOT else n < 2:  # noqa: PLR2004 - two sides
            raise GateError(f"gate {self.id}: {self.operator} of {n} gates")


Gate: TypeAlias = Threshold | Rectangle | Polygon | Ellipsoid | Quadrants | Boolean
"""Any gate."""


def dimensions_of(gate: Gate) -> tuple[Dimension, ...]:
    """List what a gate looks at.

    Parameters
    ----------
    gate : Gate
        Any gate.

    Returns
    -------
    tuple of Dimension
        In order; none for a Boolean gate.
    """
    match gate:
        case Threshold():
            return (gate.dimension,)
        case Rectangle():
            return tuple(interval.dimension for interval in gate.intervals)
        case Polygon():
            return gate.x, gate.y
        case Ellipsoid():
            return gate.dimensions
        case Quadrants():
            return tuple(divider.dimension for divider in gate.dividers)
        case Boolean():
            return ()
