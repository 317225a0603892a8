"""Phenotypes held against the shipped definitions."""

from itertools import combinations

import numpy as np
import pytest

from flowpheno.matching import Outcome, Role, describe, evaluate, match_phenotype, negate
from flowpheno.notation import parse_phenotype
from flowpheno.panel.phenotypes import Entity, builtin_phenotypes
from flowpheno.panel.vocabulary import builtin_vocabulary
from flowpheno.phenotype import Call, MarkerCall, Phenotype, Qualifier
from flowpheno.statistics import Interval

DEFINITIONS = {definition.name: definition for definition in builtin_phenotypes()}
MARKERS = sorted(
    {m for d in DEFINITIONS.values() for r in d.rules for leaf in r.leaves for m in leaf.markers}
)
MATCH, NO_MATCH, OPEN = Outcome.MATCH, Outcome.NO_MATCH, Outcome.UNDETERMINED


def typed(text):
    return parse_phenotype(text, builtin_vocabulary())


def outcome(name, text):
    return match_phenotype(DEFINITIONS[name], typed(text)).outcome


BCP = "CD19+ CD22+ cyCD79a+ CD34+ TdT+ cyCD3- cyMPO- "


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("bcp_all", BCP, MATCH),
        ("bcp_all", BCP + "CD13+ CD33+", MATCH),
        ("bcp_all", "CD19+ CD22+ CD34+", OPEN),
        ("bcp_all", BCP.replace("cyMPO-", "cyMPO+"), NO_MATCH),
        ("bcp_all", BCP.replace("cyMPO-", "cyMPO+/-"), OPEN),
        ("bcp_all", BCP.replace("cyCD3-", "CD3+"), NO_MATCH),
        ("bcp_all", BCP.replace("cyCD3-", "CD3-"), OPEN),
        ("bcp_all", "CD19- CD22+ CD24+ cyCD79a+ CD10+ CD34+ cyCD3- cyMPO-", MATCH),
        ("bcp_all", "CD19+ CD22- cyCD22- cyCD79a- CD34+ cyCD3- cyMPO-", NO_MATCH),
        ("bcp_all", "CD19+ CD22+ CD34- TdT- CD10- NG2- cyCD3- cyMPO-", NO_MATCH),
        ("bcp_all_pro_b", BCP + "CD10- cyIgM-", MATCH),
        ("bcp_all_pro_b", BCP + "CD10-", OPEN),
        ("bcp_all_common", BCP + "CD10+ cyIgM-", MATCH),
        ("bcp_all_common", BCP + "CD10- cyIgM-", NO_MATCH),
        ("bcp_all_pre_b", BCP + "CD10+ cyIgM+", MATCH),
        (
            "bcp_all_pre_b",
            "CD19+ CD22+ CD10+ cyIgM+ TdT- CD34- kappa- lambda- cyKappa- cyLambda- cyCD3- cyMPO-",
            MATCH,
        ),
        ("bcp_all_pre_b", "CD19+ CD22+ CD10+ cyIgM+ TdT- CD34- cyCD3- cyMPO-", OPEN),
        ("mature_b", "CD19+ CD22+ CD20+ CD10+ kappa+ lambda- TdT- CD34- cyCD3- cyMPO-", MATCH),
        ("bcp_all", "CD19+ CD22+ CD20+ CD10+ kappa+ lambda- TdT- CD34- cyCD3- cyMPO-", NO_MATCH),
        ("mature_b", BCP + "kappa+", NO_MATCH),
        ("t_all", "cyCD3+ CD3- CD7+ CD5+ TdT+ cyMPO- CD19- CD10- CD79a dim", MATCH),
        ("bcp_all", "cyCD3+ CD3- CD7+ CD5+ TdT+ cyMPO- CD19- CD10+ CD79a dim", NO_MATCH),
        ("t_all", "CD3+ CD5+ CD7+ CD2+ TdT- CD34- CD1a- CD117- cyMPO- CD19-", NO_MATCH),
        ("t_all_etp", "cyCD3+ CD7+ CD1a- CD8- CD5dim CD34+ cyMPO- CD19- TdT+", MATCH),
        ("t_all_etp", "cyCD3+ CD7+ CD1a- CD8- CD5+ CD34+ cyMPO- CD19- TdT+", OPEN),
        ("t_all_etp", "cyCD3+ CD7+ CD1a- CD8- CD5bright CD34+ cyMPO- CD19- TdT+", NO_MATCH),
        ("t_all_etp", "cyCD3+ CD7+ CD1a+ CD8- CD5dim CD34+ cyMPO- CD19- TdT+", NO_MATCH),
        ("aml", "MPO+ CD13+ CD33+ CD34+ CD19- cyCD3-", MATCH),
        ("aml", "MPO+ CD33+ CD34+ CD19dim cyCD79a dim CD10- CD22- cyCD22- cyCD3-", MATCH),
        ("aml", "MPO- CD14+ CD64+ CD33+ CD19- cyCD79a- cyCD3-", MATCH),
        ("aml", "MPO- CD13+ CD117+ CD34+ CD19- cyCD79a- CD22- cyCD22- cyCD3-", MATCH),
        ("mpal", "MPO bright CD19bright CD10bright cyCD3-", MATCH),
        ("mpal", "MPO+ CD19+ CD10+ cyCD3-", OPEN),
        ("mpal", "MPO bright cyCD3bright CD19-", MATCH),
        ("aml", "MPO bright CD19bright CD10bright cyCD3-", NO_MATCH),
    ],
)
def test_outcomes(name, text, expected):
    assert outcome(name, text) is expected


