"""Against a template of simulated normal marrows: residual blasts, and marrows without any."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.aberrancy.detection import detect_against_template
from flowpheno.aberrancy.difference import cluster_aberrancies
from flowpheno.aberrancy.evidence import AberrancyCall, AberrancyKind
from flowpheno.aberrancy.follow_up import Comparators
from flowpheno.aberrancy.membership import refine_membership
from flowpheno.aberrancy.template import b_lineage_events, build_template
from flowpheno.pipeline import classify_specimen
from flowpheno.simulation import Artefacts
from flowpheno.specimen import Specimen
from flowpheno.verdict import SpecimenVerdict as V
from tests.marrows import NORMAL_STATES, STATES, f1

ARCHETYPES: tuple[str, ...] = ("common", "proB_KMT2A", "preB_TCF3", "BCR_ABL1", "ETV6_RUNX1")
ARCHETYPES += ("DUX4", "hyperdiploid", "CRLF2")
POSITIVE = {V.POSITIVE_MRD, V.POSITIVE_LOW_UNQUANT, V.CONFIRMED_BCP_ALL}
POSITIVE |= {V.ABERRANT_LINEAGE_INCOMPLETE}


# --- the small template: what always runs ---


@pytest.mark.parametrize("archetype", ["common", "proB_KMT2A"])
def test_blasts_of_five_percent_are_found(simulate, gate, definitions, template, archetype):
    simulated = simulate(13_000, blasts=(archetype, 0.05), n_events=15_000)
    gated = gate(simulated.sample)
    found = detect_against_template(gated, template, definitions.aberrancy)
    assert found.call is AberrancyCall.ABERRANT
    assert f1(found.blasts & simulated.nucleated, simulated.blasts & gated.nucleated) > 0.9
    assert found.method == "template"
    inside = gated.mask("B_lineage")
    assert np.isfinite(found.score[inside]).all()
    assert np.isnan(found.score[~inside]).all()
    assert not (found.blasts & ~inside).any()
    sizes = [abs(a.delta_log10) for a in found.aberrancies]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("state", STATES)
def test_a_small_marrow_without_blasts_is_not_aberrant(
    simulate, gate, definitions, template, state
):
    gated = gate(simulate(13_100, state=state, n_events=15_000).sample)
    found = detect_against_template(gated, template, definitions.aberrancy)
    assert found.call is not AberrancyCall.ABERRANT


def test_without_b_cells_nothing_is_aberrant(simulate, gate, definitions, template):
    gated = gate(simulate(13_000, n_events=15_000).sample)
    nobody = replace(gated.populations["B_lineage"], mask=np.zeros(gated.sample.n_events, bool))
    gated = replace(gated, populations={**gated.populations, "B_lineage": nobody})
    found = detect_against_template(gated, template, definitions.aberrancy)
    assert (found.call, found.blasts.any()) == (AberrancyCall.NOT_ABERRANT, False)


def test_normal_cells_of_a_stage_show_no_aberrancy(template, definitions):
    medians = np.median(template.reference, axis=0)
    assert cluster_aberrancies(template, medians, definitions.aberrancy) == ()


@pytest.mark.parametrize(
    ("marker", "shift", "kind", "strong"),
    [
        ("CD38", -0.7, AberrancyKind.UNDER, True),
        ("CD81", +0.7, AberrancyKind.OVER, True),
        ("CD66c+CD123", +2.5, AberrancyKind.CROSS_LINEAGE, True),
    ],
)
def test_a_shifted_marker_is_the_aberrancy(template, definitions, marker, shift, kind, strong):
    early = template.reference[:, template.markers.index("CD34")] > 1.5
    medians = np.median(template.reference[early], axis=0)
    medians[template.markers.index(marker)] += shift
    found = cluster_aberrancies(template, medians, definitions.aberrancy)
    assert [a.marker for a in found][:1] == [marker]
    assert (found[0].kind, found[0].strong) == (kind, strong)
    assert found[0].delta_log10 == pytest.approx(shift, abs=0.3)


def test_membership_gathers_the_blasts_and_leaves_the_normal_cells(simulate, gate, template):
    simulated = simulate(13_000, blasts=("common", 0.05), n_events=15_000)
    gated = gate(simulated.sample)
    rows = np.flatnonzero(gated.mask("B_lineage"))
    events = b_lineage_events(gated, template.markers)
    truth = simulated.blasts[rows]
    seed = truth & (template.surprise(events) > template.threshold)
    member = refine_membership(template, events, -template.surprise(events), seed).settled.events
    known = simulated.nucleated[rows]  # doublets and dying blasts may be members too
    assert f1(member & known, truth) >= f1(seed & known, truth) - 0.02
    assert member[truth].mean() > 0.85
    assert f1(member & simulated.nucleated[rows], truth) > 0.9


def test_membership_of_one_event_is_that_event_or_its_like(template):
    seed = np.zeros(len(template.reference), bool)
    seed[0] = True
    reference = template.reference
    grown = refine_membership(template, reference, -template.surprise(reference), seed).settled
    assert grown.events.shape == seed.shape
    assert 1 <= grown.events.sum() < len(seed) / 2
    assert grown.normal_share in {0.0, grown.events.mean()}  # the events are the reference itself


def test_membership_takes_no_event_that_is_another_clusters(simulate, gate, template):
    simulated = simulate(13_000, blasts=("common", 0.05), n_events=15_000)
    gated = gate(simulated.sample)
    events = b_lineage_events(gated, template.markers)
    free = ~simulated.blasts[gated.mask("B_lineage")]
    normal = -template.surprise(events)
    seed = free & (-normal > template.threshold - 3)
    grown = refine_membership(template, events, normal, seed, free)
    assert grown.settled.count
    assert not (grown.settled.events & ~free).any()
    assert not (grown.early.events & ~free).any()


def test_plasma_cells_at_the_rim_of_theirs_are_no_suspects(definitions, gate, simulate, template):
    found = [
        detect_against_template(
            gate(simulate(seed, state="end_induction", n_events=60_000).sample),
            template,
            definitions.aberrancy,
        )
        for seed in range(13_700, 13_706)
    ]
    assert AberrancyCall.ABERRANT not in {detection.call for detection in found}


# --- a template of twelve marrows of a usual size ---


@pytest.fixture(scope="module")
def larger(simulate, gate, definitions):
    marrows = {
        f"normal_{n}": gate(
            simulate(13_200 + n, state=NORMAL_STATES[n % 4], n_events=60_000).sample
        )
        for n in range(12)
    }
    return build_template("larger", marrows, definitions.aberrancy, seed=1)


def classified(simulated, definitions, template):
    specimen = Specimen(name="x", tubes=(simulated.sample,), known_bcp_all=True)
    result = classify_specimen(specimen, definitions, Comparators(template=template), events=True)
    return result.verdict, result.tubes[0].membership["blasts"].to_numpy()


@pytest.mark.slow
@pytest.mark.parametrize("archetype", ARCHETYPES)
def test_residual_disease_of_one_percent(simulate, definitions, larger, archetype):
    simulated = simulate(13_300, blasts=(archetype, 0.01), n_events=60_000)
    verdict, blasts = classified(simulated, definitions, larger)
    assert verdict.verdict is V.POSITIVE_MRD
    assert f1(blasts, simulated.blasts) > 0.9


@pytest.mark.slow
@pytest.mark.parametrize("archetype", ARCHETYPES)
def test_residual_disease_of_a_tenth_of_a_percent(simulate, definitions, larger, archetype):
    simulated = simulate(13_310, blasts=(archetype, 0.0013), n_events=60_000)
    verdict, blasts = classified(simulated, definitions, larger)
    assert verdict.verdict in {V.POSITIVE_MRD, V.POSITIVE_LOW_UNQUANT}
    assert f1(blasts, simulated.blasts) > 0.75
    assert verdict.n_blasts == blasts.sum()


@pytest.mark.slow
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("seed", [13_400, 13_401, 10_951])  # the last one has a long clog
def test_marrows_without_blasts_are_not_positive(simulate, definitions, larger, state, seed):
    simulated = simulate(seed, state=state, n_events=60_000)
    verdict, _ = classified(simulated, definitions, larger)
    assert verdict.verdict not in POSITIVE


@pytest.mark.slow
@pytest.mark.parametrize("dead", [0.1, 0.3, 0.6, 0.8])
def test_dying_cells_are_no_blasts(simulate, definitions, larger, dead):
    simulated = simulate(
        13_410, state="regenerating", n_events=60_000, artefacts=Artefacts(dead=dead, clog=False)
    )
    verdict, _ = classified(simulated, definitions, larger)
    assert verdict.verdict not in POSITIVE
