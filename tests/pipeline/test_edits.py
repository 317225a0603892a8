"""Drawn gates in a verdict: what they may change, and what they must never do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowpheno.aberrancy.follow_up import Comparators
from flowpheno.finding import ReasonCode as R
from flowpheno.finding import Severity
from flowpheno.gates import Dimension, Strategy, Threshold
from flowpheno.gating import gate_tube
from flowpheno.marker import Marker
from flowpheno.pipeline import analyse_tube, classify_specimen
from flowpheno.pipeline.drawn import drawn_in_memory
from flowpheno.pipeline.edits import replaceable, with_drawn
from flowpheno.sample import Channel, ChannelKind
from flowpheno.simulation import Artefacts
from flowpheno.specimen import Specimen
from flowpheno.verdict import SpecimenVerdict as V
from tests.marrows import without

CD34 = Marker("CD34")
QUIET = Artefacts(clog=False, dead=0.03)
POSITIVE = {V.CONFIRMED_BCP_ALL, V.ABERRANT_LINEAGE_INCOMPLETE, V.POSITIVE_MRD}
POSITIVE |= {V.POSITIVE_LOW_UNQUANT}


def drawn(sample, parents=None, **masks):
    """Give a tube a column for each mask, and gates that hold exactly those events."""
    columns = [mask.astype(np.float32)[:, None] for mask in masks.values()]
    channels = [Channel(detector=f"pick {name}", kind=ChannelKind.OTHER) for name in masks]
    picked = replace(
        sample,
        channels=(*sample.channels, *channels),
        events=np.hstack([sample.events, *columns]),
        origin=None,
    )
    gates = tuple(
        Threshold(
            id=name,
            parent=(parents or {}).get(name, ""),
            dimension=Dimension(channel=f"pick {name}"),
            value=0.5,
        )
        for name in masks
    )
    return picked, drawn_in_memory(Strategy(gates=gates, name="by hand.yaml"))


@pytest.fixture(scope="module")
def judge(definitions):
    """Classify with the gates of `drawn`; small files may reach the limit of detection."""

    def of(sample, gates=None, *, template=None, needed=1.0, **history):
        mrd = definitions.mrd.model_copy(update={"required_lod_percent": needed})
        tubes = sample if isinstance(sample, tuple) else (sample,)
        specimen = Specimen(name="x", tubes=tubes, **history)
        return classify_specimen(
            specimen,
            replace(definitions, mrd=mrd),
            Comparators(template=template),
            gates=gates,
            events=True,
        )

    return of


@pytest.fixture(scope="module")
def negative(simulate):
    return simulate(15_000, n_events=5_000, artefacts=QUIET).sample


@pytest.fixture(scope="module")
def positive(simulate):
    return simulate(15_001, n_events=5_000, blasts=("BCR_ABL1", 0.3), artefacts=QUIET).sample


@pytest.fixture(scope="module")
def full(simulate):
    return simulate(
        15_002, tube="lineage_full", n_events=5_000, blasts=("common", 0.4), artefacts=QUIET
    ).sample


@pytest.fixture(scope="module")
def tubes(definitions, negative, positive, full):
    """Each of them by flowpheno's own gates."""
    samples = {"negative": negative, "positive": positive, "full": full}
    return {
        name: analyse_tube(one, Specimen(name="x", tubes=(one,)), definitions, None)
        for name, one in samples.items()
    }


def findings(result, code):
    return [f for tube in result.tubes for f in tube.findings if f.code is code]


def nobody(sample):
    return np.zeros(sample.n_events, bool)


# --- a negative ---


def test_gates_that_hold_the_same_cells_change_nothing_but_what_is_said(
    judge, negative, template, tubes
):
    gated = tubes["negative"].gated
    masks = {name: gated.mask(name) for name in ("B_lineage", "T")}
    sample, gates = drawn(negative, nucleated=gated.nucleated, **masks)
    result = judge(sample, gates, template=template)
    own = judge(negative, template=template).verdict
    assert own.verdict is V.NO_ABERRANT_B_PRECURSOR
    assert result.verdict.verdict is V.NO_ABERRANT_B_PRECURSOR
    assert set(result.verdict.reasons) == {*own.reasons, R.GATE_EDITED}
    edits = findings(result, R.GATE_EDITED)
    assert {f.severity for f in edits} == {Severity.WARNING}
    n = int(gated.mask("T").sum())
    (of_t,) = [f.message for f in edits if f.message.startswith("T is ")]
    assert f"{n} events before, {n} after; 0 taken out; 0 put in" in of_t
    assert f"T is that of by hand.yaml (sha256 {gates.sha256})" in of_t
    said = " ".join(result.verdict.limitations)
    assert of_t in said
    assert "Without the drawn gates the verdict would be NO_ABERRANT_B_PRECURSOR" in said


