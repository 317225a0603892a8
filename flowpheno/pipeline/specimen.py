"""One specimen: its tubes through the stages, one verdict with its evidence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.aberrancy.evidence import AberrancyCall
from flowpheno.clonality import assess_clonality
from flowpheno.comparison import profile
from flowpheno.decision import SpecimenFacts, decide, hold_to_own
from flowpheno.fcs.spillover import changes_nothing
from flowpheno.finding import ReasonCode, Severity
from flowpheno.lineage import (
    Lineage,
    missing_for_confirmation,
    missing_for_rejection,
    score_lineage,
)
from flowpheno.marker import Marker
from flowpheno.matching import match_phenotype, match_suggestions
from flowpheno.mrd import limits as mrd_limits
from flowpheno.mrd import mrd_interval
from flowpheno.phenotype import Call, Phenotype
from flowpheno.pipeline.denominator import count_denominator
from flowpheno.pipeline.edits import edit_codes
from flowpheno.pipeline.linking import LinkedSpecimen, link_specimen
from flowpheno.pipeline.membership import membership_table
from flowpheno.pipeline.pictures import draw_plots
from flowpheno.pipeline.tube import TubeAnalysis, analyse_tube
from flowpheno.pipeline.wording import (
    disagreement_codes,
    disagreement_sentences,
    edit_sentences,
    evidence_sentences,
    limitation_sentences,
    residue_sentences,
)
from flowpheno.population import Population
from flowpheno.results import (
    ChannelRow,
    PopulationCount,
    SpecimenResult,
    StepCount,
    TubeResult,
)
from flowpheno.specimen import Therapy
from flowpheno.verdict import Clonality, SpecimenVerdict, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from flowpheno.aberrancy.follow_up import Comparators
    from flowpheno.aberrancy.template import NormalTemplate
    from flowpheno.arrays import EventMask
    from flowpheno.clonality import ClonalityAssessment
    from flowpheno.comparison import Profile
    from flowpheno.decision import Decision
    from flowpheno.learning import LearnedModel
    from flowpheno.lineage import LineageScores
    from flowpheno.panel.definitions import Definitions
    from flowpheno.pipeline.drawn import DrawnGates
    from flowpheno.specimen import Specimen

DENOMINATOR = "nucleated_all"
_RANK = {
    AberrancyCall.NOT_EVALUABLE: 0,
    AberrancyCall.NOT_ABERRANT: 1,
    AberrancyCall.SUSPICIOUS: 2,
    AberrancyCall.ABERRANT: 3,
}
_OTHER_LINEAGE = tuple(Marker(m) for m in ("cyMPO", "cyCD3", "CD3"))
_SECOND_B = tuple(Marker(m) for m in ("CD10", "CD22", "cyCD22", "cyCD79a", "CD20", "CD24"))
_POSITIVE = frozenset(
    {
        SpecimenVerdict.CONFIRMED_BCP_ALL,
        SpecimenVerdict.ABERRANT_LINEAGE_INCOMPLETE,
        SpecimenVerdict.POSITIVE_MRD,
        SpecimenVerdict.POSITIVE_LOW_UNQUANT,
    }
)
_CANDIDATES = frozenset({"blasts", "B_precursors", "non_B_blasts"})
_KAPPA, _LAMBDA = Marker("sIgK"), Marker("sIgL")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Decided:
    """The verdict on some tubes, and what it rests on."""

    tubes: tuple[TubeAnalysis, ...]
    linked: LinkedSpecimen
    scores: LineageScores
    clonality: ClonalityAssessment | None
    facts: SpecimenFacts
    decision: Decision


def classify_specimen(
    specimen: Specimen,
    definitions: Definitions,
    against: Comparators | None = None,
    *,
    events: bool = False,
    gates: DrawnGates | None = None,
    model: LearnedModel | None = None,
) -> SpecimenResult:
    """Judge one specimen.

    Parameters
    ----------
    specimen : Specimen
        Its tubes and what is known of it.
    definitions : Definitions
        Parameters of every stage.
    against : Comparators or None
        Normal marrows to compare with, without which a negative cannot be given; the patient's
        own diagnosis.
    events : bool
        Whether to keep the membership of every event.
    gates : DrawnGates or None
        Gates that a person drew, for the tubes that they fit; see `hold_to_own`.
    model : LearnedModel or None
        A model that is asked as well: evidence, which may forbid a negative and no more.

    Returns
    -------
    SpecimenResult
        The verdict of the tube with the strongest evidence; markers of the other tubes complete
        its phenotype where they found the population too.
    """
    tubes = [
        analyse_tube(tube, specimen, definitions, against, gates=gates, model=model)
        for tube in specimen.tubes
    ]
    return judge_tubes(specimen, tubes, definitions, against, events=events)


def judge_tubes(
    specimen: Specimen,
    tubes: Sequence[TubeAnalysis],
    definitions: Definitions,
    against: Comparators | None = None,
    *,
    events: bool = False,
) -> SpecimenResult:
    """Judge one specimen whose tubes went through the stages.

    Parameters
    ----------
    specimen : Specimen
        What is known of it.
    tubes : sequence of TubeAnalysis
        What was found in each tube; at least one.
    definitions : Definitions
        Those the tubes were analysed by.
    against : Comparators or None
        What the tubes were compared with.
    events : bool
        Whether to keep the membership of every event.

    Returns
    -------
    SpecimenResult
        As of `classify_specimen`.
    """
    drawn = edit_codes(finding for tube in tubes for finding in tube.findings)
    decided = _decide(specimen, tubes, definitions, drawn)
    said: tuple[str, ...] = ()
    if drawn:
        own = _decide(specimen, [tube.unedited or tube for tube in tubes], definitions, set())
        held = hold_to_own(decided.decision, own.decision, definitions.decision)
        decided = replace(decided, decision=held)
        said = edit_sentences(tubes, own.decision, own.linked.deciding)
    linked, scores = decided.linked, decided.scores
    deciding = linked.deciding
    judged = linked.phenotype if deciding.n_blasts else deciding.non_b_phenotype
    other = _counts_non_b(decided.decision, deciding)
    verdict = _verdict(
        specimen, decided, definitions, None if against is None else against.template
    )
    verdict = replace(verdict, limitations=(*said, *verdict.limitations))
    if other:
        scores = score_lineage(judged, definitions.scores)
    named = other or deciding.n_blasts > 0
    matches = tuple(match_phenotype(d, judged) for d in definitions.phenotypes) if named else ()
    return SpecimenResult(
        specimen=specimen.name,
        patient=specimen.patient,
        material=specimen.material,
        site=specimen.site,
        date=specimen.date,
        timepoint=specimen.timepoint,
        verdict=verdict,
        tubes=tuple(
            _tube_result(
                t,
                definitions,
                scores.lineage,
                None if against is None else against.template,
                other=other,
                events=events,
            )
            for t in linked.tubes
        ),
        scores=scores if named else None,
        matches=matches,
        suggestions=match_suggestions(definitions.suggestions, judged, matches)
        if verdict.verdict in _POSITIVE and not other
        else (),
        links=linked.links,
    )


def _decide(
    specimen: Specimen,
    tubes: Sequence[TubeAnalysis],
    definitions: Definitions,
    drawn: AbstractSet[ReasonCode],
) -> _Decided:
    """Let the tube with the strongest evidence decide; drawn gates count in whichever tube."""
    place = max(range(len(tubes)), key=lambda index: _strength(tubes[index]))
    linked = link_specimen(tubes, place, definitions.gating.link)
    scores = score_lineage(linked.phenotype, definitions.scores)
    clonality = _clonality(linked, definitions)
    facts = _facts(specimen, linked, scores, clonality, definitions)
    facts = replace(facts, reasons=facts.reasons | drawn | disagreement_codes(tubes))
    return _Decided(
        tubes=tuple(tubes),
        linked=linked,
        scores=scores,
        clonality=clonality,
        facts=facts,
        decision=decide(facts, definitions.decision, definitions.mrd),
    )


def _strength(tube: TubeAnalysis) -> tuple[int, float, int]:
    percent = tube.n_blasts / max(tube.n_nucleated, 1)
    return _RANK[tube.detection.call], percent, tube.n_nucleated


def _clonality(linked: LinkedSpecimen, definitions: Definitions) -> ClonalityAssessment | None:
    """Light chains of the blasts, in one tube; None where they were not stained."""
    tube = linked.staining(_KAPPA, _LAMBDA)
    if tube is None or not linked.n_blasts or not tube.n_blasts:
        return None
    gated, blasts = tube.gated, tube.detection.blasts
    kappa = gated.decades.of(_KAPPA)[blasts] > gated.cutpoints[_KAPPA].decade
    lambda_ = gated.decades.of(_LAMBDA)[blasts] > gated.cutpoints[_LAMBDA].decade
    return assess_clonality(
        int((kappa & ~lambda_).sum()),
        int((lambda_ & ~kappa).sum()),
        tube.n_blasts,
        rules=definitions.clonality,
    )


def _facts(
    specimen: Specimen,
    linked: LinkedSpecimen,
    scores: LineageScores,
    clonality: ClonalityAssessment | None,
    definitions: Definitions,
) -> SpecimenFacts:
    tube, phenotype = linked.deciding, linked.phenotype
    reasons = {f.code for f in tube.findings if f.severity is not Severity.NOTE} | linked.codes
    stained = {Marker(p) for m in tube.gated.sample.markers for p in (m, *m.split("+"))}
    masked = {m for m, c in phenotype.calls.items() if _is_masked(c.reasons)}
    after_cd19 = Therapy.ANTI_CD19 in specimen.therapy
    minimum = definitions.scores.minimum
    if missing_for_rejection(stained - masked, minimum, post_cd19=False):
        reasons.add(ReasonCode.MISSING_DISCRIMINATORS)
    if after_cd19 and not stained & {Marker("CD22"), Marker("CD24"), Marker("cyCD79a")}:
        reasons.add(ReasonCode.GATE_UNSAFE_AFTER_CD19_THERAPY)
    for call in phenotype.calls.values():
        reasons |= {r for r in call.reasons if _is_masked((r,))}
        if tube.n_blasts:  # of normal precursors a flipped call would change no verdict
            reasons |= {r for r in call.reasons if r is ReasonCode.COMP_SENSITIVE}
    if _hematogone_percent(tube) >= definitions.aberrancy.regenerating_percent:
        reasons.add(ReasonCode.REGENERATING_MARROW)
    if not missing_for_confirmation(phenotype, minimum):
        incomplete = False
    else:
        incomplete = True
        if "B_lineage" not in tube.gated.populations:
            reasons.add(ReasonCode.MISSING_LINEAGE_MARKERS)
    counted = _counted(tube, tube.detection.blasts, definitions)
    if counted is None and definitions.mrd.denominator != DENOMINATOR:
        reasons.add(ReasonCode.DENOMINATOR_NOT_COUNTED)
    other = score_lineage(tube.non_b_phenotype, definitions.scores).lineage
    n_non_b, n = tube.non_b.n, tube.n_nucleated
    return SpecimenFacts(
        call=tube.detection.call,
        n_blasts=tube.n_blasts,
        n_nucleated=n,
        lineage=scores.lineage,
        weak_b_lineage=_is_weak(phenotype),
        light_chain_restricted=clonality is not None
        and clonality.clonality is Clonality.RESTRICTED,
        immature=any(phenotype.call(Marker(m)).call is Call.POSITIVE for m in ("TdT", "CD34")),
        confirm_markers_missing=incomplete,
        known_bcp_all=specimen.known_bcp_all,
        already_compensated=specimen.already_compensated or _is_free(tube, reasons),
        non_b_percent=100 * n_non_b / n if n else 0.0,
        non_b_lineage=other,
        reasons=frozenset(reasons),
        looks_mature=_looks_mature(linked, definitions),
        tdt_negative=phenotype.call(Marker("TdT")).call is Call.NEGATIVE,
        lineage_contradicted=_is_contradicted(phenotype, scores, reasons),
        n_denominator=counted,
    )


def _is_contradicted(
    phenotype: Phenotype, scores: LineageScores, reasons: AbstractSet[ReasonCode]
) -> bool:
    """Whether something speaks for another lineage, and nothing measured decides."""
    if scores.lineage is not Lineage.NOT_EVALUABLE:
        return False
    shown = any(phenotype.call(m).call is Call.POSITIVE for m in _OTHER_LINEAGE)
    return shown or ReasonCode.CD19_BORDER_CROSSED in reasons


def _is_masked(reasons: Sequence[ReasonCode]) -> bool:
    return any("MASKED" in reason for reason in reasons)


def _looks_mature(linked: LinkedSpecimen, definitions: Definitions) -> bool:
    """CD20 as bright as on mature B cells of the same tube, without a sign of immaturity."""
    cd20, phenotype = Marker("CD20"), linked.phenotype
    if any(phenotype.call(Marker(m)).call is Call.POSITIVE for m in ("TdT", "CD34")):
        return False
    tube = linked.staining(cd20)
    if tube is None or phenotype.call(cd20).call is not Call.POSITIVE or not linked.n_blasts:
        return False
    gated = tube.gated
    values, mature = gated.decades.of(cd20), gated.mask("B_mature")
    if mature.sum() < definitions.positivity.minimum_events or gated.decades.relative:
        return False
    candidate = gated.mask(tube.candidate.population)
    gap = float(np.median(values[candidate]) - np.median(values[mature]))
    return gap > definitions.positivity.dim_log10


def _is_weak(phenotype: Phenotype) -> bool:
    """Weak CD19 alone is met in t(8;21) AML: it is no B precursor."""
    second = any(phenotype.call(m).call is Call.POSITIVE for m in _SECOND_B)
    return phenotype.call(Marker("CD19")).strong is False and not second


def _hematogone_percent(tube: TubeAnalysis) -> float:
    if "hematogones" not in tube.gated.populations or not tube.n_nucleated:
        return float("nan")
    return 100 * tube.gated.populations["hematogones"].n / tube.n_nucleated


def _counts_non_b(decision: Decision, tube: TubeAnalysis) -> bool:
    """Whether the blasts of the verdict are those outside the B lineage."""
    other = decision.verdict is SpecimenVerdict.NOT_B_PRECURSOR_BLASTS
    own = {
        AberrancyCall.ABERRANT,
        AberrancyCall.SUSPICIOUS,
    }  # then the candidate is of that lineage, unless it is a few cells beside them
    return other and (tube.detection.call not in own or tube.n_blasts < tube.non_b.n)


def _verdict(
    specimen: Specimen,
    decided: _Decided,
    definitions: Definitions,
    template: NormalTemplate | None,
) -> Verdict:
    """Give the verdict all its numbers."""
    linked, decision, facts = decided.linked, decided.decision, decided.facts
    tube, clonality = linked.deciding, decided.clonality
    other = _counts_non_b(decision, tube)
    n_blasts = tube.non_b.n if other else tube.n_blasts
    counted = _counted(tube, tube.non_b.mask if other else tube.detection.blasts, definitions)
    n = tube.n_nucleated if counted is None else counted
    name = DENOMINATOR if counted is None else definitions.mrd.denominator
    lod, lloq = mrd_limits(n, definitions.mrd.lod_events, definitions.mrd.lloq_events)
    known = clonality is not None and bool(n_blasts)
    lineage = facts.lineage if n_blasts else Lineage.NOT_EVALUABLE
    compared = template is not None and tube.detection.method == "template"
    reasons, disagreements = decision.reasons, disagreement_sentences(decided.tubes)
    if n_blasts and (clonality is None or clonality.clonality is Clonality.NOT_ASSESSABLE):
        reasons |= {ReasonCode.CLONALITY_NOT_ASSESSABLE}
    said = residue_sentences(decision.verdict, (n_blasts, n, name), specimen, definitions.mrd)
    return Verdict(
        verdict=decision.verdict,
        reasons=tuple(sorted(reasons)),
        evidence=(*disagreements, *evidence_sentences(tube, decision, facts), *said),
        limitations=limitation_sentences(linked, decision, clonality, definitions, lod=lod),
        n_blasts=n_blasts,
        n_nucleated=tube.n_nucleated,
        denominator=name,
        blast_percent=mrd_interval(n_blasts, n),
        lod_percent=lod,
        lloq_percent=lloq,
        hematogone_percent=_hematogone_percent(tube),
        clonality=clonality.clonality if known and clonality else Clonality.NOT_ASSESSABLE,
        lineage=facts.non_b_lineage if other else lineage,
        known_bcp_all=specimen.known_bcp_all,
        template=template.name if template is not None and compared else "",
        n_denominator=counted,
    )


def _counted(tube: TubeAnalysis, blasts: EventMask, definitions: Definitions) -> int | None:
    """Events of the denominator that is asked for; None for that of all nucleated cells."""
    rules = definitions.mrd
    if rules.denominator == DENOMINATOR:
        return None
    return count_denominator(tube.gated, blasts, rules.denominators[rules.denominator])


def _tube_result(
    tube: TubeAnalysis,
    definitions: Definitions,
    lineage: Lineage,
    template: NormalTemplate | None,
    *,
    other: bool,
    events: bool,
) -> TubeResult:
    phenotypes = (tube.candidate, *tube.normal)
    if other:
        phenotypes = (tube.non_b_phenotype, *phenotypes)
    elif tube.non_b.n >= definitions.positivity.minimum_events:
        phenotypes = (*phenotypes, tube.non_b_phenotype)
    return TubeResult(
        name=tube.raw.name,
        sha256=tube.raw.sha256,
        n_events=tube.raw.n_events,
        channels=tuple(
            ChannelRow(
                detector=c.detector,
                marker=c.marker or "",
                fluorochrome=c.fluorochrome or "",
                kind=c.kind,
            )
            for c in tube.raw.channels
        ),
        compensation=_compensation(tube),
        steps=tuple(
            StepCount(step=s.name, n_in=s.n_in, n_out=s.n_out, note=s.note)
            for s in tube.control.steps
        ),
        populations=_population_counts(tube),
        phenotypes=tuple(_reported(p, definitions) for p in phenotypes if _was_judged(p)),
        findings=tube.findings,
        plots=draw_plots(tube, template=template, limits=definitions.aberrancy, other=other),
        profile=_profile(tube, lineage, other=other),
        membership=membership_table(tube, other=other) if events else None,
        recognition=tube.recognition,
    )


def _profile(tube: TubeAnalysis, lineage: Lineage, *, other: bool) -> Profile | None:
    """Keep what a later comparison needs of the blasts of the verdict, whatever their lineage."""
    blasts = tube.non_b.mask if other else tube.detection.blasts
    if not blasts.any():
        return None
    found = [Marker(m) for a in tube.detection.aberrancies for m in a.marker.split(" ")]
    return profile(
        tube.gated.sample,
        blasts,
        lymphocytes=tube.gated.mask("T"),
        phenotype=tube.non_b_phenotype if other else tube.candidate,
        lineage=lineage,
        aberrancies=None if other else found,
    )


def _was_judged(phenotype: Phenotype) -> bool:
    return any(call.n for call in phenotype.calls.values())


def _reported(phenotype: Phenotype, definitions: Definitions) -> Phenotype:
    """List what was not stained beside what was: absence is easily read as negative."""
    if phenotype.population not in _CANDIDATES:
        return phenotype
    parts = {p for marker in phenotype.calls for p in marker.split("+")}
    expected = (Marker(m) for m in definitions.positivity.expected if m not in parts)
    calls = {m: phenotype.call(m) for m in (*phenotype.calls, *expected)}
    return replace(phenotype, calls=calls)


def _is_free(tube: TubeAnalysis, reasons: AbstractSet[ReasonCode]) -> bool:
    """Whether the events came compensated; an identity matrix says so only if they look it."""
    spillover = tube.raw.spillover
    if spillover is not None and changes_nothing(spillover):
        return tube.raw.compensated and ReasonCode.COMP_DOUBTFUL not in reasons
    return tube.raw.compensated


def _compensation(tube: TubeAnalysis) -> str:
    if tube.raw.compensated:
        return "already compensated"
    spillover = tube.raw.spillover
    if spillover is not None:
        return f"solved with the matrix of {spillover.source}"
    return "no matrix: not compensated"


def _population_counts(tube: TubeAnalysis) -> tuple[PopulationCount, ...]:
    gated = tube.gated
    sizes = {"all": tube.raw.n_events, "nucleated": tube.n_nucleated}
    sizes |= {p.name: p.n for p in (*gated.populations.values(), tube.non_b, *tube.others)}
    nucleated = Population("nucleated", "all", gated.nucleated)
    return tuple(
        PopulationCount(
            name=p.name,
            parent=p.parent,
            n=p.n,
            percent_of_parent=100 * p.n / sizes[p.parent] if sizes[p.parent] else float("nan"),
            by=p.by,
            confidence=p.confidence,
        )
        for p in (nucleated, *gated.populations.values(), tube.non_b, *tube.others)
    )
