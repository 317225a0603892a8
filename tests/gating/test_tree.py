"""Gates without hand-drawn borders: against experts, simulation, and unmoved by settings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from flowpheno.finding import ReasonCode
from flowpheno.marker import Marker
from flowpheno.pipeline import analyse_tube
from flowpheno.reading import read_fcs
from flowpheno.specimen import Specimen
from tests.marrows import events_of, f1, scaled, without

TUBES = ("tube_494", "euroflow_bcp_all_mrd_t1", "aieop_bfm_8c", "lineage_full")
STABLE = ("B_lineage", "B_mature", "T")
LEAST = 0.95


# --- a real marrow with expert labels ---


@pytest.fixture(scope="module")
def real(data_dir, definitions):
    folder = data_dir / "b_all_mrd_labelled"
    return read_fcs(folder / "494.fcs", vocabulary=definitions.vocabulary)


@pytest.fixture(scope="module")
def analysed(real, definitions):
    specimen = Specimen(name="494", tubes=(real,), known_bcp_all=True)
    return analyse_tube(real, specimen, definitions, None)


@pytest.fixture(scope="module")
def expert(data_dir):
    return pd.read_csv(data_dir / "b_all_mrd_labelled" / "494_labels.csv").astype(bool)


@pytest.mark.parametrize(
    ("population", "label", "least"),
    [
        ("blasts", "blast", 0.97),
        ("B_lineage", "cd19", 0.95),
        ("B_mature", "cd20", 0.95),
        ("erythroid", "erythropoiesis", 0.95),
    ],
)
def test_populations_agree_with_the_experts(analysed, expert, population, label, least):
    assert f1(analysed.gated.mask(population), expert[label].to_numpy()) >= least


def test_the_denominator_agrees_with_the_experts(analysed, expert):
    assert f1(analysed.gated.nucleated, expert["intact"].to_numpy()) >= LEAST


def test_history_changes_no_population(real, analysed, definitions):
    other = analyse_tube(real, Specimen(name="494", tubes=(real,)), definitions, None)
    for name, population in analysed.gated.populations.items():
        np.testing.assert_array_equal(other.gated.mask(name), population.mask)


# --- settings that must not matter ---


@pytest.fixture(scope="module", params=["real", "simulated"])
def marrow(request, simulate):
    if request.param == "real":
        sample = request.getfixturevalue("real")
        return events_of(sample, np.arange(0, sample.n_events, 5))
    blasts = ("common", 0.2)
    return simulate(10_501, tube="tube_494", blasts=blasts, n_events=15_000).sample


@pytest.fixture(scope="module")
def before(marrow, gate):
    return gate(marrow)


def same(before, after, rows=slice(None)):
    for name in STABLE:
        assert f1(after.mask(name), before.mask(name)[rows]) >= LEAST, name


def test_order_of_events_does_not_matter(marrow, before, gate):
    rows = np.random.default_rng(1).permutation(marrow.n_events)
    same(before, gate(events_of(marrow, rows)), rows)


def test_order_of_channels_does_not_matter(marrow, before, gate):
    order = np.random.default_rng(2).permutation(len(marrow.channels))
    turned = replace(
        marrow,
        channels=tuple(marrow.channels[i] for i in order),
        events=marrow.events[:, order].copy(),
    )
    same(before, gate(turned))


@pytest.mark.parametrize("start", [1])
def test_half_of_the_events_give_the_same_populations(marrow, before, gate, start):
    rows = np.arange(start, marrow.n_events, 2)
    same(before, gate(events_of(marrow, rows)), rows)


@pytest.mark.parametrize("ranges", [True, False], ids=["with $PnR", "without $PnR"])
@pytest.mark.parametrize("seed", [1])
def test_voltages_do_not_matter(marrow, before, gate, ranges, seed):
    rng = np.random.default_rng(seed)
    factors = {d: float(rng.uniform(0.7, 1.4)) for d in marrow.spillover.detectors}
    same(before, gate(scaled(marrow, factors, ranges=ranges)))


@pytest.mark.parametrize("seed", [1, 2])
def test_a_matrix_five_percent_off_does_not_matter(marrow, before, gate, seed):
    matrix = marrow.spillover.matrix
    wrong = matrix * np.random.default_rng(seed).choice([0.95, 1.05], matrix.shape)
    np.fill_diagonal(wrong, 1.0)
    changed = replace(marrow, spillover=replace(marrow.spillover, matrix=wrong))
    same(before, gate(changed))


# --- simulated marrows: the truth about each event ---


def truth_of(simulated):
    """Living single cells by what they are; late precursors may count as mature."""
    label, late = simulated.labels, simulated.maturation > 0.85
    has_cd3 = Marker("cyCD3") in simulated.sample.markers
    b = np.isin(label, ["B_mature", "hematogone", "blast"])
    return {
        "B_lineage": (b, b | (label == "plasma")),
        "B_mature": (label == "B_mature", (label == "B_mature") | late),
        "B_precursors": (np.isin(label, ["hematogone", "blast"]) & ~late, b),
        "T": (label == "T", label == "T" if has_cd3 else np.isin(label, ["T", "NK"])),
        "gran": (np.isin(label, ["gran_mature", "gran_immature"]),) * 2,
        "mono": (label == "mono", np.isin(label, ["mono", "basophil", "pDC"])),
        "erythroid": (label == "erythro_nuc", np.isin(label, ["erythro_nuc", "stroma"])),
    }


@pytest.mark.parametrize("tube", TUBES)
@pytest.mark.parametrize(
    ("state", "blasts"),
    [("steady_child", None), ("regenerating", None), ("early_regen", ("hyperdiploid", 0.3))],
)
def test_simulated_populations_are_found(simulate, gate, tube, state, blasts):
    simulated = simulate(10_601, tube=tube, state=state, blasts=blasts, n_events=15_000)
    gated = gate(simulated.sample)
    living = simulated.nucleated & ~simulated.clogged
    cells = living & gated.nucleated
    assert cells.sum() >= 0.95 * living.sum()
    for name, (wanted, allowed) in truth_of(simulated).items():
        found = gated.mask(name) & cells
        recall = (found & wanted).sum() / (wanted & cells).sum()
        precision = (found & allowed).sum() / max(found.sum(), 1)
        assert recall >= 0.9, f"{name}: recall {recall:.3f}"
        assert precision >= 0.9, f"{name}: precision {precision:.3f}"


@pytest.mark.parametrize("tube", TUBES)
def test_populations_lie_in_their_parents_and_do_not_overlap(simulate, gate, tube):
    gated = gate(simulate(10_601, tube=tube, n_events=15_000).sample)
    for population in gated.populations.values():
        assert not (population.mask & ~gated.nucleated).any()
        if population.parent != "nucleated":
            assert not (population.mask & ~gated.mask(population.parent)).any()
    parts = ["T", "NK", "mono", "gran", "erythroid", "progenitors", "B_lineage"]
    assert (sum(gated.mask(name).astype(int) for name in parts) <= 1).all()
    b = sum(gated.mask(n).astype(int) for n in ("B_mature", "plasma", "B_precursors"))
    np.testing.assert_array_equal(b, gated.mask("B_lineage").astype(int))


# --- what a tube may lack ---


@pytest.fixture(scope="module")
def full(simulate):
    return simulate(10_701, tube="lineage_full", blasts=("common", 0.3), n_events=8_000)


@pytest.mark.parametrize(
    ("missing", "by"),
    [
        ((), ("CD19", "CD22 with CD10", "cyCD79a")),
        (("CD19",), ("CD22 with CD10", "cyCD79a")),
        (("CD19", "cyCD79a"), ("CD22 with CD10",)),
        (("CD19", "CD22"), ("cyCD79a",)),
        (("CD19", "CD10"), ("cyCD79a",)),
    ],
)
def test_b_lineage_without_cd19(full, gate, missing, by):
    gated = gate(without(full.sample, *missing))
    assert gated.populations["B_lineage"].by.startswith("; ".join(by) + " (also")
    found, cells = gated.mask("B_lineage"), gated.nucleated & full.nucleated
    assert found[full.blasts & cells].mean() >= 0.9
    assert np.isin(full.labels, ["blast", "hematogone", "B_mature", "plasma"])[found].mean() > 0.8


def test_without_any_b_marker_nothing_is_gated_and_it_is_said(full, gate):
    gated = gate(without(full.sample, "CD19", "CD22", "cyCD79a"))
    assert "B_lineage" not in gated.populations
    assert ReasonCode.B_LINEAGE_NOT_GATED in {f.code for f in gated.findings}
    assert not gated.mask("B_lineage").any()
    assert gated.mask("T").any()


@pytest.mark.parametrize("missing", ["CD45", "SSC"])
def test_one_half_of_the_backbone_can_be_missing(full, gate, missing):
    gated = gate(without(full.sample, missing))
    assert ReasonCode.REF_SUBSTITUTED in {f.code for f in gated.findings}
    cells = gated.nucleated & full.nucleated
    assert gated.mask("B_lineage")[full.blasts & cells].mean() >= 0.9
    b = np.isin(full.labels, ["blast", "hematogone", "B_mature", "plasma"])
    assert b[gated.mask("B_lineage") & cells].mean() >= 0.9


def test_without_the_whole_backbone_nothing_is_gated(full, gate):
    gated = gate(without(full.sample, "CD45", "SSC"))
    assert gated.anchors is None
    assert gated.populations == {}
    assert "neither CD45 nor side scatter" in gated.findings[0].message


@pytest.mark.parametrize("n", [0, 1, 2, 30, 49, 60, 200])
def test_a_handful_of_events_is_no_error(full, gate, n):
    gated = gate(events_of(full.sample, np.arange(n)))
    assert gated.sample.n_events == n
    codes = {f.code for f in gated.findings}
    assert codes & {ReasonCode.B_LINEAGE_NOT_GATED, ReasonCode.NEG_CONTROL_TOO_SMALL}
    for population in gated.populations.values():
        assert population.mask.shape == (n,)


@pytest.mark.parametrize("value", [0.0, 1.0, 262_143.0, -500.0])
def test_events_that_are_all_alike_are_no_error(full, gate, value):
    alike = np.full((500, len(full.sample.channels)), value, np.float32)
    gated = gate(replace(full.sample, events=alike))
    assert gated.sample.n_events == 500


@pytest.mark.parametrize("marker", ["CD10", "CD45", "CD34"])
def test_a_dead_detector_is_no_error(full, gate, marker):
    events = np.array(full.sample.events)
    events[:, full.sample.column(Marker(marker))] = 0
    gated = gate(replace(full.sample, events=events))
    assert gated.mask("B_lineage").any()
