"""Debris: events too small to be cells. CD45 plays no part: blasts may lack it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.density import density
from flowpheno.qc.saturation import saturated
from flowpheno.qc.singlet import FSC
from flowpheno.qc.step import Step, not_possible
from flowpheno.sample import Scale

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask, Values
    from flowpheno.sample import Sample


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
        Percentile of forward scatter, above debris, that stands for a small cell.
    least_share, most_share : float
        The border lies between these shares of a small cell's forward scatter, at the first
        where there is no valley.
    mode_share : float
        Debris has its mode below this share: a mode above it is one of small cells.
    """

    source: str
    bandwidth: float
    small_quantile: float
    least_share: float
    most_share: float
    mode_share: float


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
    size = sample.events[:, column].astype(np.float64)
    judged = parent & np.isfinite(size) & (size > 0)
    judged &= ~saturated(sample.events[:, column], sample.channels[column].range)
    if not judged.any():
        return not_possible("intact", n, "no event within the range of forward scatter")
    border = 10 ** _border(np.log10(size[judged]), limits, nucleated=nucleated)
    return Step(name="intact", keep=size > border, note=f"FSC-A above {border:.0f}")


def _border(size: Values, limits: DebrisLimits, *, nucleated: bool) -> float:
    """Find where cells begin, log10 of forward scatter.

    The bottom of the valley above the mode of debris, if there is such a mode; else the least
    size a cell may have.
    """
    least = float(np.percentile(size, limits.small_quantile)) + np.log10(limits.least_share)
    if nucleated:
        return float(least)
    curve = density(size, bandwidth=limits.bandwidth)
    border = float(least)
    for debris, cells in pairwise(curve.modes()):  # debris may have several
        between = (curve.grid >= debris) & (curve.grid <= cells)
        valley = float(curve.grid[between][int(np.argmin(curve.height[between]))])
        small = float(np.percentile(size[size > valley], limits.small_quantile))
        if debris < small + np.log10(limits.mode_share):
            shares = np.log10([limits.least_share, limits.most_share])
            border = float(np.clip(valley, *(small + shares)))
    return border
