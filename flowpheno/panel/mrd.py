"""What panels/mrd.yaml must say: events, limits and categories of residual disease."""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from flowpheno.panel.files import builtin_directory, load_definition

if TYPE_CHECKING:
    from pathlib import Path

_Percent = Annotated[float, Field(gt=0, le=100)]
_Count = Annotated[int, Field(gt=0)]
_Citation = Annotated[str, Field(min_length=10)]


class _Definition(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MrdMethod(StrEnum):
    """How the residual disease of a protocol is measured."""

    FLOW = "flow"
    PCR = "pcr"


class MinimumEvents(_Definition):
    """Nucleated events aimed for."""

    warn: _Count
    ok: _Count
    euroflow_target: _Count


class Denominator(_Definition):
    """What a percentage may refer to.

    Attributes
    ----------
    meaning : str
        In words.
    without : tuple of str
        Populations that nucleated cells are counted without; the aberrant cells are always in it.
    marker : str
        Marker that is not absent from its cells (level of ``populations.yaml``); empty for none.
    """

    meaning: Annotated[str, Field(min_length=5)]
    without: tuple[str, ...] = ()
    marker: str = ""


class MrdProtocol(_Definition):
    """Categories of one treatment protocol at one time point.

    Attributes
    ----------
    reference : str
        Source.
    method : MrdMethod
        How it is measured.
    timepoint : str
        ``day 15``, or ``any``.
    bounds, labels : tuple
        Percent, rising; one label more than bounds.
    denominator : str
        What the protocol counts; empty if it does not say.
    """

    reference: _Citation
    method: MrdMethod
    timepoint: str
    bounds: Annotated[tuple[_Percent, ...], Field(min_length=1)]
    labels: tuple[str, ...]
    denominator: str = ""

    @model_validator(mode="after")
    def _labels_fit_bounds(self) -> Self:
        if len(self.labels) != len(self.bounds) + 1:
            raise ValueError(f"{len(self.bounds)} bounds need {len(self.bounds) + 1} labels")
        if any(low >= high for low, high in pairwise(self.bounds)):
            raise ValueError("bounds must rise")
        return self


class PcrRisk(_Definition):
    """Molecular risk groups of two time points; never applied to a flow count.

    Attributes
    ----------
    reference : str
        Source.
    timepoints : tuple of str
        The first and the second.
    sensitivity_percent : float
        A negative needs an assay that reaches this.
    high_percent : float
        From this on at the second time point the risk is high.
    labels : tuple of str
        Standard (both negative), medium, high.
    """

    reference: _Citation
    timepoints: tuple[str, str]
    sensitivity_percent: _Percent
    high_percent: _Percent
    labels: tuple[str, str, str]


class MrdPlanRules(_Definition):
    """What is planned if nothing else is asked for.

    Attributes
    ----------
    confidence : float
        Probability of seeing enough events, 0 to 1 exclusive.
    percents : tuple of float
        Sensitivities, percent of the denominator.
    cv_percents : tuple of float
        Counting errors.
    """

    confidence: Annotated[float, Field(gt=0, lt=1)]
    percents: Annotated[tuple[_Percent, ...], Field(min_length=1)]
    cv_percents: Annotated[tuple[_Percent, ...], Field(min_length=1)]


class MrdTerminology(_Definition):
    """Words for a residual-disease result."""

    threshold_percent: _Percent
    complete_response: str
    failure: str
    intermediate: str


class MrdRules(_Definition):
    """Everything a residual-disease statement rests on."""

    reference: _Citation
    denominator: str
    denominators: dict[str, Denominator]
    minimum_events: MinimumEvents
    required_lod_percent: _Percent
    report_events: _Count
    lod_events: _Count
    lloq_events: _Count
    exact_below: _Count
    protocols: dict[str, MrdProtocol]
    pcr_risk: PcrRisk
    plan: MrdPlanRules
    terminology: MrdTerminology

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if not self.report_events <= self.lod_events <= self.lloq_events:
            raise ValueError("report_events <= lod_events <= lloq_events is required")
        if self.denominator not in self.denominators:
            raise ValueError(f"denominator {self.denominator!r} is not one of denominators")
        counted = {p.denominator for p in self.protocols.values() if p.denominator}
        if unknown := sorted(counted - self.denominators.keys()):
            raise ValueError(f"a protocol counts {unknown[0]!r}, not one of denominators")
        return self


def load_mrd_rules(directory: Path | None = None) -> MrdRules:
    """Read ``mrd.yaml``.

    Parameters
    ----------
    directory : Path or None
        Folder of definitions; None for those that come with flowpheno.

    Returns
    -------
    MrdRules
        The validated definition.

    Raises
    ------
    PanelError
        If the file is missing or does not say what it must.
    """
    return load_definition((directory or builtin_directory()) / "mrd.yaml", MrdRules)
