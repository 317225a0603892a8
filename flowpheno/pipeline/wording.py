"""The verdict in sentences: what was seen, compared with what, and what it does not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.clonality import NOT_STAINED, clonality_sentence
from flowpheno.finding import Severity
from flowpheno.lineage import missing_for_confirmation
from flowpheno.verdict import SpecimenVerdict

if TYPE_CHECKING:
    from flowpheno.clonality import ClonalityAssessment
    from flowpheno.decision import Decision, SpecimenFacts
    from flowpheno.panel.definitions import Definitions
    from flowpheno.pipeline.tube import TubeAnalysis


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


def limitation_sentences(
    tube: TubeAnalysis,
    decision: Decision,
    clonality: ClonalityAssessment | None,
    definitions: Definitions,
    *,
    lod: float,
) -> tuple[str, ...]:
    """Say what the verdict does not say.

    Parameters
    ----------
    tube : TubeAnalysis
        The deciding tube.
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
    sentences = []
    if decision.verdict is SpecimenVerdict.NO_ABERRANT_B_PRECURSOR:
        sentences.append(
            "No aberrant B precursor in this specimen above the limit of detection of "
            f"{lod:.4f} % ({tube.n_nucleated} nucleated cells)."
        )
        sentences.append(definitions.texts.single_site)
    elif not tube.n_blasts:
        sentences.append("Nothing aberrant was shown, and nothing was excluded.")
    sentences += _missing_markers(tube, definitions)
    sentences += _uncertain_share(tube)
    if tube.n_blasts:
        sentences.append(clonality_sentence(clonality or NOT_STAINED, aberrant=True))
    blocking = {f.message: None for f in tube.findings if f.severity is Severity.BLOCKING}
    sentences += [f"{message[0].upper()}{message[1:]}." for message in blocking]
    return tuple(sentences)


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


def _missing_markers(tube: TubeAnalysis, definitions: Definitions) -> list[str]:
    """Name what is needed to confirm lineage: not stained, or stained and not decided."""
    stained = set(tube.raw.markers)
    missing = missing_for_confirmation(tube.candidate, definitions.scores.minimum)
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
