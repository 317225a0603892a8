"""A marrow that is fully said by a few words and a seed, so that anyone can make it again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import SimulationError
from flowpheno.simulation.artefacts import Artefacts
from flowpheno.simulation.composition import Background, BlastRequest, draw_composition
from flowpheno.simulation.instrument import AttachedSpillover, Instrument
from flowpheno.simulation.patient import without
from flowpheno.simulation.tube import simulate_tube

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from flowpheno.panel.tubes import Tube
    from flowpheno.simulation.composition import Composition
    from flowpheno.simulation.specification import Specification
    from flowpheno.simulation.tube import SimulatedTube

_SEED_BYTES = 6  # short enough to be typed


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """How a specimen was taken and measured, where that is not as usual.

    Attributes
    ----------
    spill_factor : float
        True spill as a multiple of the specification's; a true matrix says so.
    gain_sd : float
        Standard deviation of the detectors' gains, log10: another cytometer.
    matrix : str
        Which matrix the file carries, a value of `AttachedSpillover`.
    hemodilution : float
        Share of blood among the nucleated cells that are not blasts, 0 to 1.
    dead : float or None
        Share of dead cells among nucleated singlets, 0 to below 1; None to draw it.
    clog : bool or None
        Whether a part of the run is dimmed; None to draw it.
    lost : tuple of str
        Markers that the blasts do not express, as CD19 after CD19-directed therapy.
    normal_lost : tuple of str
        Markers that no normal cell shows.
    unstained : tuple of str
        Channels of the tube that were left out, by what they stain.
    """

    spill_factor: float = 1.0
    gain_sd: float = 0.0
    matrix: str = AttachedSpillover.TRUE
    hemodilution: float = 0.0
    dead: float | None = None
    clog: bool | None = None
    lost: tuple[str, ...] = ()
    normal_lost: tuple[str, ...] = ()
    unstained: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.gain_sd < 0:
            raise SimulationError("gain_sd may not be negative")
        if self.matrix not in {*AttachedSpillover}:
            known = ", ".join(AttachedSpillover)
            raise SimulationError(f"no matrix {self.matrix!r}; there are {known}")


USUAL = Conditions()
"""As the specification has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMarrow:
    """One tube of one marrow, said in words.

    Attributes
    ----------
    name : str
        Of the specimen.
    tube : str
        Name of the reagent tube.
    background : str
        State of the normal marrow.
    archetype : str
        Of the blasts; empty for none.
    percent : float
        Blasts, percent of the living nucleated single cells, 0 to 100.
    n_events : int
        Living nucleated single cells; artefacts come on top.
    seed : int
        Not negative; the same words and seed give the same marrow.
    conditions : Conditions
        How it was taken and measured.
    """

    name: str
    tube: str
    background: str = "steady_child"
    archetype: str = ""
    percent: float = 0.0
    n_events: int = 300_000
    seed: int = 1
    conditions: Conditions = USUAL

    def __post_init__(self) -> None:
        if self.percent and not self.archetype:
            raise SimulationError(f"{self.name}: {self.percent:g} % blasts of which archetype?")
        if self.seed < 0:
            raise SimulationError(f"{self.name}: the seed may not be negative")


def simulate_planned(
    specification: Specification, tubes: Mapping[str, Tube], planned: PlannedMarrow
) -> SimulatedTube:
    """Simulate what was planned.

    Parameters
    ----------
    specification : Specification
        The marrow specification.
    tubes : mapping of str to Tube
        Reagent tubes by name.
    planned : PlannedMarrow
        The marrow in words.

    Returns
    -------
    SimulatedTube
        Always the same for the same plan.

    Raises
    ------
    SimulationError
        If tube, background or archetype is not known.
    """
    if planned.tube not in tubes:
        raise SimulationError(f"no tube {planned.tube!r}; there are {', '.join(sorted(tubes))}")
    rng = np.random.default_rng(planned.seed)
    composition = compose(specification, planned, rng=rng)
    return stain_planned(specification, tubes[planned.tube], planned, composition, rng=rng)


