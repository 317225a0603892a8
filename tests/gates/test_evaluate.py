import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowpheno.compensation import compensate
from flowpheno.errors import GateError
from flowpheno.fcs.spillover import Spillover
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
    SpectrumMatrix,
    Strategy,
    Threshold,
    evaluate,
)
from flowpheno.marker import Marker
from flowpheno.sample import Channel, Sample, Scale
from flowpheno.transform import Asinh, Logicle

X, Y = Dimension(channel="X"), Dimension(channel="Y")
UNIT = Interval(dimension=X, low=0.0, high=1.0)
SPILL = Spillover(detectors=("X", "Y"), matrix=np.array([[1.0, 0.2], [0.1, 1.0]]), source="$S")


def _mask(gate, sample, **options):
    results = evaluate(Strategy(gates=(gate,), **options), sample)
    return next(iter(results.populations.values())).mask.tolist()


def test_bounds_are_half_open(make_sample):
    sample = make_sample({"X": [-1, 0, 0.5, 1, 2, np.nan, np.inf]})
    inside = [False, True, True, False, False, False, False]
    assert _mask(Rectangle(id="a", intervals=(UNIT,)), sample) == inside
    low = Rectangle(id="a", intervals=(Interval(dimension=X, low=0.0),))
    assert _mask(low, sample) == [False, True, True, True, True, False, True]
    high = Rectangle(id="a", intervals=(Interval(dimension=X, high=0.0),))
    assert _mask(high, sample) == [True, False, False, False, False, False, False]
    open_ended = Rectangle(id="a", intervals=(Interval(dimension=X),))
    assert _mask(open_ended, sample) == [True] * 5 + [False, True]


@pytest.mark.parametrize(("above", "expected"), [(True, [False, True]), (False, [True, False])])
def test_a_threshold_belongs_to_what_is_above(make_sample, above, expected):
    sample = make_sample({"X": [0.9, 1.0]})
    assert _mask(Threshold(id="a", dimension=X, value=1.0, above=above), sample) == expected


def test_quadrants_divide_everything_once(make_sample):
    values = np.random.default_rng(1).normal(size=(2, 500))
    gate = Quadrants(
        id="q",
        dividers=(
            Divider(id="dx", dimension=X, cuts=(-0.5, 0.5)),
            Divider(id="dy", dimension=Y, cuts=(0.0,)),
        ),
        quadrants=tuple(
            Quadrant(id=f"{x} {y}", positions=(("dx", x), ("dy", y)))
            for x in (-1.0, -0.5, 0.5)
            for y in (-1.0, 0.0)
        ),
    )
    sample = make_sample({"X": values[0], "Y": values[1]})
    found = evaluate(Strategy(gates=(gate,)), sample).populations
    assert np.sum([p.mask for p in found.values()], axis=0).tolist() == [1] * 500
    x, y = sample.events.T
    assert np.array_equal(found["-0.5 0.0"].mask, (x >= -0.5) & (x < 0.5) & (y >= 0))


def test_an_ellipsoid_is_a_mahalanobis_distance(make_sample):
    rng = np.random.default_rng(2)
    values = rng.normal(size=(3, 400)).astype(np.float32)
    root = rng.normal(size=(3, 3))
    covariance = root @ root.T + np.eye(3)
    gate = Ellipsoid(
        id="e",
        dimensions=(X, Y, Dimension(channel="Z")),
        mean=(0.1, 0.2, 0.3),
        covariance=tuple(map(tuple, covariance.tolist())),
        distance_square=0.7,
    )
    sample = make_sample(dict(zip("XYZ", values, strict=True)))
    away = np.linalg.solve(np.linalg.cholesky(covariance), values - [[0.1], [0.2], [0.3]])
    assert _mask(gate, sample) == ((away**2).sum(axis=0) <= 0.7).tolist()


def test_a_gate_is_part_of_its_parent_and_counted_in_it(make_sample):
    sample = make_sample({"X": [0, 0.5, 2, 3], "Y": [0, 5, 5, 5]})
    child = Threshold(id="child", parent="top", dimension=Y, value=1.0)
    empty = Threshold(id="empty", parent="none", dimension=Y, value=1.0)
    none = Threshold(id="none", dimension=Y, value=99.0)
    top = Rectangle(id="top", intervals=(UNIT,))
    results = evaluate(Strategy(gates=(child, empty, none, top)), sample)
    assert results.populations["child"].mask.tolist() == [False, True, False, False]
    assert list(results.populations) == ["child", "empty", "none", "top"]
    assert (results.n_parent("child"), results.percent_of_parent("child")) == (2, 50.0)
    assert (results.n_parent("top"), results.percent_of_parent("top")) == (4, 50.0)
    assert np.isnan(results.percent_of_parent("empty"))


