"""Lineage of a blast population: EGIL, WHO-HAEM5, AIEOP-BFM, and what they come to."""

from flowpheno.lineage.aieop_bfm import AieopBfmClass
from flowpheno.lineage.assignment import Lineage, LineageScores, score_lineage
from flowpheno.lineage.egil import EgilScore
from flowpheno.lineage.minimum import missing_for_confirmation, missing_for_rejection
from flowpheno.lineage.who5 import Who5Lineage

__all__ = [
    "AieopBfmClass",
    "EgilScore",
    "Lineage",
    "LineageScores",
    "Who5Lineage",
    "missing_for_confirmation",
    "missing_for_rejection",
    "score_lineage",
]
