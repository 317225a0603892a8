"""What a hand draws becomes gates, and gates become what a hand can move."""

import numpy as np
import pytest

import flowpheno as fp
from flowpheno.gates import evaluate
from flowpheno.widget.plane import make_plane
from flowpheno.widget.shapes import Shape, gate_of, handles_of, is_shown, moved, outline_on

BOX = [(0.5, 0.5), (0.9, 0.8)]
TRIANGLE = [(0.5, 0.5), (0.9, 0.5), (0.7, 0.9)]


@pytest.fixture(scope="module")
def plane(tube):
    return make_plane(tube, "CD19", "CD10")


def _gate(plane, shape, points, **names):
    return gate_of(plane, shape, points, **{"name": "g", "parent": "", **names})


def _inside(gate, tube):
    return evaluate(fp.Strategy(gates=(gate,)), tube).populations[gate.id].mask


def test_a_rectangle_holds_the_events_whose_places_are_in_it(plane, tube):
    x, y = plane.x.along, plane.y.along
    expected = (x >= 0.5) & (x < 0.9) & (y >= 0.5) & (y < 0.8)
    found = _inside(_gate(plane, Shape.RECTANGLE, BOX), tube)
    assert 0 < found.sum() < tube.n_events
    assert np.array_equal(found, expected)


def test_an_ellipse_holds_the_events_whose_places_are_in_it(plane, tube):
    x, y = plane.x.along, plane.y.along
    expected = ((x - 0.7) / 0.2) ** 2 + ((y - 0.65) / 0.15) ** 2 <= 1
    found = _inside(_gate(plane, Shape.ELLIPSE, BOX), tube)
    assert found.sum() > 0
    assert np.array_equal(found, expected)


def test_a_polygon_of_four_corners_holds_what_its_rectangle_does(plane, tube):
    corners = [(0.5, 0.5), (0.9, 0.5), (0.9, 0.8), (0.5, 0.8)]
    polygon = _inside(_gate(plane, Shape.POLYGON, corners), tube)
    assert np.array_equal(polygon, _inside(_gate(plane, Shape.RECTANGLE, BOX), tube))


def test_sides_on_the_border_are_open(plane):
    gate = _gate(plane, Shape.RECTANGLE, [(0.0, 0.5), (1.0, 0.8)])
    across, along = gate.intervals
    assert across.low is None
    assert across.high is None
    assert along.low is not None


@pytest.mark.parametrize(
    ("shape", "points"),
    [
        (Shape.RECTANGLE, [(0.5, 0.5), (0.5, 0.8)]),
        (Shape.ELLIPSE, [(0.5, 0.5), (0.5, 0.5)]),
        (Shape.POLYGON, [(0.1, 0.1), (float("nan"), 0.2), (0.3, 0.3)]),
    ],
    ids=["flat", "point", "nan"],
)
def test_what_encloses_nothing_is_refused(plane, shape, points):
    with pytest.raises(fp.errors.GateError, match="encloses nothing"):
        _gate(plane, shape, points)


def test_too_few_points_are_refused(plane):
    with pytest.raises(fp.errors.GateError, match="2 vertices are no polygon"):
        _gate(plane, Shape.POLYGON, BOX)
    with pytest.raises(fp.errors.GateError, match="drawn from corner to corner"):
        _gate(plane, Shape.ELLIPSE, TRIANGLE)


@pytest.mark.parametrize(
    ("shape", "points"),
    [(Shape.RECTANGLE, BOX), (Shape.ELLIPSE, BOX), (Shape.POLYGON, TRIANGLE)],
    ids=str,
)
def test_a_shift_moves_the_outline_as_it_is(plane, shape, points):
    gate = _gate(plane, shape, points)
    shifted = moved(plane, gate, -1, (0.05, -0.1))
    before, after = outline_on(plane, gate, "g"), outline_on(plane, shifted, "g")
    centres = after.mean(axis=0) - before.mean(axis=0)
    np.testing.assert_allclose(centres, [0.05, -0.1], atol=1e-9)
    np.testing.assert_allclose(np.ptp(after, axis=0), np.ptp(before, axis=0), atol=1e-9)


def test_a_corner_goes_where_it_is_dragged(plane):
    polygon = moved(plane, _gate(plane, Shape.POLYGON, TRIANGLE), 2, (0.6, 0.95))
    np.testing.assert_allclose(handles_of(plane, polygon)[2], [0.6, 0.95])
    box = moved(plane, _gate(plane, Shape.RECTANGLE, BOX), 2, (0.95, 0.9))
    corners = handles_of(plane, box)
    np.testing.assert_allclose(corners.min(axis=0), BOX[0])
    np.testing.assert_allclose(corners.max(axis=0), [0.95, 0.9])


@pytest.mark.parametrize("handle", [1, 2])
def test_an_ellipse_turns_by_the_end_of_an_axis_and_keeps_the_other(plane, handle):
    gate = _gate(plane, Shape.ELLIPSE, BOX)
    centre, *ends = handles_of(plane, gate)
    turned = moved(plane, gate, handle, tuple(centre + 0.1))
    points = handles_of(plane, turned)
    np.testing.assert_allclose(points[0], centre)
    lengths = sorted(np.hypot(*(points[1:] - centre).T))
    kept = np.hypot(*(ends[2 - handle] - centre))
    np.testing.assert_allclose(lengths, sorted([np.hypot(0.1, 0.1), kept]))
    np.testing.assert_allclose(moved(plane, gate, 0, (0.4, 0.4)).covariance, gate.covariance)
    with pytest.raises(fp.errors.GateError, match="encloses nothing"):
        moved(plane, gate, handle, tuple(centre))


def test_gates_of_other_channels_are_not_shown_and_of_other_scales_not_moved(plane):
    ssc = fp.gates.Threshold(id="s", dimension=fp.gates.Dimension(channel="SSC-A"), value=1.0)
    assert not is_shown(plane, ssc)
    linear = fp.gates.Dimension(channel="APC-A", compensation="FCS")
    bright = fp.gates.Threshold(id="b", dimension=linear, value=3000.0)
    assert is_shown(plane, bright)
    outline = outline_on(plane, bright, "b")
    assert outline[:, 0].min() == pytest.approx(plane.x.places(np.array([3000.0]), linear)[0])
    assert outline[:, 1].tolist() == pytest.approx([0, 0, 1, 1])
    assert len(handles_of(plane, bright)) == 0
    with pytest.raises(fp.errors.GateError, match="no point 0 that can be moved here"):
        moved(plane, bright, 0, (0.1, 0.1))
    with pytest.raises(fp.errors.GateError, match="no point 3"):
        moved(plane, _gate(plane, Shape.POLYGON, TRIANGLE), 3, (0.1, 0.1))


def test_swapped_axes_show_the_same_gate_mirrored(plane, tube):
    other = make_plane(tube, "CD10", "CD19")
    for shape, points in ((Shape.ELLIPSE, BOX), (Shape.POLYGON, TRIANGLE), (Shape.RECTANGLE, BOX)):
        gate = _gate(plane, shape, points)
        assert is_shown(other, gate)
        mirrored = outline_on(other, gate, "g")
        box = [mirrored.min(axis=0), mirrored.max(axis=0)]
        own = outline_on(plane, gate, "g")[:, ::-1]
        np.testing.assert_allclose(box, [own.min(axis=0), own.max(axis=0)], atol=1e-9)
