"""Debris: events too small to be cells. CD45 plays no part: blasts may lack it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.density import density
from flowpheno.qc.singlet import FSC
from flowpheno.qc.step import Step, not_possible
from flowpheno.sample import Scale

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask
    from flowpheno.sample import Sample

_FULL = 0.999


@dataclass(frozen=True, slots=True, kw_only=True)
class DebrisLimits:
    """How small debris is.

    Attributes
    ----------
    source : str
        Citation or tag.
    bandwidth : float
        Standard deviation of the density kernel, log10 of forward scatter.
    small_quantile : float
        Percentile of forward scatter that stands for a small cell.
    least_share, most_share : float
        The border lies between these shares of a small cell's forward scatter.
    """

    source: str
    bandwidth: float
    small_quantile: float
    least_share: float
    most_share: float


def check_debris(
    sample: Sample, parent: EventMask, limits: DebrisLimits, *, nucleated: bool
) -> Step:
    """Keep events of the size of a cell.

    Parameters
    ----------
    sample : Sample
        Scatter is never compensated.
    parent : EventMask
        Events that passed the steps before.
    limits : DebrisLimits
        Parameters.
    nucleated : bool
        Whether a DNA dye took the debris out already: then only the lowest border is used.

    Returns
    -------
    Step
        ``"intact"``; keeps everything without forward scatter or on a relative scale.
    """
    n = sample.n_events
    if not sample.has(FSC) or sample.scale is Scale.RELATIVE or not parent.any():
        why = "no forward scatter" if not sample.has(FSC) else "relative scale or no events"
        return not_possible("intact", n, why)
    column = sample.column(FSC)
    values = np.log10(np.maximum(sample.events[:, column], 1.0)).astype(np.float64)
    within = values[parent & (sample.events[:, column] < _FULL * sample.channels[column].range)]
    within = within if within.size else values[parent]
    small = float(np.percentile(within, limits.small_quantile))
    low, high = small + np.log10(limits.least_share), small + np.log10(limits.most_share)
    border = low
    if not nucleated:
        curve = density(within, bandwidth=limits.bandwidth)
        inside = (curve.grid >= low) & (curve.grid <= high)
        if inside.any():
            border = float(curve.grid[inside][int(np.argmin(curve.height[inside]))])
    return Step(name="intact", keep=values > border, note=f"FSC-A above {10**border:.0f}")
