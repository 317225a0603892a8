"""Levels on tubes whose landmarks are known by hand."""

from __future__ import annotations

import numpy as np
import pytest

from flowpheno.density import density
from flowpheno.gating.definition import Landmark, Level
from flowpheno.gating.spread import MarkerSpread, Spread
from flowpheno.marker import Marker
from tests.gating.levels import cut, degrees, invented

CD45, SSC, CD19, CD10, CD20 = map(Marker, ("CD45", "SSC", "CD19", "CD10", "CD20"))
L = Landmark
LEVELS = {
    "any": {
        "positive": Level(above={L.CUT: 0}),
        "negative": Level(up_to={L.CUT: 0}),
        "bright": Level(above={L.CONTROL: 1.75}),
        "none": Level(up_to={L.CONTROL_END: 0}),
        "upper": Level(above={L.VALLEY: 0}),
        "lower": Level(up_to={L.VALLEY: 0}),
        "faint": Level(above={L.CONTROL_END: 0}, up_to={L.CUT: 0}),
        "modest": Level(above={L.CUT: 0}, up_to={L.CONTROL: 1.75}),
        "strong": Level(above={L.CUT: 0.5}),
        "hint": Level(above={L.CUT: -0.3}),
    },
    "CD45": {
        "mature": Level(above={L.LYMPHOCYTES: -0.5}),
        "dim": Level(above={L.LYMPHOCYTES: -1.25}, up_to={L.LYMPHOCYTES: -0.5}),
        "absent": Level(up_to={L.LYMPHOCYTES: -1.25}),
    },
    "SSC": {
        "low": Level(up_to={L.BORDER: 0}),
        "middle": Level(above={L.LYMPHOCYTES: 0.25}, up_to={L.BORDER: 0.25}),
    },
}


def at(tube, marker, name, parent=None):
    n = len(tube.decades.values)
    return degrees(tube.at(marker, name, np.ones(n, bool) if parent is None else parent))


# --- each landmark ---


def test_levels_of_cd45_are_counted_from_the_median_of_the_lymphocytes():
    # lymphocytes 2.5, 3, 9: median 3; borders at 2.5 and 1.75, each wrong by 0.05 at most
    cd45 = [2.5, 3.0, 9.0, 2.44, 2.46, 2.52, 2.56, 1.75, 1.69, 1.71, 1.79, 1.81]
    home = np.arange(12) < 3
    tube = invented({"CD45": cd45}, LEVELS, lymphocytes=home)
    #                               2.5 3  9  2.44 2.46 2.52 2.56 1.75 1.69 1.71 1.79 1.81
    assert at(tube, CD45, "mature") == [1, 3, 3, 0, 1, 2, 3, 0, 0, 0, 0, 0]
    assert at(tube, CD45, "dim") == [2, 0, 0, 3, 2, 1, 0, 1, 0, 1, 2, 3]
    assert at(tube, CD45, "absent") == [0, 0, 0, 0, 0, 0, 0, 2, 3, 2, 1, 0]
    assert tube.borders(CD45, "dim", home) == (1.75, 2.5)
    assert tube.borders(CD45, "mature", home) == (2.5, np.inf)
    assert tube.borders(CD45, "absent", home) == (-np.inf, 1.75)


def test_levels_of_side_scatter_end_at_its_border():
    tube = invented({"SSC": [0.5, 0.74, 0.76, 1.0, 1.2, 1.26]}, LEVELS, border=1.0)
    # the median of all six is 0.88: middle goes from 1.13 to 1.25
    assert at(tube, SSC, "low") == [3, 3, 3, 2, 0, 0]
    assert at(tube, SSC, "middle") == [0, 0, 0, 0, 3, 1]


def test_a_cut_is_as_doubtful_as_its_interval():
    values = [0.8, 0.95, 1.0, 1.15, 1.35]
    tube = invented({"CD19": values}, LEVELS, cuts=[cut("CD19", 1.0, reach=0.25)])
    assert at(tube, CD19, "positive") == [1, 1, 1, 2, 3]
    assert at(tube, CD19, "negative") == [2, 2, 2, 1, 0]
    tight = invented({"CD19": values}, LEVELS, cuts=[cut("CD19", 1.0, reach=0.1)])
    assert at(tight, CD19, "positive") == [0, 1, 1, 3, 3]