def test_an_unrelated_entity_is_never_matched_by_nothing():
    for definition in DEFINITIONS.values():
        assert match_phenotype(definition, typed("")).outcome is OPEN


def test_the_case_report_needs_two_markers_more():
    text = "CD10+ CD19+ CD22+ CD24+ cyCD22+ cyCD79a+ TdT+ HLA-DR+ CD34+ CD99+ CD38+ CD58+"
    match = match_phenotype(DEFINITIONS["bcp_all"], typed(text))
    assert match.outcome is OPEN
    assert match.deciding == ("cyCD3", "cyMPO")
    assert outcome("bcp_all", text + " cyCD3- cyMPO-") is MATCH


def test_rules_say_what_was_expected_and_measured():
    match = match_phenotype(DEFINITIONS["bcp_all"], typed("CD19+ cyMPO++"))
    rule = next(r for r in match.rules if r.expected == "not: cyMPO positive")
    assert (rule.measured, rule.met, rule.role) == (
        "cyMPO positive, bright",
        False,
        Role.EXCLUDING,
    )
    assert "myeloid" in rule.source
    assert match.deciding == ()


def test_a_call_in_words():
    call = MarkerCall(
        marker="CD10",
        call=Call.POSITIVE,
        qualifiers=(Qualifier.BRIGHT,),
        percent=Interval(97.22, 96, 98),
    )
    assert describe(call) == "CD10 positive, bright (97.2 %)"


def test_supporting_rules_decide_nothing():
    assert outcome("bcp_all", BCP + "HLA-DR-") is MATCH


# --- properties --------------------------------------------------------------------------------

STATES = (  # call, qualifiers, WHO-HAEM5 strong, shift against the normal counterpart
    (Call.NEGATIVE, (), False, None),
    (Call.POSITIVE, (Qualifier.DIM,), False, -0.8),
    (Call.POSITIVE, (Qualifier.BRIGHT,), True, 0.8),
    (Call.POSITIVE, (), True, 0.0),
)


def complete(choice):
    """Every marker positive or negative, with its intensity."""
    calls = {}
    for marker, i in zip(MARKERS, choice, strict=True):
        call, qualifiers, strong, shift = STATES[i]
        calls[marker] = MarkerCall(
            marker=marker, call=call, qualifiers=qualifiers, strong=strong, shift_log10=shift
        )
    return Phenotype(population="blasts", calls=calls)


def unmet(definition, measured):
    """Number of binding rules that are broken."""
    n = 0
    for rule in definition.rules:
        truth = evaluate(rule, measured)
        met = negate(truth) if rule.role is Role.EXCLUDING else truth
        n += rule.role is not Role.SUPPORTING and not met
    return n


def climb(first, second, rng, *, steps):
    """Search for a complete phenotype of both; gives the fewest broken rules that were found."""
    choice = list(rng.integers(len(STATES), size=len(MARKERS)))
    best = unmet(first, complete(choice)) + unmet(second, complete(choice))
    for _ in range(steps):
        if best == 0:
            break
        i = int(rng.integers(len(MARKERS)))
        old, choice[i] = choice[i], int(rng.integers(len(STATES)))
        now = unmet(first, complete(choice)) + unmet(second, complete(choice))
        if now > best:
            choice[i] = old
        best = min(best, now)
    return best


EXCLUSIVE = [
    (a, b)
    for a, b in combinations(DEFINITIONS.values(), 2)
    if a.entity is not b.entity and Entity.MPAL not in {a.entity, b.entity}
]
STAGES = [DEFINITIONS[f"bcp_all_{stage}"] for stage in ("pro_b", "common", "pre_b")]


@pytest.mark.parametrize(
    ("first", "second"),
    [*EXCLUSIVE, *combinations(STAGES, 2)],
    ids=lambda definition: definition.name,
)
def test_no_complete_phenotype_is_of_two_kinds(first, second):
    rng = np.random.default_rng(7)
    assert min(climb(first, second, rng, steps=120) for _ in range(2)) > 0


def test_the_search_finds_what_can_be_of_two_kinds():
    rng = np.random.default_rng(7)
    first, second = DEFINITIONS["t_all"], DEFINITIONS["t_all_etp"]
    assert min(climb(first, second, rng, steps=400) for _ in range(6)) == 0


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_leaving_a_marker_out_never_settles_anything(share):
    """Outcomes only move towards undetermined when a marker is not reported."""
    rng = np.random.default_rng(11)
    for _ in range(40):
        measured = complete(rng.integers(len(STATES), size=len(MARKERS)))
        kept = {m: c for m, c in measured.calls.items() if rng.random() < share}
        partial = Phenotype(population="blasts", calls=kept)
        for definition in DEFINITIONS.values():
            before = match_phenotype(definition, measured)
            after = match_phenotype(definition, partial)
            assert before.outcome is not OPEN
            assert after.outcome in {before.outcome, OPEN}
            assert bool(after.deciding) == (after.outcome is OPEN)
            assert not set(after.deciding) & set(kept)
