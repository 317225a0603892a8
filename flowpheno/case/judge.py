"""The case verdict: worst-of with logic, never a vote; a negative site excludes nothing."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from flowpheno.case.evidence import (
    POSITIVE,
    Bearing,
    Evidence,
    bearing_of,
    count_remissions,
    diagnosis_missing,
    flow_text,
    flow_verdict,
    morphology_text,
    order_specimens,
    tissue_evidence,
)
from flowpheno.case.missing import missed_chance
from flowpheno.case.values import CaseFlag, CaseState, CaseVerdict, TimelineRow, TissueEvidence
from flowpheno.case.wording import case_sentences, clonality_answer, conflicts, recommendations
from flowpheno.clonality import Clonality
from flowpheno.finding import ReasonCode
from flowpheno.panel.case import Phase
from flowpheno.verdict import SpecimenVerdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flowpheno.panel.case import Case, CaseLimits, CaseSpecimen
    from flowpheno.verdict import Verdict

_STATES = {
    Bearing.RELAPSE: CaseState.RELAPSE_CONFIRMED_BY_FLOW,
    Bearing.LIKELY: CaseState.RELAPSE_LIKELY_CONFIRM,
    Bearing.MRD: CaseState.MRD_POSITIVE_AT_SAMPLED_SITES,
    Bearing.OPEN: CaseState.UNRESOLVED,
    Bearing.NEGATIVE: CaseState.NO_EVIDENCE_AT_SAMPLED_SITES,
}


def judge_case(
    case: Case, verdicts: Mapping[str, Verdict | None], *, limits: CaseLimits
) -> CaseVerdict:
    """Say what all specimens of a patient together allow one to say.

    Only specimens after a recorded remission count as relapse. Where several remissions are
    recorded, the verdict is that of the specimens since the last one before each specimen.

    Parameters
    ----------
    case : Case
        What the case file says.
    verdicts : mapping of str to Verdict or None
        Flow verdict of each specimen id; what is absent or None is taken from the case file, or
        was not assessed.
    limits : CaseLimits
        Percentages, days and words.

    Returns
    -------
    CaseVerdict
        The verdict with the time line that led to it.

    Raises
    ------
    ValueError
        If a verdict belongs to no specimen, or to one without flow.
    """
    if unknown := sorted(set(verdicts) - {specimen.id for specimen in case.specimens}):
        raise ValueError(f"verdicts of specimens that are not in the case: {', '.join(unknown)}")
    ordered = order_specimens(case)
    episodes = accumulate((count_remissions(case, specimen) for specimen in ordered), max)
    evidence = tuple(
        _evidence(specimen, verdicts.get(specimen.id), episode, limits)
        for specimen, episode in zip(ordered, episodes, strict=True)
    )
    past = list(accumulate(([e] for e in evidence), lambda before, new: before + new))
    timeline = tuple(_row(so_far, limits) for so_far in past)
    current, state = _current(evidence), timeline[-1].state
    negative_sites = {e.specimen.site or e.specimen.id for e in current if _is_negative(e)}
    open_state = state in {CaseState.UNRESOLVED, CaseState.NO_EVIDENCE_AT_SAMPLED_SITES}
    illustrated = missed_chance(len(negative_sites), limits.missing) if negative_sites else None
    return CaseVerdict(
        patient=case.patient,
        verdict=state,
        flags=timeline[-1].flags,
        timeline=timeline,
        reasons=_reasons(evidence, timeline),
        sentences=case_sentences(evidence, timeline, limits),
        recommendations=recommendations(evidence, limits),
        conflicts=conflicts(evidence),
        clonality=clonality_answer(evidence, limits),
        missed=illustrated if open_state else None,
    )


def _evidence(
    specimen: CaseSpecimen, judged: Verdict | None, episode: int, limits: CaseLimits
) -> Evidence:
    """Place a specimen in the course of the disease."""
    flow = flow_verdict(specimen, judged, limits)
    return Evidence(
        specimen=specimen,
        flow=flow,
        episode=episode,
        bearing=bearing_of(flow, after_remission=episode > 0, limits=limits),
    )


def _current(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Specimens that count, of the episode of the last specimen."""
    return [e for e in evidence if e.counts and e.episode == evidence[-1].episode]


def _state(current: Sequence[Evidence]) -> CaseState:
    """Worst of the specimens; nothing assessed is unresolved, never negative."""
    bearings = {e.bearing for e in current}
    worst = next((bearing for bearing in Bearing if bearing in bearings), Bearing.OPEN)
    return _STATES[worst]


