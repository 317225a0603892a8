"""The verdict in sentences: what was seen, compared with what, and what it does not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.clonality import NOT_STAINED, clonality_sentence
from flowpheno.finding import ReasonCode, Severity
from flowpheno.lineage import missing_for_confirmation
from flowpheno.mrd import assess_mrd, categories, events_note
from flowpheno.pipeline.edits import edit_codes
from flowpheno.verdict import SpecimenVerdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.clonality import ClonalityAssessment
    from flowpheno.decision import Decision, SpecimenFacts
    from flowpheno.panel.definitions import Definitions
    from flowpheno.panel.mrd import MrdRules
    from flowpheno.pipeline.linking import LinkedSpecimen
    from flowpheno.pipeline.tube import TubeAnalysis
    from flowpheno.specimen import Specimen


_OTHER_EVIDENCE = frozenset(
    {
        *(ReasonCode.DX_PHENOTYPE_FOUND, ReasonCode.DX_NOT_COMPARABLE),
        *(ReasonCode.MODEL_EVIDENCE, ReasonCode.MODEL_NOT_APPLICABLE),
    }
)
"""Of the patient's diagnosis, and of a learned model."""

_RESIDUE = frozenset(
    {
        *(SpecimenVerdict.POSITIVE_MRD, SpecimenVerdict.POSITIVE_LOW_UNQUANT),
        *(SpecimenVerdict.NO_ABERRANT_B_PRECURSOR, SpecimenVerdict.CONFIRMED_BCP_ALL),
    }
)
"""Verdicts whose count is one of residual disease, if the disease is known."""

_OF_A_DAY = 2  # categories: that of any time, and one of the day of a protocol


def evidence_sentences(
    tube: TubeAnalysis, decision: Decision, facts: SpecimenFacts
) -> tuple[str, ...]:
    """Say what the verdict rests on.

    Parameters
    ----------
    tube : TubeAnalysis
        The deciding tube.
    decision : Decision
        The verdict.
    facts : SpecimenFacts
        What it rests on.

    Returns
    -------
    tuple of str
        Sentences with counts, populations and references.
    """
    detection = tube.detection
    sentences = []
    if tube.n_blasts:
        against = "the normal template" if detection.method == "template" else "internal evidence"
        sentences.append(
            f"{tube.n_blasts} of {tube.n_nucleated} nucleated cells are {detection.call} "
            f"B-lineage cells by {against}."
        )
    elif detection.continuum is not None:
        n = int(tube.gated.mask("B_precursors").sum())
        sentences.append(
            f"{n} B precursors among {tube.n_nucleated} nucleated cells; none called aberrant."
        )
    sentences += [f"{_capital(f.message)}." for f in tube.findings if f.code in _OTHER_EVIDENCE]
    word = "" if tube.n_blasts else "Seen, and not sufficient: "
    sentences += [f"{word}{a.kind}: {a.text}." for a in detection.aberrancies]
    continuum = detection.continuum
    if continuum is not None and continuum.present:
        sentences.append(
            f"A maturation continuum is present ({continuum.n_cd10} CD10+ cells, "
            f"Spearman(CD10, CD20) {continuum.spearman_cd20:.2f}, "
            f"{continuum.late_percent:.0f} % at later stages)."
        )
    if decision.verdict is SpecimenVerdict.NOT_B_PRECURSOR_BLASTS or facts.non_b_percent >= 1:
        sentences.append(
            f"{tube.non_b.n} immature cells outside the B lineage ({facts.non_b_percent:.1f} % of "
            f"nucleated cells), lineage by markers measured: {facts.non_b_lineage}."
        )
    return tuple(sentences)


def disagreement_codes(tubes: Sequence[TubeAnalysis]) -> frozenset[ReasonCode]:
    """Tell whether a learned model disagrees in any tube, the deciding one or not.

    Parameters
    ----------
    tubes : sequence of TubeAnalysis
        Of the specimen.

    Returns
    -------
    frozenset of ReasonCode
        ``MODEL_DISAGREES``, or nothing.
    """
    codes = {finding.code for tube in tubes for finding in tube.findings}
    return frozenset(codes & {ReasonCode.MODEL_DISAGREES})


def disagreement_sentences(tubes: Sequence[TubeAnalysis]) -> tuple[str, ...]:
    """Say where a learned model disagrees with the search: it stands first on the page.

    Parameters
    ----------
    tubes : sequence of TubeAnalysis
        Of the specimen.

    Returns
    -------
    tuple of str
        A sentence for each tube in which it does.
    """
    several = len(tubes) > 1
    return tuple(
        f"{f'{tube.raw.name}: ' if several else ''}{_capital(finding.message)}."
        for tube in tubes
        for finding in tube.findings
        if finding.code is ReasonCode.MODEL_DISAGREES
    )


def edit_sentences(
    tubes: Sequence[TubeAnalysis], own: Decision, deciding: TubeAnalysis
) -> tuple[str, ...]:
    """Say where a person drew gates, and what the verdict would be without them.

    Parameters
    ----------
    tubes : sequence of TubeAnalysis
        Of the specimen.
    own : Decision
        The verdict by flowpheno's own gates.
    deciding : TubeAnalysis
        The tube that it rests on.

    Returns
    -------
    tuple of str
        For each tube what was replaced, lost or not applied; then the other verdict.
    """
    several = len(tubes) > 1
    sentences = [
        f"{f'{tube.raw.name}: ' if several else ''}{_capital(finding.message)}."
        for tube in tubes
        for finding in tube.findings
        if edit_codes([finding])
    ]
    if any(tube.unedited is not None for tube in tubes):
        sentences.append(
            f"Without the drawn gates the verdict would be {own.verdict}: {deciding.n_blasts} "
            f"aberrant or suspicious B-lineage cells of {deciding.n_nucleated} nucleated ones."
        )
    return tuple(dict.fromkeys(sentences))


