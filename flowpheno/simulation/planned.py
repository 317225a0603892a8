"""A marrow that is fully said by a few words and a seed, so that anyone can make it again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import SimulationError
from flowpheno.simulation.composition import Background, BlastRequest
from flowpheno.simulation.instrument import Instrument
from flowpheno.simulation.tube import simulate_tube

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.panel.tubes import Tube
    from flowpheno.simulation.specification import Specification
    from flowpheno.simulation.tube import SimulatedTube

_SEED_BYTES = 6  # short enough to be typed
_GAIN_STREAM = 1  # gains have their own chance: without them the marrow stays the same


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
    spill_factor : float
        True spill as a multiple of the specification's; the file carries the true matrix.
    gain_sd : float
        Standard deviation of the detectors' gains, log10: another cytometer.
    """

    name: str
    tube: str
    background: str = "steady_child"
    archetype: str = ""
    percent: float = 0.0
    n_events: int = 300_000
    seed: int = 1
    spill_factor: float = 1.0
    gain_sd: float = 0.0

    def __post_init__(self) -> None:
        if self.percent and not self.archetype:
            raise SimulationError(f"{self.name}: {self.percent:g} % blasts of which archetype?")
        if self.seed < 0 or self.gain_sd < 0:
            raise SimulationError(f"{self.name}: neither seed nor gain_sd may be negative")


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
    tube = tubes[planned.tube]
    wants = BlastRequest(fraction=planned.percent / 100, archetype=planned.archetype or "none")
    return simulate_tube(
        specification,
        tube,
        rng=np.random.default_rng(planned.seed),
        n_events=planned.n_events,
        background=Background(state=planned.background),
        blasts=wants if planned.archetype else None,
        instrument=instrument_of(planned, tube),
        name=planned.name,
    )


def instrument_of(planned: PlannedMarrow, tube: Tube) -> Instrument:
    """Give the cytometer of a planned marrow.

    Parameters
    ----------
    planned : PlannedMarrow
        Says spill and spread of gains.
    tube : Tube
        Names the detectors.

    Returns
    -------
    Instrument
        The reference one where neither was changed.
    """
    names = [*(channel.detector for channel in tube.channels), "FSC", "SSC"]
    drawn = np.random.default_rng([planned.seed, _GAIN_STREAM]).normal(size=len(names))
    gains = dict(zip(names, (10 ** (planned.gain_sd * drawn)).tolist(), strict=True))
    return Instrument(
        gains=MappingProxyType(gains if planned.gain_sd else {}),
        spill_factor=planned.spill_factor,
    )


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
