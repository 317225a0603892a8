"""The decision of a specimen, branch by branch, and what it must never do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowpheno.aberrancy.evidence import AberrancyCall
from flowpheno.decision import Decision, SpecimenFacts, decide, hold_to_own
from flowpheno.finding import ReasonCode as R
from flowpheno.lineage import Lineage
from flowpheno.panel.decision import load_decision_rules
from flowpheno.panel.mrd import load_mrd_rules
from flowpheno.verdict import SpecimenVerdict as V

RULES, MRD = load_decision_rules(), load_mrd_rules()
LOD, LLOQ = MRD.lod_events, MRD.lloq_events
ENOUGH = 500_000
POSITIVE = {V.CONFIRMED_BCP_ALL, V.ABERRANT_LINEAGE_INCOMPLETE, V.POSITIVE_MRD}
POSITIVE |= {V.POSITIVE_LOW_UNQUANT, V.NOT_B_PRECURSOR_BLASTS}
NOT_EXCLUDED = set(V) - {V.NO_ABERRANT_B_PRECURSOR}
CONFIRMED = {V.CONFIRMED_BCP_ALL, V.POSITIVE_MRD, V.POSITIVE_LOW_UNQUANT}
CONFIRMED |= {V.ABERRANT_LINEAGE_INCOMPLETE}


def facts(call="aberrant", **changes):
    """Blasts of 40 % without a history, everything else as it should be."""
    aberrant = call == "aberrant"
    given = {
        "call": AberrancyCall(call),
        "n_blasts": 200_000 if aberrant else 0,
        "n_nucleated": ENOUGH,
        "lineage": Lineage.B if aberrant else Lineage.NOT_EVALUABLE,
        "weak_b_lineage": False,
        "light_chain_restricted": False,
        "immature": True,
        "confirm_markers_missing": False,
        "known_bcp_all": False,
        "already_compensated": False,
        "non_b_percent": 0.0,
        "non_b_lineage": Lineage.NOT_EVALUABLE,
        "reasons": frozenset(),
        "looks_mature": False,
        "tdt_negative": False,
        "lineage_contradicted": False,
    }
    if "reasons" in changes:
        changes["reasons"] = frozenset(changes["reasons"])
    return SpecimenFacts(**(given | changes))


def decided(*args, **changes):
    return decide(facts(*args, **changes), RULES, MRD)


def verdict(*args, **changes):
    return decided(*args, **changes).verdict


# --- positive evidence ---


@pytest.mark.parametrize(
    ("percent_of", "known", "expected"),
    [
        ((200, 1000), False, V.CONFIRMED_BCP_ALL),  # 20 %: on the border
        ((199_999, 1_000_000), False, V.SUSPICIOUS),
        ((50, 1000), False, V.SUSPICIOUS),
        ((200, 1000), True, V.CONFIRMED_BCP_ALL),
        ((50, 1000), True, V.CONFIRMED_BCP_ALL),  # 5 %: on the border
        ((49_999, 1_000_000), True, V.POSITIVE_MRD),
        ((LLOQ, ENOUGH), True, V.POSITIVE_MRD),
        ((LLOQ - 1, ENOUGH), True, V.POSITIVE_LOW_UNQUANT),
        ((LOD, ENOUGH), True, V.POSITIVE_LOW_UNQUANT),
        ((LOD, ENOUGH), False, V.SUSPICIOUS),
        ((LOD - 1, ENOUGH), True, V.SUSPICIOUS),
        ((LOD - 1, ENOUGH), False, V.SUSPICIOUS),
        ((MRD.report_events, ENOUGH), True, V.SUSPICIOUS),
        ((MRD.report_events - 1, ENOUGH), True, V.NO_ABERRANT_B_PRECURSOR),
        ((LOD, 2 * LOD), True, V.CONFIRMED_BCP_ALL),  # a tiny specimen can prove disease
        ((LOD, LOD), False, V.CONFIRMED_BCP_ALL),
        ((LOD - 1, LOD), True, V.SUSPICIOUS),
    ],
)
def test_quantity_of_an_aberrant_population(percent_of, known, expected):
    n, total = percent_of
    assert verdict(n_blasts=n, n_nucleated=total, known_bcp_all=known) is expected


@pytest.mark.parametrize(
    ("percent_of", "known", "expected"),
    [
        ((200, 1000), False, V.CONFIRMED_BCP_ALL),
        ((50, 1000), True, V.CONFIRMED_BCP_ALL),
        ((49_999, 1_000_000), True, V.SUSPICIOUS),
        ((LLOQ, ENOUGH), True, V.SUSPICIOUS),
        ((LOD, ENOUGH), True, V.SUSPICIOUS),
    ],
)
def test_among_dying_cells_a_few_are_suspicious_only(percent_of, known, expected):
    n, total = percent_of
    reasons = {R.DEAD_CELLS_NOT_EXCLUDED}
    case = decided(n_blasts=n, n_nucleated=total, known_bcp_all=known, reasons=reasons)
    assert case.verdict is expected
    assert reasons <= case.reasons


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("lineage", [Lineage.T, Lineage.MYELOID, Lineage.MPAL])
@pytest.mark.parametrize("n", [LOD, 400, 200_000])
def test_measured_evidence_of_another_lineage_always_wins(lineage, known, n):
    case = facts(
        lineage=lineage, known_bcp_all=known, n_blasts=n, light_chain_restricted=True,
        weak_b_lineage=True, confirm_markers_missing=True, reasons={R.COMP_MATRIX_MISSING},
    )  # fmt: skip
    assert decide(case, RULES, MRD).verdict is V.NOT_B_PRECURSOR_BLASTS


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize(
    ("immature", "expected", "reason"),
    [
        (True, V.INDETERMINATE, R.MATURE_B_SURFACE_IG),
        (False, V.NOT_B_PRECURSOR_BLASTS, R.MATURE_B_SUSPECTED),
    ],
)
def test_one_surface_light_chain(immature, expected, reason, known):
    result = decided(light_chain_restricted=True, immature=immature, known_bcp_all=known)
    assert result.verdict is expected
    assert result.reasons == {reason}


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize(
    ("tdt_negative", "expected"), [(True, V.NOT_B_PRECURSOR_BLASTS), (False, V.SUSPICIOUS)]
)
def test_bright_cd20_without_immaturity_looks_mature(tdt_negative, expected, known):
    result = decided(looks_mature=True, tdt_negative=tdt_negative, known_bcp_all=known)
    assert result.verdict is expected
    assert R.MATURE_B_SUSPECTED in result.reasons


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize(
    ("n", "expected"),
    [(100_000, V.ABERRANT_LINEAGE_INCOMPLETE), (99_999, V.SUSPICIOUS), (LOD, V.SUSPICIOUS)],
)
def test_contradicted_lineage_is_not_named_whatever_the_history(n, expected, known):
    result = decided(lineage_contradicted=True, n_blasts=n, known_bcp_all=known)
    assert result.verdict is expected
    assert R.MISSING_LINEAGE_MARKERS in result.reasons
    assert R.LINEAGE_FROM_HISTORY not in result.reasons


@pytest.mark.parametrize("reason", [R.COMP_MATRIX_MISSING, R.COMP_ILL_CONDITIONED])
@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize(
    ("compensated", "expected"), [(False, V.SUSPICIOUS), (True, V.CONFIRMED_BCP_ALL)]
)
def test_without_a_matrix_nothing_is_confirmed(reason, known, compensated, expected):
    result = decided(reasons={reason}, known_bcp_all=known, already_compensated=compensated)
    assert result.verdict is expected
    assert reason in result.reasons


@pytest.mark.parametrize("known", [False, True])
def test_weak_cd19_alone_is_no_precursor(known):
    result = decided(weak_b_lineage=True, known_bcp_all=known)
    assert result.verdict is V.SUSPICIOUS
    assert R.MISSING_LINEAGE_MARKERS in result.reasons


@pytest.mark.parametrize(
    ("known", "n", "expected", "reason"),
    [
        (False, 200_000, V.ABERRANT_LINEAGE_INCOMPLETE, R.MISSING_LINEAGE_MARKERS),
        (False, 100_000, V.ABERRANT_LINEAGE_INCOMPLETE, R.MISSING_LINEAGE_MARKERS),  # 20 %
        (False, 99_999, V.SUSPICIOUS, R.MISSING_LINEAGE_MARKERS),
        (True, 200_000, V.CONFIRMED_BCP_ALL, R.LINEAGE_FROM_HISTORY),
        (True, 25_000, V.CONFIRMED_BCP_ALL, R.LINEAGE_FROM_HISTORY),
        (True, LLOQ, V.POSITIVE_MRD, R.LINEAGE_FROM_HISTORY),
        (True, LOD, V.POSITIVE_LOW_UNQUANT, R.LINEAGE_FROM_HISTORY),
    ],
)
def test_lineage_that_was_not_measured_in_full(known, n, expected, reason):
    result = decided(confirm_markers_missing=True, known_bcp_all=known, n_blasts=n)
    assert result.verdict is expected
    assert result.reasons == {reason}


def test_history_does_not_stand_in_where_lineage_was_measured():
    assert decided(known_bcp_all=True).reasons == frozenset()


# --- suspicion, blasts of another kind ---


@pytest.mark.parametrize("n", [0, 9, 10, LOD, 200_000])
@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("other", [0.0, 4.99])
def test_a_suspicious_call_is_never_more_nor_less(n, known, other):
    case = {"n_blasts": n, "known_bcp_all": known, "non_b_percent": other}
    assert verdict("suspicious", **case, non_b_lineage=Lineage.MYELOID) is V.SUSPICIOUS


@pytest.mark.parametrize(
    ("n", "other", "lineage", "expected", "named"),
    [
        (10, 5.0, Lineage.T, V.NOT_B_PRECURSOR_BLASTS, False),
        (10, 5.0, Lineage.NOT_EVALUABLE, V.SUSPICIOUS, True),
        (4_999, 5.0, Lineage.MYELOID, V.NOT_B_PRECURSOR_BLASTS, False),  # of 50,000
        (5_000, 5.0, Lineage.MYELOID, V.SUSPICIOUS, False),  # a tenth: on the border
        (10, 4.99, Lineage.T, V.SUSPICIOUS, False),
    ],
)
def test_a_few_suspicious_cells_hide_no_leukaemia(n, other, lineage, expected, named):
    facts = {"n_nucleated": 1_000_000, "non_b_percent": other, "non_b_lineage": lineage}
    result = decided("suspicious", n_blasts=n, **facts)
    assert result.verdict is expected
    assert (R.NON_B_BLASTS_PRESENT in result.reasons) is named


@pytest.mark.parametrize("call", ["not_aberrant", "not_evaluable"])
@pytest.mark.parametrize(
    ("lineage", "expected"),
    [
        (Lineage.T, V.NOT_B_PRECURSOR_BLASTS),
        (Lineage.MYELOID, V.NOT_B_PRECURSOR_BLASTS),
        (Lineage.MPAL, V.NOT_B_PRECURSOR_BLASTS),
        (Lineage.B, V.INDETERMINATE),
        (Lineage.NOT_EVALUABLE, V.INDETERMINATE),
    ],
)
@pytest.mark.parametrize("percent", [5.0, 60.0])
def test_blasts_outside_the_b_lineage(call, lineage, expected, percent):
    result = decided(call, non_b_percent=percent, non_b_lineage=lineage)
    assert result.verdict is expected
    assert (R.NON_B_BLASTS_PRESENT in result.reasons) == (expected is V.INDETERMINATE)


def test_fewer_blasts_outside_the_b_lineage_are_no_finding():
    case = {"non_b_percent": 4.999, "non_b_lineage": Lineage.MYELOID}
    assert verdict("not_aberrant", **case) is V.NO_ABERRANT_B_PRECURSOR


# --- the negative ---


def test_an_adequate_specimen_can_be_negative():
    result = decided("not_aberrant")
    assert result.verdict is V.NO_ABERRANT_B_PRECURSOR
    assert result.reasons == {R.SINGLE_SITE_NEGATIVE}


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (200_000, V.NO_ABERRANT_B_PRECURSOR),  # 20 of 200 000 are 0.01 %: on the border
        (199_999, V.INDETERMINATE),
        (83_411, V.INDETERMINATE),
        (10_000, V.INDETERMINATE),
        (1, V.INDETERMINATE),
        (0, V.INDETERMINATE),
    ],
)
def test_too_few_events_exclude_nothing(n, expected):
    result = decided("not_aberrant", n_nucleated=n)
    assert result.verdict is expected
    limited = {R.LOD_ABOVE_REQUIRED, R.TOO_FEW_EVENTS} <= result.reasons
    assert limited == (expected is V.INDETERMINATE)


@pytest.mark.parametrize("reason", RULES.blocking)
def test_each_blocking_reason_forbids_a_negative(reason):
    result = decided("not_aberrant", reasons={reason})
    assert result.verdict is V.INDETERMINATE
    assert reason in result.reasons


def test_the_blocking_reasons_are_at_least_those_of_the_rules():
    assert set(RULES.blocking) >= {
        R.LOW_VIABILITY, R.DEAD_CELLS_NOT_EXCLUDED, R.HEMODILUTED, R.TIME_INSTABILITY,
        R.MISSING_DISCRIMINATORS,
        R.COMP_SENSITIVE, R.COMP_MATRIX_MISSING, R.COMP_ILL_CONDITIONED,
        R.GATE_UNSAFE_AFTER_CD19_THERAPY, R.TEMPLATE_MISMATCH, R.NO_NORMAL_TEMPLATE,
        R.SCALE_RELATIVE, R.NEG_CONTROL_TOO_SMALL, R.CLOTTED_OR_NECROTIC,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (R.COMP_MATRIX_MISSING, V.NO_ABERRANT_B_PRECURSOR),  # none is needed
        (R.COMP_ILL_CONDITIONED, V.INDETERMINATE),
    ],
)
def test_compensated_data_need_no_matrix(reason, expected):
    assert verdict("not_aberrant", reasons={reason}, already_compensated=True) is expected


@pytest.mark.parametrize("reason", sorted(set(R) - set(RULES.blocking)))
def test_other_reasons_are_carried_and_do_not_block(reason):
    result = decided("not_aberrant", reasons={reason})
    assert result.verdict is V.NO_ABERRANT_B_PRECURSOR
    assert reason in result.reasons


@pytest.mark.parametrize("known", [False, True])
def test_what_was_not_evaluable_is_not_negative(known):
    assert verdict("not_evaluable", known_bcp_all=known) is V.INDETERMINATE


# --- what it must never do ---

LINEAGES, REASONS = st.sampled_from(Lineage), st.frozensets(st.sampled_from(R), max_size=5)


@st.composite
def any_facts(draw):
    total = draw(st.integers(0, 2_000_000))
    borders = st.sampled_from([0, 9, 10, LOD - 1, LOD, LLOQ - 1, LLOQ]).filter(
        lambda n: n <= total
    )
    return SpecimenFacts(
        call=draw(st.sampled_from(AberrancyCall)),
        n_blasts=draw(st.one_of(borders, st.integers(0, total))),
        n_nucleated=total,
        lineage=draw(LINEAGES),
        weak_b_lineage=draw(st.booleans()),
        light_chain_restricted=draw(st.booleans()),
        immature=draw(st.booleans()),
        confirm_markers_missing=draw(st.booleans()),
        known_bcp_all=draw(st.booleans()),
        already_compensated=draw(st.booleans()),
        non_b_percent=draw(st.floats(0, 100)),
        non_b_lineage=draw(LINEAGES),
        reasons=draw(REASONS),
        looks_mature=draw(st.booleans()),
        tdt_negative=draw(st.booleans()),
        lineage_contradicted=draw(st.booleans()),
    )


@given(any_facts(), REASONS)
def test_no_reason_turns_disease_into_its_absence(case, more):
    before = decide(case, RULES, MRD).verdict
    after = decide(replace(case, reasons=case.reasons | more), RULES, MRD).verdict
    if before is not V.NO_ABERRANT_B_PRECURSOR:
        assert after is not V.NO_ABERRANT_B_PRECURSOR
    if before not in CONFIRMED:  # nor does a limitation ever add disease
        assert after not in CONFIRMED


@given(any_facts())
def test_a_negative_has_no_blocking_reason_and_enough_events(case):
    result = decide(case, RULES, MRD)
    if result.verdict is V.NO_ABERRANT_B_PRECURSOR:
        free = {R.COMP_MATRIX_MISSING} if case.already_compensated else set()
        assert not (case.reasons & set(RULES.blocking)) - free
        assert 100 * LOD / case.n_nucleated <= MRD.required_lod_percent
        assert case.call in {AberrancyCall.NOT_ABERRANT, AberrancyCall.ABERRANT}
        assert case.n_blasts < MRD.report_events or case.call is AberrancyCall.NOT_ABERRANT
        assert R.SINGLE_SITE_NEGATIVE in result.reasons


@given(any_facts())
def test_the_history_alone_shows_nothing(case):
    known = decide(replace(case, known_bcp_all=True), RULES, MRD)
    unknown = decide(replace(case, known_bcp_all=False), RULES, MRD)
    if case.call is not AberrancyCall.ABERRANT or case.n_blasts < LOD:
        assert known == unknown
    if V.NO_ABERRANT_B_PRECURSOR in {known.verdict, unknown.verdict}:
        assert known == unknown


@given(any_facts())
def test_disease_rests_on_an_aberrant_call_that_can_be_counted(case):
    if decide(case, RULES, MRD).verdict in CONFIRMED:
        assert case.call is AberrancyCall.ABERRANT
        assert case.n_blasts >= LOD
        assert case.lineage in {Lineage.B, Lineage.NOT_EVALUABLE}


@given(any_facts(), st.sampled_from([R.COMP_MATRIX_MISSING, R.COMP_ILL_CONDITIONED]))
def test_nothing_is_confirmed_without_a_matrix_unless_compensated(case, reason):
    case = replace(case, reasons=case.reasons | {reason}, already_compensated=False)
    assert decide(case, RULES, MRD).verdict not in CONFIRMED


@given(any_facts())
def test_reasons_are_only_ever_added(case):
    assert decide(case, RULES, MRD).reasons >= case.reasons


@given(any_facts(), st.integers(1, 1_000_000))
def test_fewer_events_in_like_shares_never_give_a_negative(case, keep):
    """Thinning may lose the disease only where the limit of detection says so."""
    if case.n_nucleated == 0:
        return
    share = min(keep / 1_000_000, 1.0)
    thin = replace(
        case,
        n_blasts=int(case.n_blasts * share),
        n_nucleated=max(int(case.n_nucleated * share), 1),
    )
    if decide(case, RULES, MRD).verdict not in POSITIVE:
        return
    after = decide(thin, RULES, MRD).verdict
    if after is V.NO_ABERRANT_B_PRECURSOR and case.call is AberrancyCall.ABERRANT:
        limit = 100 * LOD / thin.n_nucleated
        before = 100 * case.n_blasts / case.n_nucleated
        assert limit > before


# --- gates that a person drew ---


@pytest.mark.parametrize("own", [v for v in V if v is not V.NO_ABERRANT_B_PRECURSOR], ids=str)
def test_drawn_gates_alone_make_no_negative(own):
    bare = Decision(own, frozenset({R.TOO_FEW_EVENTS, R.LOW_VIABILITY, R.MARKER_MISSING}))
    drawn = decided("not_aberrant", reasons={R.GATE_EDITED})
    assert drawn.verdict is V.NO_ABERRANT_B_PRECURSOR
    held = hold_to_own(drawn, bare, RULES)
    assert held.verdict is V.INDETERMINATE
    assert held.reasons == {
        R.GATE_EDITED, R.GATE_ALONE_NEGATIVE, R.TOO_FEW_EVENTS, R.LOW_VIABILITY,
    }  # fmt: skip


def test_a_negative_without_and_with_drawn_gates_is_one():
    drawn, bare = decided("not_aberrant", reasons={R.GATE_EDITED}), decided("not_aberrant")
    assert hold_to_own(drawn, bare, RULES) is drawn


@pytest.mark.parametrize("call", ["aberrant", "suspicious", "not_evaluable"])
def test_what_is_no_negative_stays_as_the_drawn_gates_make_it(call):
    drawn = decided(call, n_blasts=200, reasons={R.GATE_EDITED})
    assert hold_to_own(drawn, decided("not_aberrant"), RULES) is drawn


@pytest.mark.parametrize("code", [R.GATE_REMOVED_CANDIDATES, R.GATE_BLASTS_UNSUPPORTED])
def test_what_a_drawn_gate_took_away_or_put_in_forbids_a_negative(code):
    assert verdict("not_aberrant", reasons={code}) is V.INDETERMINATE