def limitation_sentences(
    linked: LinkedSpecimen,
    decision: Decision,
    clonality: ClonalityAssessment | None,
    definitions: Definitions,
    *,
    lod: float,
) -> tuple[str, ...]:
    """Say what the verdict does not say.

    Parameters
    ----------
    linked : LinkedSpecimen
        The deciding tube, and those that complete it.
    decision : Decision
        The verdict.
    clonality : ClonalityAssessment or None
        Light chains; None where they were not stained.
    definitions : Definitions
        Texts and minimum markers.
    lod : float
        Limit of detection, percent of the denominator.

    Returns
    -------
    tuple of str
        Sentences; the single-site sentence on every negative.
    """
    tube, sentences = linked.deciding, []
    uncounted = ReasonCode.DENOMINATOR_NOT_COUNTED in decision.reasons
    denominator = "nucleated_all" if uncounted else definitions.mrd.denominator
    if decision.verdict is SpecimenVerdict.NO_ABERRANT_B_PRECURSOR:
        sentences.append(
            "No aberrant B precursor in this specimen above the limit of detection of "
            f"{lod:.4f} % ({tube.n_nucleated} nucleated cells; denominator {denominator})."
        )
        sentences.append(definitions.texts.single_site)
    elif not tube.n_blasts:
        sentences.append("Nothing aberrant was shown, and nothing was excluded.")
    sentences += _missing_markers(linked, definitions)
    sentences += _uncertain_share(tube)
    if uncounted:
        sentences.append(
            f"The denominator {definitions.mrd.denominator} cannot be counted with the markers of "
            "this tube; percentages are of all nucleated cells."
        )
    if tube.n_blasts:
        sentences.append(clonality_sentence(clonality or NOT_STAINED, aberrant=True))
    blocking = [f for f in tube.findings if f.severity is Severity.BLOCKING]
    sentences += [f"{_capital(f.message)}." for f in blocking if not edit_codes([f])]
    return tuple(dict.fromkeys((*sentences, *linked.sentences)))


def residue_sentences(
    verdict: SpecimenVerdict,
    count: tuple[int, int, str],
    specimen: Specimen,
    rules: MrdRules,
) -> tuple[str, ...]:
    """Say what the count means as residual disease, where the disease is known.

    Parameters
    ----------
    verdict : SpecimenVerdict
        The verdict.
    count : tuple
        Aberrant events, events of the denominator, its name.
    specimen : Specimen
        Its history and time point.
    rules : MrdRules
        Limits, words and protocols.

    Returns
    -------
    tuple of str
        Nothing unless B-precursor ALL is known and the verdict rests on a count; then the count
        with its limits, and the category of each protocol of that time point. Of a frank
        leukaemia only at the time points of a protocol.
    """
    if not specimen.known_bcp_all or verdict not in _RESIDUE:
        return ()
    k, n, denominator = count
    mrd = assess_mrd(k, n, rules=rules, denominator=denominator)
    named = categories(mrd, rules, timepoint=specimen.timepoint) if specimen.timepoint else ()
    if verdict is SpecimenVerdict.CONFIRMED_BCP_ALL and len(named) < _OF_A_DAY:
        return ()  # a relapse or the diagnosis: nobody calls it residual
    found = (
        f"{c.protocol} ({c.timepoint}): {c.category}{f'; {c.note}' if c.note else ''}."
        for c in named
        if c.category
    )
    return (mrd.sentence, *found, *filter(None, [events_note(n, rules)]))


def _capital(message: str) -> str:
    return f"{message[0].upper()}{message[1:]}"


def _uncertain_share(tube: TubeAnalysis) -> list[str]:
    """Give the range of the share where blasts were told from normal precursors without help."""
    precursors = tube.gated.mask("B_precursors")
    either = int(np.count_nonzero(precursors | tube.detection.blasts))
    if tube.detection.method == "template" or not 0 < tube.n_blasts < either:
        return []
    low, high = (100 * n / max(tube.n_nucleated, 1) for n in (tube.n_blasts, either))
    sentence = (
        "Without a normal template blasts and normal precursors are told apart by internal "
        f"evidence only: the share of blasts may lie anywhere between {low:.1f} and {high:.1f} %."
    )
    return [sentence]


def _missing_markers(linked: LinkedSpecimen, definitions: Definitions) -> list[str]:
    """Name what is needed to confirm lineage: not stained, or stained and not decided."""
    tube = linked.deciding
    stained = {m for t in (tube, *linked.linked) for m in t.raw.markers}
    missing = missing_for_confirmation(linked.phenotype, definitions.scores.minimum)
    absent = [g for g in missing if not stained & set(g)]
    undecided = [g for g in missing if stained & set(g)]
    sentences = []
    if absent:
        names = "; ".join(" or ".join(group) for group in absent)
        sentences.append(f"Not stained, and needed to confirm lineage: {names}.")
    if undecided and tube.n_blasts:
        names = "; ".join(" or ".join(group) for group in undecided)
        sentences.append(f"Stained but not decided, and needed to confirm lineage: {names}.")
    return sentences
