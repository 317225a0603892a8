"""How positive events spread: one mode or two, tight or broad."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.density import density

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask, Values
    from flowpheno.density import Density
    from flowpheno.gating import GatedTube
    from flowpheno.marker import Marker
    from flowpheno.positivity.cells import Rows
    from flowpheno.positivity.limits import PositivityLimits

_MIXTURE_EVENTS = 4000


def positive_spread(
    gated: GatedTube, marker: Marker, cells: Rows, cut: float, limits: PositivityLimits
) -> float | None:
    """Measure how broadly the positive events of a population spread.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    marker : Marker
        A stained marker.
    cells : ndarray of int
        Rows of the population, shape ``(n,)``.
    cut : float
        Intensity above which an event is positive, linear.
    limits : PositivityLimits
        `PositivityLimits.minimum_events` is the least number of positive events.

    Returns
    -------
    float or None
        Standard deviation in decades; None for too few, and on a relative scale.
    """
    positive = cells[gated.sample.events[cells, gated.sample.column(marker)] > cut]
    if gated.decades.relative or len(positive) < limits.minimum_events:
        return None
    values = np.sort(gated.decades.of(marker)[positive].astype(np.float64))  # sums in one order
    return float(np.std(values))


def is_bimodal(values: Values, limits: PositivityLimits) -> bool:
    """Tell whether a marker splits a population into two modes.

    Parameters
    ----------
    values : Values
        Decades, shape ``(n,)``.
    limits : PositivityLimits
        Parameters.

    Returns
    -------
    bool
        Whether two Gaussian components beat one by BIC and lie apart, a valley of the density
        lies between them, and each side of it holds its share; False for few values.

    Notes
    -----
    A skewed mode is fitted better by two components than by one, and has no valley; events far
    out make a valley, and are no mode.
    """
    from sklearn.mixture import GaussianMixture  # noqa: PLC0415 - slow to import
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - comes with scikit-learn

    if len(values) < limits.minimum_events:
        return False
    curve = density(values, bandwidth=limits.partial_bandwidth_log10)
    if not (_divided(curve.height, limits) & _inside(curve.height)).any():
        return False  # spares the fits, which could not say otherwise
    step = max(len(values) // _MIXTURE_EVENTS, 1)
    column = np.sort(values)[::step].reshape(-1, 1)
    with threadpool_limits(1):  # few values: threads cost more than they gain, and reorder sums
        one = GaussianMixture(1, init_params="k-means++", random_state=0).fit(column)
        two = GaussianMixture(2, init_params="k-means++", random_state=0).fit(column)
    low, high = sorted(float(mean) for mean in two.means_[:, 0])
    if one.bic(column) - two.bic(column) <= limits.partial_bic:
        return False
    return high - low >= limits.partial_gap_log10 and _has_valley(values, curve, low, high, limits)


def _has_valley(
    values: Values, curve: Density, low: float, high: float, limits: PositivityLimits
) -> bool:
    left, right = np.searchsorted(curve.grid, (low, high))
    between = curve.height[left : right + 1]
    bottom = int(np.argmin(between))
    above = 100 * float(np.mean(values > curve.grid[left + bottom]))
    divides = limits.partial_low <= above <= limits.partial_high
    return divides and bool(_divided(between, limits)[bottom])


def _inside(heights: Values) -> EventMask:
    """Points of a curve with something on either side."""
    filled = np.flatnonzero(heights > 0)
    places = np.arange(len(heights))
    return np.asarray((places > filled[0]) & (places < filled[-1]))


def _divided(heights: Values, limits: PositivityLimits) -> EventMask:
    """Points of a curve that lie well under its tops on either side."""
    before = np.maximum.accumulate(heights)
    behind = np.maximum.accumulate(heights[::-1])[::-1]
    return np.asarray(heights <= limits.partial_valley * np.minimum(before, behind))
