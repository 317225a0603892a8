"""Spillover spreading: cells bright in a neighbour, on simulated noise whose size is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowpheno.compensation import compensate
from flowpheno.fcs.spillover import Spillover
from flowpheno.gating.cutpoint import find_cutpoint
from flowpheno.gating.decades import to_decades
from flowpheno.gating.spread import MarkerSpread, Spread, estimate_spread, positive, threshold
from flowpheno.marker import Marker
from flowpheno.panel.definitions import load_definitions
from flowpheno.sample import Channel, Sample, Scale
from flowpheno.simulation import load_specification
from flowpheno.simulation.instrument import observe

LIMITS = load_definitions().gating
CD34, CD10, CD19 = Marker("CD34"), Marker("CD10"), Marker("CD19")
MARKERS = (CD34, CD10, CD19)
SPILL = np.array([[1.0, 0.02, 0.0], [0.35, 1.0, 0.05], [0.0, 0.1, 1.0]])
"""CD10 is bright and spills a third of its light into the detector of CD34."""


def sample_of(light, *, noise=None, seed=2, spill=SPILL):
    """Record true light and compensate it."""
    noise = noise or load_specification().defaults.noise
    rng = np.random.default_rng(seed)
    seen = observe(light.astype(np.float32), spill, np.ones(3), noise=noise, rng=rng)
    detectors = tuple(f"{m}-A" for m in MARKERS)
    channels = tuple(
        Channel(detector=d, marker=m) for d, m in zip(detectors, MARKERS, strict=True)
    )
    matrix = Spillover(detectors=detectors, matrix=spill, source="test")
    return compensate(Sample(name="s", channels=channels, events=seen, spillover=matrix))


def cells(seed=1, n=8_000):
    """True light of T cells, CD10 bright cells, dim CD34 cells, and dim CD34 on bright CD10."""
    rng = np.random.default_rng(seed)
    kinds = np.repeat(["T", "bright", "dim", "both"], [n, n, n // 4, n // 8])
    light = 10 ** rng.normal(2.0, 0.2, (len(kinds), 3)) - 100
    shown = np.isin(kinds, ["bright", "both"])
    light[shown, 1] += 10 ** rng.normal(4.6, 0.25, shown.sum())
    dim = np.isin(kinds, ["dim", "both"])
    light[dim, 0] += 10 ** rng.normal(3.0, 0.15, dim.sum())
    return light, kinds


def measured(sample, kinds, rows=slice(None)):
    """Decades, cut points and spread of a tube."""
    decades = to_decades(sample)
    parent = np.ones(sample.n_events, bool)
    control = ("T", kinds[rows] == "T")
    # dim cells make no valley here that would spare the comparison: the control's end is the cut
    low = replace(LIMITS, valley_depth=0.0, cut=replace(LIMITS.cut, mixture_weight=1.0))
    cuts = {m: find_cutpoint(decades, m, control, parent, low) for m in MARKERS}
    return decades, cuts, estimate_spread(sample, decades, cuts, parent, LIMITS)


@pytest.fixture(scope="module")
def tube():
    light, kinds = cells()
    return (*measured(sample_of(light), kinds), kinds)


def test_the_noise_of_the_simulation_is_found_again(tube):
    _, _, spread, _ = tube
    noise = load_specification().defaults.noise
    passed = np.linalg.inv(SPILL)[:, 0] ** 2
    expected = noise.photon_variance * float(SPILL[1] @ passed)
    found = spread.markers[CD34]
    assert found.slopes[CD10] == pytest.approx(expected, rel=0.3)
    assert np.sqrt(found.variance) == pytest.approx(np.hypot(noise.electronic_sd, 50), rel=0.25)


def test_bright_neighbours_make_far_fewer_cells_falsely_positive(tube):
    decades, cuts, spread, kinds = tube
    plain = decades.of(CD34) > cuts[CD34].decade
    aware = positive(decades, cuts[CD34], spread)
    bright = kinds == "bright"
    assert plain[bright].mean() > 0.05
    assert aware[bright].mean() < 0.2 * plain[bright].mean()


@pytest.mark.parametrize("kind", ["dim", "both"])
def test_dim_cells_stay_positive(tube, kind):
    decades, cuts, spread, kinds = tube
    these = kinds == kind
    plain = decades.of(CD34) > cuts[CD34].decade
    assert positive(decades, cuts[CD34], spread)[these].sum() > 0.85 * plain[these].sum()


def test_expression_on_bright_cells_does_not_pass_for_noise():
    """Of the bright cells, more than half are dim CD34: noise is that of the others."""
    light, kinds = cells()
    rng = np.random.default_rng(9)
    shown = (kinds == "bright") & (rng.random(len(kinds)) < 0.6)
    light[shown, 0] += 10 ** rng.normal(3.0, 0.3, shown.sum())
    _, _, mixed = measured(sample_of(light), kinds)
    _, _, pure = measured(sample_of(cells()[0]), kinds)
    assert mixed.markers[CD34].slopes[CD10] < 2 * pure.markers[CD34].slopes[CD10]


def test_the_threshold_is_the_cut_for_cells_without_light(tube):
    decades, cuts, spread, kinds = tube
    at = threshold(decades, cuts[CD34], spread)
    dark = np.isin(kinds, ["T", "dim"])
    np.testing.assert_array_less(np.float32(cuts[CD34].decade) - 1e-6, at)
    assert np.median(at[kinds == "bright"]) > cuts[CD34].decade + 0.1
    assert np.median(at[dark]) == pytest.approx(cuts[CD34].decade, abs=0.05)


@pytest.mark.parametrize("marker", MARKERS)
def test_positive_is_above_the_threshold(tube, marker):
    decades, cuts, spread, _ = tube
    above = decades.of(marker) > threshold(decades, cuts[marker], spread)
    np.testing.assert_array_equal(positive(decades, cuts[marker], spread), above)


@settings(max_examples=20)
@given(slope=st.floats(0, 10), more=st.floats(0, 10))
def test_more_noise_never_makes_more_positive(tube, slope, more):
    decades, cuts, _, _ = tube

    def of(size):
        noise = MarkerSpread(variance=5e3, slopes={CD10: size}, deviations=3.0)
        return positive(decades, cuts[CD34], Spread(markers={CD34: noise}))

    assert not (of(slope + more) & ~of(slope)).any()


def test_order_of_events_changes_nothing(tube):
    _, _, spread, kinds = tube
    sample, rows = sample_of(cells()[0]), np.random.default_rng(3).permutation(len(kinds))
    _, _, other = measured(replace(sample, events=sample.events[rows].copy()), kinds, rows)
    for marker, noise in spread.markers.items():
        assert other.markers[marker].slopes == pytest.approx(noise.slopes)


def test_a_large_file_is_measured_on_a_part_whatever_its_order():
    light, kinds = cells()
    sample = sample_of(light)
    few = replace(LIMITS, spread=replace(LIMITS.spread, events=6_000))
    decades, cuts, whole = measured(sample, kinds)
    parent = np.ones(len(kinds), bool)
    part = estimate_spread(sample, decades, cuts, parent, few)
    assert part.markers[CD34].slopes[CD10] == pytest.approx(
        whole.markers[CD34].slopes[CD10], rel=0.3
    )
    rows = np.random.default_rng(4).permutation(len(kinds))
    turned = replace(sample, events=sample.events[rows].copy())
    again = estimate_spread(turned, to_decades(turned), cuts, parent, few)
    assert again.markers[CD34].slopes == pytest.approx(part.markers[CD34].slopes)


@pytest.mark.parametrize(
    "changes",
    [{"spillover": None}, {"compensated": False}, {"scale": Scale.RELATIVE}],
    ids=["no matrix", "not compensated", "relative"],
)
def test_where_nothing_is_known_the_cut_is_plain(tube, changes):
    _, _, _, kinds = tube
    sample = replace(sample_of(cells()[0]), **changes)
    decades, cuts, spread = measured(sample, kinds)
    assert spread.markers == {}
    np.testing.assert_array_equal(
        positive(decades, cuts[CD34], spread), decades.of(CD34) > cuts[CD34].decade
    )
    assert (threshold(decades, cuts[CD34], spread) == np.float32(cuts[CD34].decade)).all()


def test_a_matrix_that_cannot_have_been_used_tells_nothing(tube):
    decades, cuts, _, kinds = tube
    sample = sample_of(cells()[0])
    singular = replace(sample, spillover=replace(sample.spillover, matrix=np.ones((3, 3))))
    parent = np.ones(len(kinds), bool)
    assert estimate_spread(singular, decades, cuts, parent, LIMITS).markers == {}


def test_a_marker_that_the_control_expresses_has_no_noise_to_see():
    light, kinds = cells()
    light[:, 0] += 10 ** np.random.default_rng(5).normal(3.5, 0.1, len(light))
    _, _, spread = measured(sample_of(light), kinds)
    assert CD34 not in spread.markers


def test_neighbours_that_are_never_bright_tell_nothing():
    light, kinds = cells()
    light[:, 1] = np.minimum(light[:, 1], 1_000)
    _, _, spread = measured(sample_of(light), kinds)
    assert CD34 not in spread.markers


def test_values_that_are_no_numbers_disturb_nothing(tube):
    _decades, cuts, spread, kinds = tube
    events = np.array(sample_of(cells()[0]).events)
    events[::50, 1] = np.nan
    broken = replace(sample_of(cells()[0]), events=events)
    seen = to_decades(broken)
    found = estimate_spread(broken, seen, cuts, np.ones(len(kinds), bool), LIMITS)
    assert found.markers[CD34].slopes[CD10] == pytest.approx(
        spread.markers[CD34].slopes[CD10], rel=0.2
    )
    at = threshold(seen, cuts[CD34], found)[::50]
    assert np.isfinite(at).all()


def test_no_cells_give_no_spread(tube):
    decades, cuts, _, kinds = tube
    nothing = np.zeros(len(kinds), bool)
    assert estimate_spread(sample_of(cells()[0]), decades, cuts, nothing, LIMITS).markers == {}
