"""In which group a specimen is counted."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from flowpheno.panel.evaluation import Outcome

if TYPE_CHECKING:
    from flowpheno.panel.evaluation import EvaluationRules

NONE, UNKNOWN = "no blasts", "blasts, fraction not known"
_OTHERS = {Outcome.NOT_B_PRECURSOR: "blasts, not B precursor"}
_WORDS = {"positive": Outcome.POSITIVE, "negative": Outcome.NEGATIVE}


def kind_of(expected: str, rules: EvaluationRules) -> Outcome:
    """Say what an expectation counts as.

    Parameters
    ----------
    expected : str
        ``"positive"``, ``"negative"`` or a verdict.
    rules : EvaluationRules
        Knows the verdicts.

    Returns
    -------
    Outcome
        What the verdict would count as.
    """
    return _WORDS[expected] if expected in _WORDS else rules.outcomes[expected]


def group_of(expected: str, true_percent: float, rules: EvaluationRules) -> str:
    """Say in which group a specimen is counted.

    Parameters
    ----------
    expected : str
        ``"positive"``, ``"negative"`` or a verdict.
    true_percent : float
        Blasts, 0 to 100; NaN if not known.
    rules : EvaluationRules
        Bounds of the groups.

    Returns
    -------
    str
        A decade of the blast fraction (a fraction on a bound belongs to the upper one), `NONE`,
        `UNKNOWN`, or a group of its own where neither a positive nor a negative is expected.
    """
    kind = kind_of(expected, rules)
    if kind is Outcome.NEGATIVE:
        return NONE
    if kind not in {Outcome.POSITIVE, Outcome.INCOMPLETE}:
        return _OTHERS.get(kind, f"expected {kind}")
    if math.isnan(true_percent):
        return UNKNOWN
    bounds = rules.decades_percent
    index = next((n for n, low in enumerate(bounds) if true_percent >= low), len(bounds))
    return decades(rules)[index]


def decades(rules: EvaluationRules) -> tuple[str, ...]:
    """Name the groups with blasts.

    Parameters
    ----------
    rules : EvaluationRules
        Bounds of the groups.

    Returns
    -------
    tuple of str
        From the highest fraction to the lowest.
    """
    bounds = rules.decades_percent
    between = [f"{low:g} - {high:g} %" for high, low in pairwise(bounds)]
    return (f">= {bounds[0]:g} %", *between, f"< {bounds[-1]:g} %")