def _flags(so_far: Sequence[Evidence], days: int) -> tuple[CaseFlag, ...]:
    """Every way in which a positive and a negative specimen stand against each other.

    Across episodes too; but what was positive before the first remission has to change.
    """
    since = min(1, so_far[-1].episode)
    current = [e for e in so_far if e.counts and e.episode >= since]
    pairs = (
        (positive.specimen, negative.specimen)
        for positive in current
        for negative in current
        if positive.bearing in POSITIVE and _is_negative(negative)
    )
    return tuple(sorted({_discordance(a, b, days) for a, b in pairs}))


def _discordance(positive: CaseSpecimen, negative: CaseSpecimen, days: int) -> CaseFlag:
    if positive.date is None or negative.date is None:
        return CaseFlag.DISCORDANT_SPECIMENS
    apart = abs((positive.date - negative.date).days)
    return CaseFlag.DISCORDANT_SITES if apart <= days else CaseFlag.CHANGED_OVER_TIME


def _row(so_far: Sequence[Evidence], limits: CaseLimits) -> TimelineRow:
    """Last of the specimens so far, and the case verdict with it."""
    last, current = so_far[-1], _current(so_far)
    specimen, tissue = last.specimen, tissue_evidence(last.specimen, limits)
    reasons = set(last.flow.reasons)
    if specimen.source_conflict:
        reasons.add(ReasonCode.SOURCE_CONFLICT)
    if tissue is TissueEvidence.SUPPORTS_BCP_ALL and last.bearing not in POSITIVE:
        reasons.add(ReasonCode.TISSUE_EVIDENCE_ONLY)
    if _is_negative(last):
        reasons.add(ReasonCode.SINGLE_SITE_NEGATIVE)
    names = [e.specimen.id for e in so_far if e.counts] or [specimen.id]
    return TimelineRow(
        specimen=specimen.id,
        label=f"after {'+'.join(names)}",
        material=specimen.material.value,
        site=specimen.site,
        date="" if specimen.date is None else specimen.date.isoformat(),
        verdict=last.flow.verdict,
        blast_percent=last.flow.blast_percent,
        denominator=last.flow.denominator,
        flow_text=flow_text(last.flow, limits),
        morphology_text=morphology_text(specimen, limits),
        tissue=tissue,
        state=_state(current),
        flags=_flags(so_far, limits.concordance_days),
        reasons=tuple(sorted(reasons)),
        notes=_notes(last, tissue, limits),
    )


def _notes(last: Evidence, tissue: TissueEvidence, limits: CaseLimits) -> tuple[str, ...]:
    """Say what must be said with one specimen."""
    words, notes = limits.sentences, []
    if last.specimen.phase is Phase.DIAGNOSIS:
        notes.append(words.diagnosis)
    elif last.episode == 0:
        notes.append(words.no_remission)
    if tissue is TissueEvidence.SUPPORTS_BCP_ALL:
        notes.append(words.tissue)
    match last.flow.verdict:
        case SpecimenVerdict.NO_ABERRANT_B_PRECURSOR:
            notes.append(words.single_site)
        case SpecimenVerdict.NOT_B_PRECURSOR_BLASTS:
            notes.append(words.other_lineage)
        case SpecimenVerdict.ABERRANT_LINEAGE_INCOMPLETE:
            notes.append(words.lineage_incomplete)
        case _:
            pass
    return tuple([*notes, last.specimen.notes] if last.specimen.notes else notes)


def _reasons(
    evidence: Sequence[Evidence], timeline: Sequence[TimelineRow]
) -> tuple[ReasonCode, ...]:
    """Reasons of all specimens; tissue stands alone only until flow finds the leukaemia."""
    reasons = {reason for row in timeline for reason in row.reasons}
    positive = [e for e in evidence if e.counts and e.bearing in POSITIVE]
    if positive:
        reasons.discard(ReasonCode.TISSUE_EVIDENCE_ONLY)
    if any(e.flow.clonality is Clonality.NOT_ASSESSABLE for e in positive):
        reasons.add(ReasonCode.CLONALITY_NOT_ASSESSABLE)
    if diagnosis_missing(evidence):
        reasons.add(ReasonCode.DX_PHENOTYPE_MISSING)
    return tuple(sorted(reasons))


def _is_negative(evidence: Evidence) -> bool:
    return evidence.bearing is Bearing.NEGATIVE
