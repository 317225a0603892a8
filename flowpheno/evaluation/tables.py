"""The tables of an evaluation; their columns are part of the interface."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from flowpheno.panel.evaluation import Outcome

if TYPE_CHECKING:
    import pandas as pd

    from flowpheno.evaluation.values import (
        Evaluation,
        EventCounts,
        GroupSummary,
        Rate,
        SpecimenEvaluation,
    )
    from flowpheno.statistics import Interval

SPECIMEN_COLUMNS = (
    "specimen", "group", "expected", "verdict", "outcome", "correct", "true_percent",
    "estimated_percent", "log10_error", "f1", "precision", "recall", "n_true", "n_called",
    "n_both", "n_events", "tubes", "reasons", "note",
)  # fmt: skip


def specimen_table(evaluation: Evaluation) -> pd.DataFrame:
    """Tabulate the specimens: ``specimens_evaluated.csv``.

    Parameters
    ----------
    evaluation : Evaluation
        What was found.

    Returns
    -------
    DataFrame
        A row for each specimen, columns `SPECIMEN_COLUMNS`; counts are empty without labels of
        events, ``correct`` without a label.
    """
    import pandas as pd  # noqa: PLC0415 - slow to import

    rows = [_specimen_row(s) for s in evaluation.specimens]
    counts = ["n_true", "n_called", "n_both", "n_events"]
    types = dict.fromkeys(counts, "Int64") | {"correct": "boolean"}
    return pd.DataFrame(rows, columns=list(SPECIMEN_COLUMNS)).astype(types)


def group_table(evaluation: Evaluation) -> pd.DataFrame:
    """Tabulate the groups and totals: ``by_decade.csv``.

    Parameters
    ----------
    evaluation : Evaluation
        What was found.

    Returns
    -------
    DataFrame
        A row for each group, then for each total (``is_total``). Outcomes as counts, percentages
        with Wilson intervals, F1 with bootstrap intervals, a column for each verdict.
    """
    import pandas as pd  # noqa: PLC0415 - slow to import

    every = (*evaluation.groups, *evaluation.totals)
    verdicts = sorted({verdict for group in every for verdict in group.verdicts})
    rows = [
        {"group": group.name, "is_total": group in evaluation.totals, "n": group.n}
        | _group_row(group)
        | {verdict: group.verdicts.get(verdict, 0) for verdict in verdicts}
        for group in every
    ]
    return pd.DataFrame(rows)


def _specimen_row(s: SpecimenEvaluation) -> dict[str, object]:
    error = s.log10_error
    return {
        "specimen": s.specimen,
        "group": s.group,
        "expected": s.expected,
        "verdict": s.verdict,
        "outcome": str(s.outcome),
        "correct": s.correct,
        "true_percent": s.true_percent,
        "estimated_percent": s.estimated_percent,
        "log10_error": error if math.isfinite(error) else math.nan,
        "f1": s.f1,
        "tubes": ";".join(s.tubes),
        "reasons": ";".join(s.reasons),
        "note": s.note,
    } | _count_row(s.counts)


def _count_row(counts: EventCounts | None) -> dict[str, object]:
    if counts is None:
        return {}
    return {
        "precision": counts.precision,
        "recall": counts.recall,
        "n_true": counts.n_true,
        "n_called": counts.n_called,
        "n_both": counts.n_both,
        "n_events": counts.n_events,
    }


def _group_row(group: GroupSummary) -> dict[str, object]:
    row: dict[str, object] = {f"n_{outcome}": group.outcomes[outcome].k for outcome in Outcome}
    row |= _rate_row("correct", group.correct)
    row |= _rate_row("positive", group.outcomes[Outcome.POSITIVE])
    row |= _rate_row("suspicious", group.outcomes[Outcome.SUSPICIOUS])
    row |= _rate_row("undetermined", group.outcomes[Outcome.UNDETERMINED])
    row |= {"n_false_calls": group.false_calls.k} | _rate_row("false_calls", group.false_calls)
    row |= {"n_f1": group.n_f1}
    row |= _interval_row("f1_median", group.f1_median) | _interval_row("f1_mean", group.f1_mean)
    for limit, rate in group.within.items():
        row |= {f"n_within_{limit:g}": rate.k, f"n_of_within_{limit:g}": rate.n}
        row |= _rate_row(f"within_{limit:g}", rate)
    return row


def _rate_row(name: str, rate: Rate) -> dict[str, object]:
    return {
        f"{name}_percent": rate.percent.estimate,
        f"{name}_low": rate.percent.low,
        f"{name}_high": rate.percent.high,
    }


def _interval_row(name: str, interval: Interval) -> dict[str, object]:
    return {name: interval.estimate, f"{name}_low": interval.low, f"{name}_high": interval.high}
