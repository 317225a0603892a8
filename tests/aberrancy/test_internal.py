"""Evidence inside one tube: normal precursors mature, whatever the state of the marrow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.aberrancy.continuum import measure_continuum
from flowpheno.aberrancy.evidence import AberrancyCall, AberrancyKind
from flowpheno.aberrancy.internal import detect_internally
from flowpheno.aberrancy.pieces import aberrant_pieces
from flowpheno.finding import ReasonCode
from tests.marrows import STATES, events_of, without

TUBES = ("tube_494", "euroflow_bcp_all_mrd_t1", "aieop_bfm_8c")
PRECURSORS = ("common", "preB_TCF3", "BCR_ABL1", "ETV6_RUNX1", "hyperdiploid", "CRLF2")
ARCHETYPES = (*PRECURSORS, "proB_KMT2A", "DUX4")
TOLD_APART = set(ARCHETYPES) - {"preB_TCF3"}  # that one is hardly aberrant in this tube


def few(name):
    """One quick seed always, nine more where slow tests are asked for."""
    slow = pytest.param(range(1, 10), marks=pytest.mark.slow, id="nine more")
    return pytest.mark.parametrize(name, [pytest.param(range(1), id="one"), slow])


# --- the maturation continuum ---


@few("numbers")
@pytest.mark.parametrize("state", ["steady_child", "regenerating", "early_regen"])
def test_normal_precursors_mature(simulate, gate, definitions, state, numbers):
    for number in numbers:
        gated = gate(simulate(11_000 + number, state=state, n_events=20_000).sample)
        continuum = measure_continuum(gated, definitions.aberrancy)
        assert continuum.present is not False, number
        assert continuum.present or continuum.n_cd10 < definitions.aberrancy.continuum_events


@few("numbers")
def test_overt_blasts_do_not_mature(simulate, gate, definitions, numbers):
    for number in numbers:
        blasts = (PRECURSORS[number % len(PRECURSORS)], 0.8)
        marrow = simulate(11_100 + number, state="steady_adult", blasts=blasts, n_events=15_000)
        gated = gate(marrow.sample)
        continuum = measure_continuum(gated, definitions.aberrancy)
        assert continuum.n_cd10 >= definitions.aberrancy.continuum_events
        assert continuum.present is False, blasts


def test_too_few_cells_or_markers_say_nothing(simulate, gate, definitions):
    sample = simulate(11_000, n_events=20_000).sample
    thin = gate(events_of(sample, np.arange(0, sample.n_events, 20)))
    blind = gate(without(sample, "CD10"))
    for gated in (thin, blind):
        continuum = measure_continuum(gated, definitions.aberrancy)
        assert continuum.present is None
        assert np.isnan(continuum.late_percent)


# --- no blasts, never aberrant ---


@few("numbers")
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("tube", TUBES)
def test_history_makes_no_blasts_of_normal_precursors(
    simulate, gate, definitions, tube, state, numbers
):
    for number in numbers:
        gated = gate(simulate(11_200 + number, tube=tube, state=state, n_events=15_000).sample)
        detection = detect_internally(gated, definitions.aberrancy, known_bcp_all=True)
        assert detection.call is not AberrancyCall.ABERRANT, number
        if detection.call is AberrancyCall.NOT_ABERRANT:
            assert not detection.blasts.any()


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("archetype", ARCHETYPES)
def test_overt_blasts_are_never_taken_for_normal(simulate, gate, definitions, archetype, known):
    simulated = simulate(11_300, blasts=(archetype, 0.6), n_events=10_000)
    gated = gate(simulated.sample)
    found = detect_internally(gated, definitions.aberrancy, known_bcp_all=known)
    assert found.call in {AberrancyCall.ABERRANT, AberrancyCall.SUSPICIOUS}
    assert found.blasts[simulated.blasts & gated.nucleated].mean() > 0.95
    kinds = {a.kind for a in found.aberrancies}
    if found.call is AberrancyCall.ABERRANT:
        assert len(found.aberrancies) >= 2
        assert kinds != {AberrancyKind.NO_CONTINUUM}
    if archetype in TOLD_APART:
        assert found.call is AberrancyCall.ABERRANT


@pytest.mark.parametrize(("share", "unknown"), [(0.3, "aberrant"), (0.1, "suspicious")])
def test_history_lowers_the_quantity_and_adds_no_evidence(
    simulate, gate, definitions, share, unknown
):
    gated = gate(simulate(11_310, blasts=("BCR_ABL1", share), n_events=10_000).sample)
    without_history, with_history = (
        detect_internally(gated, definitions.aberrancy, known_bcp_all=known)
        for known in (False, True)
    )
    assert without_history.call == unknown
    assert with_history.call is AberrancyCall.ABERRANT
    markers = [{a.marker for a in d.aberrancies} for d in (without_history, with_history)]
    assert markers[0] == markers[1]


def test_internal_evidence_never_allows_a_negative(simulate, gate, definitions):
    gated = gate(simulate(11_200, n_events=15_000).sample)
    detection = detect_internally(gated, definitions.aberrancy, known_bcp_all=False)
    assert ReasonCode.NO_NORMAL_TEMPLATE in {f.code for f in detection.findings}
    assert (detection.method, np.isnan(detection.score).all()) == ("internal", True)


def test_without_a_b_lineage_nothing_is_evaluable(simulate, gate, definitions):
    sample = without(simulate(11_200, n_events=15_000).sample, "CD19")
    detection = detect_internally(gate(sample), definitions.aberrancy, known_bcp_all=True)
    assert detection.call is AberrancyCall.NOT_EVALUABLE
    assert not detection.blasts.any()


@pytest.mark.parametrize(("seed", "archetype"), [(31_002, "ETV6_RUNX1"), (31_007, "DUX4")])
def test_blasts_that_bear_a_marker_in_part_are_counted_whole(
    simulate, gate, definitions, seed, archetype
):
    marrow = simulate(
        seed, tube="lineage_full", state="regenerating", blasts=(archetype, 0.15), n_events=20_000
    )
    gated = gate(marrow.sample)
    true = marrow.blasts & gated.nucleated
    found = detect_internally(gated, definitions.aberrancy, known_bcp_all=True)
    pieces = aberrant_pieces(gated, gated.mask("B_precursors"), definitions.aberrancy)
    assert found.call is AberrancyCall.ABERRANT
    assert pieces.mask[true].mean() < 0.7  # by themselves the others show nothing
    assert not (pieces.siblings & pieces.mask).any()
    assert found.blasts[true].mean() > 0.95
    assert (found.blasts & ~true).sum() < 0.05 * true.sum()


@pytest.mark.parametrize(
    ("seed", "blasts", "unstained"),
    [
        (31_000, ("common", 0.15), ()),
        (33_005, ("proB_KMT2A", 0.12), ("CD58", "CD38")),  # without CD10: what has it is normal
    ],
)
def test_normal_stages_are_no_siblings_of_blasts(
    simulate, gate, definitions, seed, blasts, unstained
):
    marrow = simulate(
        seed, tube="aieop_bfm_8c", state="regenerating", blasts=blasts, n_events=15_000
    )
    gated = gate(without(marrow.sample, *unstained))
    pieces = aberrant_pieces(gated, gated.mask("B_precursors"), definitions.aberrancy)
    assert pieces.mask[marrow.blasts & gated.nucleated].mean() > 0.9
    assert not (pieces.siblings & ~marrow.blasts).any()


def test_plasma_cells_are_no_measure_of_the_cd38_of_precursors(simulate, gate, definitions):
    """A few bright ones among them would make every normal precursor dim, and so a blast."""
    marrow = simulate(11_201, tube="aieop_bfm_8c", state="regenerating", n_events=40_000)
    gated = gate(marrow.sample)
    precursors, plasma = gated.mask("B_precursors"), gated.mask("plasma")
    assert np.count_nonzero(plasma) >= 50
    values = gated.decades.values.copy()
    values[plasma, gated.decades.columns["CD38"]] += 0.3
    bright = replace(gated, decades=replace(gated.decades, values=values))
    pieces = aberrant_pieces(bright, precursors | plasma, definitions.aberrancy)
    assert not (pieces.mask & precursors).any()