def test_median_and_end_of_the_control_are_landmarks():
    values = [0.4, 0.5, 0.54, 1.9, 1.97, 2.02, 2.1]  # control: median 0.25, end 0.5
    tube = invented({"CD10": values}, LEVELS, cuts=[cut("CD10", 1.0, control=0.25)])
    assert at(tube, CD10, "none") == [3, 2, 1, 0, 0, 0, 0]
    assert at(tube, CD10, "bright") == [0, 0, 0, 0, 1, 2, 3]
    assert tube.borders(CD10, "bright", np.ones(7, bool)) == (2.0, np.inf)


def test_positive_and_negative_are_each_other_s_rest():
    values = np.linspace(-1, 3, 101)
    tube = invented({"CD19": values}, LEVELS, cuts=[cut("CD19")])
    positive, negative = at(tube, CD19, "positive"), at(tube, CD19, "negative")
    assert [3 - d for d in positive] == negative
    assert {0, 1, 2, 3} >= set(positive) > {0, 3}


# --- valleys ---


def two_modes(n, low, high, seed):
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.normal(low, 0.15, n), rng.normal(high, 0.15, n)])


def test_a_valley_parts_the_modes_of_the_parent():
    values = two_modes(1000, 0.5, 2.5, 1)
    tube = invented({"CD10": values}, LEVELS, cuts=[cut("CD10", 0.9)])
    everything = np.ones(2000, bool)
    upper, lower = (tube.at(CD10, name, everything).mask for name in ("upper", "lower"))
    np.testing.assert_array_equal(upper, np.arange(2000) >= 1000)
    np.testing.assert_array_equal(lower, ~upper)
    assert tube.borders(CD10, "upper", everything)[0] == pytest.approx(1.5, abs=0.2)


def test_it_is_the_parent_whose_valley_counts():
    # the tube parts at about 1.5, the parent within its upper mode, at about 3.5
    values = np.concatenate([two_modes(500, 0.5, 2.5, 2), np.full(500, 4.5)])
    parent = np.arange(1500) >= 500
    tube = invented({"CD10": values}, LEVELS, cuts=[cut("CD10", 0.9)])
    assert tube.borders(CD10, "upper", parent)[0] == pytest.approx(3.5, abs=0.3)
    upper = tube.at(CD10, "upper", parent).mask
    np.testing.assert_array_equal(upper, np.arange(1500) >= 1000)


@pytest.mark.parametrize("kind", ["one mode", "shallow", "no events"])
def test_without_a_valley_the_cut_parts(kind):
    rng = np.random.default_rng(3)
    one = rng.normal(2.0, 0.2, 2000)
    shallow = np.concatenate([rng.normal(1.74, 0.2, 1000), rng.normal(2.26, 0.2, 1000)])
    parent = np.full(2000, kind != "no events")
    values = {"one mode": one, "shallow": shallow, "no events": two_modes(1000, 0.5, 2.5, 4)}[kind]
    if kind == "shallow":  # two modes, but the valley between them reaches beyond 80 % of them
        curve = density(values, bandwidth=0.1)
        assert curve.valley_above(float(curve.modes()[0])).depth > 0.8
    tube = invented({"CD10": values}, LEVELS, cuts=[cut("CD10", 0.9)])
    assert tube.borders(CD10, "upper", parent)[0] == 0.9
    np.testing.assert_array_equal(tube.at(CD10, "upper", parent).mask, values > 0.9)


# --- what cannot be told ---


