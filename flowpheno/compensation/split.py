"""Tell the stained events of a control from the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.statistics import robust_sd

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask, Values
    from flowpheno.compensation.limits import ControlLimits

_BINS = 256


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Split:
    """Two populations of one detector.

    Attributes
    ----------
    positive, negative : EventMask
        Events of either, shape ``(n_events,)``; an event may be of neither.
    separation : float
        Distance of their medians in sums of their robust SDs, on the asinh scale; NaN where
        there is only one.
    """

    positive: EventMask
    negative: EventMask
    separation: float


def split_populations(values: Values, limits: ControlLimits) -> Split | None:
    """Split the events of a detector where two normal distributions err least.

    Of several such places the uppermost counts: dim events below it are another background, and
    the brightest are those that tell most.

    Parameters
    ----------
    values : Values
        Linear intensities, finite.
    limits : ControlLimits
        Parameters.

    Returns
    -------
    Split or None
        None where there are no two populations of enough events, clearly apart.

    References
    ----------
    .. [1] Kittler J, Illingworth J. Minimum error thresholding. Pattern Recognit.
       1986;19:41-47.
    """
    if values.size < 2 * limits.least_events:
        return None
    scaled = np.arcsinh(values / limits.cofactor)
    for border in _borders(scaled, limits.least_events):
        upper, lower = scaled[scaled > border], scaled[scaled <= border]
        spread = robust_sd(upper) + robust_sd(lower)
        distance = float(np.median(upper) - np.median(lower))
        if distance < limits.separation * spread or not _has_valley(
            scaled, border, (lower, upper), limits
        ):
            continue
        above = scaled > border
        return Split(
            positive=above & (values > end_of_negative(values[~above], limits)),
            negative=~above & within_negative(values, values[~above], limits),
            separation=distance / spread if spread > 0 else float("inf"),
        )
    return None


def end_of_negative(negative: Values, limits: ControlLimits) -> float:
    """Give the upper end of negative events.

    Parameters
    ----------
    negative : Values
        Linear intensities.
    limits : ControlLimits
        Parameters.

    Returns
    -------
    float
        Median and some robust SDs, same unit; NaN for no events.
    """
    if not negative.size:
        return float("nan")
    return float(np.median(negative)) + limits.negative_sd * robust_sd(negative)


def within_negative(values: Values, negative: Values, limits: ControlLimits) -> EventMask:
    """Tell which events lie in the middle of the negative ones: no debris, no smear upwards.

    Parameters
    ----------
    values : Values
        Linear intensities.
    negative : Values
        Those of negative events, not empty.
    limits : ControlLimits
        Parameters.

    Returns
    -------
    EventMask
        Shape of `values`.
    """
    reach = limits.negative_sd * robust_sd(negative)
    return np.asarray(np.abs(values - np.median(negative)) <= reach)


def _has_valley(
    scaled: Values, border: float, sides: tuple[Values, Values], limits: ControlLimits
) -> bool:
    """Whether events are rarer at the border than in the middle of either side: no mere tail."""
    reach = min(robust_sd(side) for side in sides)
    at_border = np.count_nonzero(np.abs(scaled - border) <= reach)
    in_middle = min(np.count_nonzero(np.abs(s - np.median(s)) <= reach) for s in sides)
    return bool(at_border <= limits.valley * in_middle)


def _borders(scaled: Values, least: int) -> Values:
    """Find where two normal distributions, weighted by their events, err less than beside it."""
    counts, edges = np.histogram(scaled, bins=_BINS)
    centres = (edges[1:] + edges[:-1]) / 2
    floor = ((edges[1] - edges[0]) ** 2) / 12  # a population within one bin has a width too
    sums = [np.cumsum(counts * centres**power)[:-1] for power in (0, 1, 2)]
    totals = [float(np.sum(counts * centres**power)) for power in (0, 1, 2)]
    n_below, n_above = sums[0], totals[0] - sums[0]
    usable = (n_below >= least) & (n_above >= least)
    error = np.zeros(len(n_below))
    for n, first, second in (
        (n_below, sums[1], sums[2]),
        (n_above, totals[1] - sums[1], totals[2] - sums[2]),
    ):
        size = np.maximum(n, 1)
        variance = np.maximum(second / size - (first / size) ** 2, 0) + floor
        share = size / totals[0]
        error += share * (np.log(variance) / 2 - np.log(share))
    error = np.pad(np.where(usable, error, np.inf), 1, constant_values=np.inf)
    lowest = usable & (error[1:-1] <= error[:-2]) & (error[1:-1] <= error[2:])
    return np.asarray(edges[1:-1][lowest][::-1], np.float64)
