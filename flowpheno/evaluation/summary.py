"""Count specimens by group, with intervals."""

from __future__ import annotations

import math
from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.evaluation.grouping import NONE, UNKNOWN, decades
from flowpheno.evaluation.values import GroupSummary, Rate
from flowpheno.panel.evaluation import Outcome
from flowpheno.statistics import Interval, wilson_percent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flowpheno.arrays import Matrix, Values
    from flowpheno.evaluation.values import SpecimenEvaluation
    from flowpheno.panel.evaluation import Bootstrap, EvaluationRules

_TAILS = (2.5, 97.5)  # of the 95 % interval
_LARGEST = 10_000_000  # resampled values held at a time


def summarise(
    specimens: Sequence[SpecimenEvaluation], rules: EvaluationRules
) -> tuple[tuple[GroupSummary, ...], tuple[GroupSummary, ...]]:
    """Count specimens by group and in total.

    Parameters
    ----------
    specimens : sequence of SpecimenEvaluation
        Those without a label are in no group.
    rules : EvaluationRules
        Groups, tolerances, intervals.

    Returns
    -------
    tuple of GroupSummary
        Groups that are not empty.
    tuple of GroupSummary
        All with blasts of B precursors, all without blasts, both.
    """
    labelled = [s for s in specimens if s.correct is not None]
    order = [*decades(rules), UNKNOWN, NONE]
    order += sorted({s.group for s in labelled} - set(order))
    groups = [(name, [s for s in labelled if s.group == name]) for name in order]
    with_blasts = [s for s in labelled if s.group in {*decades(rules), UNKNOWN}]
    free = [s for s in labelled if s.group == NONE]
    totals = [
        ("with B-precursor blasts", with_blasts),
        ("without blasts", free),
        ("both of these", with_blasts + free),
    ]
    return (
        tuple(_summarise(name, members, rules) for name, members in groups if members),
        tuple(_summarise(name, members, rules) for name, members in totals),
    )


def bootstrap(values: Values, statistic: Callable[[Matrix], Values], how: Bootstrap) -> Interval:
    """Estimate a statistic with its percentile bootstrap interval.

    Parameters
    ----------
    values : Values
        Shape ``(n,)``.
    statistic : callable
        From resamples, shape ``(n_resamples, n)``, to one value each.
    how : Bootstrap
        Number and seed of the resamples.

    Returns
    -------
    Interval
        95 %; NaN without values, the interval NaN for one.
    """
    if not len(values):
        return Interval(math.nan, math.nan, math.nan)
    estimate = float(statistic(values[None, :])[0])
    if len(values) == 1:
        return Interval(estimate, math.nan, math.nan)
    rng = np.random.default_rng(how.seed)
    chunk = max(1, _LARGEST // len(values))
    drawn: list[Values] = []
    for start in range(0, how.resamples, chunk):
        size = (min(chunk, how.resamples - start), len(values))
        drawn.append(statistic(values[rng.integers(len(values), size=size)]))
    low, high = np.percentile(np.concatenate(drawn), _TAILS)
    return Interval(estimate, float(low), float(high))


def _summarise(
    name: str, members: Sequence[SpecimenEvaluation], rules: EvaluationRules
) -> GroupSummary:
    n = len(members)
    outcomes = Counter(s.outcome for s in members)
    free = [s for s in members if s.group == NONE]
    scores = np.array([s.f1 for s in members if not math.isnan(s.f1)])
    errors = [s.log10_error for s in members if s.true_percent > 0]
    within = {
        limit: _rate(sum(error <= limit for error in errors), len(errors))
        for limit in rules.log10_tolerances
    }
    return GroupSummary(
        name=name,
        n=n,
        outcomes=MappingProxyType({o: _rate(outcomes[o], n) for o in Outcome}),
        verdicts=MappingProxyType(
            dict(sorted(Counter(s.verdict for s in members if s.verdict).items()))
        ),
        correct=_rate(sum(bool(s.correct) for s in members), n),
        false_calls=_rate(sum(s.outcome in rules.false_calls for s in free), len(free)),
        n_f1=len(scores),
        f1_median=bootstrap(scores, lambda drawn: np.median(drawn, axis=1), rules.bootstrap),
        f1_mean=bootstrap(scores, lambda drawn: np.mean(drawn, axis=1), rules.bootstrap),
        within=MappingProxyType(within),
    )


def _rate(k: int, n: int) -> Rate:
    return Rate(k=k, n=n, percent=wilson_percent(k, n))
