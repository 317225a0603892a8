"""The patient's own diagnosis: what it adds, and what it may not do. All marrows are simulated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.aberrancy.detection import detect_against_template
from flowpheno.aberrancy.diagnosis import find_alike, learn_diagnosis, shared_markers
from flowpheno.aberrancy.evidence import AberrancyCall
from flowpheno.aberrancy.follow_up import Comparators, with_diagnosis
from flowpheno.aberrancy.internal import detect_internally
from flowpheno.finding import ReasonCode
from flowpheno.marker import Marker
from tests.marrows import f1

BLASTS = ("hyperdiploid", 0.4)
CD19 = Marker("CD19")


@pytest.fixture(scope="module")
def diagnosed(simulate, gate):
    """A diagnosis of 40 % blasts, its blasts known."""
    simulated = simulate(14_000, blasts=BLASTS, n_events=15_000)
    gated = gate(simulated.sample)
    return gated, simulated.blasts


@pytest.fixture(scope="module")
def profile(diagnosed, definitions):
    gated, blasts = diagnosed
    return learn_diagnosis("diagnosis", gated, blasts, definitions.aberrancy)


def _halves(blasts, share):
    """Every other event of a tube; of the blasts only some."""
    rng = np.random.default_rng(3)
    keep = np.arange(len(blasts)) % 2 == 0
    keep &= ~blasts | (rng.random(len(blasts)) < share)
    return keep


@pytest.fixture(scope="module")
def follow_up(simulate, gate):
    """Half of the same marrow, with a share of its blasts left."""

    def of(share):
        simulated = simulate(14_000, blasts=BLASTS, n_events=15_000)
        keep = _halves(simulated.blasts, share)
        sample = replace(simulated.sample, name="later", events=simulated.sample.events[keep])
        return gate(sample), simulated.blasts[keep]

    return of


@pytest.mark.parametrize("share", [0.2, 0.02])
@pytest.mark.parametrize("compared", ["template", "alone"])
def test_cells_like_the_blasts_are_the_blasts(
    follow_up, profile, template, definitions, share, compared
):
    gated, blasts = follow_up(share)
    normal = template if compared == "template" else None
    found = find_alike(gated, profile, normal, definitions.aberrancy)
    inside = blasts & gated.nucleated
    assert inside.sum() >= 20
    assert f1(found.events, inside) > 0.8
    assert CD19 in found.markers


@pytest.mark.parametrize("compared", ["template", "alone"])
def test_a_follow_up_without_blasts_is_not_made_aberrant(
    follow_up, profile, template, definitions, compared
):
    gated, _ = follow_up(0.0)
    limits = definitions.aberrancy
    if compared == "template":
        before = detect_against_template(gated, template, limits)
        against = Comparators(template=template, diagnosis=(profile,), diagnosis_given=True)
    else:
        before = detect_internally(gated, limits, known_bcp_all=True)
        against = Comparators(diagnosis=(profile,), diagnosis_given=True)
    assert before.call is not AberrancyCall.ABERRANT
    after = with_diagnosis(before, gated, against, limits)
    assert after.call is not AberrancyCall.ABERRANT


def test_normal_marrow_of_another_person_holds_no_cell_like_them(
    simulate, gate, profile, template, definitions
):
    for state in ("regenerating", "early_regen"):
        gated = gate(simulate(14_050, state=state, n_events=15_000).sample)
        found = find_alike(gated, profile, template, definitions.aberrancy)
        assert found.events.sum() < definitions.aberrancy.lod_events


def test_without_a_template_a_few_cells_are_suspicious_at_most(follow_up, profile, definitions):
    gated, _ = follow_up(0.01)
    limits = definitions.aberrancy
    before = detect_internally(gated, limits, known_bcp_all=True)
    against = Comparators(diagnosis=(profile,), diagnosis_given=True)
    after = with_diagnosis(before, gated, against, limits)
    n = find_alike(gated, profile, None, limits).events.sum()
    assert limits.mention_events <= n < limits.diagnosis_alone_events
    assert after.call is AberrancyCall.SUSPICIOUS
    codes = [f.code for f in after.findings]
    assert ReasonCode.DX_PHENOTYPE_FOUND in codes


def test_the_same_cells_are_aberrant_where_there_are_enough(follow_up, profile, definitions):
    gated, _ = follow_up(0.05)
    limits = definitions.aberrancy
    before = detect_internally(gated, limits, known_bcp_all=True)
    against = Comparators(diagnosis=(profile,), diagnosis_given=True)
    after = with_diagnosis(before, gated, against, limits)
    assert after.call is AberrancyCall.ABERRANT
    assert after.blasts.sum() >= limits.diagnosis_alone_events


def test_what_was_aberrant_without_the_diagnosis_stays_so(
    simulate, gate, profile, template, definitions
):
    gated = gate(simulate(14_200, blasts=("proB_KMT2A", 0.1), n_events=15_000).sample)
    limits = definitions.aberrancy
    before = detect_against_template(gated, template, limits)
    assert before.call is AberrancyCall.ABERRANT
    against = Comparators(template=template, diagnosis=(profile,), diagnosis_given=True)
    after = with_diagnosis(before, gated, against, limits)
    assert after.call is AberrancyCall.ABERRANT
    assert not (before.blasts & ~after.blasts).any()  # another leukaemia is not searched away


def test_a_diagnosis_without_blasts_is_said_and_changes_nothing(follow_up, template, definitions):
    gated, _ = follow_up(0.2)
    limits = definitions.aberrancy
    before = detect_against_template(gated, template, limits)
    after = with_diagnosis(
        before, gated, Comparators(template=template, diagnosis_given=True), limits
    )
    assert [f.code for f in after.findings][-1] is ReasonCode.DX_NOT_COMPARABLE
    assert (after.call, after.blasts.sum()) == (before.call, before.blasts.sum())
    assert with_diagnosis(before, gated, Comparators(template=template), limits) is before


def test_too_few_blasts_or_a_relative_scale_give_no_profile(diagnosed, definitions):
    gated, blasts = diagnosed
    few = blasts & (np.cumsum(blasts) <= definitions.aberrancy.diagnosis_blasts - 1)
    assert learn_diagnosis("x", gated, few, definitions.aberrancy) is None
    relative = replace(gated, decades=replace(gated.decades, relative=True))
    assert learn_diagnosis("x", relative, blasts, definitions.aberrancy) is None


def test_what_is_stained_otherwise_is_not_compared(follow_up, profile, definitions):
    gated, _ = follow_up(0.2)
    other = replace(profile, fluorochromes=dict.fromkeys(profile.markers, "elsewhere"))
    assert shared_markers(gated, other) == ()
    assert shared_markers(gated, profile) == profile.markers
    limits = definitions.aberrancy
    before = detect_internally(gated, limits, known_bcp_all=True)
    after = with_diagnosis(
        before, gated, Comparators(diagnosis=(other,), diagnosis_given=True), limits
    )
    assert after.findings[-1].code is ReasonCode.DX_NOT_COMPARABLE
    assert (after.call, after.blasts.sum()) == (before.call, before.blasts.sum())
