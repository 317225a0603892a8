"""Training files held against models that did not see their patient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.evaluation import SpecimenEvaluation, count_events
from flowpheno.evaluation.grouping import group_of
from flowpheno.evaluation.summary import summarise
from flowpheno.learning.card import GroupCard, SpecimenCard
from flowpheno.panel.evaluation import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.arrays import Values
    from flowpheno.evaluation import EventCounts, EventLabels
    from flowpheno.learning.cells import LabelledCells
    from flowpheno.learning.limits import LearningLimits
    from flowpheno.learning.training import Trained
    from flowpheno.panel.evaluation import EvaluationRules


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrainingFile:
    """A labelled file that a model is trained on.

    Attributes
    ----------
    tube : LabelledCells
        Its nucleated cells.
    labels : EventLabels
        Of all its events.
    sha256, labels_sha256 : str
        Of the file and of its labels.
    cytometer : str
        That it names; empty where it does not.
    simulated : bool
        Whether flowpheno made it.
    """

    tube: LabelledCells
    labels: EventLabels
    sha256: str
    labels_sha256: str
    cytometer: str
    simulated: bool


def specimen_cards(
    files: Sequence[TrainingFile],
    trained: Trained,
    limits: LearningLimits,
    rules: EvaluationRules,
) -> tuple[tuple[SpecimenCard, ...], tuple[SpecimenEvaluation, ...]]:
    """Count what models without the patient call in each training file.

    Parameters
    ----------
    files : sequence of TrainingFile
        As trained on.
    trained : Trained
        Probabilities out of fold.
    limits : LearningLimits
        Above which probability an event is called.
    rules : EvaluationRules
        Decades of the labelled blasts.

    Returns
    -------
    tuple of SpecimenCard
        For the model card.
    tuple of SpecimenEvaluation
        The same for `group_cards`.
    """
    cards, evaluated = [], []
    for file, held, fold in zip(files, trained.held_out, trained.folds, strict=True):
        counts = _count(file, held, limits)
        one = _evaluated(file, counts, rules)
        evaluated.append(one)
        cards.append(
            SpecimenCard(
                specimen=file.tube.name,
                patient=file.tube.patient,
                sha256=file.sha256,
                labels_sha256=file.labels_sha256,
                fold=fold + 1,
                n_cells=len(file.tube.blasts),
                n_true=counts.n_true,
                n_called=counts.n_called,
                n_both=counts.n_both,
                precision=counts.precision,
                recall=counts.recall,
                f1=counts.f1,
                group=one.group,
            )
        )
    return tuple(cards), tuple(evaluated)


def group_cards(
    evaluated: Sequence[SpecimenEvaluation], rules: EvaluationRules
) -> tuple[GroupCard, ...]:
    """Summarise by decade of the labelled blasts, as ``evaluate`` does.

    Parameters
    ----------
    evaluated : sequence of SpecimenEvaluation
        Of `specimen_cards`.
    rules : EvaluationRules
        Decades and bootstrap.

    Returns
    -------
    tuple of GroupCard
        Groups that are not empty, then totals.
    """
    groups, totals = summarise(evaluated, rules)
    return tuple(
        GroupCard(name=g.name, n=g.n, f1_median=g.f1_median, f1_mean=g.f1_mean)
        for g in (*groups, *(total for total in totals if total.n))
    )


def _count(file: TrainingFile, held: Values, limits: LearningLimits) -> EventCounts:
    called = np.zeros(len(file.labels.blasts), bool)
    called[file.tube.cells.rows] = held > limits.called_probability
    return count_events(file.labels, called)


def _evaluated(
    file: TrainingFile, counts: EventCounts, rules: EvaluationRules
) -> SpecimenEvaluation:
    """Put counts in the form of an evaluation; there is no verdict, only a word for its place."""
    n = counts.n_nucleated
    base, true = (
        (len(file.tube.blasts), int(np.count_nonzero(file.tube.blasts)))
        if n is None
        else (n, counts.n_true_nucleated)
    )
    percent = 100 * true / base if base else float("nan")
    expected = "positive" if counts.n_true else "negative"
    return SpecimenEvaluation(
        specimen=file.tube.name,
        expected=expected,
        verdict="none: out of fold",
        outcome=Outcome.POSITIVE if counts.n_called else Outcome.NEGATIVE,
        correct=bool(counts.n_called) == bool(counts.n_true),
        group=group_of(expected, percent, rules),
        counts=counts,
        true_percent=percent,
        estimated_percent=100 * counts.n_called / base if base else float("nan"),
    )
