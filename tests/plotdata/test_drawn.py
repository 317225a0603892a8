"""Gates that a person drew, as pictures."""

import numpy as np
import pytest

from flowpheno.gates import (
    Boolean,
    Dimension,
    Divider,
    Ellipsoid,
    Interval,
    Operator,
    Polygon,
    Quadrant,
    Quadrants,
    Ratio,
    Rectangle,
    Reference,
    Strategy,
    Threshold,
    evaluate,
)
from flowpheno.plotdata import Density2D, Histogram1D, drawn_gates
from flowpheno.report.figures import draw
from flowpheno.sample import Channel, ChannelKind, Sample
from flowpheno.transform import Biex, Clipped, Linear, Log, Logicle

SCALES = [None, Linear(1e5), Log(1e5, 4.0), Logicle(), Clipped(Biex())]
NAMES = ["linear", "flin", "log", "logicle", "clipped biex"]


@pytest.fixture(scope="module")
def sample():
    rng = np.random.default_rng(9)
    events = np.exp(rng.normal(6, 1.5, (5000, 3))).astype(np.float32)
    kinds = {"FSC-A": ChannelKind.SCATTER}
    channels = tuple(
        Channel(detector=name, kind=kinds.get(name, ChannelKind.FLUORESCENCE))
        for name in ("FSC-A", "PE-A", "FITC-A")
    )
    return Sample(name="made", channels=channels, events=events)


def _plots(sample, *gates):
    strategy = Strategy(gates=gates)
    return list(drawn_gates(strategy, sample, evaluate(strategy, sample)))


def _box(scale):
    low, high = (100.0, 1000.0) if scale is None else scale.apply(np.array([100.0, 1000.0]))
    sides = [Dimension(channel=name, transform=scale) for name in ("PE-A", "FITC-A")]
    intervals = (
        Interval(dimension=sides[0], low=float(low), high=float(high)),
        Interval(dimension=sides[1], low=float(low)),
    )
    return Rectangle(id="box", intervals=intervals)


@pytest.mark.parametrize("scale", SCALES, ids=NAMES)
def test_a_box_is_drawn_where_its_events_are(sample, scale):
    (plot,) = _plots(sample, _box(scale))
    assert isinstance(plot, Density2D)
    (drawn,) = plot.gates
    corners = np.array(drawn.vertices)
    np.testing.assert_allclose(sorted(set(corners[:, 0])), [100, 1000], rtol=1e-5)
    left, right = (float(plot.x.position(end)) for end in (100, 1000))
    assert 0 <= left < right <= 1
    inside = int(((sample.events[:, 1] >= 100) & (sample.events[:, 1] < 1000)).sum())
    first, last = int(left * len(plot.counts)), int(right * len(plot.counts))
    assert plot.counts[first + 1 : last].sum() <= inside <= plot.counts[first : last + 1].sum()
    assert plot.counts.sum() == plot.n_parent == 5000
    assert drawn.n == evaluate(Strategy(gates=(_box(scale),)), sample).populations["box"].n
    assert draw(plot).axes


def test_an_ellipse_is_drawn_as_far_as_it_reaches(sample):
    sides = (Dimension(channel="PE-A", transform=Logicle()), Dimension(channel="FITC-A"))
    gate = Ellipsoid(
        id="round", dimensions=sides, mean=(0.5, 500.0), covariance=((0.01, 0), (0, 400.0))
    )
    (plot,) = _plots(sample, gate)
    corners = np.array(plot.gates[0].vertices)
    on_scale = Logicle().apply(corners[:, 0])
    np.testing.assert_allclose([on_scale.min(), on_scale.max()], [0.4, 0.6], atol=1e-4)
    np.testing.assert_allclose([corners[:, 1].min(), corners[:, 1].max()], [480, 520], atol=0.1)


def test_what_is_no_ellipse_has_no_outline(sample):
    sides = (Dimension(channel="PE-A"), Dimension(channel="FITC-A"))
    odd = Ellipsoid(id="odd", dimensions=sides, mean=(0, 0), covariance=((1, 0), (0, -1)))
    (plot,) = _plots(sample, odd)
    assert plot.gates == ()


def test_a_polygon_keeps_its_corners_and_its_parent(sample):
    parent = Threshold(id="bright", dimension=Dimension(channel="FSC-A"), value=300.0)
    corners = ((50, 50), (2000, 50), (900, 3000))
    sides = {"x": Dimension(channel="FITC-A"), "y": Dimension(channel="PE-A")}
    gate = Polygon(id="poly", parent="bright", vertices=corners, **sides)
    first, second = _plots(sample, parent, gate)
    assert second.gates[0].vertices == corners
    assert (second.parent, second.n_parent) == ("bright", first.curves[0].n)
    assert first.x.label == "FSC-A"


def test_quadrants_cover_the_plot(sample):
    dividers = tuple(
        Divider(id=name, dimension=Dimension(channel=name, transform=Logicle()), cuts=(0.5,))
        for name in ("PE-A", "FITC-A")
    )
    quadrants = tuple(
        Quadrant(id=f"{x} {y}", positions=(("PE-A", x), ("FITC-A", y)))
        for x in (0.0, 1.0)
        for y in (0.0, 1.0)
    )
    (plot,) = _plots(sample, Quadrants(id="q", dividers=dividers, quadrants=quadrants))
    assert sum(gate.n for gate in plot.gates) == 5000
    places = np.array([v for gate in plot.gates for v in gate.vertices])
    along = plot.x.position(places[:, 0])
    np.testing.assert_allclose([along.min(), along.max()], [0, 1], atol=1e-6)


def test_one_dimension_is_a_histogram_of_gate_and_parent(sample):
    dimension = Dimension(channel="PE-A", transform=Logicle())
    cut = float(Logicle().apply(np.array([500.0]))[0])
    below = Threshold(id="low", dimension=dimension, value=cut, above=False)
    (plot,) = _plots(sample, below)
    assert isinstance(plot, Histogram1D)
    assert [curve.n for curve in plot.curves] == [int((sample.events[:, 1] < 500).sum()), 5000]
    assert plot.cutoff == pytest.approx(500)
    assert plot.percent == pytest.approx(100 * (sample.events[:, 1] >= 500).mean())
    assert draw(plot).axes


def test_a_ratio_and_three_dimensions_and_a_boolean_gate(sample):
    ratio = Dimension(channel=Ratio(numerator="PE-A", denominator="FITC-A"))
    sides = [Dimension(channel=name) for name in ("FSC-A", "PE-A", "FITC-A")]
    box = Rectangle(id="box", intervals=tuple(Interval(dimension=s, low=400.0) for s in sides))
    ranged = Rectangle(id="range", intervals=(Interval(dimension=ratio, low=0.5, high=2.0),))
    boolean = Boolean(id="not", operator=Operator.NOT, references=(Reference(gate="box"),))
    three, one = _plots(sample, box, ranged, boolean)
    assert (three.gates, [overlay.name for overlay in three.overlays]) == ((), ["box"])
    assert one.x.label == "PE-A/FITC-A (uncompensated)"


def test_no_events_are_no_problem(sample):
    empty = Sample(name="none", channels=sample.channels, events=sample.events[:0].copy())
    for plot in _plots(empty, _box(Logicle()), Threshold(
        id="t", dimension=Dimension(channel="PE-A"), value=1.0
    )):  # fmt: skip
        assert draw(plot).axes
