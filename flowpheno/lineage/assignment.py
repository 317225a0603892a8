"""The lineage of a blast population: all scores at once, and what they come to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from flowpheno.lineage.aieop_bfm import AieopBfmClass, aieop_bfm_class
from flowpheno.lineage.egil import EgilScore, egil_score, egil_stage
from flowpheno.lineage.who5 import Who5Lineage, who5_lineage
from flowpheno.matching import evaluate

if TYPE_CHECKING:
    from flowpheno.panel.scores import ScoreDefinitions
    from flowpheno.phenotype import Phenotype


class Lineage(StrEnum):
    """Lineage of a blast population."""

    B = "B"
    T = "T"
    MYELOID = "myeloid"
    MPAL = "MPAL"
    NOT_EVALUABLE = "not_evaluable"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineageScores:
    """Everything the scores say of one blast population.

    Attributes
    ----------
    egil : EgilScore
        Points.
    egil_stage : str
        Maturation in words.
    biphenotypic : bool or None
        By EGIL; None while unknown markers could decide.
    who5 : Who5Lineage
        Criteria of WHO-HAEM5.
    aieop_bfm : AieopBfmClass
        Class by AIEOP-BFM.
    lineage : Lineage
        What they come to.
    """

    egil: EgilScore
    egil_stage: str
    biphenotypic: bool | None
    who5: Who5Lineage
    aieop_bfm: AieopBfmClass
    lineage: Lineage


def score_lineage(measured: Phenotype, scores: ScoreDefinitions) -> LineageScores:
    """Score a blast population and name its lineage.

    Parameters
    ----------
    measured : Phenotype
        Of the blasts; a normal cell has a lineage too, and is not judged here.
    scores : ScoreDefinitions
        The definitions.

    Returns
    -------
    LineageScores
        Lineage `Lineage.NOT_EVALUABLE` for a phenotype without calls.
    """
    egil = egil_score(measured, scores.egil)
    who5 = who5_lineage(measured, scores.who5, scores.evidence)
    return LineageScores(
        egil=egil,
        egil_stage=egil_stage(measured, scores.egil),
        biphenotypic=egil.biphenotypic,
        who5=who5,
        aieop_bfm=aieop_bfm_class(measured, scores.aieop_bfm),
        lineage=_lineage(measured, scores, egil=egil, who5=who5),
    )


def _lineage(
    measured: Phenotype, scores: ScoreDefinitions, *, egil: EgilScore, who5: Who5Lineage
) -> Lineage:
    """Measured T, myeloid or mixed evidence wins; B needs B evidence and none else."""
    evidence = scores.evidence
    others = {
        lineage: who or not evaluate(rule.weak, measured)
        for lineage, rule, who in (
            (Lineage.T, evidence.t, who5.t),
            (Lineage.MYELOID, evidence.myeloid, who5.myeloid),
        )
        if evaluate(rule.evidence, measured)
    }
    if not others:
        return Lineage.B if _only_b(measured, scores, egil=egil, who5=who5) else _unknown
    beside = who5.b or (
        who5.b is None
        and egil.b > scores.egil.biphenotypic_above
        and evaluate(evidence.b.beside_others, measured)
        and not evaluate(evidence.b.weak, measured)
    )
    if beside or len(others) > 1:  # mixed, unless all that speaks against B is weak
        return Lineage.MPAL if any(others.values()) else _unknown
    return next(iter(others))


_unknown = Lineage.NOT_EVALUABLE


def _only_b(
    measured: Phenotype, scores: ScoreDefinitions, *, egil: EgilScore, who5: Who5Lineage
) -> bool:
    """B evidence, and no second lineage by points that a measured marker does not rule out."""
    if who5.b:
        return True
    if not evaluate(scores.evidence.b.evidence, measured):
        return False
    above = scores.egil.biphenotypic_above
    rivals = ((egil.t, scores.evidence.t), (egil.myeloid, scores.evidence.myeloid))
    return not any(
        points > above and not evaluate(rule.excluded, measured) for points, rule in rivals
    )
