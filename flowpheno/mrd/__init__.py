"""Measurable residual disease: a count, its denominator, its interval and its limits."""

from __future__ import annotations

from flowpheno.mrd.assess import Mrd, MrdState, assess_mrd, events_note
from flowpheno.mrd.category import Category, categories, categorise, pcr_risk
from flowpheno.mrd.interval import EXACT_BELOW, garwood_percent, limits, mrd_interval
from flowpheno.mrd.plan import (
    MrdPlan,
    detection_percent,
    events_for_cv,
    events_needed,
    plan_mrd,
)

__all__ = [
    "EXACT_BELOW",
    "Category",
    "Mrd",
    "MrdPlan",
    "MrdState",
    "assess_mrd",
    "categories",
    "categorise",
    "detection_percent",
    "events_for_cv",
    "events_needed",
    "events_note",
    "garwood_percent",
    "limits",
    "mrd_interval",
    "pcr_risk",
    "plan_mrd",
]
