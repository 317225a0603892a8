"""Nucleated cells by a DNA dye."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.marker import Marker
from flowpheno.qc.dye import dye_of
from flowpheno.qc.singlet import FSC
from flowpheno.qc.step import Step, not_possible
from flowpheno.qc.valley import lower_border, upper_border
from flowpheno.sample import Scale

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask, EventMatrix
    from flowpheno.sample import Sample

SYTO = Marker("SYTO")


@dataclass(frozen=True, slots=True, kw_only=True)
class DnaLimits:
    """Where the DNA-positive cells begin.

    Attributes
    ----------
    source : str
        Citation or tag.
    bandwidth : float
        Standard deviation of the density kernel, decades.
    valley_depth : float
        Share of the lower mode that a valley may reach at most.
    tail_sd : float
        Robust SDs below the main mode where there is no valley.
    reach : float
        Decades below the main mode within which the border lies.
    apart : float
        Decades above the main mode at which another mode is one of other events.
    least_percent : float
        Percent of events that such a mode has at least to be that of the cells.
    debris_share : float
        Share of the cells' forward scatter that the main mode has at most to be debris.
    """

    source: str
    bandwidth: float
    valley_depth: float
    tail_sd: float
    reach: float
    apart: float
    least_percent: float
    debris_share: float


def check_dna(sample: Sample, parent: EventMask, limits: DnaLimits) -> Step:
    """Keep the events with DNA.

    The cells are the main mode, unless there is a mode of larger events with far more DNA: then
    debris outnumbers them.

    Parameters
    ----------
    sample : Sample
        Compensated.
    parent : EventMask
        Events that passed the steps before.
    limits : DnaLimits
        Parameters.

    Returns
    -------
    Step
        ``"dna"``; keeps everything where no DNA dye was used, or on a relative scale.
    """
    n = sample.n_events
    if not sample.has(SYTO):
        return not_possible("dna", n, "no DNA dye in the tube")
    if sample.scale is Scale.RELATIVE:
        return not_possible("dna", n, "relative scale")
    dye = dye_of(sample, SYTO)
    values = dye.decades
    judged = parent & np.isfinite(values)
    if not judged.any():
        return not_possible("dna", n, "no events")
    border = _above_debris(sample, values, judged, limits)
    if border is None:
        border = lower_border(values[judged], limits)
    note = f"DNA dye above {dye.intensity(border):.0f}"
    return Step(name="dna", keep=np.asarray(values > border), note=note)


def _above_debris(
    sample: Sample, values: EventMatrix, judged: EventMask, limits: DnaLimits
) -> float | None:
    """Valley above the main mode, if that is one of smaller events."""
    border = upper_border(values[judged], limits)
    if border is None or not sample.has(FSC):
        return None
    size = sample.events[:, sample.column(FSC)]
    above = judged & (values > border)
    below = judged & (values <= border)
    if 100 * np.count_nonzero(above) < limits.least_percent * np.count_nonzero(judged):
        return None
    smaller = np.median(size[below]) <= limits.debris_share * np.median(size[above])
    return border if smaller else None
