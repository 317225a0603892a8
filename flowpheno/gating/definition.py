"""What a population is: levels of its markers, as ``panels/populations.yaml`` gives them."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - read with the definitions
from dataclasses import dataclass, field
from enum import StrEnum

from flowpheno.marker import Marker  # noqa: TC001 - read with the definitions

ANY_MARKER = "any"
"""Levels that every stained marker has."""


class Landmark(StrEnum):
    """A position on a channel of one tube that levels are counted from."""

    CUT = "cut"  # where the marker stops being negative
    CONTROL = "control"  # median of its negative control
    CONTROL_END = "control_end"  # upper end of its negative control
    VALLEY = "valley"  # between the two main modes of the parent; else the cut
    LYMPHOCYTES = "lymphocytes"  # their median
    BORDER = "border"  # end of low side scatter


class Unit(StrEnum):
    """What is judged at once."""

    EVENTS = "events"
    CLUSTERS = "clusters"  # groups of alike cells, by their medians


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A part of a channel: above one landmark, and at most at another.

    Attributes
    ----------
    above, up_to : mapping of Landmark to float
        One landmark with the decades from it, or none for no bound.
    """

    above: Mapping[Landmark, float] = field(default_factory=dict)
    up_to: Mapping[Landmark, float] = field(default_factory=dict)

    @property
    def landmarks(self) -> frozenset[Landmark]:
        """Landmarks that must be known."""
        return frozenset({*self.above, *self.up_to})


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to find a population.

    Attributes
    ----------
    by : str
        What it goes by, in words.
    all_of : mapping of Marker to str
        Levels; each marker must be stained and each must hold.
    any_of : mapping of Marker to str
        Levels; one marker at least must be stained and one level hold. Empty asks for nothing.
    each : mapping of Marker to str
        Levels of each single event where clusters are judged.
    fallback : bool
        Whether its use is worth a finding.
    """

    by: str
    all_of: Mapping[Marker, str] = field(default_factory=dict)
    any_of: Mapping[Marker, str] = field(default_factory=dict)
    each: Mapping[Marker, str] = field(default_factory=dict)
    fallback: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationDefinition:
    """One population.

    Attributes
    ----------
    name : str
        Identifier.
    meaning : str
        In words.
    parent : str
        Population it is a part of; ``"nucleated"`` for the cells, ``"all"`` for every event.
    ways : tuple of Way
        The first that the tube's markers allow is used.
    union : bool
        Whether all ways that they allow are used together instead.
    also : mapping of Marker to str
        Levels that hold where the marker is stained.
    outside : tuple of str
        Populations it does not overlap.
    by : Unit
        What is judged at once.
    dropped_by : tuple of str
        Steps of quality control, and names of `odd_scatter`, that excluded its events; then
        there are no ways. The last must have been possible, the others count where they were.
    kept_by : tuple of str
        The same for steps that none of its events were excluded by.
    """

    name: str
    meaning: str
    parent: str
    ways: tuple[Way, ...] = ()
    union: bool = False
    also: Mapping[Marker, str] = field(default_factory=dict)
    outside: tuple[str, ...] = ()
    by: Unit = Unit.EVENTS
    dropped_by: tuple[str, ...] = ()
    kept_by: tuple[str, ...] = ()

    def levels(self) -> tuple[tuple[Marker, str], ...]:
        """List every marker with a level that the definition names.

        Returns
        -------
        tuple of (Marker, str)
            In the order of the definition.
        """
        named = [*self.also.items()]
        for way in self.ways:
            named += [*way.all_of.items(), *way.any_of.items(), *way.each.items()]
        return tuple(named)


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationDefinitions:
    """Every population, and the levels they are defined by.

    Attributes
    ----------
    source : str
        Citation or tag.
    levels : mapping of str to mapping of str to Level
        Levels of a marker, or of `ANY_MARKER`, by name.
    populations : tuple of PopulationDefinition
        In the order in which they are found: each may use those before it.
    """

    source: str
    levels: Mapping[str, Mapping[str, Level]]
    populations: tuple[PopulationDefinition, ...]

    def level(self, marker: Marker, name: str) -> Level | None:
        """Look up a level.

        Parameters
        ----------
        marker : Marker
            The marker; its own levels come before those of every marker.
        name : str
            The level.

        Returns
        -------
        Level or None
            None where there is no such level.
        """
        own = self.levels.get(str(marker), {})
        return own.get(name) or self.levels.get(ANY_MARKER, {}).get(name)
