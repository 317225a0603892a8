"""The kinds of definition files: which model a file must fit, and checking any of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowpheno.aberrancy.limits import AberrancyLimits
from flowpheno.compensation import CompensationLimits
from flowpheno.errors import PanelError
from flowpheno.gating.definition import PopulationDefinitions
from flowpheno.gating.limits import GatingLimits
from flowpheno.learning.limits import LearningLimits
from flowpheno.panel.case import CaseLimits
from flowpheno.panel.clonality import ClonalityRules
from flowpheno.panel.comparison import ComparisonLimits
from flowpheno.panel.decision import DecisionRules
from flowpheno.panel.deidentify import DeidentifyRules
from flowpheno.panel.evaluation import EvaluationRules
from flowpheno.panel.fhir import FhirCodes
from flowpheno.panel.files import load_definition, read_yaml
from flowpheno.panel.limits import check_markers, limits_model
from flowpheno.panel.mrd import MrdRules
from flowpheno.panel.patterns import (
    NormalStage,
    Suggestion,
    load_normal_stage,
    load_suggestion,
)
from flowpheno.panel.phenotypes import PhenotypeDefinition, load_phenotype
from flowpheno.panel.populations import load_populations
from flowpheno.panel.recognition import RecognitionLimits
from flowpheno.panel.scores import SCORE_MODELS, load_score
from flowpheno.panel.strategy import StrategyFile, load_strategy
from flowpheno.panel.tubes import Tube, load_tube
from flowpheno.panel.verdicts import VerdictTexts
from flowpheno.panel.vocabulary import MarkersFile, builtin_vocabulary, load_markers
from flowpheno.positivity.limits import PositivityLimits
from flowpheno.qc import QcLimits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from pydantic import BaseModel

KINDS: Mapping[str, type[BaseModel]] = {
    "phenotype": PhenotypeDefinition,
    "suggestion": Suggestion,
    "normal": NormalStage,
    "tube": Tube,
    **SCORE_MODELS,
    "markers": MarkersFile,
    "case": CaseLimits,
    "clonality": ClonalityRules,
    "comparison": ComparisonLimits,
    "decision": DecisionRules,
    "deidentify": DeidentifyRules,
    "evaluation": EvaluationRules,
    "fhir": FhirCodes,
    "mrd": MrdRules,
    "aberrancy": limits_model(AberrancyLimits),
    "compensation": limits_model(CompensationLimits),
    "gating": limits_model(GatingLimits),
    "learning": limits_model(LearningLimits),
    "populations": limits_model(PopulationDefinitions),
    "positivity": limits_model(PositivityLimits),
    "qc": limits_model(QcLimits),
    "recognition": limits_model(RecognitionLimits),
    "strategy": StrategyFile,
    "verdicts": VerdictTexts,
}
"""Kind of definition to the model its files must fit."""

_FOLDERS = {
    "phenotypes": "phenotype",
    "suggestions": "suggestion",
    "normal": "normal",
    "tubes": "tube",
    "strategies": "strategy",
}
_SIGNS = {
    "genotype": "suggestion",
    "stage": "normal",
    "rules": "phenotype",
    "channels": "tube",
    "gates": "strategy",
}


_LOADERS: Mapping[str, Callable[[Path], object]] = {
    "phenotype": load_phenotype,
    "suggestion": load_suggestion,
    "normal": load_normal_stage,
    "markers": load_markers,
    "tube": load_tube,
    "strategy": load_strategy,
    "populations": load_populations,
}


def kind_of_file(path: Path) -> str:
    """Tell the kind of a definition file from its folder, its name or its keys.

    Parameters
    ----------
    path : Path
        A YAML file.

    Returns
    -------
    str
        A key of `KINDS`; empty if it cannot be told.

    Raises
    ------
    PanelError
        If the file is not YAML.
    """
    if path.parent.name in _FOLDERS:
        return _FOLDERS[path.parent.name]
    if path.stem in KINDS:
        return path.stem
    content = read_yaml(path)
    keys = set(content) if isinstance(content, dict) else set()
    return next((kind for sign, kind in _SIGNS.items() if sign in keys), "")


def check_file(path: Path, *, kind: str = "") -> tuple[str, ...]:
    """List everything that is wrong with a definition file.

    Parameters
    ----------
    path : Path
        A YAML file.
    kind : str
        A key of `KINDS`; empty to tell it from the file.

    Returns
    -------
    tuple of str
        Each problem with its line; empty if there is none. A file of no known kind is only
        checked to be YAML.
    """
    try:
        kind = kind or kind_of_file(path)
        if kind in _LOADERS:
            _LOADERS[kind](path)
        elif kind in SCORE_MODELS:
            load_score(path, SCORE_MODELS[kind])
        elif kind:
            known = frozenset(builtin_vocabulary().antigens)
            context = {"markers": known}
            load_definition(path, KINDS[kind], context=context, check=check_markers(kind))
        else:
            read_yaml(path)
    except PanelError as error:
        return tuple(
            problem if error.path == path else f"{error.path.name}: {problem}"
            for problem in error.problems
        )
    return ()


def definition_files(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Find definition files.

    Parameters
    ----------
    paths : iterable of Path
        Files, taken as they are, and folders, searched for YAML files.

    Returns
    -------
    tuple of Path
        Sorted, each once; empty if the folders hold none.
    """
    found: set[Path] = set()
    for path in paths:
        found |= {*path.rglob("*.yaml"), *path.rglob("*.yml")} if path.is_dir() else {path}
    return tuple(sorted(found))
