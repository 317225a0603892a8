"""Populations from definitions on tubes given by hand: which way is used, and what is said."""

from __future__ import annotations

import numpy as np
import pytest

from flowpheno.finding import ReasonCode, Severity
from flowpheno.gating.definition import Landmark, Level, PopulationDefinition, Unit, Way
from flowpheno.gating.resolve import resolve, usable
from flowpheno.marker import Marker
from tests.gating.levels import cut, invented

L = Landmark
CD3, CD10, CD19, CD20, CD45, CD56, CD16, SSC = map(
    Marker, ("CD3", "CD10", "CD19", "CD20", "CD45", "CD56", "CD16", "SSC")
)
LEVELS = {
    "any": {"positive": Level(above={L.CUT: 0}), "negative": Level(up_to={L.CUT: 0})},
    "CD45": {"mature": Level(above={L.LYMPHOCYTES: -0.5})},
    "SSC": {"low": Level(up_to={L.BORDER: 0})},
}
CD19_WAY = Way(by="CD19", all_of={CD19: "positive"})
CD20_WAY = Way(by="CD20", all_of={CD20: "positive"}, fallback=True)
# each event one combination of CD19, CD20, CD3, CD10: 2 is positive, 0 negative
TABLE = np.array([[a, b, c, d] for a in (0, 2) for b in (0, 2) for c in (0, 2) for d in (0, 2)])
ALL = np.ones(16, bool)
IS_19, IS_20, IS_3, IS_10 = (TABLE == 2).T


def define(name, *ways, parent="nucleated", **more):
    return PopulationDefinition(name=name, meaning=name, parent=parent, ways=ways, **more)


def find(populations, markers=(CD19, CD20, CD3, CD10), *, roots=None, dropped=None, **options):
    """Resolve on the table, of which the tube stains some markers."""
    stained = {str(m): TABLE[:, i] for i, m in enumerate((CD19, CD20, CD3, CD10)) if m in markers}
    cuts = [cut(m) for m in stained]
    tube = invented({"SSC": np.zeros(16), **stained}, LEVELS, populations, cuts=cuts, **options)
    return resolve(tube, roots or {"nucleated": ALL}, dropped or {})


def masks(resolved):
    return {name: p.mask.tolist() for name, p in resolved.populations.items()}


# --- ways ---


@pytest.mark.parametrize(
    ("markers", "mask", "by", "code"),
    [
        ((CD19, CD20), IS_19, "CD19", None),
        ((CD19,), IS_19, "CD19", None),
        ((CD20,), IS_20, "CD20", ReasonCode.POPULATION_FALLBACK),
        ((CD3,), None, None, ReasonCode.POPULATION_NOT_IN_TUBE),
    ],
)
def test_the_first_way_that_the_tube_allows_is_used(markers, mask, by, code):
    resolved = find([define("B", CD19_WAY, CD20_WAY)], markers)
    assert [f.code for f in resolved.findings] == ([] if code is None else [code])
    if mask is None:
        assert resolved.populations == {}
        return
    found = resolved.populations["B"]
    assert found.mask.tolist() == mask.tolist()
    assert (found.by, found.parent, found.confidence) == (by, "nucleated", 1.0)


def test_a_union_takes_all_ways_that_the_tube_allows():
    both = [define("B", CD19_WAY, CD20_WAY, union=True)]
    resolved = find(both)
    assert masks(resolved) == {"B": (IS_19 | IS_20).tolist()}
    assert resolved.populations["B"].by == "CD19; CD20"
    assert masks(find(both, (CD20,))) == {"B": IS_20.tolist()}


def test_a_way_needs_all_of_its_markers():
    both = define("B", Way(by="both", all_of={CD19: "positive", CD20: "negative"}))
    assert masks(find([both])) == {"B": (IS_19 & ~IS_20).tolist()}
    assert find([both], (CD19,)).populations == {}