@pytest.fixture(scope="module")
def found(judge, positive, template):
    """The leukaemia by flowpheno's own gates."""
    return judge(positive, template=template, known_bcp_all=True)


def leukaemic(result):
    """Blasts of a result, the dying ones too."""
    membership = result.tubes[0].membership
    cells = [
        membership[name].to_numpy() for name in ("blasts", "dying_blasts") if name in membership
    ]
    return np.logical_or.reduce(cells)


@pytest.mark.parametrize("name", ["nucleated", "B_lineage", "blasts"])
def test_a_gate_that_takes_the_blasts_away_makes_no_negative(
    judge, positive, found, template, tubes, name
):
    assert found.verdict.verdict in POSITIVE
    blasts = leukaemic(found)
    gated = tubes["positive"].gated
    mask = gated.nucleated if name == "nucleated" else gated.mask(name) | blasts
    sample, gates = drawn(positive, **{name: mask & ~blasts})
    result = judge(sample, gates, template=template, known_bcp_all=True)
    assert result.verdict.verdict not in {V.NO_ABERRANT_B_PRECURSOR, *POSITIVE}
    assert R.GATE_EDITED in result.verdict.reasons
    (removed,) = findings(result, R.GATE_REMOVED_CANDIDATES)
    assert removed.severity is Severity.BLOCKING
    assert R.GATE_REMOVED_CANDIDATES in result.verdict.reasons
    n = found.verdict.n_blasts
    assert removed.value > 0.9 * n
    said = " ".join(result.verdict.limitations)
    assert f"verdict would be {found.verdict.verdict}: {n}" in said
    if name != "blasts":
        (edit,) = findings(result, R.GATE_EDITED)
        assert f"{n} of them blasts" in edit.message


def test_precursors_drawn_without_the_blasts_do_not_hide_them(
    judge, positive, found, template, tubes
):
    blasts = found.tubes[0].membership["blasts"].to_numpy()
    precursors = tubes["positive"].gated.mask("B_precursors") & ~blasts
    sample, gates = drawn(positive, B_precursors=precursors)
    result = judge(sample, gates, template=template, known_bcp_all=True)
    assert result.verdict.verdict in POSITIVE  # the search looks at the whole B lineage


def test_precursors_that_are_taken_out_are_said(judge, negative, template, tubes):
    gated = tubes["negative"].gated
    half = gated.mask("B_precursors") & (np.arange(negative.n_events) % 2 == 0)
    sample, gates = drawn(negative, B_lineage=gated.mask("B_lineage") & ~half)
    result = judge(sample, gates, template=template)
    (edit,) = findings(result, R.GATE_EDITED)
    assert f"{half.sum()} taken out, {half.sum()} of them B precursors; 0 put in" in edit.message
    assert result.verdict.verdict in {V.NO_ABERRANT_B_PRECURSOR, V.INDETERMINATE}


def test_in_another_tube_the_blasts_are_not_forgotten(
    judge, positive, found, negative, template, tubes
):
    blasts = leukaemic(found)
    sample, gates = drawn(positive, nucleated=tubes["positive"].gated.nucleated & ~blasts)
    result = judge((negative, sample), gates, template=template)
    assert result.verdict.verdict is V.INDETERMINATE
    assert R.GATE_REMOVED_CANDIDATES in result.verdict.reasons
    assert R.GATE_NOT_APPLIED in result.verdict.reasons  # the other tube has no such channel
    assert any("has no channel pick nucleated" in s for s in result.verdict.limitations)


def test_a_larger_denominator_reaches_no_limit_of_detection(judge, negative, template, tubes):
    everything = np.ones(negative.n_events, bool)
    few = int(tubes["negative"].gated.nucleated.sum())
    needed = 100 * 20 / (few + 0.5 * (negative.n_events - few))
    sample, gates = drawn(negative, nucleated=everything)
    assert negative.n_events > few
    own = judge(negative, template=template, needed=needed).verdict
    assert own.verdict is V.INDETERMINATE
    verdict = judge(sample, gates, template=template, needed=needed).verdict
    assert verdict.n_nucleated == negative.n_events
    assert verdict.verdict is V.INDETERMINATE
    assert R.TOO_FEW_EVENTS in verdict.reasons or verdict.n_blasts


