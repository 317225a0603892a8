"""The simplified classification of AIEOP-BFM."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flowpheno.lineage.stage import open_words, stage_text
from flowpheno.matching import evaluate, unknown_markers

if TYPE_CHECKING:
    from flowpheno.marker import Marker
    from flowpheno.panel.conditions import Condition
    from flowpheno.panel.scores import AieopBfm
    from flowpheno.phenotype import Phenotype


@dataclass(frozen=True, slots=True, kw_only=True)
class AieopBfmClass:
    """The class by AIEOP-BFM.

    Attributes
    ----------
    bcp_all, t_all : bool or None
        Whether it is one of the two; None if it cannot be told.
    myeloid_coexpression : tuple of Marker
        Myeloid markers shown positive; they change no lineage.
    text : str
        In words.
    """

    bcp_all: bool | None
    t_all: bool | None
    myeloid_coexpression: tuple[Marker, ...]
    text: str


def aieop_bfm_class(measured: Phenotype, rules: AieopBfm) -> AieopBfmClass:
    """Classify by AIEOP-BFM.

    Parameters
    ----------
    measured : Phenotype
        Of the blasts.
    rules : AieopBfm
        The classification.

    Returns
    -------
    AieopBfmClass
        The class; undecided for a phenotype without calls.

    References
    ----------
    .. [1] Dworzak MN et al. AIEOP-BFM consensus guidelines 2016 for flow cytometric
       immunophenotyping of pediatric acute lymphoblastic leukemia. Cytometry B. 2018;94:82-93.
    """
    bcp, t = evaluate(rules.bcp_all, measured), evaluate(rules.t_all, measured)
    myeloid = tuple(m for m in rules.myeloid_coexpression if measured.call(m).truth)
    bcp_words = _words("BCP-ALL", rules.bcp_all, measured)
    parts = [
        bcp_words,
        stage_text(rules.subtypes, measured) if bcp_words else "",
        "" if bcp else _words("T-ALL", rules.t_all, measured),
        f"myeloid co-expression: {', '.join(myeloid)}" if myeloid else "",
    ]
    excluded = bcp is False and t is False
    nothing = "neither BCP-ALL nor T-ALL" if excluded else "BCP-ALL and T-ALL not evaluable"
    named = any(parts[:3])
    return AieopBfmClass(
        bcp_all=bcp,
        t_all=t,
        myeloid_coexpression=myeloid,
        text="; ".join(filter(None, parts if named else [nothing, *parts])),
    )


def _words(name: str, rule: Condition, measured: Phenotype) -> str:
    """Name a leukaemia that is met, or undecided with something that speaks for it."""
    truth = evaluate(rule, measured)
    if truth:
        return name
    shown = any(measured.call(marker).truth for leaf in rule.leaves for marker in leaf.markers)
    if truth is False or not shown:
        return ""
    return f"{name} undecided ({open_words(unknown_markers(rule, measured), measured)})"
