"""From diagnosis to relapse: aberrancies lost, gained and drifted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.marker import Marker
from flowpheno.simulation.patient import Expression, archetype_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.simulation.patient import BlastPatient
    from flowpheno.simulation.specification import Specification


@dataclass(frozen=True, slots=True, kw_only=True)
class Relapse:
    """The same patient's blasts at relapse, and what was done to them.

    Attributes
    ----------
    patient : BlastPatient
        The blasts at relapse.
    aberrant : frozenset of Marker
        Markers that were aberrant at diagnosis.
    lost, gained : frozenset of Marker
        Aberrancies that disappeared, and new ones.
    """

    patient: BlastPatient
    aberrant: frozenset[Marker]
    lost: frozenset[Marker]
    gained: frozenset[Marker]


def relapse_of(
    specification: Specification, patient: BlastPatient, *, rng: np.random.Generator
) -> Relapse:
    """Let a leukaemia relapse: some aberrancies go, some come, the rest drifts.

    Parameters
    ----------
    specification : Specification
        Frequencies, under ``relapse``.
    patient : BlastPatient
        The blasts at diagnosis.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    Relapse
        The blasts at relapse.

    Raises
    ------
    SimulationError
        If the specification has no such archetype.

    References
    ----------
    .. [1] Chen W et al. Stability of leukemia-associated immunophenotypes in precursor
       B-lymphoblastic leukemia. Am J Clin Pathol. 2007;127:39-46.
    """
    rule = specification.relapse
    normal = matched_normal(specification, patient)
    aberrant = aberrant_markers(specification, patient)
    share = rng.beta(*rule.loss_beta)
    lost = frozenset(marker for marker in sorted(aberrant) if rng.random() < share)
    gained = _choose_gains(specification, normal, aberrant, rng)
    expression = dict(patient.expression)
    for marker in sorted(lost):
        _lose(expression, marker, normal.get(marker), specification, rng)
    for marker in gained:
        expression[marker] = _gain(specification, patient, marker, normal.get(marker), rng)
    for marker in sorted(set(expression) - lost - set(gained)):
        jumps = rng.random() < rule.jump.probability
        shift = rng.normal(0, rule.jump.sd if jumps else rule.drift_sd)
        old = expression[marker]
        expression[marker] = replace(old, mean=float(old.mean + shift))
    return Relapse(
        patient=replace(patient, expression=MappingProxyType(expression)),
        aberrant=aberrant,
        lost=lost,
        gained=frozenset(gained),
    )


def matched_normal(specification: Specification, patient: BlastPatient) -> dict[Marker, float]:
    """Level of each marker in the normal precursors of the blasts' stage.

    Parameters
    ----------
    specification : Specification
        Holds the continuum of normal precursors.
    patient : BlastPatient
        Its CD34 says which stage.

    Returns
    -------
    dict of Marker to float
        Levels, log10; markers that these precursors do not express are left out.
    """
    stages = specification.relapse.matched_maturation
    immature = Marker("CD34") in patient.expression
    maturation = stages.CD34_positive if immature else stages.CD34_negative
    precursors = specification.hematogones
    levels = {
        Marker(marker): float(np.interp(maturation, precursors.knots, curve))
        for marker, curve in precursors.levels.items()
    }
    return {marker: x for marker, x in levels.items() if x >= precursors.negative_below}


def aberrant_markers(specification: Specification, patient: BlastPatient) -> frozenset[Marker]:
    """Find the markers by which the blasts differ from normal precursors of their stage.

    Parameters
    ----------
    specification : Specification
        Says from which difference on.
    patient : BlastPatient
        The blasts.

    Returns
    -------
    frozenset of Marker
        Of the markers that the archetype speaks of; may be empty.

    Raises
    ------
    SimulationError
        If the specification has no such archetype.
    """
    absent = specification.hematogones.negative_below
    normal = matched_normal(specification, patient)
    found = set()
    for name in archetype_of(specification, patient.archetype).m:
        marker = Marker(name)
        own = patient.expression.get(marker)
        level = max(own.mean, absent) if own is not None else absent
        if abs(level - normal.get(marker, absent)) >= specification.relapse.aberrant_from_log10:
            found.add(marker)
    return frozenset(found)


def _choose_gains(
    specification: Specification,
    normal: Mapping[Marker, float],
    aberrant: frozenset[Marker],
    rng: np.random.Generator,
) -> list[Marker]:
    """Pick new aberrancies by weight; what is absent in normal cells can only go up."""
    rule = specification.relapse
    open_to = [
        Marker(marker)
        for marker, direction in rule.gain_directions.items()
        if marker not in aberrant and (direction == "up" or marker in normal)
    ]
    n = min(int(rng.poisson(rule.gain_poisson)), len(open_to))
    weights = np.array([rule.gain_weights[marker] for marker in open_to])
    chosen = rng.choice(len(open_to), size=n, replace=False, p=weights / weights.sum())
    return [open_to[i] for i in chosen]


def _lose(
    expression: dict[Marker, Expression],
    marker: Marker,
    normal: float | None,
    specification: Specification,
    rng: np.random.Generator,
) -> None:
    """Move a marker most of the way to its normal level, in place."""
    absent = specification.hematogones.negative_below
    old = expression.get(marker)
    start = old.mean if old is not None else absent
    way = rng.uniform(*specification.relapse.loss_toward_normal)
    end = float(start + way * ((normal if normal is not None else absent) - start))
    if normal is None:  # what is left of a marker that normal cells lack is background
        expression.pop(marker, None)
    elif old is not None:
        expression[marker] = replace(old, mean=end)
    else:
        expression[marker] = Expression(mean=end, sd=specification.hematogones.noise_sd)


def _gain(
    specification: Specification,
    patient: BlastPatient,
    marker: Marker,
    normal: float | None,
    rng: np.random.Generator,
) -> Expression:
    """Level of a new aberrancy, as homogeneous as the archetype has it."""
    rule = specification.relapse
    archetype = archetype_of(specification, patient.archetype)
    mean, sd = archetype.m.get(marker, rule.gain_unexpressed)
    size = float(rng.uniform(*rule.gain_size))
    if normal is not None:
        mean = normal + (size if rule.gain_directions[marker] == "up" else -size)
    return Expression(mean=mean, sd=sd, positive=archetype.pp.get(marker, 1.0))
