"""All definitions a classification needs, read once and fingerprinted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from flowpheno.aberrancy.limits import AberrancyLimits
from flowpheno.compensation import CompensationLimits
from flowpheno.errors import PanelError
from flowpheno.gating.limits import GatingLimits
from flowpheno.panel.clonality import ClonalityRules, load_clonality_rules
from flowpheno.panel.comparison import ComparisonLimits, load_comparison_limits
from flowpheno.panel.decision import DecisionRules, load_decision_rules
from flowpheno.panel.files import builtin_directory, fingerprint
from flowpheno.panel.kinds import definition_files
from flowpheno.panel.limits import load_limits
from flowpheno.panel.mrd import MrdRules, load_mrd_rules
from flowpheno.panel.phenotypes import PhenotypeDefinition, load_phenotypes
from flowpheno.panel.populations import load_populations
from flowpheno.panel.scores import ScoreDefinitions, load_scores
from flowpheno.panel.verdicts import VerdictTexts, load_verdict_texts
from flowpheno.panel.vocabulary import builtin_vocabulary, load_vocabulary
from flowpheno.positivity.limits import PositivityLimits
from flowpheno.qc import QcLimits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.gating.definition import PopulationDefinitions
    from flowpheno.marker import Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Definitions:
    """Everything a haematologist could argue about.

    Attributes
    ----------
    vocabulary : Vocabulary
        Marker names, controls and modes.
    qc : QcLimits
        Quality control.
    compensation : CompensationLimits
        Single-stain controls and unmixing.
    gating : GatingLimits
        Data-driven gates.
    populations : PopulationDefinitions
        What each population is.
    positivity : PositivityLimits
        Marker calls.
    aberrancy : AberrancyLimits
        Search for aberrant cells.
    decision : DecisionRules
        Specimen verdict.
    mrd : MrdRules
        Limits of detection and quantification.
    clonality : ClonalityRules
        Light chains.
    comparison : ComparisonLimits
        Diagnosis against relapse.
    phenotypes : tuple of PhenotypeDefinition
        What a population may be.
    scores : ScoreDefinitions
        EGIL, WHO-HAEM5, AIEOP-BFM, minimum markers.
    texts : VerdictTexts
        What verdicts and reasons mean, in words.
    hashes : mapping of str to str
        Definition file to SHA-256.
    """

    vocabulary: Vocabulary
    qc: QcLimits
    compensation: CompensationLimits
    gating: GatingLimits
    populations: PopulationDefinitions
    positivity: PositivityLimits
    aberrancy: AberrancyLimits
    decision: DecisionRules
    mrd: MrdRules
    clonality: ClonalityRules
    comparison: ComparisonLimits
    phenotypes: tuple[PhenotypeDefinition, ...]
    scores: ScoreDefinitions
    texts: VerdictTexts
    hashes: Mapping[str, str]


def load_definitions(directory: Path | str | None = None) -> Definitions:
    """Read all definitions of a folder.

    Parameters
    ----------
    directory : Path or str or None
        Folder laid out like ``panels/``; a file it does not hold is taken from those that come
        with flowpheno. None for only those.

    Returns
    -------
    Definitions
        The definitions.

    Raises
    ------
    PanelError
        If the folder holds no definition, or a file is not the definition it should be; lists
        every problem with its line.
    """
    if directory is None:
        return _load(None)
    folder = Path(directory)
    # a mistyped folder must not be taken for one that overrides nothing
    if not folder.is_dir() or not definition_files([folder]):
        raise PanelError(folder, ["no folder that holds definitions"])
    return _load(folder.resolve())


@lru_cache(maxsize=4)
def _load(directory: Path | None) -> Definitions:
    builtin = builtin_directory()

    def home(name: str) -> Path:
        return directory if directory is not None and (directory / name).exists() else builtin

    used = [home(path.name) / path.name for path in sorted(builtin.glob("*.yaml"))]
    for folder in ("phenotypes", "scores"):
        used += sorted((home(folder) / folder).glob("*.yaml"))
    return Definitions(
        vocabulary=builtin_vocabulary()  # read by the phenotypes too: once is enough
        if home("markers.yaml") == builtin
        else load_vocabulary(home("markers.yaml") / "markers.yaml"),
        qc=load_limits(home("qc.yaml") / "qc.yaml", QcLimits),
        compensation=load_limits(
            home("compensation.yaml") / "compensation.yaml", CompensationLimits
        ),
        gating=load_limits(home("gating.yaml") / "gating.yaml", GatingLimits),
        populations=load_populations(home("populations.yaml") / "populations.yaml"),
        positivity=load_limits(home("positivity.yaml") / "positivity.yaml", PositivityLimits),
        aberrancy=load_limits(home("aberrancy.yaml") / "aberrancy.yaml", AberrancyLimits),
        decision=load_decision_rules(home("decision.yaml")),
        mrd=load_mrd_rules(home("mrd.yaml")),
        clonality=load_clonality_rules(home("clonality.yaml")),
        comparison=load_comparison_limits(home("comparison.yaml")),
        phenotypes=load_phenotypes(home("phenotypes") / "phenotypes"),
        scores=load_scores(home("scores") / "scores"),
        texts=load_verdict_texts(home("verdicts.yaml")),
        hashes={
            (
                f"{p.parent.name}/{p.name}"
                if p.parent.name in {"phenotypes", "scores"}
                else p.name
            ): fingerprint([p])
            for p in used
        },
    )
