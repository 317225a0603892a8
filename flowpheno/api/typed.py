"""Phenotypes typed from a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowpheno.lineage import score_lineage
from flowpheno.matching import match_phenotype
from flowpheno.notation import parse_phenotype
from flowpheno.panel.definitions import load_definitions

if TYPE_CHECKING:
    from flowpheno.lineage import LineageScores
    from flowpheno.matching import PhenotypeMatch
    from flowpheno.panel.definitions import Definitions


def score(text: str, definitions: Definitions | None = None) -> LineageScores:
    """Score the phenotype of a blast population typed from a report.

    Parameters
    ----------
    text : str
        Such as ``"CD10++ CD19+ CD20 (partial), cyCD79a pos, TdT-"``; what is not in it was not
        reported, and is never negative.
    definitions : Definitions or None
        Of `load_definitions`; None for those that come with flowpheno.

    Returns
    -------
    LineageScores
        EGIL, WHO-HAEM5, AIEOP-BFM and the lineage they come to.

    Raises
    ------
    NotationError
        If the text cannot be understood.

    Examples
    --------
    >>> score("CD10+ CD19+ cyCD79a+ TdT+").egil.b
    4.5
    """
    used = definitions or load_definitions()
    return score_lineage(parse_phenotype(text, used.vocabulary), used.scores)


def match_phenotypes(
    text: str, definitions: Definitions | None = None
) -> tuple[PhenotypeMatch, ...]:
    """Hold a typed phenotype against B-precursor ALL and what it must be told from.

    Parameters
    ----------
    text : str
        As for `score`.
    definitions : Definitions or None
        Of `load_definitions`; None for those that come with flowpheno.

    Returns
    -------
    tuple of PhenotypeMatch
        One for each phenotype, rule by rule.

    Raises
    ------
    NotationError
        If the text cannot be understood.
    """
    used = definitions or load_definitions()
    measured = parse_phenotype(text, used.vocabulary)
    return tuple(match_phenotype(definition, measured) for definition in used.phenotypes)
