"""Simulate one tube of a marrow, with the truth about each event."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import SimulationError
from flowpheno.sample import Sample
from flowpheno.simulation.artefacts import Artefacts, draw_amounts
from flowpheno.simulation.cells import Staining
from flowpheno.simulation.composition import BLAST, Background, draw_composition
from flowpheno.simulation.events import ARTEFACT_LABELS, draw_events
from flowpheno.simulation.instrument import (
    Instrument,
    attached_spillover,
    detector_gains,
    spill_matrix,
)
from flowpheno.simulation.recording import Recorder, channels_of, keywords_of, record

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from flowpheno.arrays import EventMask, Matrix
    from flowpheno.panel.tubes import Tube
    from flowpheno.simulation.artefacts import Amounts
    from flowpheno.simulation.composition import BlastRequest, Composition
    from flowpheno.simulation.specification import Specification


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Truth:
    """What was put in.

    Attributes
    ----------
    composition : Composition
        The specimen: shares, shifts, patient.
    n_nucleated : int
        Living nucleated singlets: the denominator.
    n_blasts : int
        Living single blasts.
    amounts : Amounts
        Artefacts.
    staining_shifts : mapping of str to float
        Shift of each fluorescence channel by detector, log10.
    spill : Matrix
        True spill between the fluorescence channels at gain 1, shape ``(n, n)``.
    gains : mapping of str to float
        Factor of each fluorescence detector.
    """

    composition: Composition
    n_nucleated: int
    n_blasts: int
    amounts: Amounts
    staining_shifts: Mapping[str, float]
    spill: Matrix
    gains: Mapping[str, float]

    @property
    def blast_fraction(self) -> float:
        """Living single blasts over nucleated singlets; NaN without any of the latter."""
        return self.n_blasts / self.n_nucleated if self.n_nucleated else float("nan")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SimulatedTube:
    """A simulated sample with the truth about each event.

    Attributes
    ----------
    sample : Sample
        Recorded values, uncompensated, with a spillover matrix attached.
    labels : ndarray of str
        Population of each event: ``"T"``, ..., ``"hematogone"``, ``"blast"``, or one of
        `ARTEFACT_LABELS`; shape ``(n_events,)``.
    origin : ndarray of str
        As `labels`, but a dead cell has the name of its population.
    maturation : ndarray of float32
        Latent maturation of hematogones, 0 to 1; NaN for all others; shape ``(n_events,)``.
    clogged : EventMask
        Events dimmed by a clog, shape ``(n_events,)``.
    truth : Truth
        What was put in.
    """

    sample: Sample
    labels: npt.NDArray[np.str_]
    origin: npt.NDArray[np.str_]
    maturation: npt.NDArray[np.float32]
    clogged: EventMask
    truth: Truth

    @property
    def blasts(self) -> EventMask:
        """Living single blasts, shape ``(n_events,)``."""
        return np.asarray(self.labels == BLAST)

    @property
    def nucleated(self) -> EventMask:
        """Living nucleated singlets, shape ``(n_events,)``."""
        return np.asarray(~np.isin(self.labels, ARTEFACT_LABELS))


def simulate_tube(  # noqa: PLR0913 - the parts of a marrow, each with a default
    specification: Specification,
    tube: Tube,
    *,
    rng: np.random.Generator,
    n_events: int,
    background: Background | None = None,
    blasts: BlastRequest | None = None,
    composition: Composition | None = None,
    artefacts: Artefacts | None = None,
    instrument: Instrument | None = None,
    name: str = "simulated",
) -> SimulatedTube:
    """Simulate one tube of a marrow.

    Parameters
    ----------
    specification : Specification
        What marrow is made of.
    tube : Tube
        Reagents and scatter channels.
    rng : numpy.random.Generator
        Source of chance; the same seed gives the same tube.
    n_events : int
        Living nucleated singlets; dead cells, doublets, debris, platelets and events beyond the
        range come on top.
    background : Background or None
        Normal part of the marrow; None for a steady child's.
    blasts : BlastRequest or None
        Blasts; None for a marrow without.
    composition : Composition or None
        A specimen drawn before, for a second tube of it; excludes `background` and `blasts`.
    artefacts : Artefacts or None
        Artefacts; None draws all of them from the specification, `NO_ARTEFACTS` has none.
    instrument : Instrument or None
        Cytometer; None for the reference one.
    name : str
        Name of the sample.

    Returns
    -------
    SimulatedTube
        Events in order of time, with the truth about each.

    Raises
    ------
    SimulationError
        If the arguments contradict each other, or ask for what the specification lacks.
    """
    if composition is not None and (background is not None or blasts is not None):
        raise SimulationError("a composition says already what background and blasts would")
    if n_events < 0:
        raise SimulationError(f"cannot simulate {n_events} events")
    specimen = composition or draw_composition(
        specification, background or Background(), blasts, rng=rng
    )
    recorder = _set_up(specification, tube, instrument or Instrument())
    shifts = rng.normal(0, specification.defaults.sample_shift_sd, len(tube.channels))
    amounts = draw_amounts(specification, artefacts or Artefacts(), n_events, rng=rng)
    events = draw_events(
        Staining(specification=specification, tube=tube, shifts=shifts.astype(np.float32)),
        specimen,
        n_events,
        amounts=amounts,
        rng=rng,
    )
    values, clogged = record(recorder, events, amounts, rng=rng)
    detectors = [channel.detector for channel in tube.channels]
    return SimulatedTube(
        sample=Sample(
            name=name,
            channels=channels_of(recorder),
            events=values,
            spillover=attached_spillover(
                recorder.instrument, tube, recorder.spill, recorder.gains
            ),
            keywords=keywords_of(recorder),
        ),
        labels=events.labels,
        origin=events.origin,
        maturation=events.cells.maturation,
        clogged=clogged,
        truth=Truth(
            composition=specimen,
            n_nucleated=n_events,
            n_blasts=int(np.count_nonzero(events.labels == BLAST)),
            amounts=amounts,
            staining_shifts=MappingProxyType(dict(zip(detectors, shifts.tolist(), strict=True))),
            spill=recorder.spill,
            gains=MappingProxyType(dict(zip(detectors, recorder.gains.tolist(), strict=True))),
        ),
    )


def _set_up(specification: Specification, tube: Tube, instrument: Instrument) -> Recorder:
    return Recorder(
        specification=specification,
        tube=tube,
        instrument=instrument,
        spill=spill_matrix(specification, tube, factor=instrument.spill_factor),
        gains=detector_gains(instrument, tube),
    )
