"""Populations of a tube from their definitions, on whatever markers it holds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.gating.cell_clusters import CellClusters, cluster_cells
from flowpheno.gating.definition import Unit
from flowpheno.gating.membership import Membership, known
from flowpheno.population import Population

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.arrays import EventMask
    from flowpheno.gating.definition import PopulationDefinition, Way
    from flowpheno.gating.landmark import Landmarks
    from flowpheno.marker import Marker

_STAGE = "gating.resolve"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Resolved:
    """What the definitions give in one tube.

    Attributes
    ----------
    populations : mapping of str to Population
        Those the tube's markers allow, in the order of the definitions.
    findings : tuple of Finding
        Fallbacks used, and populations out of reach.
    """

    populations: Mapping[str, Population]
    findings: tuple[Finding, ...]


def resolve(
    tube: Landmarks, roots: Mapping[str, EventMask], dropped: Mapping[str, EventMask]
) -> Resolved:
    """Find every population that a tube's markers allow.

    Parameters
    ----------
    tube : Landmarks
        The tube with its landmarks and definitions.
    roots : mapping of str to EventMask
        Populations that other stages found, such as ``"nucleated"``; definitions that are no
        part of them are passed over.
    dropped : mapping of str to EventMask
        Events that each step of quality control excluded; empty where that is not known.

    Returns
    -------
    Resolved
        Populations and findings; a population whose parent is out of reach is so too.
    """
    within = {name: known(mask) for name, mask in roots.items()}
    found: dict[str, Population] = {}
    fallbacks: list[str] = []
    missing: list[str] = []
    clusters: dict[str, CellClusters] = {}
    for definition in tube.definitions.populations:
        if definition.parent not in {*within, *missing}:
            continue
        if steps := definition.dropped_by or definition.kept_by:
            if steps[-1] in dropped:
                found[definition.name] = _controlled(definition, dropped)
            else:
                missing.append(definition.name)
            continue
        parent = within.get(definition.parent)
        ways = usable(definition, tube) if parent is not None else ()
        if parent is None or not ways:
            missing.append(definition.name)
            continue
        if definition.by is Unit.CLUSTERS and definition.parent not in clusters:
            clusters[definition.parent] = cluster_cells(tube, parent.mask)
        judge = _Judge(tube, parent.mask, clusters.get(definition.parent), definition.by)
        members = parent & judge.definition(definition, ways)
        for other in definition.outside:
            if other in within:
                members -= within[other]
        within[definition.name] = members
        found[definition.name] = Population(
            definition.name,
            definition.parent,
            members.mask,
            by=_words(definition, ways, tube),
            confidence=members.confidence,
        )
        if any(way.fallback for way in ways):
            fallbacks.append(f"{definition.name} by {ways[0].by}")
    return Resolved(populations=found, findings=_findings(fallbacks, missing))


def _controlled(definition: PopulationDefinition, dropped: Mapping[str, EventMask]) -> Population:
    """Take what steps of quality control excluded, or did not exclude."""
    steps = [s for s in definition.dropped_by or definition.kept_by if s in dropped]
    mask = np.logical_or.reduce([dropped[step] for step in steps])
    return Population(
        definition.name,
        definition.parent,
        mask if definition.dropped_by else ~mask,
        by=f"quality control: {', '.join(steps)}",
    )


def usable(definition: PopulationDefinition, tube: Landmarks) -> tuple[Way, ...]:
    """Choose the ways that the markers of a tube allow.

    Parameters
    ----------
    definition : PopulationDefinition
        What the population is.
    tube : Landmarks
        The tube.

    Returns
    -------
    tuple of Way
        All of them for a union, else the first; empty if there is none.
    """
    allowed = tuple(
        way
        for way in definition.ways
        if all(tube.has(m, level) for m, level in (*way.all_of.items(), *way.each.items()))
        and (not way.any_of or any(tube.has(m, level) for m, level in way.any_of.items()))
    )
    return allowed if definition.union else allowed[:1]


def _words(definition: PopulationDefinition, ways: tuple[Way, ...], tube: Landmarks) -> str:
    """Say what a population went by, with what else was stained."""
    words = []
    for way in ways:
        there = [str(m) for m, level in way.any_of.items() if tube.has(m, level)]
        narrowed = way.any_of and len(there) < len(way.any_of)
        words.append(f"{way.by}, of which {' and '.join(there)}" if narrowed else way.by)
    also = [str(m) for m, level in definition.also.items() if tube.has(m, level)]
    return "; ".join(words) + (f" (also {', '.join(also)})" if also else "")


class _Judge:
    """Holds levels against the events of a parent, or against its clusters."""

    def __init__(
        self, tube: Landmarks, parent: EventMask, clusters: CellClusters | None, by: Unit
    ) -> None:
        self._tube = tube
        self._parent = parent
        self._clusters = clusters if by is Unit.CLUSTERS else None

    def definition(self, definition: PopulationDefinition, ways: tuple[Way, ...]) -> Membership:
        """Events that the ways find, in and outside the parent.

        A cluster beside a border would go over as a whole when the border moves a little: its
        cells are judged one by one.
        """
        members = self.by_unit(definition, ways)
        if self._clusters is None:
            return members
        alone = _Judge(self._tube, self._parent, None, Unit.EVENTS).by_unit(definition, ways)
        beside = members.possible & ~members.certain
        return Membership(
            certain=members.certain | (beside & alone.certain),
            mask=members.certain | (beside & alone.mask),
            possible=members.certain | (beside & alone.possible),
        )

    def by_unit(self, definition: PopulationDefinition, ways: tuple[Way, ...]) -> Membership:
        """Events, or whole clusters, that the ways find."""
        members = self._way(ways[0])
        for way in ways[1:]:
            members |= self._way(way)
        for marker, level in definition.also.items():
            if self._tube.has(marker, level):
                members &= self._level(marker, level)
        return members

    def _way(self, way: Way) -> Membership:
        members = known(np.ones_like(self._parent))
        for marker, level in way.all_of.items():
            members &= self._level(marker, level)
        stained = [(m, level) for m, level in way.any_of.items() if self._tube.has(m, level)]
        if stained:
            members &= reduce(or_, (self._level(*one) for one in stained))
        for marker, level in way.each.items():
            members &= self._tube.at(marker, level, self._parent)
        return members

    def _level(self, marker: Marker, level: str) -> Membership:
        """Events at a level, or those of the clusters whose median is."""
        if self._clusters is None:
            return self._tube.at(marker, level, self._parent)
        medians = self._clusters.medians_of(marker)
        reach = self._tube.limits.cluster_reach
        held = self._tube.between(marker, level, medians, self._parent, reach=reach)
        return Membership(
            certain=self._clusters.members(held.certain),
            mask=self._clusters.members(held.mask),
            possible=self._clusters.members(held.possible),
        )


def _findings(fallbacks: list[str], missing: list[str]) -> tuple[Finding, ...]:
    findings = []
    if fallbacks:
        findings.append(
            Finding(
                code=ReasonCode.POPULATION_FALLBACK,
                severity=Severity.NOTE,
                stage=_STAGE,
                message=f"markers that tell it better are not in the tube: {'; '.join(fallbacks)}",
            )
        )
    if missing:
        findings.append(
            Finding(
                code=ReasonCode.POPULATION_NOT_IN_TUBE,
                severity=Severity.NOTE,
                stage=_STAGE,
                message=f"markers of the tube do not tell: {', '.join(missing)}",
            )
        )
    return tuple(findings)
