"""A rare count: its percent, its interval, its limits."""

from __future__ import annotations

from flowpheno.statistics import Interval, wilson_percent

_NAN = float("nan")
EXACT_BELOW = 10
"""Counts below this get Garwood's interval; the value of ``panels/mrd.yaml``."""


def garwood_percent(k: int, n: int) -> Interval:
    """Give a rare count as percent with the exact Poisson interval.

    Parameters
    ----------
    k, n : int
        Events counted, of how many.

    Returns
    -------
    Interval
        Percent (0 to 100) with its 95 % interval; for ``k == 0`` from 0 to the upper limit of a
        two-sided interval; all NaN for ``n <= 0``.

    References
    ----------
    .. [1] Garwood F. Fiducial limits for the Poisson distribution. Biometrika. 1936;28:437-442.
    """
    from scipy.special import gammaincinv  # noqa: PLC0415 - slow import, not needed at start-up

    if n <= 0:
        return Interval(_NAN, _NAN, _NAN)
    low = float(gammaincinv(k, 0.025)) if k else 0.0
    high = float(gammaincinv(k + 1, 0.975))
    return Interval(100 * k / n, 100 * low / n, min(100 * high / n, 100.0))


def mrd_interval(k: int, n: int, *, exact_below: int = EXACT_BELOW) -> Interval:
    """Give a residual-disease count as percent with the interval that suits it.

    Parameters
    ----------
    k, n : int
        Aberrant events, of how many events of the denominator.
    exact_below : int
        Counts below this get Garwood's exact Poisson interval, all others Wilson's.

    Returns
    -------
    Interval
        Percent (0 to 100) with its 95 % interval; all NaN for ``n <= 0``.

    Raises
    ------
    ValueError
        If `k` is negative or larger than a positive `n`.

    Examples
    --------
    >>> interval = mrd_interval(50, 500_000)
    >>> f"{interval.estimate:.3f} % ({interval.low:.5f}-{interval.high:.5f})"
    '0.010 % (0.00759-0.01318)'
    """
    if k < 0 or (n > 0 and k > n):
        raise ValueError(f"{k} of {n} events is not a count")
    return garwood_percent(k, n) if k < exact_below else wilson_percent(k, n)


def limits(n: int, lod_events: int, lloq_events: int) -> tuple[float, float]:
    """Give the limits of detection and of quantification.

    Parameters
    ----------
    n : int
        Events of the denominator.
    lod_events, lloq_events : int
        Clustered events needed to call, and to quantify.

    Returns
    -------
    tuple of float
        LOD and LLOQ in percent of the denominator, at most 100; NaN for ``n <= 0``.
    """
    if n <= 0:
        return _NAN, _NAN
    return min(100 * lod_events / n, 100.0), min(100 * lloq_events / n, 100.0)
