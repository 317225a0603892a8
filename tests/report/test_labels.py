"""Labels of gates: inside the plot, on no other label."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowpheno.report.labels import place_labels

SIZE = (0.3, 0.08)


def box(left, bottom, right, top):
    return np.array([[left, bottom], [right, bottom], [right, top], [left, top]], float)


def overlap(one, other):
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return width > 1e-9 and height > 1e-9


def inside(place):
    return min(place[:2]) > -1e-9 and max(place[2:]) < 1 + 1e-9


@given(x=st.floats(0, 1), y=st.floats(0, 1))
def test_quadrants_of_any_axes_keep_their_labels_apart(x, y):
    columns, rows = ((0, x), (x, 1)), ((0, y), (y, 1))
    gates = [box(a, b, c, d) for a, c in columns for b, d in rows]
    places = place_labels(gates, [SIZE] * 4)
    assert all(map(inside, places))
    assert not any(overlap(*pair) for pair in combinations(places, 2))


def test_labels_of_quadrants_stand_in_their_corners():
    gates = [box(a, b, a + 0.5, b + 0.5) for a in (0, 0.5) for b in (0, 0.5)]
    for (left, bottom, right, top), gate in zip(
        place_labels(gates, [SIZE] * 4), gates, strict=True
    ):
        assert gate[:, 0].min() < left < right < gate[:, 0].max()
        assert gate[:, 1].min() < bottom < top < gate[:, 1].max()
        assert left < 0.05 or right > 0.95
        assert bottom < 0.05 or top > 0.95


@pytest.mark.parametrize(
    ("gate", "where"),
    [
        (box(0.2, 0.2, 0.6, 0.6), "above"),
        (box(0.8, 0.2, 1.4, 0.6), "above"),  # no room to its right
        (box(0.2, 0.2, 0.9, 1.2), "inside"),
        (box(0.0, 0.0, 1.0, 1.0), "inside"),
    ],
    ids=["middle", "right", "top", "whole"],
)
def test_a_gate_has_its_label_above_or_inside(gate, where):
    (place,) = place_labels([gate], [SIZE])
    assert inside(place)
    top = min(gate[:, 1].max(), 1.0)
    assert place[1] > top if where == "above" else place[3] < top


def test_what_stands_there_is_spared():
    gate = box(0.2, 0.2, 0.6, 0.6)
    (first,) = place_labels([gate], [SIZE])
    (second,) = place_labels([gate], [SIZE], taken=[first])
    assert not overlap(first, second)


def test_more_labels_than_fit_are_placed_all_the_same():
    gates = [box(0.4, 0.4, 0.5, 0.5)] * 60
    assert len(place_labels(gates, [SIZE] * 60)) == 60
    assert place_labels([], []) == []
