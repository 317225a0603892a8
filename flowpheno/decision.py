"""The decision logic of a specimen: one place, no hidden branches.

Positive evidence comes first: a poor specimen can still prove disease. It can never exclude it:
a negative needs every condition of adequacy to hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flowpheno.aberrancy.evidence import AberrancyCall
from flowpheno.finding import ReasonCode
from flowpheno.lineage import Lineage
from flowpheno.verdict import SpecimenVerdict

if TYPE_CHECKING:
    from flowpheno.panel.decision import DecisionRules
    from flowpheno.panel.mrd import MrdRules

_OTHER_LINEAGES = frozenset({Lineage.T, Lineage.MYELOID, Lineage.MPAL})
_NO_MATRIX = frozenset({ReasonCode.COMP_MATRIX_MISSING, ReasonCode.COMP_ILL_CONDITIONED})


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecimenFacts:
    """Everything the decision rests on.

    Attributes
    ----------
    call : AberrancyCall
        Of the candidate B precursors.
    n_blasts, n_nucleated : int
        Events of the candidate, and of all nucleated cells.
    lineage : Lineage
        Lineage of the candidate, from markers measured.
    weak_b_lineage : bool
        Whether weak CD19 is the only B antigen shown: too little for a B precursor.
    light_chain_restricted : bool
        Whether the candidate carries one surface light chain.
    immature : bool
        Whether the candidate is positive for TdT or CD34.
    confirm_markers_missing : bool
        Whether a marker needed to exclude other lineages was not decided.
    known_bcp_all : bool
        What the history says.
    already_compensated : bool
        Whether the data are free of spillover without a matrix.
    non_b_percent : float
        Blasts outside the B lineage, percent of nucleated cells.
    non_b_lineage : Lineage
        Their lineage.
    reasons : frozenset of ReasonCode
        What quality control and the stages noticed.
    looks_mature : bool
        Whether the candidate has CD20 as bright as mature B cells and neither CD34 nor TdT.
    tdt_negative : bool
        Whether TdT was measured on it and negative.
    lineage_contradicted : bool
        Whether it carries MPO or CD3, or lies across the border of CD19, without the lineages
        being told apart.
    n_denominator : int or None
        Events that the limit of detection refers to; None where it is all nucleated cells.
    """

    call: AberrancyCall
    n_blasts: int
    n_nucleated: int
    lineage: Lineage
    weak_b_lineage: bool
    light_chain_restricted: bool
    immature: bool
    confirm_markers_missing: bool
    known_bcp_all: bool
    already_compensated: bool
    non_b_percent: float
    non_b_lineage: Lineage
    reasons: frozenset[ReasonCode]
    looks_mature: bool = False
    tdt_negative: bool = False
    lineage_contradicted: bool = False
    n_denominator: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict and its reasons.

    Attributes
    ----------
    verdict : SpecimenVerdict
        The verdict.
    reasons : frozenset of ReasonCode
        Why, and what limits it.
    """

    verdict: SpecimenVerdict
    reasons: frozenset[ReasonCode]


def decide(facts: SpecimenFacts, rules: DecisionRules, mrd: MrdRules) -> Decision:
    """Reach the verdict on a specimen for which flow was performed.

    Parameters
    ----------
    facts : SpecimenFacts
        What was measured.
    rules : DecisionRules
        Quantities and blocking reasons.
    mrd : MrdRules
        Limits of detection and quantification, in events.

    Returns
    -------
    Decision
        The verdict with its reasons.
    """
    if facts.call is AberrancyCall.ABERRANT and facts.n_blasts >= mrd.lod_events:
        return _aberrant(facts, rules, mrd)
    seen = mrd.report_events <= facts.n_blasts < mrd.lod_events
    if facts.call is AberrancyCall.SUSPICIOUS or (facts.call is AberrancyCall.ABERRANT and seen):
        many = 100 * facts.n_blasts >= rules.non_b_percent * facts.n_nucleated
        if many and facts.lineage in _OTHER_LINEAGES:  # measured: no B precursors
            return Decision(SpecimenVerdict.NOT_B_PRECURSOR_BLASTS, facts.reasons)
        other = facts.non_b_percent / 100 * facts.n_nucleated
        few = facts.n_blasts < rules.suspicious_beside_share * other
        if few and facts.non_b_percent >= rules.non_b_percent:  # a few cells hide no leukaemia
            return _other_blasts(facts, SpecimenVerdict.SUSPICIOUS)
        return Decision(SpecimenVerdict.SUSPICIOUS, facts.reasons)
    if facts.non_b_percent >= rules.non_b_percent:
        return _other_blasts(facts, SpecimenVerdict.INDETERMINATE)
    return _negative(facts, rules, mrd)


def _other_blasts(facts: SpecimenFacts, unnamed: SpecimenVerdict) -> Decision:
    """Name blasts outside the B lineage; `unnamed` where no marker tells their lineage."""
    if facts.non_b_lineage in _OTHER_LINEAGES:
        return Decision(SpecimenVerdict.NOT_B_PRECURSOR_BLASTS, facts.reasons)
    return Decision(unnamed, facts.reasons | {ReasonCode.NON_B_BLASTS_PRESENT})


