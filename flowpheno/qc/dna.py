"""Nucleated cells by a DNA dye."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.marker import Marker
from flowpheno.qc.step import Step, not_possible
from flowpheno.qc.valley import lower_border
from flowpheno.transform.working import working_transform

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask
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
    """

    source: str
    bandwidth: float
    valley_depth: float
    tail_sd: float
    reach: float


def check_dna(sample: Sample, parent: EventMask, limits: DnaLimits) -> Step:
    """Keep the events with DNA.

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
        ``"nucleated"``; keeps everything where no DNA dye was used.
    """
    if not sample.has(SYTO):
        return not_possible("dna", sample.n_events, "no DNA dye in the tube")
    if not parent.any():
        return not_possible("dna", sample.n_events, "no events")
    column = sample.column(SYTO)
    transform = working_transform(sample.channels[column], sample.scale)
    values = transform.apply(sample.events[:, column]) / np.float32(np.log(10))
    border = lower_border(values[parent], limits)
    intensity = float(transform.invert(np.array([border * np.log(10)]))[0])
    return Step(name="dna", keep=values > border, note=f"DNA dye above {intensity:.0f}")
