"""Simulated single-stain controls: what a matrix is estimated from, with the true matrix known."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import SimulationError
from flowpheno.sample import Sample
from flowpheno.simulation.instrument import (
    Instrument,
    detector_gains,
    observe,
    spill_matrix,
)
from flowpheno.simulation.recording import Recorder, channels_of, keywords_of

if TYPE_CHECKING:
    from flowpheno.arrays import EventMatrix
    from flowpheno.panel.tubes import Tube
    from flowpheno.simulation.specification import Specification

_LIKE = ("T", "gran_mature")
"""Populations of unlike scatter and autofluorescence that cells of a control are like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stain:
    """How the cells of a control are stained.

    Attributes
    ----------
    level : float
        Mean intensity of stained cells, log10.
    sd : float
        Its standard deviation, log10.
    percent : float
        Stained cells among the lymphocytes, 0 to 100.
    granulocytes : float
        Granulocytes, never stained, percent of all cells: another background.
    """

    level: float = 4.2
    sd: float = 0.2
    percent: float = 50.0
    granulocytes: float = 30.0

    def __post_init__(self) -> None:
        if not (0 <= self.percent <= 100 and 0 <= self.granulocytes <= 100):  # noqa: PLR2004 - percent
            raise SimulationError("a percentage of a control is not in 0 to 100")


def simulate_control(  # noqa: PLR0913 - the parts of a control, each with a default
    specification: Specification,
    tube: Tube,
    detector: str | None,
    *,
    rng: np.random.Generator,
    n_events: int = 5000,
    stain: Stain | None = None,
    instrument: Instrument | None = None,
) -> Sample:
    """Simulate a control stained by one dye of a tube.

    Parameters
    ----------
    specification : Specification
        Spill, noise, scatter and autofluorescence.
    tube : Tube
        The detectors.
    detector : str or None
        Detector of the dye; None for an unstained control.
    rng : numpy.random.Generator
        Source of chance.
    n_events : int
        Cells.
    stain : Stain or None
        How they are stained; None for the defaults.
    instrument : Instrument or None
        Cytometer; None for the reference one.

    Returns
    -------
    Sample
        Recorded values without a spillover matrix, named after the dye.

    Raises
    ------
    SimulationError
        If the tube has no such detector.
    """
    cytometer, how = instrument or Instrument(), stain or Stain()
    recorder = Recorder(
        specification=specification,
        tube=tube,
        instrument=cytometer,
        spill=spill_matrix(specification, tube, factor=cytometer.spill_factor),
        gains=detector_gains(cytometer, tube),
    )
    by_detector = {channel.detector: n for n, channel in enumerate(tube.channels)}
    if detector is not None and detector not in by_detector:
        raise SimulationError(f"{tube.name} has no detector {detector}")
    is_granulocyte = rng.random(n_events) < how.granulocytes / 100
    light = _autofluorescence(recorder, is_granulocyte, rng)
    if detector is not None:
        stained = ~is_granulocyte & (rng.random(n_events) < how.percent / 100)
        level = 10 ** rng.normal(how.level, how.sd, n_events)
        light[:, by_detector[detector]] += np.where(stained, level, 0)
    noise = specification.defaults.noise
    seen = observe(light, recorder.spill, recorder.gains, noise=noise, rng=rng)
    scatter = _scatter(recorder, is_granulocyte, rng)
    events = np.concatenate([scatter, seen], axis=1)
    np.minimum(events, np.float32(recorder.range_max), out=events)
    if tube.time is not None:
        events = np.column_stack([events, np.arange(n_events, dtype=np.float32)])
    fluorochromes = {channel.detector: channel.fluorochrome for channel in tube.channels}
    return Sample(
        name="Unstained" if detector is None else f"{fluorochromes[detector]} stained",
        channels=channels_of(recorder),
        events=events.astype(np.float32),
        keywords=MappingProxyType(dict(keywords_of(recorder))),
    )


def _autofluorescence(
    recorder: Recorder, is_granulocyte: np.ndarray, rng: np.random.Generator
) -> EventMatrix:
    """Light of unstained cells, centred as that of simulated marrows."""
    defaults = recorder.specification.defaults
    lymphocyte, granulocyte = (recorder.specification.populations[name] for name in _LIKE)
    base = defaults.negative.autofluor_log10
    own = [lymphocyte.af if lymphocyte.af is not None else base, granulocyte.af or base]
    shape = (len(is_granulocyte), len(recorder.tube.channels))
    median = np.where(is_granulocyte, own[1], own[0])[:, np.newaxis]
    light = 10 ** (median + defaults.negative.autofluor_sd * rng.standard_normal(shape))
    return np.asarray(light - 10**base, np.float32)


def _scatter(
    recorder: Recorder, is_granulocyte: np.ndarray, rng: np.random.Generator
) -> EventMatrix:
    """Scatter of lymphocytes and granulocytes; heights and widths follow the areas."""
    artefacts = recorder.specification.artefacts
    kinds = [recorder.specification.populations[name] for name in _LIKE]
    columns = []
    for name in recorder.tube.scatter:
        mean_sd = [kind.fsc if name.startswith("FSC") else kind.ssc for kind in kinds]
        mean, sd = (np.where(is_granulocyte, mean_sd[1][i], mean_sd[0][i]) for i in (0, 1))
        area = np.maximum(mean + sd * rng.standard_normal(len(mean)), 1)
        ratio = artefacts.singlet_fsc_h_over_a[0]
        by_measure = {"A": area, "H": area * ratio}
        width = np.full(len(area), artefacts.pulse_width.per_ratio / ratio)
        columns.append(by_measure.get(name[-1], width))
    return np.asarray(np.stack(columns, axis=1), np.float32)
