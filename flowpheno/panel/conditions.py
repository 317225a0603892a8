"""The rule language of the definitions: what is expected of which marker.

A condition is one marker at a level, or any of, all of, at least n of further conditions::

    {marker: CD19, expected: positive}
    {any_of: [{marker: CD22, expected: positive}, {marker: cyCD22, expected: positive}]}
    {at_least: 2, of: [...]}
    {marker: cyCD3, surface: CD3, expected: negative}

It is held against a phenotype by `flowpheno.matching.evaluate`, in three-valued logic.
"""

from __future__ import annotations

from difflib import get_close_matches
from enum import StrEnum
from typing import Annotated, Any, TypeAlias, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    model_validator,
)

from flowpheno.marker import Marker

# Unlike any key: what a problem is about is looked up key by key to find its line.
_TAGS = {"marker": "one marker", "any_of": "any of", "all_of": "all of", "at_least": "at least"}


_Item = TypeVar("_Item")


class Level(StrEnum):
    """What can be expected of a marker."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    BRIGHT = "bright"  # brighter than the normal counterpart
    DIM = "dim"  # dimmer than the normal counterpart
    NEGATIVE_OR_DIM = "negative_or_dim"
    STRONG = "strong"  # intensity criterion of WHO-HAEM5 met
    WEAK = "weak"  # positive, intensity criterion of WHO-HAEM5 not met


def check_marker(name: str, info: ValidationInfo) -> str:
    """Refuse a marker that the vocabulary handed in as context does not hold.

    Parameters
    ----------
    name : str
        A name.
    info : ValidationInfo
        Its context may hold ``markers``; without them every name passes.

    Returns
    -------
    str
        The name.

    Raises
    ------
    ValueError
        If it is no marker; names the nearest.
    """
    markers = (info.context or {}).get("markers")
    if markers is None or name in markers:
        return name
    zero = name.replace("O", "0")  # a slip that no measure of distance ranks first
    near = [zero] if zero in markers else get_close_matches(name, sorted(markers), n=3)
    hint = f"; did you mean {', '.join(near)}?" if near else ""
    raise ValueError(f"{name!r} is not a marker of the vocabulary{hint}")


KnownMarker: TypeAlias = Annotated[Marker, AfterValidator(check_marker)]
"""A canonical marker name, checked if the context of validation holds ``markers``."""


def _not_empty(items: tuple[_Item, ...]) -> tuple[_Item, ...]:
    if not items:
        raise ValueError("at least one is needed")
    return items


# Not min_length: that also counts items that are there and wrong.
Some: TypeAlias = Annotated[
    tuple[_Item, ...], AfterValidator(_not_empty), Field(json_schema_extra={"minItems": 1})
]
"""One or more of something."""


class Definition(BaseModel):
    """Base of everything a definition file says: frozen, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class MarkerCondition(Definition):
    """One marker at a level.

    Attributes
    ----------
    marker : Marker
        Canonical name.
    expected : Level
        What is expected of it.
    below_percent, from_percent : float or None
        Bounds on the percent positive, half-open: ``from_percent <= percent < below_percent``.
        Where a percentage was measured the bound decides; where none was, `expected` does.
    surface : Marker or None
        Surface form of a cytoplasmic antigen. Positive there, the cell has the antigen, whatever
        the cytoplasm; negative there says nothing.
    """

    marker: KnownMarker
    expected: Level
    surface: KnownMarker | None = None
    below_percent: float | None = Field(default=None, gt=0, le=100)
    from_percent: float | None = Field(default=None, gt=0, le=100)

    @model_validator(mode="after")
    def _surface_fits(self) -> MarkerCondition:
        if self.surface is None:
            return self
        if self.expected not in {Level.POSITIVE, Level.NEGATIVE, Level.STRONG}:
            raise ValueError("surface goes with positive, negative or strong only")
        if self.below_percent is not None or self.from_percent is not None:
            raise ValueError("surface does not go with a bound on the percentage")
        return self

    def __str__(self) -> str:
        bounds = [
            *([] if self.from_percent is None else [f"from {self.from_percent:g} %"]),
            *([] if self.below_percent is None else [f"below {self.below_percent:g} %"]),
        ]
        surface = "" if self.surface is None else f" (or surface {self.surface})"
        words = f"{self.marker}{surface} {self.expected.value.replace('_', ' ')}"
        return f"{words} ({', '.join(bounds)})" if bounds else words

    @property
    def markers(self) -> tuple[Marker, ...]:
        """The marker and its surface form."""
        return (self.marker,) if self.surface is None else (self.marker, self.surface)

    @property
    def leaves(self) -> tuple[MarkerCondition, ...]:
        """The condition itself."""
        return (self,)


class AnyOf(Definition):
    """At least one of some conditions.

    Attributes
    ----------
    any_of : tuple of Condition
        The conditions.
    """

    any_of: Some[Condition]

    def __str__(self) -> str:
        return " or ".join(_nested(c) for c in self.any_of)

    @property
    def leaves(self) -> tuple[MarkerCondition, ...]:
        """The marker conditions in it, in order."""
        return _leaves(self.any_of)


class AllOf(Definition):
    """All of some conditions.

    Attributes
    ----------
    all_of : tuple of Condition
        The conditions.
    """

    all_of: Some[Condition]

    def __str__(self) -> str:
        return " and ".join(_nested(c) for c in self.all_of)

    @property
    def leaves(self) -> tuple[MarkerCondition, ...]:
        """The marker conditions in it, in order."""
        return _leaves(self.all_of)


class AtLeast(Definition):
    """At least a number of some conditions.

    Attributes
    ----------
    at_least : int
        How many must hold.
    of : tuple of Condition
        The conditions.
    """

    at_least: int = Field(ge=1)
    of: Some[Condition]

    @model_validator(mode="after")
    def _can_be_met(self) -> AtLeast:
        if self.at_least > len(self.of):
            raise ValueError(f"at least {self.at_least} of {len(self.of)} can never hold")
        return self

    def __str__(self) -> str:
        return f"at least {self.at_least} of: {', '.join(_nested(c) for c in self.of)}"

    @property
    def leaves(self) -> tuple[MarkerCondition, ...]:
        """The marker conditions in it, in order."""
        return _leaves(self.of)


def kind_of(value: Any) -> str:  # noqa: ANN401 - pydantic hands over raw input or a model
    """Say which kind of condition a mapping or a model is, for a discriminated union.

    Parameters
    ----------
    value : object
        Raw input or a model.

    Returns
    -------
    str
        Its tag; ``"one marker"`` if nothing can be told, so that the error says what is missing.
    """
    keys = value if isinstance(value, dict) else {key for key in _TAGS if hasattr(value, key)}
    return next((tag for key, tag in _TAGS.items() if key in keys), _TAGS["marker"])


Condition: TypeAlias = Annotated[
    Annotated[MarkerCondition, Tag("one marker")]
    | Annotated[AnyOf, Tag("any of")]
    | Annotated[AllOf, Tag("all of")]
    | Annotated[AtLeast, Tag("at least")],
    Discriminator(kind_of),
]
"""Any condition; the union is the list of kinds."""


def _nested(condition: Condition) -> str:
    return str(condition) if isinstance(condition, MarkerCondition) else f"({condition})"


def _leaves(conditions: tuple[Condition, ...]) -> tuple[MarkerCondition, ...]:
    return tuple(leaf for condition in conditions for leaf in condition.leaves)


for _model in (AnyOf, AllOf, AtLeast):
    _model.model_rebuild()
