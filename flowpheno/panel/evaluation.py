"""What panels/evaluation.yaml must say: what counts as what when results meet labels."""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from flowpheno.panel.files import builtin_directory, load_definition

if TYPE_CHECKING:
    from pathlib import Path

_Percent = Annotated[float, Field(gt=0, le=100)]
_Positive = Annotated[float, Field(gt=0)]
_Names = Annotated[tuple[str, ...], Field(min_length=1)]


class Outcome(StrEnum):
    """What a verdict counts as; the last is no verdict."""

    POSITIVE = "positive"
    INCOMPLETE = "incomplete"
    SUSPICIOUS = "suspicious"
    UNDETERMINED = "undetermined"
    NEGATIVE = "negative"
    NOT_B_PRECURSOR = "not_b_precursor"
    FAILED = "failed"


class Bootstrap(BaseModel):
    """How intervals of medians and means are found."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    resamples: Annotated[int, Field(ge=100, le=100_000)]
    seed: Annotated[int, Field(ge=0)]


class EvaluationRules(BaseModel):
    """How results are held against labels.

    Attributes
    ----------
    reference, tag : str
        Where this comes from.
    decades_percent : tuple of float
        Bounds of the groups by true blast fraction, falling.
    outcomes : dict of str to Outcome
        What each verdict counts as.
    false_calls : frozenset of Outcome
        Outcomes that are wrong where there are no blasts.
    log10_tolerances : tuple of float
        Errors of the estimated fraction that are counted, rising.
    bootstrap : Bootstrap
        Of medians and means.
    blast_columns, nucleated_columns : tuple of str
        Columns of a label table, the first that it has is used.
    blast_labels, artefact_labels : frozenset of str
        Values of its column ``label``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    reference: Annotated[str, Field(min_length=10)]
    tag: Literal["P"]
    decades_percent: Annotated[tuple[_Percent, ...], Field(min_length=1)]
    outcomes: dict[str, Outcome]
    false_calls: frozenset[Outcome]
    log10_tolerances: Annotated[tuple[_Positive, ...], Field(min_length=1)]
    bootstrap: Bootstrap
    blast_columns: _Names
    nucleated_columns: tuple[str, ...]
    blast_labels: frozenset[str]
    artefact_labels: frozenset[str]

    @model_validator(mode="after")
    def _fall_and_rise(self) -> Self:
        if any(high <= low for high, low in pairwise(self.decades_percent)):
            raise ValueError("decades_percent must fall")
        if any(low >= high for low, high in pairwise(self.log10_tolerances)):
            raise ValueError("log10_tolerances must rise")
        return self


def evaluation_file(directory: Path | None = None) -> Path:
    """Find ``evaluation.yaml``.

    Parameters
    ----------
    directory : Path or None
        Folder of definitions.

    Returns
    -------
    Path
        That of the folder; the one that comes with flowpheno if None, or if it holds none.
    """
    own = (directory or builtin_directory()) / "evaluation.yaml"
    return own if own.is_file() else builtin_directory() / "evaluation.yaml"


def load_evaluation_rules(directory: Path | None = None) -> EvaluationRules:
    """Read ``evaluation.yaml``.

    Parameters
    ----------
    directory : Path or None
        Folder of definitions, see `evaluation_file`.

    Returns
    -------
    EvaluationRules
        The validated definition.

    Raises
    ------
    PanelError
        If the file does not say what it must.
    """
    return load_definition(evaluation_file(directory), EvaluationRules)
