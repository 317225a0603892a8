"""Phenotypes held against the shipped definitions."""

from itertools import combinations

import numpy as np
import pytest

from flowpheno.matching import Outcome, Role, describe, evaluate, match_phenotype
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


T = "cyCD3+ TdT+ cyMPO- CD19- "
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
        ("t_all_pro", T + "CD7+ CD2- CD5- CD8- CD1a- CD3-", MATCH),
        ("t_all_pro", T + "CD7+ CD2- CD5- CD8-", OPEN),
        ("t_all_pro", T + "CD7+ CD2- CD5+ CD8- CD1a- CD3-", NO_MATCH),
        ("t_all_pro", T + "CD7+ CD2- CD5- CD8- CD1a+ CD3-", NO_MATCH),
        ("t_all_pre", T + "CD7+ CD2- CD5+ CD8- CD1a- CD3-", MATCH),
        ("t_all_pre", T + "CD7+ CD2+ CD1a- CD3+", NO_MATCH),
        ("t_all_pre", T + "CD7+ CD2+ CD1a-", OPEN),
        ("t_all_cortical", T + "CD7+ CD2+ CD5+ CD1a+ CD3-", MATCH),
        ("t_all_cortical", T + "CD7+ CD2+ CD5+ CD1a+ CD3+", MATCH),
        ("t_all_cortical", T + "CD7+ CD2+ CD5+ CD1a-", NO_MATCH),
        ("t_all_mature", T + "CD7+ CD2+ CD5+ CD1a- CD3+", MATCH),
        ("t_all_mature", "CD3+ TdT- CD34- CD117- CD7+ CD2+ CD1a- cyMPO- CD19-", NO_MATCH),
        ("t_all_mature", T + "CD7+ CD2+ CD1a- CD3-", NO_MATCH),
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

STATES = (  # call, qualifiers, WHO-HAEM5 strong, shift against the normal counterpart, percent
    (Call.NEGATIVE, (), False, None, None),
    (Call.NEGATIVE, (), False, None, 3.0),
    (Call.POSITIVE, (Qualifier.DIM,), False, -0.8, None),
    (Call.POSITIVE, (Qualifier.BRIGHT,), True, 0.8, None),
    (Call.POSITIVE, (), True, 0.0, None),
    (Call.POSITIVE, (), False, 0.0, 50.0),
)


FORMS = {
    leaf.surface: leaf.marker
    for d in DEFINITIONS.values()
    for r in d.rules
    for leaf in r.leaves
    if leaf.surface is not None
}


def impossible(calls):
    """Surface forms that are stained more than the whole cell, whose stain holds them too."""

    def rank(marker):
        return 0 if calls[marker].truth is False else 1 + bool(calls[marker].strong)

    pairs = [(s, inside) for s, inside in FORMS.items() if s in calls and inside in calls]
    return [(surface, inside) for surface, inside in pairs if rank(surface) > rank(inside)]


def complete(choice):
    """Every marker positive or negative, with its intensity."""
    calls = {m: call_of(m, STATES[i]) for m, i in zip(MARKERS, choice, strict=True)}
    for surface, inside in impossible(calls):
        calls[inside] = call_of(inside, STATES[choice[MARKERS.index(surface)]])
    return Phenotype(population="blasts", calls=calls)


def call_of(marker, state):
    """A call that leaves no intensity open."""
    call, qualifiers, strong, shift, percent = state
    interval = None if percent is None else Interval(percent, percent, percent)
    return MarkerCall(
        marker=marker,
        call=call,
        qualifiers=qualifiers,
        strong=strong,
        shift_log10=shift,
        percent=interval,
    )


def of_both(definitions, calls=None):
    """Give calls with which all definitions match whatever the other markers, or None.

    Branches on one open marker after another. A rule that is broken by some calls is broken with
    all further ones (`test_leaving_a_marker_out_never_settles_anything`), so that None is a proof.
    """
    calls = calls or {}
    if impossible(calls):
        return None
    measured = Phenotype(population="blasts", calls=calls)
    matches = [match_phenotype(definition, measured) for definition in definitions]
    if any(match.outcome is NO_MATCH for match in matches):
        return None
    undecided = [marker for match in matches for marker in match.deciding if marker not in calls]
    if not undecided:
        assert all(match.outcome is MATCH for match in matches)
        return calls
    marker = max(sorted(set(undecided)), key=undecided.count)
    branches = (
        of_both(definitions, {**calls, marker: call}) for call in told_apart(definitions, marker)
    )
    return next((found for found in branches if found is not None), None)


def told_apart(definitions, marker):
    """Calls of a marker, one of each kind that some condition on it tells from the others."""
    leaves = [
        leaf
        for definition in definitions
        for rule in definition.rules
        for leaf in rule.leaves
        if marker in leaf.markers
    ]
    kinds = {}
    for state in STATES:
        call = call_of(marker, state)
        measured = Phenotype(population="blasts", calls={marker: call})
        kinds.setdefault(tuple(evaluate(leaf, measured) for leaf in leaves), call)
    return kinds.values()


EXCLUSIVE = [
    (a, b)
    for a, b in combinations(DEFINITIONS.values(), 2)
    if a.entity is not b.entity and Entity.MPAL not in {a.entity, b.entity}
]
STAGES = [DEFINITIONS[f"bcp_all_{stage}"] for stage in ("pro_b", "common", "pre_b")]
T_STAGES = [DEFINITIONS[f"t_all_{stage}"] for stage in ("pro", "pre", "cortical", "mature")]


@pytest.mark.parametrize(
    ("first", "second"),
    [*EXCLUSIVE, *combinations(STAGES, 2), *combinations(T_STAGES, 2)],
    ids=lambda definition: definition.name,
)
def test_no_complete_phenotype_is_of_two_kinds(first, second):
    assert of_both([first, second]) is None


@pytest.mark.parametrize(
    "definition", DEFINITIONS.values(), ids=lambda definition: definition.name
)
def test_every_kind_has_a_phenotype(definition):
    assert of_both([definition]) is not None


@pytest.mark.parametrize(
    ("first", "second"),
    [("t_all", "t_all_etp"), ("t_all_pro", "t_all_etp"), ("mpal", "t_all"), ("mpal", "bcp_all")],
)
def test_the_search_finds_what_can_be_of_two_kinds(first, second):
    found = of_both([DEFINITIONS[first], DEFINITIONS[second]])
    measured = Phenotype(population="blasts", calls=found)
    for name in (first, second):
        assert match_phenotype(DEFINITIONS[name], measured).outcome is MATCH


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
