"""Cut points: the same for any order, half of the events or another voltage; sure where clear."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowpheno.finding import ReasonCode, Severity
from flowpheno.gating.cutpoint import CutMethod, cut_findings, find_cutpoint
from flowpheno.gating.decades import to_decades
from flowpheno.marker import Marker
from flowpheno.panel.definitions import load_definitions
from flowpheno.sample import Channel, Sample

CD10, T = Marker("CD10"), 4_000
LIMITS = load_definitions().gating
UNIT = np.log(10)
NEGATIVE = (0.1, 0.22)


def marrow(*populations, negative=NEGATIVE, n=12_000, seed=1):
    """Decades of a control, then of other cells: a number, a mean and a deviation each."""
    rng = np.random.default_rng(seed)
    parts = [rng.normal(*negative, T), rng.normal(*negative, n)]
    return np.concatenate([*parts, *(rng.normal(mean, sd, k) for k, mean, sd in populations)])


def cut_of(values, *, rows=slice(None), factor=1.0, top=262_144.0, limits=LIMITS):
    """Cut point of one marker, whose first events are the control's."""
    light = 150 * np.sinh(values * UNIT) * factor
    control = np.arange(len(values)) < T
    channel = Channel(detector="PE-A", marker=CD10, range=top)
    events = light[rows, None].astype(np.float32)
    decades = to_decades(Sample(name="invented", channels=(channel,), events=events))
    everything = np.ones(len(events), bool)
    return find_cutpoint(decades, CD10, ("T", control[rows]), everything, limits)


CLEAR = marrow((3_000, 2.4, 0.2))
DIM = marrow((1_000, 1.1, 0.45))
NOTHING = marrow()
KINDS = pytest.mark.parametrize("values", [CLEAR, DIM, NOTHING], ids=["clear", "dim", "nothing"])


# --- which method, and how sure ---


def test_two_clear_modes_are_cut_in_the_valley_and_surely():
    found = cut_of(CLEAR)
    assert found.method is CutMethod.VALLEY
    assert found.confidence > 0.95
    assert found.reason == ""
    assert 1.0 < found.decade < 1.8


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), sd=st.floats(0.12, 0.35), mean=st.floats(-0.1, 0.6))
def test_a_negative_marker_keeps_the_end_of_its_control(seed, sd, mean):
    found = cut_of(marrow(negative=(mean, sd), seed=seed))
    assert found.method is CutMethod.CONTROL
    assert found.decade == found.control_end
    assert found.confidence <= LIMITS.cut.control_confidence
    assert "no " in found.reason


@pytest.mark.parametrize(
    "others",
    [
        [(30, 2.5, 0.3)],  # a few bright particles
        [(3_000, 0.25, 0.3)],  # cells of more background light
        [(12_000, 0.3, 0.22)],
    ],
)
def test_background_is_no_positive_population(others):
    found = cut_of(marrow(*others))
    assert found.method is CutMethod.CONTROL
    assert found.confidence <= LIMITS.cut.control_confidence


def test_dim_cells_without_a_valley_are_parted_by_a_mixture():
    found = cut_of(DIM)
    truth = np.arange(len(DIM)) >= T + 12_000
    assert found.method is CutMethod.MIXTURE
    assert "deep" in found.reason or "mode" in found.reason
    wrong = np.count_nonzero((found.decade < DIM) != truth)
    best = min(np.count_nonzero((at < DIM) != truth) for at in np.linspace(0, 2, 101))
    assert wrong <= 1.1 * best
    assert 0 < found.confidence < 0.95


def test_rare_bright_cells_that_make_no_mode_are_parted_by_a_mixture():
    rare = marrow((80, 2.2, 0.3), n=30_000)
    found = cut_of(rare)
    assert found.method is CutMethod.MIXTURE
    assert np.count_nonzero(rare > found.decade) == pytest.approx(80, abs=10)
    assert found.decade > found.control_end


@pytest.mark.parametrize("change", ["separation", "weight", "events"])
def test_a_mixture_needs_what_the_limits_ask(change):
    stricter = {
        "separation": {"mixture_separation": 9.0},
        "weight": {"mixture_weight": 0.9},
        "events": {"mixture_events": 10**6},
    }[change]
    limits = replace(LIMITS, cut=replace(LIMITS.cut, **stricter))
    assert cut_of(DIM, limits=limits).method is CutMethod.CONTROL


