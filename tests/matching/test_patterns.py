"""Normal stages and genotypes held against a phenotype; they decide nothing."""

from __future__ import annotations

import pytest

from flowpheno.matching import (
    Outcome,
    is_like_normal,
    match_normal,
    match_phenotype,
    match_suggestions,
)
from flowpheno.notation import parse_phenotype
from flowpheno.panel.scoring import load_scoring
from flowpheno.phenotype import Call, MarkerCall, Phenotype, Qualifier

SCORING = load_scoring()
MATCH, NO_MATCH, OPEN = Outcome.MATCH, Outcome.NO_MATCH, Outcome.UNDETERMINED
STAGE_1 = "CD10+ CD19+ CD34+ TdT+ cyCD79a+ CD45dim"
NEVER = (
    "CD66c- CD13- CD33- CD15- CD65- CD117- NG2- CD371- CD2- CD7- CD56- TSLPR- CD123- "
    "cyMPO- cyCD3- CD3- CD45+"
)
BCP = "CD19+ CD22+ cyCD79a+ TdT+ cyCD3- cyMPO- "


def typed(text):
    return parse_phenotype(text, SCORING.vocabulary)


def with_levels(text, **levels):
    """Add markers whose level against the normal counterpart was measured."""
    calls = dict(typed(text).calls)
    for marker, shift in levels.items():
        qualifiers = (
            (Qualifier.BRIGHT,) if shift > 0.3 else (Qualifier.DIM,) if shift < -0.3 else ()
        )
        calls[marker] = MarkerCall(
            marker=marker, call=Call.POSITIVE, qualifiers=qualifiers, shift_log10=shift
        )
    return Phenotype(population="blasts", calls=calls)


def stages(measured):
    found = match_normal(SCORING.normal, measured)
    return {match.name: (match.outcome, is_like_normal(match)) for match in found}


def suggested(measured):
    matches = [match_phenotype(one, measured) for one in SCORING.phenotypes]
    return {m.name: m for m in match_suggestions(SCORING.suggestions, measured, matches)}


def test_a_phenotype_alone_may_be_that_of_a_normal_stage():
    found = stages(typed(STAGE_1))
    assert found["stage_1"] == (OPEN, True)
    assert found["stage_2"] == (NO_MATCH, False)
    (match,) = [m for m in match_normal(SCORING.normal, typed(STAGE_1)) if m.name == "stage_1"]
    assert {"CD58", "CD38", "CD81", "CD66c", "CD20"} <= set(match.deciding)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("stage_1", "CD19+ CD10+ CD34+ TdT+ CD20- cyIgM- IgMs- kappa- lambda-"),
        ("stage_2", "CD19+ CD10+ CD34- TdT- CD20- cyIgM+ IgMs- kappa- lambda-"),
        ("stage_3", "CD19+ CD10+ CD34- TdT- CD20+ cyIgM+ IgMs+ kappa+ lambda-"),
    ],
)
def test_a_complete_normal_phenotype_is_its_stage(name, text):
    found = stages(with_levels(f"{text} {NEVER}", CD58=0.0, CD81=0.0, CD38=0.0))
    assert [one for one, (outcome, _) in found.items() if outcome is MATCH] == [name]


@pytest.mark.parametrize(
    "more",
    ["CD66c+", "CD13+", "NG2+", "CD45-", "CD20+", "CD58bright", "CD38dim", "CD81dim", "CD123++"],
)
def test_one_aberrancy_tells_it_from_every_stage(more):
    marker = more.rstrip("+-").removesuffix("bright").removesuffix("dim")
    rest = " ".join(w for w in STAGE_1.split() if not w.startswith(marker))
    assert not any(like for _, like in stages(typed(f"{rest} {more}")).values())


def test_cd20_on_a_part_is_between_two_stages():
    found = stages(typed("CD19+ CD10+ CD34- TdT- CD20 (partial)"))
    assert [like for _, like in found.values()] == [False, True, True]


def test_too_little_is_like_nothing():
    assert not any(like for _, like in stages(typed("CD19+")).values())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("kmt2a_r", "CD10- NG2+ CD15+ CD34+"),
        ("bcr_abl1", "CD10+ CD34+ CD66c+ CD13+ CD25+"),
        ("etv6_runx1", "CD10bright CD20- CD66c- CD27+ CD304+ CD34+"),
        ("dux4_r", "CD10+ CD34+ CD371+ CD2+"),
        ("tcf3_pbx1", "CD10+ CD34- cyIgM+"),
        ("high_hyperdiploidy", "CD10+ CD34+ CD45- CD123++ CD66c+"),
        ("crlf2_r", "CD10+ CD34+ TSLPR+"),
        ("znf384_r", "CD10dim CD19dim CD13+ CD33+"),
        ("mef2d_r", "CD10- CD38bright cyIgM+ CD34+"),
    ],
)
def test_each_pattern_suggests_its_genotype(name, text):
    rest = BCP.replace("CD19+ ", "") if "CD19" in text else BCP
    found = suggested(typed(rest + text))
    assert [one for one, match in found.items() if match.outcome is MATCH] == [name]
    assert found[name].entity in {one.genotype for one in SCORING.suggestions}


def test_a_normal_phenotype_suggests_nothing():
    measured = with_levels(
        "CD19+ CD10+ CD34+ TdT+ CD22+ cyCD79a+ CD20- cyIgM- CD9+ CD27- CD304- CD25- CD24+ "
        + NEVER,
        CD58=0.0,
        CD38=0.0,
        CD10=0.0,
        CD44=0.0,
        CD9=0.0,
    )
    assert not any(match.outcome is MATCH for match in suggested(measured).values())


def test_what_would_decide_is_named():
    found = suggested(typed(BCP + "CD10- CD34+"))["kmt2a_r"]
    assert (found.outcome, found.deciding) == (OPEN, ("CD15", "CD65", "NG2"))


def test_outside_the_phenotype_nothing_is_suggested():
    t_all = suggested(typed("cyCD3+ CD7+ CD2+ TdT+ CD34+ CD371+ CD19- cyMPO-"))["dux4_r"]
    assert (t_all.outcome, t_all.deciding) == (NO_MATCH, ())
    first = t_all.rules[0]
    assert (first.expected, first.met) == ("phenotype of B-precursor ALL", False)
    assert "cyCD3 positive" in first.measured
