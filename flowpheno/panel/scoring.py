"""What a typed phenotype is held against: less than a file is judged by, and read faster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flowpheno.panel.overlay import find_sources, folder_of
from flowpheno.panel.patterns import (
    NormalStage,
    Suggestion,
    load_normal_stage,
    load_suggestion,
)
from flowpheno.panel.phenotypes import PhenotypeDefinition, load_phenotype_files
from flowpheno.panel.scores import ScoreDefinitions, load_score_files
from flowpheno.panel.vocabulary import builtin_vocabulary, load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from flowpheno.marker import Vocabulary
    from flowpheno.panel.overlay import Source


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scoring:
    """Definitions that ask for nothing but a phenotype.

    Attributes
    ----------
    vocabulary : Vocabulary
        Marker names.
    phenotypes : tuple of PhenotypeDefinition
        What a population may be.
    suggestions : tuple of Suggestion
        Phenotypes that go with a genotype.
    normal : tuple of NormalStage
        Stages of normal B precursors.
    scores : ScoreDefinitions
        EGIL, WHO-HAEM5, AIEOP-BFM, minimum markers.
    """

    vocabulary: Vocabulary
    phenotypes: tuple[PhenotypeDefinition, ...]
    suggestions: tuple[Suggestion, ...]
    normal: tuple[NormalStage, ...]
    scores: ScoreDefinitions


def load_scoring(directory: Path | None = None) -> Scoring:
    """Read what a phenotype is held against.

    Parameters
    ----------
    directory : Path or None
        A laboratory's own folder, see `find_sources`; None for what comes with flowpheno.

    Returns
    -------
    Scoring
        The definitions.

    Raises
    ------
    PanelError
        If the folder cannot be used, or a file is not the definition it should be.
    """
    return scoring_of(find_sources(directory))


def scoring_of(sources: Mapping[str, Source]) -> Scoring:
    """Read what a phenotype is held against from the files found.

    Parameters
    ----------
    sources : mapping of str to Source
        From `find_sources`.

    Returns
    -------
    Scoring
        The definitions.

    Raises
    ------
    PanelError
        If a file is not the definition it should be.
    """
    named = sources["markers.yaml"]
    # read by the phenotypes too: once is enough
    vocabulary = load_vocabulary(named.path) if named.own else builtin_vocabulary()
    markers, phenotypes = vocabulary.antigens, folder_of(sources, "phenotypes")
    return Scoring(
        vocabulary=vocabulary,
        phenotypes=load_phenotype_files(phenotypes, markers=markers),
        suggestions=tuple(
            load_suggestion(path, markers=markers, phenotypes=phenotypes)
            for path in folder_of(sources, "suggestions").values()
        ),
        normal=tuple(
            load_normal_stage(path, markers=markers)
            for path in folder_of(sources, "normal").values()
        ),
        scores=load_score_files(folder_of(sources, "scores"), markers=markers),
    )
