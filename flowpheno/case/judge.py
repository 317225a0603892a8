"""The case verdict: worst-of with logic, never a vote; a negative site excludes nothing."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING

from flowpheno.case.described import flow_text, morphology_text, tissue_evidence, tissue_text
from flowpheno.case.evidence import (
    POSITIVE,
    Bearing,
    Evidence,
    bearing_of,
    count_remissions,
    diagnosis_missing,
    order_specimens,
)
from flowpheno.case.missing import missed_chance
from flowpheno.case.places import find_place
from flowpheno.case.stated import flow_verdict
from flowpheno.case.values import (
    CaseFlag,
    CaseState,
    CaseVerdict,
    ImagingRow,
    RemissionRow,
    TimelineRow,
    TissueEvidence,
)
from flowpheno.case.wording import case_sentences, clonality_answer, conflicts, recommendations
from flowpheno.clonality import Clonality
from flowpheno.finding import ReasonCode
from flowpheno.panel.case import Material, Phase
from flowpheno.verdict import SpecimenVerdict

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from flowpheno.case.values import Place
    from flowpheno.panel.case import Case, CaseLimits, CaseSpecimen, Imaging
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
    steps = _steps(ordered)
    timeline = tuple(
        replace(_row(so_far, limits), step=step) for so_far, step in zip(past, steps, strict=True)
    )
    current, state = _current(evidence), timeline[-1].state
    negative_sites = {e.specimen.site or e.specimen.id for e in current if _is_negative(e)}
    illustrated = missed_chance(len(negative_sites), limits.missing) if negative_sites else None
    return CaseVerdict(
        patient=case.patient,
        verdict=state,
        flags=timeline[-1].flags,
        timeline=timeline,
        reasons=_reasons(evidence, timeline),
        sentences=case_sentences(evidence, timeline, limits, imaging=case.imaging),
        recommendations=recommendations(evidence, limits),
        conflicts=conflicts(evidence),
        clonality=clonality_answer(evidence, limits),
        missed=illustrated,
        title=case.title,
        diagnosis=case.diagnosis,
        source=case.source,
        remarks=case.notes,
        imaging=tuple(_imaging(study, limits) for study in case.imaging),
        remissions=tuple(
            RemissionRow(date=_day(r.date), after=r.after or "") for r in case.remissions
        ),
    )


def _imaging(study: Imaging, limits: CaseLimits) -> ImagingRow:
    return ImagingRow(
        study=study.id,
        modality=study.modality,
        site=study.site,
        date=_day(study.date),
        finding=study.finding,
        suggests=study.suggests,
        place=find_place(study.site, limits.places, laterality=study.laterality),
    )


def _day(date: dt.date | None) -> str:
    return "" if date is None else date.isoformat()


def _steps(ordered: Sequence[CaseSpecimen]) -> list[int]:
    """Count the times; specimens of one day, or of one order, share theirs."""
    dated = all(specimen.date is not None for specimen in ordered)
    times = [specimen.date if dated else specimen.order for specimen in ordered]
    return [len(set(times[: index + 1])) - 1 for index in range(len(times))]


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
        date=_day(specimen.date),
        verdict=last.flow.verdict,
        blast_percent=last.flow.blast_percent,
        lod_percent=last.flow.lod_percent,
        denominator=last.flow.denominator,
        flow_text=flow_text(last.flow, limits),
        morphology_text=morphology_text(specimen, limits),
        tissue=tissue,
        state=_state(current),
        flags=_flags(so_far, limits.concordance_days),
        reasons=tuple(sorted(reasons)),
        notes=_notes(last, tissue, limits),
        phase=specimen.phase.value,
        episode=last.episode,
        laterality=specimen.laterality,
        pull=specimen.pull,
        therapy=tuple(sorted(t.value for t in specimen.therapy)),
        tissue_text=tissue_text(specimen),
        place=_place(specimen.site, specimen, limits),
        other_place=_place(specimen.site_legend, specimen, limits)
        if specimen.source_conflict
        else None,
    )


def _place(text: str, specimen: CaseSpecimen, limits: CaseLimits) -> Place | None:
    """Where on the map; cerebrospinal fluid is taken at the spine if nothing else is said."""
    words = text or ("spine" if specimen.material is Material.CSF else "")
    return find_place(words, limits.places, laterality=specimen.laterality)


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
