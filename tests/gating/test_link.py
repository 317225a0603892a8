"""Populations of several tubes: one population, not comparable, or something is wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowpheno.gating.backbone import Position, Unit, gap, tolerance
from flowpheno.gating.link import LinkState, link_population, link_tubes
from flowpheno.gating.swap import find_odd_tubes
from flowpheno.gating.tolerance import LinkLimits
from flowpheno.marker import Marker
from flowpheno.population import Population
from flowpheno.sample import Channel, ChannelKind
from tests.marrows import gated_tube, without

LIMITS = LinkLimits(
    source="of these tests",
    minimum_events=20,
    shifted_percent=10,
    scatter=0.2,
    same_dye=0.4,
    other_dye=1.0,
    rank=0.2,
    share_factor=2.0,
    map_events=500,
    map_cd45=0.45,
    map_percent=20.0,
    map_factor=10.0,
)
CD45, CD19, CD10, CD34 = (Marker(m) for m in ("CD45", "CD19", "CD10", "CD34"))


def levels(n, rng, **markers):
    return {name: 10 ** rng.normal(decade, 0.1, n) for name, decade in markers.items()}


def tube(seed=1, *, blasts=300, cd45=3.0, cd19=4.0, gain=1.0, third="CD10", **options):
    """A tube of lymphocytes, other cells and blasts; `gain` amplifies all of it."""
    rng, shift = np.random.default_rng(seed), float(np.log10(gain))
    sizes = {"lymphocytes": 200, "gran": 1000 - blasts, "blasts_found": blasts}
    where = {
        "lymphocytes": {"CD45": 4.5, "CD19": 2.0, third: 2.0},
        "gran": {"CD45": 3.7, "CD19": 2.0, third: 2.0},
        "blasts_found": {"CD45": cd45, "CD19": cd19, third: 4.0},
    }
    made = {
        name: levels(sizes[name], rng, **{m: at + shift for m, at in markers.items()})
        for name, markers in where.items()
        if sizes[name]
    }
    return gated_tube(made, **options)


def states(link):
    return [row.state for row in link.tubes]


def link(tubes, name="blasts_found", limits=LIMITS):
    return link_population(name, dict.fromkeys(tubes, name), tubes, limits)


# --- what is one population ---


def test_the_same_population_is_linked_by_what_the_tubes_share():
    found = link({"a": tube(1, third="CD10"), "b": tube(2, third="CD34")})
    assert found.backbone == (CD19, CD45)
    assert found.unit is Unit.DECADES
    assert states(found) == [LinkState.LINKED] * 2
    row = found.of("a")
    assert row.linked_to == ("b",)
    assert row.n == 300
    assert row.percent.estimate == pytest.approx(100 * 300 / 1200)
    assert row.medians[CD45] == pytest.approx(-1.5, abs=0.05)
    assert row.reason == ""


@pytest.mark.parametrize("gain", [0.3, 3.0])
def test_the_gain_of_a_cytometer_does_not_matter(gain):
    found = link({"a": tube(1), "b": tube(2, gain=gain)})
    assert states(found) == [LinkState.LINKED] * 2


def test_order_of_tubes_and_of_events_changes_nothing():
    tubes = {"a": tube(1), "b": tube(2, cd45=4.0), "c": tube(3)}
    forward, back = link(tubes), link(dict(reversed(tubes.items())))
    assert {r.tube: r.state for r in forward.tubes} == {r.tube: r.state for r in back.tubes}
    assert {r.tube: r.distance for r in forward.tubes} == pytest.approx(
        {r.tube: r.distance for r in back.tubes}
    )


# --- what is not ---


def test_another_place_is_inconsistent_and_both_of_two_tubes_are_named():
    found = link({"a": tube(1), "b": tube(2, cd45=4.2)})
    assert states(found) == [LinkState.INCONSISTENT] * 2
    row = found.of("a")
    assert row.marker == "CD45"
    assert row.distance == pytest.approx(1.2, abs=0.15)
    assert row.linked_to == ()
    assert "CD45 lies 1." in row.reason
    assert "decades from that of b" in row.reason


@pytest.mark.parametrize(
    ("there", "state"),
    [(300, LinkState.LINKED), (160, LinkState.LINKED), (100, LinkState.INCONSISTENT)],
)
def test_shares_may_differ_by_the_factor_beyond_their_intervals(there, state):
    found = link({"a": tube(1), "b": tube(2, blasts=there)})
    assert states(found) == [state] * 2


def test_a_population_that_one_tube_lacks_altogether_is_inconsistent():
    without = tube(2, blasts=0)
    empty = Population("blasts_found", "nucleated", np.zeros(without.sample.n_events, bool))
    without = replace(without, populations={**without.populations, "blasts_found": empty})
    found = link({"a": tube(1), "b": without})
    assert states(found) == [LinkState.INCONSISTENT] * 2
    assert "25.00 % of nucleated cells (" in found.of("b").reason
    assert "in a" in found.of("b").reason


def test_of_three_tubes_the_one_that_is_off_is_named_alone():
    found = link({"a": tube(1), "odd": tube(2, cd45=4.2), "c": tube(3)})
    assert [r.tube for r in found.tubes if r.state is LinkState.INCONSISTENT] == ["odd"]
    assert found.of("a").linked_to == ("c",)
    assert found.of("a").distance == 0
    assert found.of("odd").distance > 1


def test_two_against_two_are_all_named():
    tubes = {"a": tube(1), "b": tube(2), "c": tube(3, cd45=4.2), "d": tube(4, cd45=4.2)}
    found = link(tubes)
    assert states(found) == [LinkState.INCONSISTENT] * 4
    assert found.of("a").linked_to == ("b",)
    assert found.of("c").linked_to == ("d",)


def test_a_tube_that_does_not_tell_the_population_has_no_share_and_is_no_conflict():
    tubes = {"a": tube(1), "b": tube(2), "c": tube(3)}
    found = link_population("x", {"a": "blasts_found", "b": "blasts_found"}, tubes, LIMITS)
    row = found.of("c")
    assert (row.state, row.n, row.population) == (LinkState.NOT_COMPARABLE, 0, "")
    assert np.isnan(row.percent.estimate)
    assert "do not tell it" in row.reason
    assert found.of("a").state is LinkState.LINKED


def test_few_events_say_nothing_of_the_place():
    found = link({"a": tube(1, blasts=19), "b": tube(2, blasts=19, cd45=4.2)})
    assert states(found) == [LinkState.NOT_COMPARABLE] * 2
    assert found.of("a").reason == "19 events are too few to say where it lies"
    assert found.of("a").medians == {}
    assert np.isnan(found.of("a").distance)


def test_the_only_tube_that_shows_a_population_has_nothing_to_be_held_against():
    found = link_population("x", {"a": "blasts_found"}, {"a": tube(1), "b": tube(2)}, LIMITS)
    assert found.of("a").state is LinkState.NOT_COMPARABLE
    assert found.of("a").reason == "no other tube tells it from other cells"


def test_a_wider_population_of_another_name_holds_more_without_being_wrong():
    tubes = {"a": tube(1, blasts=100), "b": tube(2, blasts=400)}
    wider = Population("B_precursors", "nucleated", tubes["b"].mask("blasts_found").copy())
    tubes["b"] = replace(tubes["b"], populations={**tubes["b"].populations, wider.name: wider})
    called = {"a": "blasts_found", "b": "B_precursors"}
    found = link_population("blasts", called, tubes, LIMITS)
    assert states(found) == [LinkState.NOT_COMPARABLE] * 2
    assert "(B_precursors there)" in found.of("a").reason


def test_cells_that_only_one_tube_tells_apart_may_lie_anywhere_in_the_other():
    """Without CD19 B cells lie among the lymphocytes: that is no disagreement."""
    told, blind = tube(1, blasts=600), tube(2, blasts=600)
    both = blind.mask("lymphocytes") | blind.mask("blasts_found")
    kept = {n: p for n, p in blind.populations.items() if n == "gran"}
    lymphocytes = Population("lymphocytes", "nucleated", both)
    blind = replace(blind, populations={"lymphocytes": lymphocytes, **kept})
    limits = replace(LIMITS, other_dye=9, same_dye=9)  # only shares are asked about
    assert states(link({"a": told, "b": blind}, "lymphocytes", limits)) == [LinkState.LINKED] * 2
    more = {**blind.populations, "blasts_found": Population("blasts_found", "nucleated", ~both)}
    seeing = replace(blind, populations=more)
    found = link({"a": told, "b": seeing}, "lymphocytes", limits)
    assert states(found) == [LinkState.INCONSISTENT] * 2


def test_what_was_found_by_different_markers_is_said():
    a, b = tube(1), tube(2, blasts=50)
    for gated, way in ((a, "CD14 or CD64"), (b, "CD45 and side scatter")):
        gran = gated.populations["blasts_found"]
        gated.populations["blasts_found"] = replace(gran, by=way)
    found = link({"a": a, "b": b})
    assert found.of("a").reason.endswith("found by CD14 or CD64, there by CD45 and side scatter")


# --- scales and dyes ---


def test_on_a_relative_scale_ranks_are_compared():
    def relative(seed, **options):
        made = tube(seed, **options)
        top = made.sample.events.max()
        populations = {
            name: {
                c.marker: np.log10(made.sample.events[p.mask, i]) / np.log10(top)
                for i, c in enumerate(made.sample.channels)
            }
            for name, p in made.populations.items()
        }
        return gated_tube(populations, relative=True)

    found = link({"a": relative(1), "b": relative(2)})
    assert found.unit is Unit.RANKS
    assert states(found) == [LinkState.LINKED] * 2
    assert all(0 <= rank <= 1 for rank in found.of("a").medians.values())
    mixed = link({"a": relative(1), "b": tube(2)})
    assert mixed.unit is Unit.RANKS
    assert states(mixed) == [LinkState.LINKED] * 2
    other = link({"a": relative(1), "b": relative(2, cd45=5.5)})
    assert states(other) == [LinkState.INCONSISTENT] * 2
    assert "ranks from that of b" in other.of("a").reason


def dyed(gated, marker, fluorochrome):
    channels = tuple(
        replace(c, fluorochrome=fluorochrome) if c.marker == marker else c
        for c in gated.sample.channels
    )
    return replace(gated, sample=replace(gated.sample, channels=channels))


def test_another_dye_may_be_brighter():
    a, dimmer = tube(1), tube(2, cd19=3.3)
    assert states(link({"a": a, "b": dimmer})) == [LinkState.INCONSISTENT] * 2
    pair = {"a": dyed(a, CD19, "PE"), "b": dyed(dimmer, CD19, "FITC")}
    assert states(link(pair)) == [LinkState.LINKED] * 2


def test_scatter_has_its_own_tolerance():
    made = tube(1)
    scatter = Channel(detector="SSC-A", marker=Marker("SSC"), kind=ChannelKind.SCATTER)
    channels = (*made.sample.channels[:-1], scatter)
    made = replace(made, sample=replace(made.sample, channels=channels))
    assert tolerance(Marker("SSC"), (made, made), Unit.DECADES, LIMITS) == LIMITS.scatter
    assert tolerance(CD45, (made, made), Unit.DECADES, LIMITS) == LIMITS.same_dye
    assert tolerance(CD45, (made, made), Unit.RANKS, LIMITS) == LIMITS.rank


@given(st.lists(st.floats(-5, 5), min_size=6, max_size=6))
def test_a_gap_is_symmetric_and_none_where_bands_meet(ends):
    one, other = (
        Position(low=a, median=b, high=c) for a, b, c in (sorted(ends[:3]), sorted(ends[3:]))
    )
    assert gap(one, other) == gap(other, one) >= 0
    assert (gap(one, other) == 0) == (one.low <= other.high and other.low <= one.high)
    assert gap(one, one) == 0


# --- all populations of a specimen ---


def test_every_population_that_two_tubes_tell_is_linked_and_no_other():
    tubes = {"a": tube(1), "b": tube(2), "c": tube(3, blasts=0)}
    found = {link.population: link for link in link_tubes(tubes, LIMITS)}
    assert set(found) == {"lymphocytes", "gran", "blasts_found"}
    assert found["blasts_found"].of("c").population == ""
    assert all(len(link.tubes) == 3 for link in found.values())


def test_what_quality_control_removed_and_what_a_search_named_is_not_linked():
    tubes = {}
    for seed, name in enumerate("ab"):
        made = tube(seed)
        mask = made.mask("gran")
        more = {
            "debris": Population("debris", "all", mask),
            "part": Population("part", "debris", mask),
            "blasts": Population("blasts", "nucleated", mask),
            "nested": Population("nested", "gran", mask),
        }
        tubes[name] = replace(made, populations={**made.populations, **more})
    names = [link.population for link in link_tubes(tubes, LIMITS)]
    assert names == ["lymphocytes", "gran", "blasts_found", "nested"]


@pytest.mark.parametrize("tubes", [{}, {"a": tube(1)}], ids=["none", "one"])
def test_fewer_than_two_tubes_have_no_links(tubes):
    assert link_tubes(tubes, LIMITS) == ()
    assert find_odd_tubes(tubes, LIMITS) == ()


def test_a_link_has_no_tube_of_another_name():
    with pytest.raises(KeyError, match="z"):
        link({"a": tube(1), "b": tube(2)}).of("z")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"minimum_events": 0}, "minimum_events and map_events must be at least 1"),
        ({"map_events": 0}, "minimum_events and map_events must be at least 1"),
        ({"shifted_percent": 50}, "shifted_percent must lie between 0 and 50"),
        ({"share_factor": 0.5}, "share_factor and map_factor must be at least 1"),
        ({"rank": 0.0}, "distances must be positive"),
    ],
)
def test_tolerances_that_make_no_sense_are_refused(change, sentence):
    with pytest.raises(ValueError, match=sentence):
        replace(LIMITS, **change)


# --- simulated marrows ---


def marrow(simulate, gate, seed, **options):
    return gate(simulate(seed, n_events=6_000, **options).sample)


def test_simulated_tubes_of_unlike_marrows_are_odd_to_each_other(simulate, gate, definitions):
    limits = definitions.gating.link
    ill = marrow(simulate, gate, 31, blasts=("common", 0.6))
    well = [marrow(simulate, gate, seed) for seed in (32, 33)]
    both = find_odd_tubes({"a": ill, "b": well[0]}, limits)
    assert [odd.tube for odd in both] == ["a", "b"]
    assert both[0].percent > limits.map_percent
    (odd,) = find_odd_tubes({"a": well[0], "ill": ill, "c": well[1]}, limits)
    assert odd.tube == "ill"
    assert "% of nucleated cells against" in odd.text
    assert find_odd_tubes({"a": well[0], "b": well[1]}, limits) == ()


@pytest.mark.parametrize("markers", [("CD45",), ("SSC",)])
def test_without_the_map_no_tube_is_odd(simulate, gate, definitions, markers):
    ill = without(simulate(31, n_events=6_000, blasts=("common", 0.6)).sample, *markers)
    well = simulate(32, n_events=6_000).sample
    tubes = {"a": gate(ill), "b": gate(well)}
    assert find_odd_tubes(tubes, definitions.gating.link) == ()