def test_the_nearer_the_modes_the_less_sure():
    sure = [cut_of(marrow((3_000, mean, 0.3))).confidence for mean in (2.4, 1.2, 0.9)]
    assert sure == sorted(sure, reverse=True)
    assert sure[0] - sure[-1] > 0.3


def test_few_positive_cells_are_less_sure_than_many():
    many, few = (cut_of(marrow((k, 1.5, 0.2), n=k * 40)) for k in (4_000, 60))
    assert few.confidence < many.confidence


def test_a_valley_that_moves_is_left_for_a_mixture():
    """A bump of few events above a wide dim population is no mode."""
    bumped = np.concatenate([DIM, np.random.default_rng(5).normal(1.32, 0.03, 45)])
    found = cut_of(bumped)
    whatever = replace(LIMITS, cut=replace(LIMITS.cut, stability=0.0))
    valley = cut_of(bumped, limits=whatever)
    assert valley.method is CutMethod.VALLEY
    assert found.method is CutMethod.MIXTURE
    assert found.reason == "valley moves when the events are drawn again"
    assert found.confidence > valley.confidence


def test_an_empty_parent_leaves_the_control():
    channel = Channel(detector="PE-A", marker=CD10)
    events = (150 * np.sinh(NOTHING[:T, None] * UNIT)).astype(np.float32)
    decades = to_decades(Sample(name="invented", channels=(channel,), events=events))
    found = find_cutpoint(decades, CD10, ("T", np.ones(T, bool)), np.zeros(T, bool), LIMITS)
    assert found.method is CutMethod.CONTROL
    assert found.decade == found.control_end


# --- settings that must not matter ---


@KINDS
@settings(max_examples=5)
@given(seed=st.integers(0, 10_000))
def test_order_of_events_changes_nothing(values, seed):
    rows = np.random.default_rng(seed).permutation(len(values))
    assert cut_of(values, rows=rows) == cut_of(values)


@KINDS
@settings(max_examples=5)
@given(seed=st.integers(0, 10_000))
def test_half_of_the_events_are_cut_alike(values, seed):
    rows = np.flatnonzero(np.random.default_rng(seed).random(len(values)) < 0.5)
    whole, half = cut_of(values), cut_of(values, rows=rows)
    assert half.method is whole.method
    assert abs(half.decade - whole.decade) < 0.15
    differ = (values > whole.decade) != (values > half.decade)
    assert np.count_nonzero(differ) <= 0.01 * len(values)
    assert half.confidence == pytest.approx(whole.confidence, abs=0.2)


@KINDS
@pytest.mark.parametrize("factor", [0.7, 1.4])
@pytest.mark.parametrize("moved", [True, False], ids=["with $PnR", "without $PnR"])
def test_the_cut_moves_with_the_intensities(values, factor, moved):
    whole = cut_of(values)
    other = cut_of(values, factor=factor, top=262_144.0 * (factor if moved else 1.0))
    light = 150 * np.sinh(values * UNIT)
    differ = (light > whole.linear) != (light * factor > other.linear)
    assert other.method is whole.method
    assert np.count_nonzero(differ) <= (0.0001 if moved else 0.01) * len(values)
    assert other.linear == pytest.approx(whole.linear * factor, rel=0.001 if moved else 0.3)


# --- findings ---


def test_clear_cuts_are_not_worth_a_word():
    assert cut_findings({CD10: cut_of(CLEAR)}, LIMITS) == ()
    assert cut_findings({}, LIMITS) == ()


def test_fallbacks_are_named_once_for_each_kind():
    cuts = {Marker(name): cut_of(values) for name, values in (("CD34", NOTHING), ("CD20", DIM))}
    cuts = {marker: replace(cut, marker=marker) for marker, cut in cuts.items()}
    cuts[Marker("CD7")] = replace(cuts[Marker("CD34")], marker=Marker("CD7"))
    findings = cut_findings(cuts, LIMITS)
    assert {f.code for f in findings} == {ReasonCode.CUT_UNCERTAIN}
    assert {f.severity for f in findings} == {Severity.NOTE}
    assert [f.value for f in findings] == [2.0, 1.0]
    assert "CD34" in findings[0].message
    assert "CD7" in findings[0].message
    assert "CD20" in findings[1].message
    assert "mixture" in findings[1].message


def test_a_valley_that_is_not_clear_is_named():
    vague = replace(cut_of(CLEAR), confidence=LIMITS.cut.confidence - 0.01)
    (finding,) = cut_findings({CD10: vague}, LIMITS)
    assert "CD10 (0.49)" in finding.message