def test_boolean_gates_use_gates_with_their_parents(make_sample):
    sample = make_sample({"X": [0, 0.5, 2, np.nan], "Y": [0, 5, 5, 5]})
    gates = (
        Rectangle(id="top", intervals=(UNIT,)),
        Threshold(id="bright", parent="top", dimension=Y, value=1.0),
        Boolean(id="not", operator=Operator.NOT, references=(Reference(gate="bright"),)),
        Boolean(
            id="or",
            operator=Operator.OR,
            references=(Reference(gate="bright"), Reference(gate="top", complement=True)),
        ),
        Boolean(
            id="and",
            parent="top",
            operator=Operator.AND,
            references=(Reference(gate="not"), Reference(gate="top")),
        ),
    )
    found = evaluate(Strategy(gates=gates), sample).populations
    assert found["bright"].mask.tolist() == [False, True, False, False]
    assert found["not"].mask.tolist() == [True, False, True, True]
    assert found["or"].mask.tolist() == [False, True, True, True]
    assert found["and"].mask.tolist() == [True, False, False, False]


def test_a_ratio_has_its_parameters_and_may_be_undefined(make_sample):
    ratio = Ratio(numerator="X", denominator="Y", factor=2.0, shift=1.0, base=-1.0)
    gate = Rectangle(
        id="r", intervals=(Interval(dimension=Dimension(channel=ratio), low=1.0, high=9.0),)
    )
    sample = make_sample({"X": [2, 2, 1, 2], "Y": [1, 5, -1, -1]})
    assert _mask(gate, sample) == [True, False, False, False]


def test_gates_on_a_scale_are_gates_on_what_it_means(make_sample):
    values = np.random.default_rng(3).normal(scale=3000, size=2000)
    scale = Logicle(262_144.0, 0.5, 4.5, 0.0)
    gate = Threshold(id="a", dimension=Dimension(channel="X", transform=scale), value=0.4)
    cut = float(scale.invert(np.array([0.4]))[0])
    sample = make_sample({"X": values})
    assert _mask(gate, sample) == (sample.events[:, 0] >= cut).tolist()


def test_a_strategy_holds_several_compensations(make_sample):
    values = np.random.default_rng(4).normal(1000, 400, size=(3, 300))
    sample = make_sample(dict(zip(("X", "Y", "Z"), values, strict=True)), spillover=SPILL)
    wide = SpectrumMatrix(
        id="wide",
        fluorochromes=("red", "blue"),
        detectors=("X", "Y", "Z"),
        coefficients=((1.0, 0.3, 0.1), (0.2, 1.0, 0.4)),
    )
    gates = tuple(
        Threshold(
            id=f"{name} {how}",
            dimension=Dimension(channel=name, compensation=how),
            value=900.0,
        )
        for name, how in (
            ("X", "uncompensated"),
            ("X", "FCS"),
            ("Z", "FCS"),
            ("red", "wide"),
            ("Z", "wide"),
        )
    )
    found = evaluate(Strategy(gates=gates, matrices=(wide,)), sample).populations
    observed = sample.events.astype(float)
    true = np.linalg.solve(SPILL.matrix.T, observed[:, :2].T)
    red = np.linalg.lstsq(np.array(wide.coefficients).T, observed.T, rcond=None)[0][0]
    expected = [observed[:, 0], true[0], observed[:, 2], red, observed[:, 2]]
    for population, numbers in zip(found.values(), expected, strict=True):
        assert np.array_equal(population.mask, numbers >= 900)


def test_data_that_are_compensated_are_taken_as_they_are_or_refused(make_sample):
    raw = make_sample({"X": [100, 2], "Y": [50, 3], "FSC": [1, 2]}, spillover=SPILL)
    done = compensate(raw)
    gate = Threshold(id="a", dimension=Dimension(channel="X", compensation="FCS"), value=50.0)
    assert _mask(gate, done) == _mask(gate, raw)
    with pytest.raises(GateError, match="gate a: asks for X uncompensated, but made is comp"):
        evaluate(Strategy(gates=(Threshold(id="a", dimension=X, value=1.0),)), done)
    scatter = Threshold(id="a", dimension=Dimension(channel="FSC"), value=2.0)
    assert _mask(scatter, done) == [False, True]
    same = Spillover(detectors=("X", "Y"), matrix=np.eye(2), source="$S")
    plain = make_sample({"X": [1, 2], "Y": [0, 0]}, spillover=same, compensated=True)
    assert _mask(Threshold(id="a", dimension=X, value=2.0), plain) == [False, True]


def test_a_relative_scale_is_not_compensated(make_sample):
    sample = make_sample({"X": [1], "Y": [1]}, spillover=SPILL, scale=Scale.RELATIVE)
    gate = Threshold(id="a", dimension=Dimension(channel="X", compensation="FCS"), value=1.0)
    with pytest.raises(GateError, match="gate a: made is on a relative scale"):
        evaluate(Strategy(gates=(gate,)), sample)


