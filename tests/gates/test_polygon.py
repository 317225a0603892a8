import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from flowpheno.gates.polygon import mark_inside, points_in_polygon

SQUARE = ((0, 0), (4, 0), (4, 4), (0, 4))


def _exact(x, y, vertices):
    """Even-odd rule and boundary in integers, which do not round."""
    inside = False
    for (ax, ay), (bx, by) in zip(vertices, [*vertices[1:], vertices[0]], strict=True):
        turn = (bx - ax) * (y - ay) - (x - ax) * (by - ay)
        between = min(ax, bx) <= x <= max(ax, bx) and min(ay, by) <= y <= max(ay, by)
        if turn == 0 and between:
            return True
        if (ay > y) != (by > y) and (turn > 0) == (by > ay):
            inside = not inside
    return inside


def test_sides_and_vertices_are_inside():
    x = np.array([0.0, 4, 4, 0, 2, 4, 2, 0, 2, -1e-9, 4 + 1e-9])
    y = np.array([0.0, 0, 4, 4, 0, 2, 4, 2, 2, 2, 2])
    assert points_in_polygon(x, y, SQUARE).tolist() == [True] * 9 + [False, False]


def test_where_sides_cross_the_even_odd_rule_decides():
    star = [(np.cos(a), np.sin(a)) for a in 4 * np.pi / 5 * np.arange(5)]
    assert points_in_polygon(np.array([0.0]), np.array([0.0]), star).tolist() == [False]
    assert points_in_polygon(np.array([0.8]), np.array([0.0]), star).tolist() == [True]


def test_what_is_not_finite_is_outside():
    bad = np.array([np.nan, np.inf, 2.0, -np.inf])
    good = np.array([2.0, 2.0, np.nan, 2.0])
    assert not points_in_polygon(bad, good, SQUARE).any()


@pytest.mark.parametrize("vertices", [((0, 0), (4, 0), (2, 0)), ((1, 0), (1, 3), (1, 1))])
def test_a_polygon_without_area_holds_its_sides(vertices):
    x, y = np.array([1.0, 1.0, 3.0]), np.array([0.0, 2.0, 1.0])
    expected = [_exact(int(a), int(b), vertices) for a, b in zip(x, y, strict=True)]
    assert points_in_polygon(x, y, vertices).tolist() == expected
    assert any(expected)


_GRID = st.integers(-4, 4)


@settings(deadline=None)
@given(
    vertices=st.lists(st.tuples(_GRID, _GRID), min_size=3, max_size=12),
    points=arrays(np.int64, (30, 2), elements=st.integers(-5, 5)),
)
def test_it_agrees_with_integer_arithmetic(vertices, points):
    expected = [_exact(x, y, vertices) for x, y in points.tolist()]
    x, y = points.T.astype(np.float64)
    assert points_in_polygon(x, y, vertices).tolist() == expected


def test_compiled_or_not_it_is_the_same():
    rng = np.random.default_rng(5)
    x, y = rng.integers(-2, 8, size=(2, 400)).astype(float)
    sides = np.hstack([np.array(SQUARE, float), np.roll(np.array(SQUARE, float), -1, axis=0)])
    inside = np.zeros(400, np.bool_)
    box = np.array([0.0, 4.0, 0.0, 4.0])
    mark_inside(x, y, sides, np.array([0, 4]), np.arange(4), box, inside)
    assert np.array_equal(points_in_polygon(x, y, SQUARE), inside)
    assert inside.any()
