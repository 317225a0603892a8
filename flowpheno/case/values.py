"""What can be said of a patient: states, flags, the time line."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.finding import ReasonCode
    from flowpheno.statistics import Interval
    from flowpheno.verdict import SpecimenVerdict


class CaseState(StrEnum):
    """What all specimens together allow one to say; worst first, never a vote."""

    RELAPSE_CONFIRMED_BY_FLOW = "RELAPSE_CONFIRMED_BY_FLOW"
    RELAPSE_LIKELY_CONFIRM = "RELAPSE_LIKELY_CONFIRM"
    MRD_POSITIVE_AT_SAMPLED_SITES = "MRD_POSITIVE_AT_SAMPLED_SITES"
    UNRESOLVED = "UNRESOLVED"
    NO_EVIDENCE_AT_SAMPLED_SITES = "NO_EVIDENCE_AT_SAMPLED_SITES"


class CaseFlag(StrEnum):
    """What stands beside a case verdict."""

    DISCORDANT_SITES = "DISCORDANT_SITES"  # positive and negative at about the same time
    CHANGED_OVER_TIME = "CHANGED_OVER_TIME"  # positive and negative further apart
    DISCORDANT_SPECIMENS = "DISCORDANT_SPECIMENS"  # positive and negative, dates unknown


class TissueEvidence(StrEnum):
    """What immunohistochemistry says, as evidence of its own kind."""

    SUPPORTS_BCP_ALL = "SUPPORTS_BCP_ALL"
    INCONCLUSIVE = "INCONCLUSIVE"
    NOT_ASSESSED = "NOT_ASSESSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A body site as the site map knows it.

    Attributes
    ----------
    name : str
        One of ``places`` in ``case.yaml``, such as ``"ilium"``.
    side : str
        ``left``, ``right``, ``bilateral``, ``midline``; empty if not given.
    posterior : bool or None
        Whether it lies at the back, where the words say so.
    """

    name: str
    side: str
    posterior: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagingRow:
    """One imaging study: evidence of its own kind.

    Attributes
    ----------
    study : str
        Id.
    modality, site, date : str
        As the case file says; empty where it does not.
    finding : str
        In the words of the report.
    suggests : str
        ``disease``, ``no_disease`` or ``unclear``, as a person stated it.
    place : Place or None
        On the site map; None where the words name no site of it.
    """

    study: str
    modality: str
    site: str
    date: str
    finding: str
    suggests: str
    place: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemissionRow:
    """A recorded remission.

    Attributes
    ----------
    date : str
        ISO 8601; empty if not known.
    after : str
        The last specimen before it; empty if not known.
    """

    date: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRow:
    """A specimen against the diagnosis.

    Attributes
    ----------
    specimen, diagnosis : str
        Ids.
    verdict : str
        What became of the phenotype.
    kept, lost, gained : tuple of str
        Aberrancies of the diagnosis still there, and gone; those new.
    changed : tuple of str
        Markers that gained or lost their category.
    lineage_switch : bool
        B lineage at diagnosis, T or myeloid lineage now.
    masked : tuple of str
        Markers that cannot be compared, because therapy may hide them.
    """

    specimen: str
    diagnosis: str
    verdict: str
    kept: tuple[str, ...]
    lost: tuple[str, ...]
    gained: tuple[str, ...]
    changed: tuple[str, ...]
    lineage_switch: bool
    masked: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The comparison in one line; it never rejects a relapse."""
        parts = [
            f"{word} {', '.join(markers)}"
            for word, markers in (
                ("kept", self.kept),
                ("lost", self.lost),
                ("gained", self.gained),
                ("category changed", self.changed),
                ("lost or masked by therapy, not comparable:", self.masked),
            )
            if markers
        ]
        parts += ["the lineage is another"] * self.lineage_switch
        said = "; ".join(parts) or "no marker changed its category"
        return f"{self.specimen} against {self.diagnosis}: {self.verdict}; {said}."


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineRow:
    """One specimen on the time line, and the case verdict once it was known.

    Attributes
    ----------
    specimen : str
        Id.
    label : str
        ``"after A1+A2"``: the specimens so far, without the diagnosis.
    material, site, date : str
        As the case file says; empty where it does not.
    verdict : SpecimenVerdict
        What flow says of this specimen.
    blast_percent : Interval
        By flow, percent of `denominator`; NaN without events.
    denominator : str
        What the percentage refers to.
    flow_text, morphology_text : str
        Both kinds of evidence in words, never mixed; empty if there is none.
    tissue : TissueEvidence
        What immunohistochemistry says.
    state : CaseState
        Case verdict after this specimen.
    flags : tuple of CaseFlag
        Flags after this specimen.
    reasons : tuple of ReasonCode
        Of this specimen.
    notes : tuple of str
        What must be said with it.
    phase : str
        ``diagnosis`` or ``follow_up``.
    episode : int
        Recorded remissions before it.
    step : int
        Its place in time, from 0; equal for specimens of one procedure.
    laterality : str
        Side; empty if not given.
    pull : int or None
        Which pull of the aspirate; the first holds least blood. None if not given.
    therapy : tuple of str
        Treatment that masks antigens, sorted.
    tissue_text : str
        What immunohistochemistry showed, in words; empty if there is none.
    place, other_place : Place or None
        Where it was taken, on the site map; and where else the source says, if it contradicts
        itself.
    lod_percent : float
        Limit of detection by flow, percent of `denominator`; NaN if not known.
    """

    specimen: str
    label: str
    material: str
    site: str
    date: str
    verdict: SpecimenVerdict
    blast_percent: Interval
    denominator: str
    flow_text: str
    morphology_text: str
    tissue: TissueEvidence
    state: CaseState
    flags: tuple[CaseFlag, ...]
    reasons: tuple[ReasonCode, ...]
    notes: tuple[str, ...]
    phase: str = ""
    episode: int = 0
    step: int = 0
    laterality: str = ""
    pull: int | None = None
    therapy: tuple[str, ...] = ()
    tissue_text: str = ""
    place: Place | None = None
    other_place: Place | None = None
    lod_percent: float = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedChance:
    """Illustrative probability that all sampled sites missed patchy disease.

    Attributes
    ----------
    n_sites : int
        Sites sampled and negative.
    percent : mapping of float to float
        Share of sites involved (0 to 1), to the probability in percent.
    averaged_percent : float
        Percent, averaged over the prior of that share.
    note : str
        The assumptions.
    sensitivity_percent : float
        Assumed: how often disease is seen at an involved site.
    by_sites : mapping of float to tuple of float
        Share of sites involved, to the probability with one, two, three sites; percent.
    """

    n_sites: int
    percent: Mapping[float, float]
    averaged_percent: float
    note: str
    sensitivity_percent: float = float("nan")
    by_sites: Mapping[float, tuple[float, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseVerdict:
    """What can be said of a patient.

    Attributes
    ----------
    patient : str
        Pseudonym.
    verdict : CaseState
        After the last specimen.
    flags : tuple of CaseFlag
        What stands beside it.
    timeline : tuple of TimelineRow
        One for each specimen, in time order.
    reasons : tuple of ReasonCode
        Sorted.
    sentences : tuple of str
        For the report; the single-site sentence wherever a specimen was negative.
    recommendations : tuple of str
        What was not done and would decide, in neutral words.
    conflicts : tuple of str
        Contradictions of the source, carried and not resolved.
    clonality : str
        The answer to the word *monoclonal*.
    missed : MissedChance or None
        Printed as illustrative, beside a relapse too; None if no site was negative.
    title, diagnosis, source, remarks : str
        Of the case file; empty if not given.
    imaging : tuple of ImagingRow
        Evidence of its own kind: it alters no state.
    remissions : tuple of RemissionRow
        As recorded.
    comparisons : tuple of ComparedRow
        Specimens against the diagnosis, where both were judged on files; they alter no state.
    unread : tuple of str
        Files that could not be used, and why: what they hold is in no verdict.
    """

    patient: str
    verdict: CaseState
    flags: tuple[CaseFlag, ...]
    timeline: tuple[TimelineRow, ...]
    reasons: tuple[ReasonCode, ...]
    sentences: tuple[str, ...]
    recommendations: tuple[str, ...]
    conflicts: tuple[str, ...]
    clonality: str
    missed: MissedChance | None
    title: str = ""
    diagnosis: str = ""
    source: str = ""
    remarks: str = ""
    imaging: tuple[ImagingRow, ...] = ()
    remissions: tuple[RemissionRow, ...] = ()
    comparisons: tuple[ComparedRow, ...] = ()
    unread: tuple[str, ...] = ()

    def after(self, specimen: str) -> TimelineRow:
        """Look up what could be said once a specimen was known.

        Parameters
        ----------
        specimen : str
            Id of a specimen of the case.

        Returns
        -------
        TimelineRow
            Its row.

        Raises
        ------
        KeyError
            If the case has no such specimen.
        """
        for row in self.timeline:
            if row.specimen == specimen:
                return row
        raise KeyError(specimen)
