"""What one specimen is made of: shares of its populations and their biological shifts."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from flowpheno.errors import SimulationError
from flowpheno.simulation.patient import draw_patient

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    from flowpheno.simulation.patient import BlastPatient
    from flowpheno.simulation.specification import Specification

HEMATOGONE = "hematogone"
"""Label of normal B precursors."""

BLAST = "blast"
"""Label of leukaemic blasts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """The normal part of a marrow.

    Attributes
    ----------
    state : str
        Mixture of the specification: ``"steady_child"``, ``"steady_adult"``,
        ``"regenerating"``, ``"early_regen"`` or ``"end_induction"``.
    hematogone_fraction : float or None
        Share of hematogones among the nucleated cells that are not blasts, before
        hemodilution, 0 to 1; None to draw it from the range of the state.
    hemodilution : float
        Share of peripheral blood among the nucleated cells that are not blasts, 0 to 1.
    """

    state: str = "steady_child"
    hematogone_fraction: float | None = None
    hemodilution: float = 0.0

    def __post_init__(self) -> None:
        _check_fraction("hemodilution", self.hemodilution)
        if self.hematogone_fraction is not None:
            _check_fraction("hematogone_fraction", self.hematogone_fraction)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlastRequest:
    """How many blasts, and whose.

    Attributes
    ----------
    fraction : float
        Share of nucleated singlets, 0 to 1.
    archetype : str or None
        Draw a new patient of this archetype.
    patient : BlastPatient or None
        Use this patient: one of `archetype` and `patient` must be given.
    """

    fraction: float
    archetype: str | None = None
    patient: BlastPatient | None = None

    def __post_init__(self) -> None:
        _check_fraction("blast fraction", self.fraction)
        if (self.archetype is None) == (self.patient is None):
            raise SimulationError("blasts need either an archetype or a patient")


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """One specimen, from which several tubes can be stained.

    Attributes
    ----------
    state : str
        State of the normal marrow.
    fractions : mapping of str to float
        Share of each population among nucleated singlets; adds up to 1.
    shifts : mapping of str to mapping of str to float
        Biological shift of each marker in each normal population, log10.
    cycling : float
        Share of nucleated cells in S or G2.
    patient : BlastPatient or None
        Whose blasts; None for a marrow without.
    normal_lost : tuple of str
        Markers that no normal cell shows, as CD19 after CD19-directed therapy.
    """

    state: str
    fractions: Mapping[str, float]
    shifts: Mapping[str, Mapping[str, float]]
    cycling: float
    patient: BlastPatient | None = None
    normal_lost: tuple[str, ...] = ()


def draw_composition(
    specification: Specification,
    background: Background,
    blasts: BlastRequest | None = None,
    *,
    rng: np.random.Generator,
) -> Composition:
    """Draw the composition of one specimen.

    Parameters
    ----------
    specification : Specification
        The marrow specification.
    background : Background
        Its normal part.
    blasts : BlastRequest or None
        Its blasts; None for none.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    Composition
        The specimen.

    Raises
    ------
    SimulationError
        If the specification has no such state or archetype.
    """
    normal = _normal_fractions(specification, background, rng)
    spread = specification.defaults.pop_shift_sd
    expressed = {name: list(cell.m) for name, cell in specification.populations.items()}
    expressed[HEMATOGONE] = list(specification.hematogones.levels)
    shifts = {
        name: {marker: float(rng.normal(0, spread)) for marker in markers}
        for name, markers in expressed.items()
    }
    (aside,) = rng.spawn(1)
    for name, cell in specification.populations.items():
        shifts[name] |= {marker: float(aside.normal(0, spread)) for marker in cell.also}
    cycling = float(rng.uniform(*specification.dna.cycling))
    share = blasts.fraction if blasts is not None else 0.0
    fractions = {name: value * (1 - share) for name, value in normal.items()}
    if blasts is not None:
        fractions[BLAST] = share
    return Composition(
        state=background.state,
        fractions=MappingProxyType(fractions),
        shifts=MappingProxyType({name: MappingProxyType(own) for name, own in shifts.items()}),
        cycling=cycling,
        patient=_patient(specification, blasts, rng),
    )


def _normal_fractions(
    specification: Specification, background: Background, rng: np.random.Generator
) -> dict[str, float]:
    """Shares of normal populations, adding up to 1."""
    mixtures = specification.hematogones.mixtures
    if background.state not in mixtures:
        known = ", ".join(mixtures)
        raise SimulationError(f"no state of marrow {background.state!r}; there are {known}")
    drawn = {name: rng.uniform(*cell.frac) for name, cell in specification.populations.items()}
    hematogones = rng.uniform(*mixtures[background.state].frac)
    if background.hematogone_fraction is not None:
        hematogones = background.hematogone_fraction
    scale = (1 - hematogones) / sum(drawn.values())
    marrow = {**{name: value * scale for name, value in drawn.items()}, HEMATOGONE: hematogones}
    blood = background.hemodilution
    return {
        name: float((1 - blood) * value + blood * specification.blood.get(name, 0.0))
        for name, value in marrow.items()
    }


def _patient(
    specification: Specification, blasts: BlastRequest | None, rng: np.random.Generator
) -> BlastPatient | None:
    if blasts is None:
        return None
    if blasts.archetype is not None:
        return draw_patient(specification, blasts.archetype, rng=rng)
    return blasts.patient


def _check_fraction(name: str, value: float) -> None:
    if not 0 <= value <= 1:
        raise SimulationError(f"{name} is {value:g}, must lie between 0 and 1")