@pytest.mark.parametrize(
    ("markers", "mask", "by"),
    [
        ((CD19, CD3, CD10), IS_19 & (IS_3 | IS_10), "with either"),
        ((CD19, CD10), IS_19 & IS_10, "with either, of which CD10"),
        ((CD19,), None, ""),
        ((CD3, CD10), None, ""),
    ],
)
def test_one_of_any_must_be_stained_and_one_must_hold(markers, mask, by):
    way = Way(
        by="with either",
        all_of={CD19: "positive"},
        any_of={CD3: "positive", CD10: "positive"},
    )
    resolved = find([define("B", way)], markers)
    if mask is None:
        assert "B" not in resolved.populations
    else:
        assert masks(resolved) == {"B": mask.tolist()}
        assert resolved.populations["B"].by == by


def test_also_holds_where_it_is_stained():
    definition = define("B", CD19_WAY, CD20_WAY, union=True, also={CD3: "negative"})
    resolved = find([definition])
    assert masks(resolved) == {"B": ((IS_19 | IS_20) & ~IS_3).tolist()}
    assert resolved.populations["B"].by == "CD19; CD20 (also CD3)"
    unstained = find([definition], (CD19, CD20))
    assert masks(unstained) == {"B": (IS_19 | IS_20).tolist()}
    assert unstained.populations["B"].by == "CD19; CD20"


def test_a_constant_that_stands_for_a_channel_tells_nothing():
    definition = define("low", Way(by="SSC", all_of={SSC: "low"}))
    assert "low" in find([definition]).populations
    assert find([definition], blank=["SSC"]).populations == {}


def test_a_way_without_levels_takes_the_parent():
    rest = define("rest", Way(by="the rest"), parent="B", outside=("B10",))
    ten = define("B10", Way(by="CD10", all_of={CD10: "positive"}), parent="B")
    resolved = find([define("B", CD19_WAY), ten, rest])
    assert masks(resolved)["rest"] == (IS_19 & ~IS_10).tolist()


# --- parents, order, and what is outside ---


def test_a_population_lies_within_its_parent_and_outside_the_others():
    some = np.arange(16) % 3 > 0
    b = define("B", CD19_WAY)
    t = define("T", Way(by="CD3", all_of={CD3: "positive"}), outside=("B",))
    sub = define("T10", Way(by="CD10", all_of={CD10: "positive"}), parent="T")
    resolved = find([b, t, sub], roots={"nucleated": some})
    assert masks(resolved) == {
        "B": (some & IS_19).tolist(),
        "T": (some & IS_3 & ~IS_19).tolist(),
        "T10": (some & IS_3 & ~IS_19 & IS_10).tolist(),
    }
    assert [p.parent for p in resolved.populations.values()] == ["nucleated", "nucleated", "T"]
    assert list(resolved.populations) == ["B", "T", "T10"]


def test_outside_one_that_is_not_in_the_tube_is_nothing():
    definitions = [
        define("B", CD19_WAY),
        define("T", Way(by="CD3", all_of={CD3: "positive"}), outside=("B",)),
    ]
    assert masks(find(definitions, (CD3,))) == {"T": IS_3.tolist()}


def test_the_order_of_definitions_decides_whose_a_cell_is():
    b = define("B", CD19_WAY, outside=("T",))
    t = define("T", Way(by="CD3", all_of={CD3: "positive"}), outside=("B",))
    assert masks(find([b, t]))["B"] == IS_19.tolist()
    assert masks(find([t, b]))["B"] == (IS_19 & ~IS_3).tolist()


def test_parts_of_what_is_missing_are_missing_and_named():
    definitions = [
        define("B", CD19_WAY),
        define("B10", Way(by="CD10", all_of={CD10: "positive"}), parent="B"),
        define("B_rest", Way(by="the rest"), parent="B10"),
        define("T", Way(by="CD3", all_of={CD3: "positive"})),
    ]
    resolved = find(definitions, (CD3, CD10))
    assert list(resolved.populations) == ["T"]
    (finding,) = resolved.findings
    assert finding.code is ReasonCode.POPULATION_NOT_IN_TUBE
    assert finding.severity is Severity.NOTE
    assert finding.message == "markers of the tube do not tell: B, B10, B_rest"


