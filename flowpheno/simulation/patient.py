"""A patient's leukaemia: one archetype with its own shifts, the same in every specimen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from flowpheno.errors import SimulationError
from flowpheno.marker import Marker

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import numpy as np

    from flowpheno.simulation.specification import BlastArchetype, Lineage, Specification


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """How the cells of one population express one marker.

    Attributes
    ----------
    mean : float
        log10 of the compensated linear intensity of expressing cells.
    sd : float
        Standard deviation of the same.
    positive : float
        Fraction of cells that express it at all.
    """

    mean: float
    sd: float
    positive: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """Blasts on the way to another lineage, each some part of the way.

    Attributes
    ----------
    fraction : float
        Share of the blasts, 0 to 1.
    shifts : mapping of Marker to float
        At the end of the way, log10; of a marker that is not expressed from the level at which
        it would be seen.
    """

    fraction: float
    shifts: Mapping[Marker, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlastPatient:
    """The blasts of one patient.

    Attributes
    ----------
    archetype : str
        Name in the specification.
    lineage : str
        ``"b_precursor"``, ``"mature_b"``, ``"myeloid"``, ``"t"`` or ``"mixed"``.
    expression : mapping of Marker to Expression
        Expressed markers only, the patient's shifts included.
    dna_index : float
        DNA content over that of a normal cell.
    kappa : bool or None
        Light chain of a surface-Ig-positive leukaemia: kappa, else lambda; None without one.
    tail : Tail or None
        A part of the blasts that changes its lineage.
    """

    archetype: str
    lineage: Lineage
    expression: Mapping[Marker, Expression]
    dna_index: float = 1.0
    kappa: bool | None = None
    tail: Tail | None = None


def draw_patient(
    specification: Specification,
    archetype: str,
    *,
    rng: np.random.Generator,
    expressed: Collection[str] = (),
) -> BlastPatient:
    """Draw one patient: which variable markers are expressed, and each marker's own level.

    Parameters
    ----------
    specification : Specification
        The marrow specification.
    archetype : str
        One of its leukaemias.
    rng : numpy.random.Generator
        Source of chance.
    expressed : collection of str
        Markers this patient shall express, whatever their probability; for partial markers the
        fraction of positive blasts stays.

    Returns
    -------
    BlastPatient
        The patient.

    Raises
    ------
    SimulationError
        If the specification has no such archetype, or the archetype no such marker.
    """
    blast = archetype_of(specification, archetype)
    if unknown := sorted(set(expressed) - {*blast.m, *blast.also}):
        raise SimulationError(f"{archetype} blasts have no level for {', '.join(unknown)}")
    spread = specification.defaults.blast_patient_sd
    expression: dict[Marker, Expression] = {}
    (aside,) = rng.spawn(1)
    sources = [*((rng, *item) for item in blast.m.items())]
    sources += [(aside, *item) for item in blast.also.items()]
    for source, marker, (mean, sd) in sources:
        shift, chance = source.normal(0, spread), source.random()
        if marker in expressed or chance < blast.p.get(marker, 1.0):
            expression[Marker(marker)] = Expression(
                mean=mean + shift, sd=sd, positive=blast.pp.get(marker, 1.0)
            )
    index, chance = rng.uniform(*blast.dna_index), rng.random()
    return BlastPatient(
        archetype=archetype,
        lineage=blast.lineage,
        expression=MappingProxyType(expression),
        dna_index=float(index),
        kappa=None if blast.light_chain is None else bool(chance < blast.light_chain.kappa),
    )


def without(patient: BlastPatient, markers: Collection[str]) -> BlastPatient:
    """Let the blasts lose markers, as CD19 is lost after CD19-directed therapy.

    Parameters
    ----------
    patient : BlastPatient
        The patient.
    markers : collection of str
        Markers to lose; those that are not expressed anyway change nothing.

    Returns
    -------
    BlastPatient
        The same leukaemia without them.
    """
    kept = {m: e for m, e in patient.expression.items() if m not in markers}
    return replace(patient, expression=MappingProxyType(kept))


def archetype_of(specification: Specification, name: str) -> BlastArchetype:
    """Look up a leukaemia.

    Parameters
    ----------
    specification : Specification
        The marrow specification.
    name : str
        Name of the leukaemia in it.

    Returns
    -------
    BlastArchetype
        The leukaemia.

    Raises
    ------
    SimulationError
        If there is none of that name.
    """
    if name not in specification.blasts:
        known = ", ".join(specification.blasts)
        raise SimulationError(f"no blast archetype {name!r}; there are {known}")
    return specification.blasts[name]