def test_time_is_gated_in_the_unit_of_the_file(make_sample):
    gate = Threshold(id="a", dimension=Dimension(channel="Time"), value=1.0)
    columns = {"Time": [50, 100, 150]}
    assert _mask(gate, make_sample(columns, keywords={"$TIMESTEP": "0.01"})) == [False, True, True]
    assert _mask(gate, make_sample(columns)) == [True, True, True]


@pytest.mark.parametrize("name", ["PE-A", "CD10 stain", "CD10", "pe a", "cd 10 STAIN"])
def test_a_channel_is_found_by_detector_label_or_marker(make_sample, name):
    sample = make_sample(
        {"PE-H": [9], "PE-A": [1], "FITC-A": [9]},
        labels={"PE-A": "CD10 stain", "PE-H": "CD10 stain"},
        markers={"PE-A": Marker("CD10"), "PE-H": Marker("CD10")},
    )
    gate = Threshold(id="a", dimension=Dimension(channel=name), value=5.0, above=False)
    assert _mask(gate, sample) == [True]


def test_a_channel_that_is_missing_or_doubtful_is_one_clear_error(make_sample):
    sample = make_sample({"A": [1], "B": [1]}, labels={"A": "same", "B": "same"})
    gate = Threshold(id="blasts", dimension=Dimension(channel="CD19"), value=1.0)
    with pytest.raises(GateError, match="gate blasts: made has no channel CD19; it has A, B"):
        evaluate(Strategy(gates=(gate,)), sample)
    gate = Threshold(id="blasts", dimension=Dimension(channel="same"), value=1.0)
    with pytest.raises(GateError, match="gate blasts: same means more than one channel of made"):
        evaluate(Strategy(gates=(gate,)), sample)


def test_a_matrix_must_fit_the_file(make_sample):
    matrix = SpectrumMatrix(
        id="m", fluorochromes=("r", "s"), detectors=("X", "Y"), coefficients=((1, 1), (1, 1))
    )
    gate = Threshold(id="a", dimension=Dimension(channel="r", compensation="m"), value=1.0)
    with pytest.raises(GateError, match="gate a: matrix of m is singular"):
        evaluate(Strategy(gates=(gate,), matrices=(matrix,)), make_sample({"X": [1], "Y": [1]}))
    with pytest.raises(GateError, match="gate a: made has no channel Y"):
        evaluate(Strategy(gates=(gate,), matrices=(matrix,)), make_sample({"X": [1]}))


def test_a_matrix_is_not_applied_to_what_is_compensated_or_named_twice(make_sample):
    twice = SpectrumMatrix(
        id="m", fluorochromes=("r", "s"), detectors=("X", "x"), coefficients=((1, 0), (0, 1))
    )
    gate = Threshold(id="a", dimension=Dimension(channel="r", compensation="m"), value=1.0)
    raw = make_sample({"X": [1], "Y": [1]})
    with pytest.raises(GateError, match="gate a: two detectors of m mean one channel"):
        evaluate(Strategy(gates=(gate,), matrices=(twice,)), raw)
    once = SpectrumMatrix(id="m", fluorochromes=("r",), detectors=("X",), coefficients=((1,),))
    done = make_sample({"X": [1]}, compensated=True)
    with pytest.raises(GateError, match="gate a: asks for X uncompensated, but made is comp"):
        evaluate(Strategy(gates=(gate,), matrices=(once,)), done)


def test_no_events_are_no_problem(make_sample):
    sample = make_sample({"X": [], "Y": []})
    gate = Polygon(id="p", x=X, y=Y, vertices=((0, 0), (1, 0), (0, 1)))
    results = evaluate(Strategy(gates=(gate,)), sample)
    assert results.populations["p"].n == 0
    assert np.isnan(results.percent_of_parent("p"))


@settings(deadline=None)
@given(block=st.integers(1, 50), seed=st.integers(0, 100))
def test_blocks_change_nothing(block, seed):
    events = np.random.default_rng(seed).normal(size=(40, 2)).astype(np.float32)
    sample = Sample(name="s", channels=tuple(Channel(detector=d) for d in "XY"), events=events)
    scaled = Dimension(channel="Y", transform=Asinh(0.5))
    gates = (
        Polygon(id="p", x=X, y=scaled, vertices=((-1, -1), (1, -1), (0, 2))),
        Threshold(id="t", parent="p", dimension=scaled, value=0.1),
    )
    whole = evaluate(Strategy(gates=gates), sample)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules["flowpheno.gates.evaluate"], "_BLOCK", block)
        parts = evaluate(Strategy(gates=gates), sample)
    for name, population in whole.populations.items():
        assert np.array_equal(parts.populations[name].mask, population.mask)
