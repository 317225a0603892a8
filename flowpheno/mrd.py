"""Measurable residual disease: a count, its denominator, its interval and its limits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.panel.mrd import MrdMethod
from flowpheno.statistics import Interval, wilson_percent

if TYPE_CHECKING:
    from flowpheno.panel.mrd import MrdProtocol, MrdRules

_NAN = float("nan")
EXACT_BELOW = 10
"""Counts below this get Garwood's interval; the value of ``panels/mrd.yaml``."""


class MrdState(StrEnum):
    """What a count allows one to say."""

    NOT_EVALUABLE = "not_evaluable"  # nothing was counted
    NEGATIVE = "negative"  # below the number of events worth a word
    BELOW_LOD = "below_lod"  # seen, too few to call
    PNQ = "pnq"  # positive, not quantifiable
    QUANTIFIABLE = "quantifiable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mrd:
    """A residual-disease result.

    Attributes
    ----------
    k, n : int
        Aberrant events, and events of the denominator.
    denominator : str
        Name of the denominator.
    percent : Interval
        Percent of the denominator with its 95 % interval; NaN if nothing was counted.
    lod_percent, lloq_percent : float
        Limits of detection and quantification, same unit; NaN if nothing was counted.
    state : MrdState
        What the count allows one to say.
    term : str
        Word of the consensus terminology; empty if nothing was counted.
    sentence : str
        The result for the report, with count, denominator, interval and limits.
    """

    k: int
    n: int
    denominator: str
    percent: Interval
    lod_percent: float
    lloq_percent: float
    state: MrdState
    term: str
    sentence: str


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


def events_needed(fraction: float, events: int, confidence: float) -> int:
    """Tell how many cells must be acquired to see a rare population.

    Parameters
    ----------
    fraction : float
        Share of the rare population, 0 to 1, exclusive of 0; 1e-4 is 0.01 %.
    events : int
        Events of it that must be seen at least.
    confidence : float
        Probability of seeing them, 0 to 1 exclusive.

    Returns
    -------
    int
        Smallest number of events of the denominator (Poisson).

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Examples
    --------
    >>> events_needed(1e-4, 20, 0.95)
    278793
    """
    from scipy.special import gammaincinv  # noqa: PLC0415 - slow import, not needed at start-up

    if not (0 < fraction <= 1 and events > 0 and 0 < confidence < 1):
        raise ValueError("fraction in (0, 1], events > 0 and confidence in (0, 1) are required")
    return math.ceil(float(gammaincinv(events, confidence)) / fraction)


def events_for_cv(cv_percent: float) -> int:
    """Tell how many aberrant events give a wanted counting error.

    Parameters
    ----------
    cv_percent : float
        Coefficient of variation, percent, above 0.

    Returns
    -------
    int
        Events, ``1 / CV**2`` rounded up.

    Raises
    ------
    ValueError
        If `cv_percent` is not above 0.
    """
    if cv_percent <= 0:
        raise ValueError(f"a coefficient of variation of {cv_percent} % cannot be reached")
    return math.ceil(10_000 / cv_percent**2)


def assess_mrd(k: int, n: int, *, rules: MrdRules, denominator: str | None = None) -> Mrd:
    """Say what a residual-disease count allows one to say.

    Parameters
    ----------
    k, n : int
        Clustered aberrant events, and events of the denominator.
    rules : MrdRules
        Limits and words.
    denominator : str or None
        Name of what `n` counts; None for the one of the rules.

    Returns
    -------
    Mrd
        The result; `MrdState.NOT_EVALUABLE` for ``n <= 0``, never negative.

    Raises
    ------
    ValueError
        If `k` of `n` is not a count, or the denominator is not one of the rules.
    """
    name = rules.denominator if denominator is None else denominator
    if name not in rules.denominators:
        raise ValueError(f"denominator {name!r} is not one of {', '.join(rules.denominators)}")
    percent = mrd_interval(k, n, exact_below=rules.exact_below)
    lod, lloq = limits(n, rules.lod_events, rules.lloq_events)
    state = _state(k, n, rules)
    return Mrd(
        k=k,
        n=n,
        denominator=name,
        percent=percent,
        lod_percent=lod,
        lloq_percent=lloq,
        state=state,
        term=_term(state, percent.estimate, lod, rules),
        sentence=_sentence(state, percent, (lod, lloq), f"{k:,} of {n:,} {name} events"),
    )


def categorise(percent: Interval, protocol: MrdProtocol) -> str:
    """Name the category of a protocol, and say when the interval crosses a bound.

    Parameters
    ----------
    percent : Interval
        Percent with its interval; a value on a bound belongs to the category above.
    protocol : MrdProtocol
        Bounds and names.

    Returns
    -------
    str
        The category; ``"<category> (CI crosses <bound> %)"`` where the interval straddles;
        ``"not evaluable"`` for NaN.

    Raises
    ------
    ValueError
        If the protocol is not measured by flow cytometry.
    """
    if protocol.method is not MrdMethod.FLOW:
        raise ValueError(f"a category of {protocol.method} does not apply to a flow count")
    if math.isnan(percent.estimate):
        return "not evaluable"
    label = protocol.labels[sum(percent.estimate >= bound for bound in protocol.bounds)]
    crossed = [f"{b:g} %" for b in protocol.bounds if percent.low < b <= percent.high]
    return f"{label} (CI crosses {' and '.join(crossed)})" if crossed else label


def _state(k: int, n: int, rules: MrdRules) -> MrdState:
    """Place a count between the limits; a count on a limit has reached it."""
    if n <= 0:
        return MrdState.NOT_EVALUABLE
    steps = (0, rules.report_events, rules.lod_events, rules.lloq_events, math.inf)
    states = (MrdState.NEGATIVE, MrdState.BELOW_LOD, MrdState.PNQ, MrdState.QUANTIFIABLE)
    spans = zip(states, pairwise(steps), strict=True)
    return next(state for state, (low, high) in spans if low <= k < high)


def _term(state: MrdState, percent: float, lod: float, rules: MrdRules) -> str:
    """Word of the consensus terminology; what was seen but not called is no complete response."""
    words = rules.terminology
    match state:
        case MrdState.NOT_EVALUABLE:
            return ""
        case MrdState.NEGATIVE if lod <= words.threshold_percent:
            return words.complete_response
        case MrdState.QUANTIFIABLE if percent >= words.threshold_percent:
            return words.failure
        case _:
            return words.intermediate


def _sentence(state: MrdState, percent: Interval, limit: tuple[float, float], count: str) -> str:
    """Put the result into words: a negative is always below a stated limit of a stated count."""
    lod, lloq = (_text(value) for value in limit)
    interval = f"95 % CI {_text(percent.low)}-{_text(percent.high)} %"
    match state:
        case MrdState.NOT_EVALUABLE:
            return "MRD not evaluable: no events of the denominator were counted."
        case MrdState.NEGATIVE:
            return f"MRD not detected, < {lod} % (LOD): {count}."
        case MrdState.BELOW_LOD:
            return f"Suspicious events below the LOD of {lod} %, not called: {count}, {interval}."
        case MrdState.PNQ:
            words = f"MRD positive, not quantifiable (PNQ), below the LLOQ of {lloq} %"
            return f"{words}: {count}, {interval}; LOD {lod} %."
        case MrdState.QUANTIFIABLE:
            words = f"MRD {_text(percent.estimate)} % ({interval})"
            return f"{words}: {count}; LOD {lod} %, LLOQ {lloq} %."


def _text(percent: float) -> str:
    """Three significant digits, never in powers of ten."""
    return np.format_float_positional(percent, precision=3, fractional=False, trim="-")