def test_a_level_needs_its_marker_and_its_landmark():
    tube = invented(
        {"CD45": [1.0], "SSC": [1.0], "CD19": [1.0], "CD10": [1.0]},
        LEVELS,
        cuts=[cut("CD19")],
        blank=["SSC"],
    )
    assert tube.has(CD45, "mature")
    assert tube.has(CD19, "positive")
    assert tube.has(CD19, "upper")
    assert not tube.has(SSC, "low")  # a constant stands for it
    assert not tube.has(CD10, "positive")  # no cut point
    assert not tube.has(CD10, "bright")
    assert not tube.has(CD10, "upper")
    assert not tube.has(CD20, "positive")  # not stained
    assert not tube.has(CD45, "positive")  # CD45 has no cut point either
    assert not tube.has(CD19, "sparkling")


def test_an_unknown_level_is_an_error():
    tube = invented({"CD19": [1.0]}, LEVELS, cuts=[cut("CD19")])
    with pytest.raises(KeyError, match="CD19 has no level sparkling"):
        tube.at(CD19, "sparkling", np.ones(1, bool))


# --- values that are no events ---


def test_medians_have_a_wider_doubt():
    tube = invented({"CD19": [0.0]}, LEVELS, cuts=[cut("CD19", 1.0, reach=0.1)])
    medians = np.array([0.6, 0.8, 0.95, 1.05, 1.2, 1.4])
    parent = np.ones(1, bool)
    assert degrees(tube.between(CD19, "positive", medians, parent)) == [0, 0, 1, 2, 3, 3]
    wider = tube.between(CD19, "positive", medians, parent, reach=0.25)
    assert degrees(wider) == [0, 1, 1, 2, 2, 3]
    assert degrees(tube.between(CD19, "positive", np.array([np.nan]), parent)) == [0]


# --- light of neighbours ---


@pytest.fixture
def beside_a_bright_neighbour():
    """Four events at 1.2 decades of CD10 (cut at 1), with ever more light of CD19; three others.

    Noise of CD10: variance 50 ** 2, and 20 for each unit of light of CD19. 3 SD of it end at
    1.2 decades (linear 1184) at a variance of 155 000, which CD19 of 7 600 (2 decades) gives.
    """
    spread = Spread(
        markers={CD10: MarkerSpread(variance=2500.0, slopes={CD19: 20.0}, deviations=3.0)}
    )
    columns = {
        "CD10": [1.2, 1.2, 1.2, 1.2, 0.5, 1.72, 3.0],
        "CD19": [0, 1.8, 2.3, 3.5, 3.5, 3.5, 3.5],
    }
    cuts = [cut("CD10", 1.0), cut("CD19", 1.0)]
    return invented(columns, LEVELS, cuts=cuts, spread=spread)


def test_what_a_neighbour_explains_is_not_positive(beside_a_bright_neighbour):
    tube = beside_a_bright_neighbour
    assert at(tube, CD10, "positive") == [3, 3, 1, 1, 0, 1, 3]  # possible: without that noise
    assert at(tube, CD10, "negative") == [0, 0, 2, 2, 3, 2, 0]
    assert at(tube, CD19, "positive") == [0, 3, 3, 3, 3, 3, 3]  # nothing spreads into CD19


def test_a_level_between_a_landmark_and_the_cut_minds_the_neighbours_too(
    beside_a_bright_neighbour,
):
    tube = beside_a_bright_neighbour
    assert at(tube, CD10, "faint") == [0, 0, 2, 2, 1, 2, 0]  # 0.5 is the control's end itself
    assert at(tube, CD10, "modest") == [3, 3, 1, 1, 0, 1, 0]


def test_what_is_not_positive_is_not_strongly_so(beside_a_bright_neighbour):
    assert at(beside_a_bright_neighbour, CD10, "strong") == [0, 0, 0, 0, 0, 1, 3]


def test_a_level_away_from_the_cut_does_not_mind_the_neighbours(beside_a_bright_neighbour):
    tube = beside_a_bright_neighbour
    assert at(tube, CD10, "bright") == [0, 0, 0, 0, 0, 1, 3]  # control + 1.75, wrong by 0.05
    assert at(tube, CD10, "hint") == [3, 3, 3, 3, 0, 3, 3]