def test_fallbacks_are_named_with_what_they_went_by():
    definitions = [
        define("B", CD19_WAY, CD20_WAY),
        define("T", Way(by="no CD20", all_of={CD20: "negative"}, fallback=True)),
        define("C", Way(by="CD10", all_of={CD10: "positive"})),
    ]
    (finding,) = find(definitions, (CD20, CD10)).findings
    assert finding.code is ReasonCode.POPULATION_FALLBACK
    assert finding.message == (
        "markers that tell it better are not in the tube: B by CD20; T by no CD20"
    )


def test_parts_of_roots_that_other_stages_give_are_passed_over():
    definitions = [
        define("early", CD19_WAY, parent="hematogones"),
        define("earlier", CD19_WAY, parent="early"),
        define("B", CD19_WAY),
    ]
    resolved = find(definitions)
    assert masks(resolved) == {"B": IS_19.tolist()}
    assert resolved.findings == ()
    given = find(definitions, roots={"hematogones": IS_10})
    assert masks(given) == {"early": (IS_19 & IS_10).tolist(), "earlier": (IS_19 & IS_10).tolist()}


# --- quality control ---


def controlled(**steps):
    return PopulationDefinition(name="it", meaning="it", parent="all", **steps)


BEADS, DUST = np.arange(16) < 3, np.arange(16) % 4 == 0


@pytest.mark.parametrize(
    ("dropped", "mask", "by"),
    [
        ({"beads": BEADS, "dust": DUST}, BEADS | DUST, "quality control: beads, dust"),
        ({"dust": DUST}, DUST, "quality control: dust"),
        ({"beads": BEADS}, None, ""),  # the last must have been possible
        ({}, None, ""),
    ],
)
def test_steps_of_quality_control_are_populations(dropped, mask, by):
    roots = {"all": ALL}
    for kept in (False, True):
        steps = {"kept_by" if kept else "dropped_by": ("beads", "dust")}
        resolved = find([controlled(**steps)], roots=roots, dropped=dropped)
        if mask is None:
            assert resolved.populations == {}
            assert resolved.findings[0].message == "markers of the tube do not tell: it"
        else:
            found = resolved.populations["it"]
            assert found.mask.tolist() == (~mask if kept else mask).tolist()
            assert found.by == by
            assert np.isnan(found.confidence)


# --- doubt ---


def test_doubt_goes_from_parent_to_part_and_lowers_its_confidence():
    # cut at 1, wrong by 0.1: of five events above 0.9 two are certain
    values = [0.0, 0.95, 1.05, 1.08, 1.5, 1.6]
    definitions = [
        define("B", CD19_WAY),
        define("B_all", Way(by="the rest"), parent="B"),
        define("others", Way(by="the rest"), outside=("B",)),
    ]
    tube = invented({"CD19": values}, LEVELS, definitions, cuts=[cut("CD19")])
    found = resolve(tube, {"nucleated": np.ones(6, bool)}, {}).populations
    assert found["B"].confidence == pytest.approx(2 / 5)
    assert found["B_all"].confidence == pytest.approx(2 / 5)
    assert found["others"].confidence == pytest.approx(1 / 4)
    assert found["others"].mask.tolist() == [True, True, False, False, False, False]


def test_populations_cannot_be_changed():
    found = find([define("B", CD19_WAY)]).populations["B"]
    with pytest.raises(ValueError, match="read-only"):
        found.mask[0] = True


# --- clusters ---

N = 300
MATURE = Way(by="CD45", all_of={CD45: "mature"})


