"""What panels/comparison.yaml must say: when a marker shifted, and what shifts may mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from flowpheno.panel.files import builtin_directory, load_definition

if TYPE_CHECKING:
    from pathlib import Path

_Count = Annotated[int, Field(gt=0)]
_Positive = Annotated[float, Field(gt=0)]
_Percent = Annotated[float, Field(ge=0, le=100)]
_Sentence = Annotated[str, Field(min_length=10)]


class _Definition(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WassersteinScale(_Definition):
    """Distances, log10, up to which two distributions are the same, and from which not."""

    same: _Positive
    marked: _Positive


class AnchorLimits(_Definition):
    """When internal lymphocytes may correct a shift."""

    markers: frozenset[str]
    minimum_events: _Count
    minimum_cofactors: _Positive
    maximum_error: _Positive
    maximum_shift: _Positive


class SubpopulationLimits(_Definition):
    """When a marker divides a population, and what became of a part."""

    bandwidth: _Positive
    minimum_gap_log10: _Positive
    valley: Annotated[float, Field(gt=0, lt=1)]
    minimum_percent: Annotated[float, Field(gt=0, lt=50)]
    minimum_events: _Count
    maximum_markers: _Count
    absent_percent: Annotated[float, Field(gt=0, lt=50)]
    expanded: Annotated[float, Field(gt=1)]


class StabilityLimits(_Definition):
    """Shares of lost aberrancies that separate the verdicts."""

    stable_percent: _Percent
    divergent_percent: _Percent
    divergent_markers: _Count
    shifted_markers: _Count
    stable_markers: _Count
    kept_share: Annotated[float, Field(gt=0, lt=1)]

    @model_validator(mode="after")
    def _percents_rise(self) -> Self:
        if self.stable_percent > self.divergent_percent:
            raise ValueError("stable_percent <= divergent_percent is required")
        return self


class ComparisonSentences(_Definition):
    """Words for the report."""

    relapse: _Sentence
    stable: _Sentence
    divergent: _Sentence
    lineage_switch: _Sentence
    lineage_change: _Sentence
    cd19_lost: _Sentence
    other_b_gates: _Sentence
    no_b_gates: _Sentence
    no_diagnosis: _Sentence
    not_evaluable: _Sentence
    few_markers: _Sentence
    no_aberrancies: _Sentence
    changed: _Sentence
    cd19_masked: _Sentence
    same_specimen: _Sentence
    not_confirmed: _Sentence


class ComparisonLimits(_Definition):
    """Everything a comparison of two time points rests on; distances in log10."""

    reference: Annotated[str, Field(min_length=10)]
    minimum_events: _Count
    bootstrap: _Count
    shift_from: _Positive
    marked_from: _Positive
    moved_share: Annotated[float, Field(ge=0, lt=1)]
    heterogeneity_ratio: Annotated[float, Field(gt=1)]
    wasserstein: WassersteinScale
    anchor: AnchorLimits
    subpopulations: SubpopulationLimits
    verdict: StabilityLimits
    sentences: ComparisonSentences

    @model_validator(mode="after")
    def _shifts_rise(self) -> Self:
        if self.shift_from >= self.marked_from:
            raise ValueError("shift_from < marked_from is required")
        return self


def load_comparison_limits(directory: Path | None = None) -> ComparisonLimits:
    """Read ``comparison.yaml``.

    Parameters
    ----------
    directory : Path or None
        Folder of definitions; None for those that come with flowpheno.

    Returns
    -------
    ComparisonLimits
        The validated definition.

    Raises
    ------
    PanelError
        If the file is missing or does not say what it must.
    """
    return load_definition(
        (directory or builtin_directory()) / "comparison.yaml", ComparisonLimits
    )
