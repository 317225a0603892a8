"""A patient: several specimens, several kinds of evidence, one time line."""

from __future__ import annotations

from flowpheno.case.judge import judge_case
from flowpheno.case.missing import averaged_percent, missed_chance, missed_percent, missed_sentence
from flowpheno.case.places import find_place
from flowpheno.case.values import (
    CaseFlag,
    CaseState,
    CaseVerdict,
    ComparedRow,
    ImagingRow,
    MissedChance,
    Place,
    RemissionRow,
    TimelineRow,
    TissueEvidence,
)
from flowpheno.panel.case import Case, CaseSpecimen, load_case, load_case_limits

__all__ = [
    "Case",
    "CaseFlag",
    "CaseSpecimen",
    "CaseState",
    "CaseVerdict",
    "ComparedRow",
    "ImagingRow",
    "MissedChance",
    "Place",
    "RemissionRow",
    "TimelineRow",
    "TissueEvidence",
    "averaged_percent",
    "find_place",
    "judge_case",
    "load_case",
    "load_case_limits",
    "missed_chance",
    "missed_percent",
    "missed_sentence",
]
