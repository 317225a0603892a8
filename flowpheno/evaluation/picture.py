"""The numbers of an evaluation's picture."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from flowpheno.evaluation.grouping import decades, kind_of
from flowpheno.panel.evaluation import Outcome
from flowpheno.plotdata.evaluation import EvaluatedGroup, EvaluatedPoint, EvaluationPlot

if TYPE_CHECKING:
    from flowpheno.evaluation.values import Evaluation
    from flowpheno.panel.evaluation import EvaluationRules

_LOWEST_PERCENT = 0.001  # where a group without a lower bound begins in the picture


def evaluation_plot(evaluation: Evaluation, rules: EvaluationRules) -> EvaluationPlot:
    """Gather what the picture of an evaluation shows.

    Parameters
    ----------
    evaluation : Evaluation
        What was found.
    rules : EvaluationRules
        Bounds of the groups, tolerance.

    Returns
    -------
    EvaluationPlot
        Specimens whose true fraction is not known are left out of the points, not of the groups.
    """
    present = {s.outcome for s in evaluation.specimens if s.correct is not None}
    outcomes = [outcome for outcome in Outcome if outcome in present]
    bounds = (100.0, *rules.decades_percent, _LOWEST_PERCENT)
    ranges = dict(zip(decades(rules), zip(bounds[1:], bounds, strict=False), strict=True))
    n = sum(s.correct is not None for s in evaluation.specimens)
    kind = "simulated specimen" if evaluation.simulated else "specimen"
    return EvaluationPlot(
        title=f"{n} {kind}{'s' if n != 1 else ''} held against labels",
        points=tuple(
            EvaluatedPoint(
                outcome=str(s.outcome),
                true_percent=s.true_percent,
                estimated_percent=s.estimated_percent,
                f1=s.f1,
                other=kind_of(s.expected, rules) is Outcome.NOT_B_PRECURSOR,
            )
            for s in evaluation.specimens
            if s.correct is not None and not math.isnan(s.true_percent)
        ),
        outcomes=tuple(str(outcome) for outcome in outcomes),
        medians=tuple(
            (*ranges[group.name], group.f1_median.estimate)
            for group in evaluation.groups
            if group.name in ranges and group.n_f1
        ),
        groups=tuple(
            EvaluatedGroup(
                name=group.name, counts=tuple(group.outcomes[outcome].k for outcome in outcomes)
            )
            for group in evaluation.groups
        ),
        tolerance_log10=rules.log10_tolerances[0],
    )
