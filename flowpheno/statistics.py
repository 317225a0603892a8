"""Intervals and robust statistics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from flowpheno.arrays import Values

_MAD_TO_SD = 1.4826
_Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % interval, in the unit of what is estimated.

    Attributes
    ----------
    estimate, low, high : float
        ``low <= estimate <= high``; NaN if nothing was counted.
    """

    estimate: float
    low: float
    high: float


def robust_sd(values: Values) -> float:
    """Estimate the standard deviation from the median absolute deviation.

    Parameters
    ----------
    values : Values
        Any unit.

    Returns
    -------
    float
        1.4826 times the median absolute deviation, same unit; NaN for an empty array.
    """
    if values.size == 0:
        return float("nan")
    return float(_MAD_TO_SD * np.median(np.abs(values - np.median(values))))


def wilson_percent(k: int, n: int) -> Interval:
    """Give a proportion as percent with the Wilson score interval.

    Parameters
    ----------
    k, n : int
        Events counted, of how many.

    Returns
    -------
    Interval
        Percent (0 to 100) with its 95 % interval; all NaN for ``n == 0``.

    References
    ----------
    .. [1] Wilson EB. Probable inference, the law of succession, and statistical inference.
       J Am Stat Assoc. 1927;22:209-212.

    Examples
    --------
    >>> wilson_percent(143, 200)  # doctest: +ELLIPSIS
    Interval(estimate=71.5, low=64.88..., high=77.30...)
    """
    if n <= 0:
        return Interval(float("nan"), float("nan"), float("nan"))
    share, z2 = k / n, _Z95**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z95 * np.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    low = 0.0 if k == 0 else 100 * (centre - half)
    high = 100.0 if k == n else 100 * (centre + half)
    return Interval(100 * share, float(low), float(high))
