"""What a residual-disease count allows one to say, in the words of the consensus."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.mrd.interval import limits, mrd_interval

if TYPE_CHECKING:
    from flowpheno.panel.mrd import MrdRules
    from flowpheno.statistics import Interval


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


def events_note(n: int, rules: MrdRules) -> str:
    """Say how a number of events stands to those that are aimed for.

    Parameters
    ----------
    n : int
        Events of the denominator.
    rules : MrdRules
        Numbers aimed for.

    Returns
    -------
    str
        A sentence; empty where all of them are reached.
    """
    aims = rules.minimum_events
    steps = (
        (aims.warn, "too few for residual disease"),
        (aims.ok, "the number aimed for"),
        (aims.euroflow_target, "the number EuroFlow aims for"),
    )
    missed = next(((aim, words) for aim, words in steps if n < aim), None)
    return "" if missed is None else f"{n:,} events: below {missed[0]:,}, {missed[1]}."


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
