"""What panels/case.yaml and a user's case file must say."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from flowpheno.panel.files import builtin_directory, load_definition
from flowpheno.specimen import Therapy

_Count = Annotated[int, Field(ge=0)]
_Percent = Annotated[float, Field(ge=0, le=100)]
_Fraction = Annotated[float, Field(gt=0, le=1)]
_Positive = Annotated[float, Field(gt=0)]
_Name = Annotated[str, Field(min_length=1)]
_Sentence = Annotated[str, Field(min_length=10)]

StatedWord = Literal[
    "CONFIRMED_BCP_ALL",
    "ABERRANT_LINEAGE_INCOMPLETE",
    "POSITIVE_MRD",
    "POSITIVE_LOW_UNQUANT",
    "SUSPICIOUS",
    "NO_ABERRANT_B_PRECURSOR",
    "NOT_B_PRECURSOR_BLASTS",
    "INDETERMINATE",
    "NOT_ASSESSED",
]
"""A specimen verdict as a person may state it."""


class _Definition(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TissueRules(_Definition):
    """Immunohistochemistry that supports B-precursor ALL."""

    lineage: frozenset[str]
    immaturity: frozenset[str]


class MissingRules(_Definition):
    """Assumptions of the probability that every sampled site misses patchy disease."""

    sensitivity: _Fraction
    involvement: tuple[_Fraction, ...]
    prior: tuple[_Positive, _Positive]
    note: _Sentence


class CaseSentences(_Definition):
    """Words for the report."""

    single_site: _Sentence
    morphology: _Sentence
    no_interval: _Sentence
    hematogones: _Sentence
    tissue: _Sentence
    no_remission: _Sentence
    diagnosis: _Sentence
    dx_phenotype: _Sentence
    other_lineage: _Sentence
    lineage_incomplete: _Sentence
    clonality: _Sentence
    clonality_unknown: _Sentence
    imaging: _Sentence
    imaging_disease: _Sentence
    cd19_therapy: _Sentence


class CaseRecommendations(_Definition):
    """What was not done, or would decide; ``{specimens}`` is replaced by names."""

    flow_not_performed: _Sentence
    second_site: _Sentence
    indeterminate: _Sentence
    confirm: _Sentence
    genetics: _Sentence
    diagnosis: _Sentence


class CaseLimits(_Definition):
    """Everything a case verdict rests on.

    Attributes
    ----------
    reference : str
        Sources.
    relapse_percent, likely_percent : float
        Blasts in percent of nucleated cells by flow.
    concordance_days : int
        Specimens within them stand at the same time.
    tissue : TissueRules
        What immunohistochemistry supports.
    places : dict of str to tuple of str
        Places of the site map, and the words that name them.
    missing : MissingRules
        Assumptions of the probability that every site misses patchy disease.
    sentences, recommendations : models
        Words for the report.
    """

    reference: Annotated[str, Field(min_length=10)]
    relapse_percent: _Percent
    likely_percent: _Percent
    concordance_days: _Count
    tissue: TissueRules
    places: dict[str, tuple[_Name, ...]]
    missing: MissingRules
    sentences: CaseSentences
    recommendations: CaseRecommendations

    @model_validator(mode="after")
    def _percents_rise(self) -> Self:
        if self.likely_percent >= self.relapse_percent:
            raise ValueError("likely_percent < relapse_percent is required")
        return self


class Material(StrEnum):
    """What was taken."""

    BONE_MARROW = "bone_marrow"
    PERIPHERAL_BLOOD = "peripheral_blood"
    CSF = "csf"
    TISSUE = "tissue"
    OTHER = "other"


class FlowDone(StrEnum):
    """Whether flow cytometry was done."""

    PERFORMED = "performed"
    NOT_PERFORMED = "not_performed"
    NOT_REPORTED = "not_reported"


class Phase(StrEnum):
    """When a specimen was taken."""

    DIAGNOSIS = "diagnosis"
    FOLLOW_UP = "follow_up"


class Morphology(_Definition):
    """What the microscope showed: evidence of its own kind.

    Attributes
    ----------
    blast_percent : float or None
        Percent of the cells counted; None if not given.
    cells : int or None
        Cells counted; None if not given, and then there is no interval.
    note : str
        In words.
    """

    blast_percent: _Percent | None = None
    cells: Annotated[int, Field(gt=0)] | None = None
    note: str = ""


class StatedVerdict(_Definition):
    """A flow verdict given by a person instead of files.

    Attributes
    ----------
    verdict : str
        A specimen verdict.
    blast_percent : float or None
        Percent of `denominator`; None if not given.
    n_blasts, n_nucleated : int or None
        Events; None if not given, and then there is no interval.
    denominator : str
        What the percentage refers to.
    by : str
        Who stated it: a role or a source, no personal name.
    """

    verdict: StatedWord
    by: _Name
    blast_percent: _Percent | None = None
    n_blasts: _Count | None = None
    n_nucleated: Annotated[int, Field(gt=0)] | None = None
    denominator: str = "nucleated_all"

    @model_validator(mode="after")
    def _counts_fit(self) -> Self:
        if (self.n_blasts is None) != (self.n_nucleated is None):
            raise ValueError("n_blasts and n_nucleated are given together or not at all")
        if self.n_blasts is not None and self.n_blasts > (self.n_nucleated or 0):
            raise ValueError("n_blasts is larger than n_nucleated")
        return self


class Remission(_Definition):
    """A recorded remission: by its date, by the specimen it followed, or both.

    Attributes
    ----------
    date : date or None
        ISO 8601; None if not known.
    after : str or None
        Id of the last specimen before it; None if not known.
    """

    date: dt.date | None = None
    after: _Name | None = None

    @model_validator(mode="after")
    def _is_placed(self) -> Self:
        if self.date is None and self.after is None:
            raise ValueError("a remission needs a date or the specimen it came after")
        return self


class CaseSpecimen(_Definition):
    """One specimen of a case.

    Attributes
    ----------
    id : str
        Short name, such as ``"A2"``.
    material : Material
        What was taken.
    site_text, site_legend : str
        Body site as the text and as a legend of the source say; empty if they do not.
    laterality : str
        ``left``, ``right``, ``bilateral``, ``midline``; empty if not given.
    date : date or None
        ISO 8601; None if not known.
    order : int or None
        Place on the time line where dates are not known; equal for specimens of one procedure.
    phase : Phase
        A specimen of the diagnosis is never a relapse.
    therapy : frozenset of Therapy
        Treatment that masks antigens.
    flow : FlowDone
        Whether flow cytometry was done.
    fcs : tuple of Path
        Files, relative to the case file.
    results : Path or None
        Folder of an earlier run, relative to the case file.
    verdict : StatedVerdict or None
        A flow verdict given by a person.
    morphology : Morphology or None
        What the microscope showed.
    ihc, ihc_negative : tuple of str
        Markers positive and negative by immunohistochemistry; what is not listed was not
        reported.
    pull : int or None
        Which pull of the aspirate, from 1; None if not given.
    source_conflict : bool
        Whether the source contradicts itself about this specimen.
    notes : str
        Free words, no identifiers.
    """

    id: _Name
    material: Material
    site_text: str = ""
    site_legend: str = ""
    laterality: Literal["", "left", "right", "bilateral", "midline"] = ""
    date: dt.date | None = None
    order: int | None = None
    phase: Phase = Phase.FOLLOW_UP
    therapy: frozenset[Therapy] = frozenset()
    flow: FlowDone
    fcs: tuple[Path, ...] = ()
    results: Path | None = None
    verdict: StatedVerdict | None = None
    morphology: Morphology | None = None
    ihc: tuple[_Name, ...] = ()
    ihc_negative: tuple[_Name, ...] = ()
    pull: Annotated[int, Field(ge=1)] | None = None
    source_conflict: bool = False
    notes: str = ""

    @property
    def site(self) -> str:
        """Body site as the text says, or else as the legend does; empty if neither."""
        return self.site_text or self.site_legend

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        sources = [bool(self.fcs), self.results is not None, self.verdict is not None]
        if sum(sources) > 1:
            raise ValueError("give one of fcs, results and verdict")
        if any(sources) and self.flow is not FlowDone.PERFORMED:
            raise ValueError(f"flow is {self.flow}, yet fcs, results or a verdict is given")
        if self.date is None and self.order is None:
            raise ValueError("a date or an order is required")
        return self


class Imaging(_Definition):
    """One imaging study: evidence of its own kind, which alters no verdict.

    Attributes
    ----------
    id : str
        Short name, such as ``"MRI1"``.
    modality : str
        Such as ``MRI``, ``PET-CT``.
    site : str
        In words.
    laterality : str
        ``left``, ``right``, ``bilateral``, ``midline``; empty if not given.
    date : date or None
        ISO 8601; None if not known.
    finding : str
        In the words of the report, no identifiers.
    suggests : str
        What the person who read it says: ``disease``, ``no_disease``, ``unclear``.
    """

    id: _Name
    modality: _Name
    site: str = ""
    laterality: Literal["", "left", "right", "bilateral", "midline"] = ""
    date: dt.date | None = None
    finding: _Name
    suggests: Literal["disease", "no_disease", "unclear"] = "unclear"


class Case(_Definition):
    """One patient with several specimens.

    Attributes
    ----------
    patient : str
        Pseudonym.
    title, source, notes : str
        For the report; empty if not given.
    diagnosis : str
        In words.
    known_bcp_all : bool
        Whether B-precursor ALL was established.
    simulated : bool
        Whether the flow files are simulated.
    remissions : tuple of Remission
        Recorded remissions, earliest first.
    imaging : tuple of Imaging
        Studies, as reported.
    specimens : tuple of CaseSpecimen
        At least one; ids differ; all dated, or all with an order.
    """

    patient: _Name
    title: str = ""
    source: str = ""
    notes: str = ""
    diagnosis: str
    known_bcp_all: bool
    simulated: bool = False
    remissions: tuple[Remission, ...] = ()
    imaging: tuple[Imaging, ...] = ()
    specimens: Annotated[tuple[CaseSpecimen, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _specimens_fit(self) -> Self:
        ids = Counter(specimen.id for specimen in self.specimens)
        if twice := [name for name, count in ids.items() if count > 1]:
            raise ValueError(f"specimen id given twice: {', '.join(twice)}")
        if unknown := [r.after for r in self.remissions if r.after and r.after not in ids]:
            raise ValueError(f"remission after a specimen that is not here: {', '.join(unknown)}")
        dated = all(specimen.date is not None for specimen in self.specimens)
        if not dated and any(specimen.order is None for specimen in self.specimens):
            raise ValueError("unless every specimen has a date, every specimen needs an order")
        return self


def load_case_limits(directory: Path | None = None) -> CaseLimits:
    """Read ``case.yaml`` of the definitions.

    Parameters
    ----------
    directory : Path or None
        Folder of definitions; None for those that come with flowpheno.

    Returns
    -------
    CaseLimits
        The validated definition.

    Raises
    ------
    PanelError
        If the file is missing or does not say what it must.
    """
    return load_definition((directory or builtin_directory()) / "case.yaml", CaseLimits)


def load_case(path: Path) -> Case:
    """Read a user's case file.

    Parameters
    ----------
    path : Path
        A YAML 1.2 file.

    Returns
    -------
    Case
        The validated case; files it names are not looked for.

    Raises
    ------
    PanelError
        If the file is not a case; lists every problem with its line.
    """
    return load_definition(path, Case)
