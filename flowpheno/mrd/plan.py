"""How many cells a wanted sensitivity asks for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowpheno.panel.mrd import MrdRules


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


def detection_percent(fraction: float, events: int, n: int) -> float:
    """Tell how likely a number of cells shows enough of a rare population.

    Parameters
    ----------
    fraction : float
        Share of the rare population, 0 to 1.
    events : int
        Events of it that must be seen at least; above 0.
    n : int
        Events of the denominator; none show nothing.

    Returns
    -------
    float
        Percent (Poisson); 0 for ``n <= 0``.

    Examples
    --------
    >>> round(detection_percent(1e-4, 20, 278_793))
    95
    """
    from scipy.special import gammainc  # noqa: PLC0415 - slow import, not needed at start-up

    return 100 * float(gammainc(events, fraction * n)) if n > 0 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MrdPlan:
    """What one wanted sensitivity asks for.

    Attributes
    ----------
    percent : float
        The sensitivity: a disease of this size, percent of the denominator.
    events_lod, events_lloq : int
        Events of the denominator with which it is detected, and quantified, as surely as wanted.
    acquired_lod, acquired_lloq : int
        The same as events to acquire, where only some of them are usable.
    chance_lod, chance_lloq : float
        Percent: how likely a given number of events detects, and quantifies it; NaN if none is
        given.
    """

    percent: float
    events_lod: int
    events_lloq: int
    acquired_lod: int
    acquired_lloq: int
    chance_lod: float
    chance_lloq: float


def plan_mrd(
    percent: float,
    rules: MrdRules,
    *,
    confidence: float | None = None,
    usable_percent: float = 100.0,
    n: int | None = None,
) -> MrdPlan:
    """Plan how many cells to acquire for a wanted sensitivity.

    Parameters
    ----------
    percent : float
        The sensitivity, percent of the denominator; 0.01 is one cell in 10,000.
    rules : MrdRules
        Events needed to call and to quantify.
    confidence : float or None
        Probability of seeing them, 0 to 1 exclusive; None for the one of the rules.
    usable_percent : float
        Percent of the acquired events that belong to the denominator, above 0 to 100.
    n : int or None
        Events of the denominator at hand, whose chance is wanted too.

    Returns
    -------
    MrdPlan
        Smallest numbers of events (Poisson).

    Raises
    ------
    ValueError
        If a number is outside its range.
    """
    if not 0 < usable_percent <= 100:  # noqa: PLR2004 - percent
        raise ValueError(f"{usable_percent} % of the acquired events cannot be usable")
    sure = rules.plan.confidence if confidence is None else confidence
    needed = [events_needed(percent / 100, k, sure) for k in (rules.lod_events, rules.lloq_events)]
    chances = [
        float("nan") if n is None else detection_percent(percent / 100, k, n)
        for k in (rules.lod_events, rules.lloq_events)
    ]
    acquired = [math.ceil(events * 100 / usable_percent) for events in needed]
    return MrdPlan(
        percent=percent,
        events_lod=needed[0],
        events_lloq=needed[1],
        acquired_lod=acquired[0],
        acquired_lloq=acquired[1],
        chance_lod=chances[0],
        chance_lloq=chances[1],
    )
