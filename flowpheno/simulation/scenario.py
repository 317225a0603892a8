"""Relapses that are not as usual: antigen loss, another lineage, what therapy does to blasts."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from flowpheno.errors import SimulationError
from flowpheno.marker import Marker
from flowpheno.simulation.patient import BlastPatient, Expression, Tail, draw_patient, without
from flowpheno.simulation.relapse import Relapse, relapse_of

if TYPE_CHECKING:
    import numpy as np

    from flowpheno.simulation.specification import (
        RelapseScenario,
        Specification,
        TailSpecification,
    )


def relapse_in_scenario(
    specification: Specification,
    patient: BlastPatient,
    scenario: str,
    *,
    rng: np.random.Generator,
) -> Relapse:
    """Let a leukaemia relapse as in a scenario, after what is lost and gained by chance.

    Parameters
    ----------
    specification : Specification
        Scenarios, under ``relapse``.
    patient : BlastPatient
        The blasts at diagnosis.
    scenario : str
        One of them.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    Relapse
        Its lost and gained markers are those of chance; of a leukaemia of another lineage those
        that were expressed before and are not any more, and the other way round.

    Raises
    ------
    SimulationError
        If there is no such scenario, or it does not happen to this leukaemia.
    """
    known = specification.relapse.scenarios
    if scenario not in known:
        raise SimulationError(f"no relapse {scenario!r}; there are {', '.join(known)}")
    rule = known[scenario]
    if rule.archetypes and patient.archetype not in rule.archetypes:
        raise SimulationError(
            f"{scenario} happens to {', '.join(rule.archetypes)}, not to {patient.archetype}"
        )
    relapse = relapse_of(specification, patient, rng=rng)
    if rule.archetype:
        return _switch(specification, patient, rule.archetype, relapse, rng)
    return replace(relapse, patient=_changed(relapse.patient, rule, rng))


def _switch(
    specification: Specification,
    patient: BlastPatient,
    archetype: str,
    relapse: Relapse,
    rng: np.random.Generator,
) -> Relapse:
    """Another phenotype on the same chromosomes."""
    switched = draw_patient(specification, archetype, rng=rng)
    before, after = frozenset(patient.expression), frozenset(switched.expression)
    return Relapse(
        patient=replace(switched, dna_index=patient.dna_index),
        aberrant=relapse.aberrant,
        lost=before - after,
        gained=after - before,
    )


def _changed(
    patient: BlastPatient, rule: RelapseScenario, rng: np.random.Generator
) -> BlastPatient:
    left = without(patient, rule.lost)
    expression = dict(left.expression)
    for name, (mean, sd) in rule.levels.items():
        expression[Marker(name)] = Expression(mean=mean, sd=sd)
    for name, shift in rule.shifts.items():
        old = expression.get(Marker(name))
        if old is not None:
            expression[Marker(name)] = replace(old, mean=old.mean + shift)
    tail = None if rule.tail is None else _tail(rule.tail, rng)
    return replace(left, expression=MappingProxyType(expression), tail=tail)


def _tail(rule: TailSpecification, rng: np.random.Generator) -> Tail:
    return Tail(
        fraction=float(rng.uniform(*rule.fraction)),
        shifts=MappingProxyType({Marker(name): x for name, x in rule.shifts.items()}),
    )