def hold_to_own(decision: Decision, own: Decision, rules: DecisionRules) -> Decision:
    """Refuse a negative that only drawn gates give.

    A gate that a person drew may find, name and enlarge; taking away, it may not exclude: a
    specimen is negative with drawn gates only if it is so without them too.

    Parameters
    ----------
    decision : Decision
        With gates that a person drew.
    own : Decision
        The same specimen by flowpheno's own gates.
    rules : DecisionRules
        Blocking reasons.

    Returns
    -------
    Decision
        `decision`; indeterminate, with what blocks without the drawn gates, where that alone is
        negative.
    """
    negative = SpecimenVerdict.NO_ABERRANT_B_PRECURSOR
    if decision.verdict is not negative or own.verdict is negative:
        return decision
    limits = {ReasonCode.TOO_FEW_EVENTS, ReasonCode.LOD_ABOVE_REQUIRED}
    known = {*rules.blocking, *limits, ReasonCode.NON_B_BLASTS_PRESENT}
    reasons = decision.reasons - {ReasonCode.SINGLE_SITE_NEGATIVE} | own.reasons & known
    return Decision(SpecimenVerdict.INDETERMINATE, reasons | {ReasonCode.GATE_ALONE_NEGATIVE})


def _aberrant(facts: SpecimenFacts, rules: DecisionRules, mrd: MrdRules) -> Decision:
    """Name an aberrant B-lineage population; other lineages that were measured always win."""
    doubt = _not_b_precursor(facts, rules)
    if doubt is not None:
        return doubt
    reasons = facts.reasons
    incomplete = facts.confirm_markers_missing
    if incomplete and facts.known_bcp_all:
        reasons |= {ReasonCode.LINEAGE_FROM_HISTORY}
    elif incomplete:
        reasons |= {ReasonCode.MISSING_LINEAGE_MARKERS}
    percent = 100 * facts.n_blasts / facts.n_nucleated
    if percent >= rules.confirm_percent and ReasonCode.MISSING_LINEAGE_MARKERS in reasons:
        return Decision(SpecimenVerdict.ABERRANT_LINEAGE_INCOMPLETE, reasons)
    if percent >= rules.confirm_percent:
        return Decision(SpecimenVerdict.CONFIRMED_BCP_ALL, reasons)
    if not facts.known_bcp_all:
        return Decision(SpecimenVerdict.SUSPICIOUS, reasons)
    if percent >= rules.confirm_percent_known:
        return Decision(SpecimenVerdict.CONFIRMED_BCP_ALL, reasons)
    if reasons & frozenset(rules.few_unproven):
        return Decision(SpecimenVerdict.SUSPICIOUS, reasons)
    quantified = facts.n_blasts >= mrd.lloq_events
    verdict = SpecimenVerdict.POSITIVE_MRD if quantified else SpecimenVerdict.POSITIVE_LOW_UNQUANT
    return Decision(verdict, reasons)


def _not_b_precursor(facts: SpecimenFacts, rules: DecisionRules) -> Decision | None:
    """Doubt that the aberrant cells are B precursors; None where there is none."""
    reasons = facts.reasons
    if facts.lineage in _OTHER_LINEAGES:
        return Decision(SpecimenVerdict.NOT_B_PRECURSOR_BLASTS, reasons)
    if facts.looks_mature and not facts.light_chain_restricted:
        mature = reasons | {ReasonCode.MATURE_B_SUSPECTED}
        shown = SpecimenVerdict.NOT_B_PRECURSOR_BLASTS
        return Decision(shown if facts.tdt_negative else SpecimenVerdict.SUSPICIOUS, mature)
    if facts.light_chain_restricted:
        if facts.immature:  # a rare precursor with surface immunoglobulin, or a lymphoma with TdT
            surface = reasons | {ReasonCode.MATURE_B_SURFACE_IG}
            return Decision(SpecimenVerdict.INDETERMINATE, surface)
        mature = reasons | {ReasonCode.MATURE_B_SUSPECTED}
        return Decision(SpecimenVerdict.NOT_B_PRECURSOR_BLASTS, mature)
    if reasons & _NO_MATRIX and not facts.already_compensated:
        return Decision(SpecimenVerdict.SUSPICIOUS, reasons)
    if reasons & frozenset(rules.unproven):
        return Decision(SpecimenVerdict.SUSPICIOUS, reasons)
    unproven = reasons | {ReasonCode.MISSING_LINEAGE_MARKERS}
    if facts.weak_b_lineage:
        return Decision(SpecimenVerdict.SUSPICIOUS, unproven)
    if facts.lineage_contradicted:  # what was measured stands above the history
        frank = 100 * facts.n_blasts >= rules.confirm_percent * facts.n_nucleated
        incomplete = SpecimenVerdict.ABERRANT_LINEAGE_INCOMPLETE
        return Decision(incomplete if frank else SpecimenVerdict.SUSPICIOUS, unproven)
    return None


def _negative(facts: SpecimenFacts, rules: DecisionRules, mrd: MrdRules) -> Decision:
    """Nothing aberrant was shown; only an adequate specimen may say that there is nothing."""
    blocking = facts.reasons & frozenset(rules.blocking)
    if facts.already_compensated:
        blocking -= {ReasonCode.COMP_MATRIX_MISSING}
    n = facts.n_nucleated if facts.n_denominator is None else facts.n_denominator
    if n <= 0 or 100 * mrd.lod_events / n > mrd.required_lod_percent:
        blocking |= {ReasonCode.LOD_ABOVE_REQUIRED, ReasonCode.TOO_FEW_EVENTS}
    if facts.call is AberrancyCall.NOT_EVALUABLE or blocking:
        return Decision(SpecimenVerdict.INDETERMINATE, facts.reasons | blocking)
    negative = facts.reasons | {ReasonCode.SINGLE_SITE_NEGATIVE}
    return Decision(SpecimenVerdict.NO_ABERRANT_B_PRECURSOR, negative)