@pytest.fixture(scope="module")
def clustered():
    """Three clusters told by CD10; CD45 ends the mature at 2.5 decades.

    `far` has its median far above, `beside` just above, `below` far below; each spreads over
    the border. CD20 lies above its cut in every second event.
    """
    rng = np.random.default_rng(5)
    name = np.repeat(["far", "beside", "below"], N)
    cd45 = np.concatenate([rng.normal(m, 0.25, N) for m in (3.0, 2.55, 1.9)])
    cd10 = np.repeat([0.0, 6.0, 12.0], N)
    cd20 = np.tile([0.0, 2.0], 3 * N // 2)
    home = np.arange(3 * N) < 3  # their median is 3.0
    cd45[:3] = 3.0

    def make(*definitions):
        columns = {"CD45": cd45, "CD10": cd10, "CD20": cd20}
        cuts = [cut("CD10"), cut("CD20")]
        return invented(columns, LEVELS, definitions, cuts=cuts, lymphocytes=home, b_clusters=3)

    return make, name, cd45.astype(np.float32), cd20


def resolved_mask(tube, parent=None):
    n = len(tube.decades.values)
    roots = {"nucleated": np.ones(n, bool) if parent is None else parent}
    (found,) = resolve(tube, roots, {}).populations.values()
    return found


def test_a_cluster_away_from_the_border_goes_as_a_whole(clustered):
    make, name, cd45, _ = clustered
    found = resolved_mask(make(define("M", MATURE, by=Unit.CLUSTERS))).mask
    assert ((cd45 < 2.5) & (name == "far")).sum() > 3  # by events these would not belong
    assert ((cd45 > 2.5) & (name == "below")).sum() > 1
    assert found[name == "far"].all()
    assert not found[name == "below"].any()


def test_cells_of_a_cluster_beside_the_border_are_judged_one_by_one(clustered):
    make, name, cd45, _ = clustered
    found = resolved_mask(make(define("M", MATURE, by=Unit.CLUSTERS)))
    beside = name == "beside"
    np.testing.assert_array_equal(found.mask[beside], cd45[beside] > 2.5)
    doubtful = np.abs(cd45[beside] - 2.5) < 0.05
    possible = N + (cd45[beside] > 2.45).sum()
    assert found.confidence == pytest.approx(1 - doubtful.sum() / possible, abs=1e-6)


def test_every_event_is_judged_alone_where_no_clusters_are_asked_for(clustered):
    make, _, cd45, _ = clustered
    np.testing.assert_array_equal(resolved_mask(make(define("M", MATURE))).mask, cd45 > 2.5)


def test_each_cell_of_a_cluster_may_have_to_hold_a_level_too(clustered):
    make, name, _, cd20 = clustered
    way = Way(by="CD45 and CD20", all_of={CD45: "mature"}, each={CD20: "positive"})
    found = resolved_mask(make(define("M", way, by=Unit.CLUSTERS))).mask
    far = name == "far"
    np.testing.assert_array_equal(found[far], cd20[far] > 1)


def test_clusters_are_those_of_the_parent(clustered):
    make, name, _, _ = clustered
    parent = name != "far"
    parent[::7] = False
    found = resolved_mask(make(define("M", MATURE, by=Unit.CLUSTERS)), parent).mask
    assert found.any()
    assert not (found & ~parent).any()


def test_no_cells_make_no_clusters(clustered):
    make, name, _, _ = clustered
    found = resolved_mask(make(define("M", MATURE, by=Unit.CLUSTERS)), np.zeros(len(name), bool))
    assert found.n == 0
    assert found.confidence == 1


# --- which ways there are ---


def test_usable_ways_are_those_whose_every_marker_is_stained():
    each = Way(by="x", all_of={CD19: "positive"}, each={CD10: "positive"})
    definition = define("B", each, CD19_WAY, CD20_WAY, by=Unit.CLUSTERS)
    tube = invented({"CD19": [1.0]}, LEVELS, cuts=[cut("CD19")])
    assert usable(definition, tube) == (CD19_WAY,)
    full = invented({"CD19": [1.0], "CD10": [1]}, LEVELS, cuts=[cut("CD19"), cut("CD10")])
    assert usable(definition, full) == (each,)
