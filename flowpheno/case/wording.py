"""What a case verdict says in words: what was seen, what it leaves open, what would decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowpheno.case.evidence import POSITIVE, Bearing, diagnosis_missing
from flowpheno.case.values import CaseState
from flowpheno.clonality import Clonality
from flowpheno.panel.case import FlowDone
from flowpheno.specimen import Therapy
from flowpheno.verdict import SpecimenVerdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from flowpheno.case.evidence import Evidence
    from flowpheno.case.values import TimelineRow
    from flowpheno.panel.case import CaseLimits, Imaging

_INCONCLUSIVE = frozenset({SpecimenVerdict.INDETERMINATE, SpecimenVerdict.SUSPICIOUS})
_BLASTS = frozenset(
    {
        *(SpecimenVerdict.CONFIRMED_BCP_ALL, SpecimenVerdict.ABERRANT_LINEAGE_INCOMPLETE),
        SpecimenVerdict.NOT_B_PRECURSOR_BLASTS,
    }
)
"""Verdicts that show blasts, whatever they say of a relapse."""

_HEADLINES = {
    CaseState.RELAPSE_CONFIRMED_BY_FLOW: "Relapse confirmed by flow cytometry",
    CaseState.RELAPSE_LIKELY_CONFIRM: "Relapse likely; independent confirmation needed",
    CaseState.MRD_POSITIVE_AT_SAMPLED_SITES: "Residual disease at sampled sites; not a relapse",
    CaseState.UNRESOLVED: "Unresolved: relapse neither confirmed nor excluded",
    CaseState.NO_EVIDENCE_AT_SAMPLED_SITES: "No evidence of disease at the sampled sites",
}


def case_sentences(
    evidence: Sequence[Evidence],
    timeline: Sequence[TimelineRow],
    limits: CaseLimits,
    *,
    imaging: Sequence[Imaging] = (),
) -> tuple[str, ...]:
    """Say what the specimens allow one to say, and what they leave open.

    Parameters
    ----------
    evidence : sequence of Evidence
        Specimens in time order.
    timeline : sequence of TimelineRow
        Their rows.
    limits : CaseLimits
        Words.
    imaging : sequence of Imaging
        Studies, as reported.

    Returns
    -------
    tuple of str
        Sentences, each once; the single-site sentence wherever a specimen was negative.
    """
    words = limits.sentences
    listed = "; ".join(_in_short(row) for row in timeline)
    said = [f"{_HEADLINES[timeline[-1].state]}. {listed}."]
    said += [note for row in timeline for note in row.notes if note in _fixed(limits)]
    if any(e.specimen.morphology is not None for e in evidence):
        said.append(words.morphology)
    if any(Therapy.ANTI_CD19 in e.specimen.therapy for e in evidence):
        said.append(words.cd19_therapy)
    if imaging:
        said.append(words.imaging)
    found = any(e.counts and e.bearing in POSITIVE for e in evidence)
    if any(study.suggests == "disease" for study in imaging) and not found:
        said.append(words.imaging_disease)
    if diagnosis_missing(evidence):
        said.append(words.dx_phenotype)
    return tuple(dict.fromkeys(said))


def clonality_answer(evidence: Sequence[Evidence], limits: CaseLimits) -> str:
    """Answer the word *monoclonal* for the case.

    Parameters
    ----------
    evidence : sequence of Evidence
        Specimens in time order.
    limits : CaseLimits
        Words.

    Returns
    -------
    str
        Never more than light chains show.
    """
    positive = [e for e in evidence if _shows_blasts(e)]
    shown = [
        f"{e.specimen.id}: {e.flow.clonality} by light chains"
        for e in positive
        if e.flow.clonality is not Clonality.NOT_ASSESSABLE
    ]
    if shown:
        return f"{'; '.join(shown)}."
    return limits.sentences.clonality if positive else limits.sentences.clonality_unknown


def conflicts(evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """Carry the contradictions of the source; none is resolved.

    Parameters
    ----------
    evidence : sequence of Evidence
        Specimens in time order.

    Returns
    -------
    tuple of str
        One sentence for each specimen the source contradicts itself about.
    """
    return tuple(
        f"{s.id}: the source contradicts itself; text: {s.site_text or 'not given'}; "
        f"legend: {s.site_legend or 'not given'}."
        for s in (e.specimen for e in evidence)
        if s.source_conflict
    )


def recommendations(evidence: Sequence[Evidence], limits: CaseLimits) -> tuple[str, ...]:
    """Say what was not done and would decide, in neutral words.

    Parameters
    ----------
    evidence : sequence of Evidence
        Specimens in time order.
    limits : CaseLimits
        Words.

    Returns
    -------
    tuple of str
        Sentences; none tells anybody what to do.
    """
    words = limits.recommendations
    counted = [e for e in evidence if e.counts]
    undone = _ids(e for e in counted if e.specimen.flow is FlowDone.NOT_PERFORMED)
    unclear = _ids(e for e in counted if e.flow.verdict in _INCONCLUSIVE)
    likely = _ids(e for e in counted if e.bearing is Bearing.LIKELY)
    candidates = (
        (undone, words.flow_not_performed),
        (unclear, words.indeterminate),
        (likely, words.confirm),
        (_ids(e for e in counted if e.bearing is Bearing.NEGATIVE), words.second_site),
        (_ids(e for e in counted if _shows_blasts(e)), words.genetics),
        ("diagnosis" if diagnosis_missing(evidence) else "", words.diagnosis),
    )
    return tuple(text.replace("{specimens}", names) for names, text in candidates if names)


def _shows_blasts(evidence: Evidence) -> bool:
    return evidence.bearing in POSITIVE or evidence.flow.verdict in _BLASTS


def _ids(evidence: Iterable[Evidence]) -> str:
    return ", ".join(e.specimen.id for e in evidence)


def _fixed(limits: CaseLimits) -> frozenset[str]:
    """Sentences of the definitions; free notes of a specimen stay in its row."""
    return frozenset(limits.sentences.model_dump().values())


def _in_short(row: TimelineRow) -> str:
    """One specimen with its verdict and number."""
    number = f" ({row.flow_text})" if row.flow_text else ""
    return f"{row.specimen}: {row.verdict.value}{number}"
