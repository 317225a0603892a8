"""Populations of a tube from their definitions, on whatever markers it holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.gating.cell_clusters import CellClusters, cluster_cells
from flowpheno.gating.definition import Unit
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


def resolve(tube: Landmarks, nucleated: EventMask, dropped: Mapping[str, EventMask]) -> Resolved:
    """Find every population that a tube's markers allow.

    Parameters
    ----------
    tube : Landmarks
        The tube with its landmarks and definitions.
    nucleated : EventMask
        Nucleated single living cells.
    dropped : mapping of str to EventMask
        Events that each step of quality control excluded; empty where that is not known.

    Returns
    -------
    Resolved
        Populations and findings; a population whose parent is out of reach is so too.
    """
    roots = {"all": np.ones_like(nucleated), "nucleated": nucleated}
    found: dict[str, Population] = {}
    fallbacks: list[str] = []
    missing: list[str] = []
    clusters: dict[str, CellClusters] = {}
    for definition in tube.definitions.populations:
        if definition.dropped_by:
            if set(definition.dropped_by) <= set(dropped):
                found[definition.name] = _excluded(definition, dropped)
            continue
        parent = roots.get(definition.parent)
        if parent is None and definition.parent in found:
            parent = found[definition.parent].mask
        ways = _usable(definition, tube) if parent is not None else ()
        if parent is None or not ways:
            missing.append(definition.name)
            continue
        if definition.by is Unit.CLUSTERS and definition.parent not in clusters:
            clusters[definition.parent] = cluster_cells(tube, parent)
        found[definition.name] = _population(
            definition, ways, tube, parent, clusters.get(definition.parent), found
        )
        if any(way.fallback for way in ways):
            fallbacks.append(f"{definition.name} by {ways[0].by}")
    return Resolved(populations=found, findings=_findings(fallbacks, missing))


def _excluded(definition: PopulationDefinition, dropped: Mapping[str, EventMask]) -> Population:
    mask = np.logical_or.reduce([dropped[step] for step in definition.dropped_by])
    by = f"quality control: {', '.join(definition.dropped_by)}"
    return Population(definition.name, definition.parent, mask, by=by)


def _usable(definition: PopulationDefinition, tube: Landmarks) -> tuple[Way, ...]:
    """Ways that the markers of the tube allow: all of them for a union, else the first."""
    allowed = tuple(
        way
        for way in definition.ways
        if all(tube.has(m, level) for m, level in (*way.all_of.items(), *way.each.items()))
        and (not way.any_of or any(tube.has(m, level) for m, level in way.any_of.items()))
    )
    return allowed if definition.union else allowed[:1]


def _population(
    definition: PopulationDefinition,
    ways: tuple[Way, ...],
    tube: Landmarks,
    parent: EventMask,
    clusters: CellClusters | None,
    found: Mapping[str, Population],
) -> Population:
    mask = np.zeros_like(parent)
    judge = _Judge(tube, parent, clusters if definition.by is Unit.CLUSTERS else None)
    for way in ways:
        mask |= judge.way(way)
    for marker, level in definition.also.items():
        if tube.has(marker, level):
            mask &= judge.level(marker, level)
    mask &= parent
    for other in definition.outside:
        if other in found:
            mask &= ~found[other].mask
    sure = judge.confidence
    if definition.parent in found:
        sure = min(sure, found[definition.parent].confidence)
    return Population(
        definition.name,
        definition.parent,
        mask,
        by=", ".join(way.by for way in ways),
        confidence=sure,
    )


class _Judge:
    """Holds levels against the events of a parent, or its clusters; keeps the confidence."""

    def __init__(self, tube: Landmarks, parent: EventMask, clusters: CellClusters | None) -> None:
        self._tube = tube
        self._parent = parent
        self._clusters = clusters
        self.confidence = 1.0

    def way(self, way: Way) -> EventMask:
        """Events that one way finds, in and outside the parent."""
        mask = np.ones_like(self._parent)
        for marker, level in way.all_of.items():
            mask &= self.level(marker, level)
        stained = [(m, level) for m, level in way.any_of.items() if self._tube.has(m, level)]
        if stained:
            mask &= np.logical_or.reduce([self.level(*one) for one in stained])
        for marker, level in way.each.items():
            mask &= self._events(marker, level)
        return mask

    def level(self, marker: Marker, level: str) -> EventMask:
        """Events at a level, or those of the clusters whose median is."""
        if self._clusters is None:
            return self._events(marker, level)
        held, sure = self._tube.medians_at(
            marker, level, self._clusters.medians_of(marker), self._parent
        )
        self.confidence = min(self.confidence, sure)
        return self._clusters.members(held)

    def _events(self, marker: Marker, level: str) -> EventMask:
        held, sure = self._tube.at(marker, level, self._parent)
        self.confidence = min(self.confidence, sure)
        return held


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