def test_leukaemia_of_another_lineage_is_not_drawn_away(simulate, judge, definitions):
    marrow = simulate(
        15_010, tube="lineage_full", n_events=5_000, blasts=("AML", 0.5), artefacts=QUIET
    ).sample
    tube = analyse_tube(marrow, Specimen(name="x", tubes=(marrow,)), definitions, None)
    sample, gates = drawn(marrow, gran=tube.gated.nucleated.copy(), non_B_blasts=nobody(marrow))
    result = judge(sample, gates)
    assert result.verdict.verdict is V.INDETERMINATE
    (removed,) = findings(result, R.GATE_REMOVED_CANDIDATES)
    assert "blasts outside the B lineage" in removed.message


# --- drawn blasts ---


def test_drawn_blasts_override_the_count(judge, full, tubes):
    own = tubes["full"].detection.blasts
    less = own & (np.arange(full.n_events) % 10 > 0)
    sample, gates = drawn(full, blasts=less)
    verdict = judge(sample, gates).verdict
    assert verdict.verdict is V.CONFIRMED_BCP_ALL
    assert verdict.n_blasts == less.sum() < own.sum()
    assert R.GATE_REMOVED_CANDIDATES in verdict.reasons


def test_drawn_blasts_without_a_b_antigen_are_of_another_lineage(judge, negative, tubes):
    sample, gates = drawn(negative, blasts=tubes["negative"].gated.mask("T").copy())
    result = judge(sample, gates, known_bcp_all=True)
    assert result.verdict.verdict is V.INDETERMINATE
    assert R.GATE_BLASTS_UNSUPPORTED in result.verdict.reasons
    counts = {p.name: p.n for p in result.tubes[0].populations}
    assert counts["non_B_blasts"] == tubes["negative"].gated.mask("T").sum()
    assert result.verdict.n_blasts == 0


def test_where_nothing_can_be_gated_drawn_blasts_are_at_most_suspicious(judge, full, tubes):
    blind = without(full, "CD45", "SSC")
    sample, gates = drawn(blind, blasts=tubes["full"].detection.blasts.copy(), T=nobody(full))
    result = judge(sample, gates, known_bcp_all=True)
    assert result.verdict.verdict in {V.SUSPICIOUS, V.INDETERMINATE}
    assert R.GATE_BLASTS_UNSUPPORTED in result.verdict.reasons
    (finding,) = findings(result, R.GATE_NOT_APPLIED)
    assert "do not tell T" in finding.message


def test_controls_drawn_empty_make_nothing_negative(judge, positive, found, template):
    empty = dict.fromkeys(("lymphocytes", "T", "gran", "plasma", "B_mature"), nobody(positive))
    sample, gates = drawn(positive, **empty)
    result = judge(sample, gates, template=template, known_bcp_all=True)
    assert found.verdict.verdict in POSITIVE
    assert result.verdict.verdict is not V.NO_ABERRANT_B_PRECURSOR
    assert judge(sample, gates).verdict.verdict is not V.NO_ABERRANT_B_PRECURSOR


@pytest.mark.parametrize("name", ["gran", "mono", "B_mature"])
def test_normal_cells_drawn_as_blasts_are_suspicious_only(judge, negative, template, tubes, name):
    cells = tubes["negative"].gated.mask(name).copy()  # autofluorescence may look like CD19
    sample, gates = drawn(negative, blasts=cells)
    verdict = judge(sample, gates, template=template, known_bcp_all=True).verdict
    assert verdict.verdict is V.SUSPICIOUS
    assert verdict.n_blasts == cells.sum()
    assert R.GATE_BLASTS_UNSUPPORTED in verdict.reasons


def test_early_normal_precursors_drawn_as_blasts_are_not_confirmed(simulate, judge, definitions):
    marrow = simulate(15_012, state="regenerating", n_events=5_000, artefacts=QUIET).sample
    tube = analyse_tube(marrow, Specimen(name="x", tubes=(marrow,)), definitions, None)
    precursors = tube.gated.mask("B_precursors")
    cd34 = tube.gated.decades.of(CD34) > tube.gated.cutpoints[CD34].decade
    for cells in (precursors.copy(), precursors & cd34):
        sample, gates = drawn(marrow, blasts=cells)
        assert judge(sample, gates, known_bcp_all=True).verdict.verdict is V.SUSPICIOUS


def test_a_few_events_in_a_gate_of_blasts_are_its_background(
    judge, negative, template, tubes, definitions
):
    few = np.flatnonzero(tubes["negative"].gated.mask("B_mature"))
    few = few[: definitions.aberrancy.mention_events - 1]
    mask = nobody(negative)
    mask[few] = True
    sample, gates = drawn(negative, blasts=mask)
    verdict = judge(sample, gates, template=template).verdict
    assert verdict.verdict in {V.NO_ABERRANT_B_PRECURSOR, V.INDETERMINATE}
    assert verdict.n_blasts == 0


