"""From raw events to a verdict: what may be removed, and what must never follow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.aberrancy.follow_up import Comparators
from flowpheno.compensation import compensate
from flowpheno.finding import ReasonCode as R
from flowpheno.panel.tubes import builtin_tubes
from flowpheno.pipeline import classify_specimen
from flowpheno.simulation import (
    Artefacts,
    BlastRequest,
    draw_patient,
    load_specification,
    simulate_tube,
)
from flowpheno.simulation import without as losing
from flowpheno.specimen import Specimen, Therapy
from flowpheno.verdict import SpecimenVerdict as V
from tests.marrows import events_of, without

POSITIVE = {V.CONFIRMED_BCP_ALL, V.ABERRANT_LINEAGE_INCOMPLETE, V.POSITIVE_MRD}
POSITIVE |= {V.POSITIVE_LOW_UNQUANT}
QUIET = Artefacts(clog=False, dead=0.03)


@pytest.fixture(scope="module")
def judge(definitions):
    """Classify; `needed` is the limit of detection a negative needs: small files may reach it."""

    def of(*samples, template=None, needed=1.0, **history):
        mrd = definitions.mrd.model_copy(update={"required_lod_percent": needed})
        specimen = Specimen(name="x", tubes=samples, **history)
        return classify_specimen(
            specimen, replace(definitions, mrd=mrd), Comparators(template=template)
        )

    return of


@pytest.fixture(scope="module")
def negative(simulate):
    return simulate(15_000, n_events=10_000, artefacts=QUIET).sample


@pytest.fixture(scope="module")
def positive(simulate):
    return simulate(15_001, n_events=10_000, blasts=("BCR_ABL1", 0.3), artefacts=QUIET).sample


@pytest.fixture(scope="module")
def full(simulate):
    return simulate(
        15_002, tube="lineage_full", n_events=10_000, blasts=("common", 0.4), artefacts=QUIET
    ).sample


# --- the plain cases ---


def test_an_adequate_marrow_against_a_template_is_negative(judge, definitions, negative, template):
    result = judge(negative, template=template).verdict
    assert result.verdict is V.NO_ABERRANT_B_PRECURSOR
    assert R.SINGLE_SITE_NEGATIVE in result.reasons
    assert definitions.texts.single_site in result.limitations
    assert result.template == "small"
    assert result.lod_percent == pytest.approx(100 * 20 / result.n_nucleated)
    assert f"{result.lod_percent:.4f} %" in " ".join(result.limitations)


def test_the_same_marrow_is_not_negative_at_the_limit_that_is_required(judge, negative, template):
    result = judge(negative, template=template, needed=0.01).verdict
    assert result.verdict is V.INDETERMINATE
    assert {R.TOO_FEW_EVENTS, R.LOD_ABOVE_REQUIRED} <= set(result.reasons)


@pytest.mark.parametrize("known", [False, True])
def test_without_a_template_nothing_is_negative(judge, negative, known):
    result = judge(negative, known_bcp_all=known).verdict
    assert result.verdict is V.INDETERMINATE
    assert R.NO_NORMAL_TEMPLATE in result.reasons
    assert result.template == ""


def test_blasts_with_a_full_panel_are_confirmed_without_a_history(judge, full):
    result = judge(full)
    assert result.verdict.verdict is V.CONFIRMED_BCP_ALL
    assert result.verdict.lineage == "B"
    assert R.MISSING_LINEAGE_MARKERS not in result.verdict.reasons


def test_blasts_with_a_short_panel_are_not_named(judge, positive):
    assert judge(positive).verdict.verdict is V.ABERRANT_LINEAGE_INCOMPLETE
    known = judge(positive, known_bcp_all=True).verdict
    assert known.verdict is V.CONFIRMED_BCP_ALL
    assert R.LINEAGE_FROM_HISTORY in known.reasons


@pytest.mark.parametrize(
    ("archetype", "lineage"), [("AML", "myeloid"), ("T_ALL", "T"), ("MPAL_B_myeloid", "MPAL")]
)
@pytest.mark.parametrize("known", [False, True])
def test_other_leukaemias_are_never_b_precursors_nor_nothing(
    simulate, judge, archetype, lineage, known
):
    sample = simulate(
        15_010, tube="lineage_full", n_events=10_000, blasts=(archetype, 0.5), artefacts=QUIET
    ).sample
    result = judge(sample, known_bcp_all=known).verdict
    assert result.verdict is V.NOT_B_PRECURSOR_BLASTS
    assert result.lineage == lineage


# --- removing markers ---

MARKERS = ("CD20", "CD45", "CD81", "CD66c+CD123", "CD34", "CD19", "CD10", "CD38", "SSC", "FSC")


@pytest.mark.parametrize("marker", MARKERS)
@pytest.mark.parametrize("with_template", [True, False], ids=["template", "no template"])
def test_a_marker_less_never_makes_disease_disappear(
    judge, positive, template, marker, with_template
):
    used = template if with_template else None
    result = judge(without(positive, marker), template=used, known_bcp_all=True)
    assert result.verdict.verdict is not V.NO_ABERRANT_B_PRECURSOR


@pytest.mark.parametrize("marker", MARKERS)
def test_a_marker_less_never_makes_disease(judge, negative, template, marker):
    result = judge(without(negative, marker), template=template, known_bcp_all=True)
    if marker in {"FSC", "SSC"}:  # without size, dying cells may look aberrant
        allowed = {V.INDETERMINATE, V.NO_ABERRANT_B_PRECURSOR, V.SUSPICIOUS}
        assert result.verdict.verdict in allowed
    else:  # the template has a marker that the tube lacks
        assert result.verdict.verdict is V.INDETERMINATE


@pytest.mark.parametrize("marker", ["cyMPO", "cyCD3"])
def test_lineage_that_was_not_excluded_is_not_assumed(judge, full, marker):
    result = judge(without(full, marker)).verdict
    assert result.verdict is V.ABERRANT_LINEAGE_INCOMPLETE
    assert R.MISSING_LINEAGE_MARKERS in result.reasons
    assert marker in " ".join(result.limitations)


@pytest.mark.parametrize("missing", [("CD22",), ("cyCD79a",), ("CD19",)])
def test_one_of_two_markers_is_enough(judge, full, missing):
    result = judge(without(full, *missing)).verdict.verdict
    assert result in {V.CONFIRMED_BCP_ALL, V.ABERRANT_LINEAGE_INCOMPLETE, V.SUSPICIOUS}


# --- removing events, quality and the matrix ---


@pytest.mark.parametrize("step", [3, 10, 100, 1000])
def test_thinning_never_gives_a_negative_that_the_limit_does_not_explain(
    judge, positive, template, step
):
    thin = events_of(positive, np.arange(0, positive.n_events, step))
    result = judge(thin, template=template, known_bcp_all=True, needed=100.0).verdict
    if result.verdict is V.NO_ABERRANT_B_PRECURSOR:
        assert result.lod_percent > 30


@pytest.mark.parametrize("n", [0, 1, 30, 100])
def test_hardly_any_event_is_indeterminate(judge, negative, template, n):
    few = events_of(negative, np.arange(n))
    for used in (None, template):
        result = judge(few, template=used).verdict
        assert result.verdict is V.INDETERMINATE


def test_a_dying_specimen_is_not_negative_and_may_be_positive(judge, simulate):
    dying = Artefacts(clog=False, dead=0.6)
    normal, blasts = (
        simulate(15_020, tube="lineage_full", n_events=6_000, blasts=b, artefacts=dying).sample
        for b in (None, ("common", 0.5))
    )
    empty = judge(normal, known_bcp_all=True).verdict
    assert empty.verdict is V.INDETERMINATE
    assert R.LOW_VIABILITY in empty.reasons
    full = judge(blasts, known_bcp_all=True).verdict
    assert full.verdict in POSITIVE
    assert R.LOW_VIABILITY in full.reasons


def test_without_a_matrix_nothing_is_confirmed_nor_excluded(judge, positive, negative, template):
    for sample, allowed in (
        (positive, {V.SUSPICIOUS}),
        (negative, {V.INDETERMINATE, V.SUSPICIOUS}),
    ):
        bare = replace(sample, spillover=None)
        result = judge(bare, template=template, known_bcp_all=True).verdict
        assert result.verdict in allowed
        assert R.COMP_MATRIX_MISSING in result.reasons


@pytest.mark.parametrize("keep_matrix", [False, True])
def test_data_declared_compensated_are_not_compensated_again(
    judge, positive, template, keep_matrix
):
    expected = judge(positive, template=template, known_bcp_all=True)
    matrix = positive.spillover if keep_matrix else None
    done = replace(compensate(positive), compensated=False, spillover=matrix)
    result = judge(done, template=template, known_bcp_all=True, already_compensated=True)
    assert result.verdict.verdict is expected.verdict.verdict
    assert result.verdict.n_blasts == pytest.approx(expected.verdict.n_blasts, rel=0.05)
    assert R.COMP_MATRIX_MISSING not in result.verdict.reasons
    assert result.tubes[0].compensation == "already compensated"


# --- therapy ---


def test_after_cd19_therapy_a_tube_of_cd19_alone_excludes_nothing(judge, negative, template):
    result = judge(negative, template=template, therapy=frozenset({Therapy.ANTI_CD19})).verdict
    assert result.verdict is V.INDETERMINATE
    assert R.GATE_UNSAFE_AFTER_CD19_THERAPY in result.reasons


@pytest.mark.parametrize(
    ("therapy", "code"),
    [
        (Therapy.ANTI_CD20, R.CD20_MASKED_RITUXIMAB),
        (Therapy.ANTI_CD38, R.CD38_MASKED_DARATUMUMAB),
    ],
)
def test_a_hidden_discriminator_is_a_missing_one(judge, negative, template, therapy, code):
    result = judge(negative, template=template, therapy=frozenset({therapy})).verdict
    assert result.verdict is V.INDETERMINATE
    assert R.MISSING_DISCRIMINATORS in result.reasons
    assert code in result.reasons


def test_blasts_that_lost_cd19_are_found(judge):
    specification, rng = load_specification(), np.random.default_rng(15_030)
    patient = losing(draw_patient(specification, "common", rng=rng), ["CD19"])
    lost = simulate_tube(
        specification,
        builtin_tubes()["lineage_full"],
        rng=rng,
        n_events=10_000,
        blasts=BlastRequest(fraction=0.4, patient=patient),
        artefacts=QUIET,
    )
    therapy = frozenset({Therapy.ANTI_CD19})
    result = judge(lost.sample, known_bcp_all=True, therapy=therapy).verdict
    assert result.verdict is V.CONFIRMED_BCP_ALL
    assert result.blast_percent.estimate == pytest.approx(40, abs=6)


# --- several tubes ---


def test_the_tube_with_the_strongest_evidence_decides(judge, positive, negative, template):
    for tubes in ((positive, negative), (negative, positive)):
        result = judge(*tubes, template=template, known_bcp_all=True)
        assert result.verdict.verdict in POSITIVE
        assert len(result.tubes) == 2


def test_a_tube_that_cannot_be_gated_changes_nothing(judge, negative, template):
    blind = without(negative, "CD19", "CD45", "SSC")
    alone = judge(negative, template=template).verdict
    together = judge(negative, blind, template=template).verdict
    assert together.verdict is alone.verdict
    assert together.n_nucleated == alone.n_nucleated
