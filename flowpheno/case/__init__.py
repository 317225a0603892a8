"""A patient: several specimens, several kinds of evidence, one time line."""

from __future__ import annotations

from flowpheno.case.judge import judge_case
from flowpheno.case.missing import averaged_percent, missed_chance, missed_percent
from flowpheno.case.values import (
    CaseFlag,
    CaseState,
    CaseVerdict,
    MissedChance,
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
    "MissedChance",
    "TimelineRow",
    "TissueEvidence",
    "averaged_percent",
    "judge_case",
    "load_case",
    "load_case_limits",
    "missed_chance",
    "missed_percent",
]
