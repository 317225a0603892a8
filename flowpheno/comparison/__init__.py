"""Diagnosis against relapse: what is kept, which markers shifted, what it means."""

from __future__ import annotations

from flowpheno.comparison.balance import Stability
from flowpheno.comparison.judge import Comparison, call_text, compare
from flowpheno.comparison.measure import profile
from flowpheno.comparison.merge import pair_up
from flowpheno.comparison.series import Series, SeriesStep
from flowpheno.comparison.shift import MarkerShift, ShiftCall
from flowpheno.comparison.similarity import Similarity
from flowpheno.comparison.structure import Fate, Structure, Subpopulation
from flowpheno.comparison.values import Anchor, MarkerProfile, Profile

__all__ = [
    "Anchor",
    "Comparison",
    "Fate",
    "MarkerProfile",
    "MarkerShift",
    "Profile",
    "Series",
    "SeriesStep",
    "ShiftCall",
    "Similarity",
    "Stability",
    "Structure",
    "Subpopulation",
    "call_text",
    "compare",
    "pair_up",
    "profile",
]