def stain_planned(
    specification: Specification,
    tube: Tube,
    planned: PlannedMarrow,
    composition: Composition,
    *,
    rng: np.random.Generator,
) -> SimulatedTube:
    """Stain and measure a specimen under the conditions of a plan.

    Parameters
    ----------
    specification : Specification
        The marrow specification.
    tube : Tube
        What to stain.
    planned : PlannedMarrow
        Its name, events, conditions and, for the cytometer, its seed.
    composition : Composition
        The specimen.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    SimulatedTube
        One tube of the specimen.

    Raises
    ------
    SimulationError
        If the tube does not stain what shall be left out.
    """
    conditions = planned.conditions
    reagents = leave_out(tube, conditions.unstained)
    return simulate_tube(
        specification,
        reagents,
        rng=rng,
        n_events=planned.n_events,
        composition=composition,
        artefacts=Artefacts(dead=conditions.dead, clog=conditions.clog),
        instrument=instrument_of(conditions, reagents, seed=planned.seed),
        name=planned.name,
    )


def compose(
    specification: Specification, planned: PlannedMarrow, *, rng: np.random.Generator
) -> Composition:
    """Draw the specimen of a planned marrow.

    Parameters
    ----------
    specification : Specification
        The marrow specification.
    planned : PlannedMarrow
        The marrow in words.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    Composition
        What all tubes of the specimen are stained from.

    Raises
    ------
    SimulationError
        If background or archetype is not known.
    """
    background = Background(state=planned.background, hemodilution=planned.conditions.hemodilution)
    wanted = None
    if planned.archetype:
        wanted = BlastRequest(fraction=planned.percent / 100, archetype=planned.archetype)
    drawn = draw_composition(specification, background, wanted, rng=rng)
    drawn = replace(drawn, normal_lost=planned.conditions.normal_lost)
    if drawn.patient is None:
        return drawn
    return replace(drawn, patient=without(drawn.patient, planned.conditions.lost))


def leave_out(tube: Tube, markers: Collection[str]) -> Tube:
    """Give a tube without some of its reagents.

    Parameters
    ----------
    tube : Tube
        The whole tube.
    markers : collection of str
        What the channels to leave out stain, as the tube writes it.

    Returns
    -------
    Tube
        The same tube if there are none.

    Raises
    ------
    SimulationError
        If the tube has no such channel.
    """
    if unknown := sorted(set(markers) - {str(channel.marker) for channel in tube.channels}):
        raise SimulationError(f"{tube.name} does not stain {', '.join(unknown)}")
    kept = tuple(channel for channel in tube.channels if channel.marker not in markers)
    return tube.model_copy(update={"channels": kept}) if markers else tube


def instrument_of(conditions: Conditions, tube: Tube, *, seed: int) -> Instrument:
    """Give the cytometer that a tube is measured on.

    Parameters
    ----------
    conditions : Conditions
        Say spill, spread of gains and matrix.
    tube : Tube
        Names the detectors.
    seed : int
        Of the cytometer: a detector has the same gain for every tube.

    Returns
    -------
    Instrument
        The reference one where nothing was changed.
    """
    names = [*(channel.detector for channel in tube.channels), "FSC", "SSC"]
    gains = {
        name: 10 ** (conditions.gain_sd * _deviate(derive_seed(seed, "gain", name)))
        for name in names
        if conditions.gain_sd
    }
    return Instrument(
        gains=MappingProxyType(gains),
        spill_factor=conditions.spill_factor,
        attached=AttachedSpillover(conditions.matrix),
    )


def _deviate(seed: int) -> float:
    return float(np.random.default_rng(seed).normal())


def derive_seed(seed: int, *parts: object) -> int:
    """Derive the seed of one file from that of all, whatever else is made beside it.

    Parameters
    ----------
    seed : int
        Of the cohort.
    *parts : object
        What tells the file from the others.

    Returns
    -------
    int
        0 to 2**48 - 1.
    """
    words = "\0".join(str(part) for part in (seed, *parts))
    return int.from_bytes(hashlib.sha256(words.encode()).digest()[:_SEED_BYTES])
