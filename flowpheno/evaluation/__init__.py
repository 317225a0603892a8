"""Results held against labels: event F1, blast fractions, verdicts, by decade of the fraction."""

from __future__ import annotations

from flowpheno.evaluation.judge import count_events, evaluate
from flowpheno.evaluation.labels import EventLabels, Labels, find_labels, read_event_labels
from flowpheno.evaluation.tables import group_table, specimen_table
from flowpheno.evaluation.values import (
    Evaluation,
    EventCounts,
    GroupSummary,
    Rate,
    SpecimenEvaluation,
)
from flowpheno.evaluation.write import evaluation_json, write_evaluation

__all__ = [
    "Evaluation",
    "EventCounts",
    "EventLabels",
    "GroupSummary",
    "Labels",
    "Rate",
    "SpecimenEvaluation",
    "count_events",
    "evaluate",
    "evaluation_json",
    "find_labels",
    "group_table",
    "read_event_labels",
    "specimen_table",
    "write_evaluation",
]
