"""All definitions a classification needs, read once and fingerprinted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from flowpheno.aberrancy.limits import AberrancyLimits
from flowpheno.compensation import CompensationLimits
from flowpheno.errors import PanelError
from flowpheno.gating.limits import GatingLimits
from flowpheno.learning.limits import LearningLimits
from flowpheno.panel.clonality import ClonalityRules, load_clonality_rules
from flowpheno.panel.comparison import ComparisonLimits, load_comparison_limits
from flowpheno.panel.decision import DecisionRules, load_decision_rules
from flowpheno.panel.files import fingerprint
from flowpheno.panel.limits import load_limits
from flowpheno.panel.mrd import MrdRules, load_mrd_rules
from flowpheno.panel.overlay import find_sources, folder_of
from flowpheno.panel.populations import load_populations
from flowpheno.panel.recognition import RecognitionLimits
from flowpheno.panel.scoring import scoring_of
from flowpheno.panel.tubes import Tube, load_tube
from flowpheno.panel.verdicts import VerdictTexts, load_verdict_texts
from flowpheno.positivity.limits import PositivityLimits
from flowpheno.qc import QcLimits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.gating.definition import PopulationDefinitions
    from flowpheno.marker import Vocabulary
    from flowpheno.panel.patterns import NormalStage, Suggestion
    from flowpheno.panel.phenotypes import PhenotypeDefinition
    from flowpheno.panel.scores import ScoreDefinitions


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
    learning : LearningLimits
        Learned models.
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
    suggestions : tuple of Suggestion
        Phenotypes that go with a genotype.
    normal : tuple of NormalStage
        Stages of normal B precursors.
    scores : ScoreDefinitions
        EGIL, WHO-HAEM5, AIEOP-BFM, minimum markers.
    tubes : mapping of str to Tube
        Reagent tubes that a file may be, by name.
    recognition : RecognitionLimits
        When a file is one of them.
    texts : VerdictTexts
        What verdicts and reasons mean, in words.
    hashes : mapping of str to str
        Definition file to SHA-256.
    overridden : tuple of str
        Those of them that were read from a laboratory's own folder, not from flowpheno's.
    """

    vocabulary: Vocabulary
    qc: QcLimits
    compensation: CompensationLimits
    gating: GatingLimits
    populations: PopulationDefinitions
    positivity: PositivityLimits
    aberrancy: AberrancyLimits
    learning: LearningLimits
    decision: DecisionRules
    mrd: MrdRules
    clonality: ClonalityRules
    comparison: ComparisonLimits
    phenotypes: tuple[PhenotypeDefinition, ...]
    suggestions: tuple[Suggestion, ...]
    normal: tuple[NormalStage, ...]
    scores: ScoreDefinitions
    tubes: Mapping[str, Tube]
    recognition: RecognitionLimits
    texts: VerdictTexts
    hashes: Mapping[str, str]
    overridden: tuple[str, ...] = ()


def load_definitions(directory: Path | str | None = None) -> Definitions:
    """Read all definitions of a folder.

    Parameters
    ----------
    directory : Path or str or None
        Folder laid out like ``panels/``; a file it does not hold is taken from those that come
        with flowpheno, a further phenotype or tube is added to them. None for only those.

    Returns
    -------
    Definitions
        The definitions.

    Raises
    ------
    PanelError
        If the folder holds no definition, or a file that is none by its name, or a file is not
        the definition it should be; lists every problem with its line.
    """
    return _load(None if directory is None else Path(directory).resolve())


def with_scheme(definitions: Definitions, scheme: str) -> Definitions:
    """Choose the percent rule that positivity is called by.

    Parameters
    ----------
    definitions : Definitions
        All definitions.
    scheme : str
        One of ``schemes`` in ``positivity.yaml``, such as ``"aieop_bfm"``.

    Returns
    -------
    Definitions
        The same with that rule in use.

    Raises
    ------
    PanelError
        If there is no such rule.
    """
    known = definitions.positivity.schemes
    if scheme not in known:
        problem = f"scheme {scheme!r} is none of {', '.join(known)}"
        raise PanelError(Path("positivity.yaml"), [problem])
    return replace(definitions, positivity=replace(definitions.positivity, scheme=scheme))


def with_denominator(definitions: Definitions, denominator: str) -> Definitions:
    """Choose what percentages of blasts and their limits refer to.

    Parameters
    ----------
    definitions : Definitions
        All definitions.
    denominator : str
        One of ``denominators`` in ``mrd.yaml``, such as ``"mononuclear"``.

    Returns
    -------
    Definitions
        The same with that denominator.

    Raises
    ------
    PanelError
        If there is no such denominator.
    """
    known = definitions.mrd.denominators
    if denominator not in known:
        problem = f"denominator {denominator!r} is none of {', '.join(known)}"
        raise PanelError(Path("mrd.yaml"), [problem])
    rules = definitions.mrd.model_copy(update={"denominator": denominator})
    return replace(definitions, mrd=rules)


@lru_cache(maxsize=4)
def _load(directory: Path | None) -> Definitions:
    sources = find_sources(directory)
    files = {name: source.path for name, source in sources.items()}
    own = tuple(name for name, source in sources.items() if source.own)

    def home(name: str) -> Path:
        return files[name].parent

    scoring = scoring_of(sources)
    markers = scoring.vocabulary.antigens
    return Definitions(
        vocabulary=scoring.vocabulary,
        qc=load_limits(files["qc.yaml"], QcLimits, markers=markers),
        compensation=load_limits(files["compensation.yaml"], CompensationLimits),
        gating=load_limits(files["gating.yaml"], GatingLimits),
        populations=load_populations(files["populations.yaml"]),
        positivity=load_limits(files["positivity.yaml"], PositivityLimits, markers=markers),
        aberrancy=load_limits(files["aberrancy.yaml"], AberrancyLimits, markers=markers),
        learning=load_limits(files["learning.yaml"], LearningLimits, markers=markers),
        decision=load_decision_rules(home("decision.yaml")),
        mrd=load_mrd_rules(home("mrd.yaml")),
        clonality=load_clonality_rules(home("clonality.yaml")),
        comparison=load_comparison_limits(home("comparison.yaml")),
        phenotypes=scoring.phenotypes,
        suggestions=scoring.suggestions,
        normal=scoring.normal,
        scores=scoring.scores,
        tubes={
            name: load_tube(path, markers=markers)
            for name, path in folder_of(sources, "tubes").items()
        },
        recognition=load_limits(files["recognition.yaml"], RecognitionLimits),
        texts=load_verdict_texts(home("verdicts.yaml")),
        hashes={name: fingerprint([path]) for name, path in files.items()},
        overridden=own,
    )