def test_other_cells_drawn_into_the_b_lineage_confirm_nothing(simulate, judge, definitions):
    marrow = simulate(15_011, n_events=5_000, blasts=("AML", 0.5), artefacts=QUIET).sample
    tube = analyse_tube(marrow, Specimen(name="x", tubes=(marrow,)), definitions, None)
    sample, gates = drawn(marrow, B_precursors=tube.gated.mask("B_precursors") | tube.non_b.mask)
    verdict = judge(sample, gates, known_bcp_all=True).verdict
    assert verdict.verdict not in POSITIVE | {V.NO_ABERRANT_B_PRECURSOR}


def test_drawn_hematogones_take_nothing_from_the_blasts(judge, positive, tubes):
    blasts = tubes["positive"].detection.blasts
    sample, gates = drawn(positive, hematogones=blasts.copy())
    result = judge(sample, gates, known_bcp_all=True)
    assert result.verdict.n_blasts == blasts.sum()
    assert {p.name: p.n for p in result.tubes[0].populations}["hematogones"] == 0


# --- populations ---


@pytest.fixture(scope="module")
def gated(definitions, tubes):
    tube = tubes["positive"]
    return gate_tube(
        tube.gated.sample, tube.control.cells, definitions.gating, definitions.populations
    )


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_drawn_parents_hold_their_children(gated, definitions, data):
    names = [n for n in replaceable(definitions) if n in gated.populations]
    chosen = data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=4, unique=True))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    drawn_masks = {
        name: rng.random(gated.sample.n_events) < rng.random() for name in names if name in chosen
    }
    edited = with_drawn(gated, drawn_masks)
    assert list(edited.populations) == list(gated.populations)
    for name, population in edited.populations.items():
        assert population.parent == gated.populations[name].parent
        if population.parent == "nucleated":
            assert not (population.mask & ~gated.nucleated).any()
        elif population.parent in edited.populations:
            assert not (population.mask & ~edited.mask(population.parent)).any()
        if name in chosen and population.parent not in {*chosen, "all"}:
            top = population.parent
            while top in edited.populations and top not in chosen:
                top = edited.populations[top].parent
            within = gated.nucleated if top == "nucleated" else edited.mask(top)
            np.testing.assert_array_equal(population.mask, drawn_masks[name] & within)
    if "B_lineage" in chosen and not {"B_precursors", "B_mature", "plasma"} & set(chosen):
        parts = [edited.mask(n) for n in ("B_precursors", "B_mature", "plasma")]
        np.testing.assert_array_equal(np.logical_or.reduce(parts), edited.mask("B_lineage"))


def test_what_no_marker_tells_is_not_made_by_drawing_it(judge, negative):
    sample, gates = drawn(negative, T_CD4=np.ones(negative.n_events, bool))
    result = judge(sample, gates)
    (finding,) = findings(result, R.GATE_NOT_APPLIED)
    assert "do not tell T_CD4" in finding.message
    assert "T_CD4" not in {p.name for p in result.tubes[0].populations}


def test_gates_of_other_names_are_counted_beside_the_populations(judge, negative, tubes):
    odd = np.arange(negative.n_events) % 2 == 1
    sample, gates = drawn(
        negative,
        {"odd T": "T", "all": "odd T"},
        **{"T": tubes["negative"].gated.mask("T").copy(), "odd T": odd, "all": odd, "qc_x": odd},
    )
    result = judge(sample, gates)
    rows = {p.name: p for p in result.tubes[0].populations}
    n = int((tubes["negative"].gated.mask("T") & odd).sum())
    assert (rows["odd T"].parent, rows["odd T"].n) == ("T", n)
    assert (rows["drawn all"].parent, rows["drawn all"].n) == ("odd T", n)
    assert (rows["drawn qc_x"].parent, rows["drawn qc_x"].n) == ("all", odd.sum())
    table = result.tubes[0].membership
    assert table["odd T"].sum() == n
    assert not {"odd T", "drawn all"} & set(table["population"].cat.categories)


def test_views_of_quality_control_do_not_change_the_denominator(judge, negative):
    sample, gates = drawn(negative, singlets=np.arange(negative.n_events) % 2 == 1)
    result = judge(sample, gates)
    (edit,) = findings(result, R.GATE_EDITED)
    assert edit.message.endswith("; the nucleated cells are not changed by it")
    assert result.verdict.n_nucleated == judge(negative).verdict.n_nucleated
