"""What each specimen of a case shows: by flow, by the microscope, by immunohistochemistry."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from flowpheno.case.values import TissueEvidence
from flowpheno.clonality import Clonality
from flowpheno.finding import ReasonCode
from flowpheno.lineage import Lineage
from flowpheno.panel.case import FlowDone, Phase
from flowpheno.statistics import Interval, wilson_percent
from flowpheno.verdict import SpecimenVerdict, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.panel.case import Case, CaseLimits, CaseSpecimen, Remission, StatedVerdict

_NAN = float("nan")


class Bearing(StrEnum):
    """How a flow verdict bears on the case; the order of the members is from worst to best."""

    RELAPSE = "relapse"
    LIKELY = "likely"
    MRD = "mrd"
    OPEN = "open"
    NEGATIVE = "negative"


POSITIVE = frozenset({Bearing.RELAPSE, Bearing.LIKELY, Bearing.MRD})
"""Bearings of a specimen in which the leukaemia was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One specimen with its flow verdict and its place in the course of the disease.

    Attributes
    ----------
    specimen : CaseSpecimen
        What the case file says.
    flow : Verdict
        What flow says.
    episode : int
        Recorded remissions before it; 0 before the first.
    bearing : Bearing
        How it bears on the case.
    """

    specimen: CaseSpecimen
    flow: Verdict
    episode: int
    bearing: Bearing

    @property
    def counts(self) -> bool:
        """Whether it may say anything of a relapse."""
        return self.specimen.phase is not Phase.DIAGNOSIS


def order_specimens(case: Case) -> tuple[CaseSpecimen, ...]:
    """Put specimens on the time line: by date where all are dated, else by order.

    Parameters
    ----------
    case : Case
        A case.

    Returns
    -------
    tuple of CaseSpecimen
        Earliest first; equal places as in the file.
    """
    dated = [s.date for s in case.specimens if s.date is not None]
    if len(dated) == len(case.specimens):
        return tuple(sorted(case.specimens, key=lambda s: (s.date or dated[0], s.order or 0)))
    return tuple(sorted(case.specimens, key=lambda s: s.order or 0))


def count_remissions(case: Case, specimen: CaseSpecimen) -> int:
    """Count the recorded remissions that certainly came before a specimen.

    Parameters
    ----------
    case : Case
        A case.
    specimen : CaseSpecimen
        One of its specimens.

    Returns
    -------
    int
        Remissions; one that cannot be placed against the specimen is not counted.
    """
    places = [s.id for s in order_specimens(case)]
    return sum(_is_before(remission, specimen, places) for remission in case.remissions)


def flow_verdict(specimen: CaseSpecimen, judged: Verdict | None, limits: CaseLimits) -> Verdict:
    """Give what flow says of a specimen: judged, stated by a person, or not assessed.

    Parameters
    ----------
    specimen : CaseSpecimen
        What the case file says.
    judged : Verdict or None
        Verdict of its files; None if there are none.
    limits : CaseLimits
        For the sentence that goes with a negative.

    Returns
    -------
    Verdict
        The verdict; numbers that were not given are NaN.

    Raises
    ------
    ValueError
        If a verdict was judged on files though the case says flow was not done.
    """
    if judged is not None and specimen.flow is not FlowDone.PERFORMED:
        raise ValueError(f"{specimen.id}: flow is {specimen.flow}, yet a verdict was judged")
    if judged is not None:
        return judged
    if specimen.verdict is not None:
        return _stated(specimen.verdict, limits)
    reasons: tuple[ReasonCode, ...] = ()
    if specimen.flow is FlowDone.NOT_PERFORMED:
        reasons = (ReasonCode.FLOW_NOT_PERFORMED,)
    elif specimen.phase is Phase.DIAGNOSIS:
        reasons = (ReasonCode.DX_PHENOTYPE_MISSING,)
    why = f"flow cytometry: {specimen.flow.replace('_', ' ')}; no result here"
    return _verdict(SpecimenVerdict.NOT_ASSESSED, reasons=reasons, limitations=(why,))


def bearing_of(verdict: Verdict, *, after_remission: bool, limits: CaseLimits) -> Bearing:
    """Say how a flow verdict bears on the case.

    Parameters
    ----------
    verdict : Verdict
        What flow says.
    after_remission : bool
        Whether a remission was recorded before; without one there is no relapse.
    limits : CaseLimits
        Percentages of nucleated cells.

    Returns
    -------
    Bearing
        A percentage that is not known never confirms a relapse.
    """
    match verdict.verdict:
        case SpecimenVerdict.CONFIRMED_BCP_ALL | SpecimenVerdict.ABERRANT_LINEAGE_INCOMPLETE:
            if verdict.blast_percent.estimate < limits.likely_percent:
                return Bearing.MRD
            if not after_remission:
                return Bearing.OPEN
            complete = verdict.verdict is SpecimenVerdict.CONFIRMED_BCP_ALL
            enough = verdict.blast_percent.estimate >= limits.relapse_percent
            return Bearing.RELAPSE if complete and enough else Bearing.LIKELY
        case SpecimenVerdict.POSITIVE_MRD | SpecimenVerdict.POSITIVE_LOW_UNQUANT:
            return Bearing.MRD
        case SpecimenVerdict.NO_ABERRANT_B_PRECURSOR:
            return Bearing.NEGATIVE
        case _:
            return Bearing.OPEN


def tissue_evidence(specimen: CaseSpecimen, limits: CaseLimits) -> TissueEvidence:
    """Say what immunohistochemistry shows; a marker not listed was not reported.

    Parameters
    ----------
    specimen : CaseSpecimen
        What the case file says.
    limits : CaseLimits
        Which markers support B-precursor ALL.

    Returns
    -------
    TissueEvidence
        Never part of a flow verdict.
    """
    if not specimen.ihc:
        return TissueEvidence.NOT_ASSESSED
    rules, shown = limits.tissue, set(specimen.ihc)
    if shown & rules.lineage and shown & rules.immaturity:
        return TissueEvidence.SUPPORTS_BCP_ALL
    return TissueEvidence.INCONCLUSIVE


def morphology_text(specimen: CaseSpecimen, limits: CaseLimits) -> str:
    """Put what the microscope showed into words, with an interval only where cells were counted.

    Parameters
    ----------
    specimen : CaseSpecimen
        What the case file says.
    limits : CaseLimits
        Words.

    Returns
    -------
    str
        Empty if there is no morphology.
    """
    seen = specimen.morphology
    if seen is None:
        return ""
    parts = []
    if seen.blast_percent is not None:
        interval = _counted(seen.blast_percent, seen.cells)
        parts.append(f"{seen.blast_percent:g} % blasts by morphology; {_ci(interval, limits)}")
        if (
            seen.blast_percent >= limits.relapse_percent
            and specimen.flow is not FlowDone.PERFORMED
        ):
            parts.append(limits.sentences.hematogones)
    return "; ".join([*parts, seen.note] if seen.note else parts)


def flow_text(verdict: Verdict, limits: CaseLimits) -> str:
    """Put the numbers of a flow verdict into words.

    Parameters
    ----------
    verdict : Verdict
        What flow says.
    limits : CaseLimits
        Words.

    Returns
    -------
    str
        Percent with its denominator and interval, or the limit of detection of a negative; empty
        if nothing was counted.
    """
    percent, of = verdict.blast_percent, verdict.denominator
    if verdict.verdict is SpecimenVerdict.NO_ABERRANT_B_PRECURSOR:
        known = not math.isnan(verdict.lod_percent)
        return f"< {verdict.lod_percent:.3g} % of {of} (LOD)" if known else "LOD not stated"
    if math.isnan(percent.estimate):
        return ""
    return f"{percent.estimate:.3g} % of {of}; {_ci(percent, limits)}"


def diagnosis_missing(evidence: Sequence[Evidence]) -> bool:
    """Tell whether the phenotype at diagnosis is not available.

    Parameters
    ----------
    evidence : sequence of Evidence
        Specimens of a case.

    Returns
    -------
    bool
        True unless flow assessed a specimen of the diagnosis.
    """
    return not any(
        e.specimen.phase is Phase.DIAGNOSIS and e.flow.verdict is not SpecimenVerdict.NOT_ASSESSED
        for e in evidence
    )


def _is_before(remission: Remission, specimen: CaseSpecimen, places: list[str]) -> bool:
    """Whether a remission came before a specimen; the day of the remission belongs to it."""
    if remission.date is not None and specimen.date is not None:
        return specimen.date > remission.date
    if remission.after is None:
        return False
    return places.index(specimen.id) > places.index(remission.after)


def _ci(interval: Interval, limits: CaseLimits) -> str:
    if math.isnan(interval.low) or math.isnan(interval.high):
        return limits.sentences.no_interval
    return f"95 % CI {interval.low:.3g}-{interval.high:.3g} %"


def _counted(percent: float, cells: int | None) -> Interval:
    """Interval of a percentage of a counted number of cells; NaN bounds where none is given."""
    if cells is None:
        return Interval(percent, _NAN, _NAN)
    return wilson_percent(round(percent * cells / 100), cells)


def _stated(stated: StatedVerdict, limits: CaseLimits) -> Verdict:
    """Verdict of a person: nothing is computed that was not given."""
    percent = Interval(_NAN if stated.blast_percent is None else stated.blast_percent, _NAN, _NAN)
    if stated.n_blasts is not None and stated.n_nucleated is not None:
        percent = wilson_percent(stated.n_blasts, stated.n_nucleated)
    word = SpecimenVerdict(stated.verdict)
    negative = word is SpecimenVerdict.NO_ABERRANT_B_PRECURSOR
    return _verdict(
        word,
        reasons=(ReasonCode.SINGLE_SITE_NEGATIVE,) if negative else (),
        limitations=(limits.sentences.single_site,) if negative else (),
        evidence=(f"stated by: {stated.by}",),
        percent=percent,
        counts=(stated.n_blasts or 0, stated.n_nucleated or 0),
    )


def _verdict(
    word: SpecimenVerdict,
    *,
    reasons: tuple[ReasonCode, ...],
    limitations: tuple[str, ...],
    evidence: tuple[str, ...] = (),
    percent: Interval | None = None,
    counts: tuple[int, int] = (0, 0),
) -> Verdict:
    """Make a verdict that rests on no events of ours."""
    return Verdict(
        verdict=word,
        reasons=reasons,
        evidence=evidence,
        limitations=limitations,
        n_blasts=counts[0],
        n_nucleated=counts[1],
        denominator="nucleated_all",
        blast_percent=percent or Interval(_NAN, _NAN, _NAN),
        lod_percent=_NAN,
        lloq_percent=_NAN,
        hematogone_percent=_NAN,
        clonality=Clonality.NOT_ASSESSABLE,
        lineage=Lineage.NOT_EVALUABLE,
        known_bcp_all=False,
        template="",
    )
