from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from flowpheno.errors import GateError
from flowpheno.exchange.shim import import_flowcytometrytools
from flowpheno.gates import evaluate
from flowpheno.gates.fct import gates_from_fct
from flowpheno.transform import Hlog


def _kind(name):
    return type(name, (SimpleNamespace,), {})


def _like(kind, vert, channels, region, name="g"):
    """Any object that shows what a gate of FlowCytometryTools shows."""
    return _kind(kind)(vert=vert, channels=channels, region=region, name=name)


def _join(how, *gates, name="joined"):
    return _kind("CompositeGate")(gates=list(gates), how=how, name=name)


@pytest.fixture
def sample(make_sample):
    rng = np.random.default_rng(6)
    columns = {"X": rng.integers(-3, 9, 500), "Y": rng.normal(2, 3, 500)}
    return make_sample(columns)


def _mask(gate, sample, **options):
    return evaluate(gates_from_fct(gate, **options), sample).populations[gate.name].mask


@pytest.mark.parametrize(
    ("gate", "expected"),
    [
        (_like("ThresholdGate", 2, ["X"], "above"), lambda x, _: x >= 2),
        (_like("ThresholdGate", 2, ["X"], "below"), lambda x, _: x < 2),
        (_like("IntervalGate", (0, 4), ["X"], "in"), lambda x, _: (x >= 0) & (x <= 4)),
        (_like("IntervalGate", (0, 4), ["X"], "out"), lambda x, _: (x < 0) | (x > 4)),
        (_like("QuadGate", (2, 1), ["X", "Y"], "top left"), lambda x, y: (x < 2) & (y >= 1)),
        (_like("QuadGate", (2, 1), ["X", "Y"], "bottom right"), lambda x, y: (x >= 2) & (y < 1)),
        (
            _like("PolyGate", [(1.5, -9), (9.5, -9), (9.5, 9), (1.5, 9)], ["X", "Y"], "out"),
            lambda x, y: ~((x > 1.5) & (abs(y) <= 9)),
        ),
    ],
    ids=["above", "below", "in", "out", "top left", "bottom right", "polygon out"],
)
def test_a_gate_holds_the_same_events(sample, gate, expected):
    x, y = sample.events.T
    assert np.array_equal(_mask(gate, sample), expected(x, y))


@pytest.mark.parametrize(
    ("how", "function"),
    [("and", np.logical_and), ("or", np.logical_or), ("xor", np.logical_xor)],
)
def test_gates_are_joined(sample, how, function):
    first = _like("ThresholdGate", 2, ["X"], "above", "a")
    second = _like("IntervalGate", (0, 4), ["Y"], "in", "b")
    x, y = sample.events.T
    expected = function(x >= 2, (y >= 0) & (y <= 4))
    assert np.array_equal(_mask(_join(how, first, second), sample), expected)
    inverted = _join("invert", _join(how, first, second), name="~")
    assert np.array_equal(_mask(inverted, sample), ~expected)


def test_a_gate_used_twice_is_made_once():
    shared = _like("ThresholdGate", 2, ["X"], "above", "a")
    other = _like("ThresholdGate", 1, ["Y"], "above", "b")
    strategy = gates_from_fct([shared, _join("and", shared, other)])
    assert [gate.id for gate in strategy.gates] == ["a", "b", "joined"]


def test_gates_are_on_the_scale_they_were_drawn_on(sample):
    scale = Hlog()
    cut = float(scale.apply(np.array([3.0]))[0])
    gate = _like("ThresholdGate", cut, ["X"], "above")
    assert np.array_equal(_mask(gate, sample, scales={"X": scale}), sample.events[:, 0] >= 3)


@pytest.mark.parametrize(
    ("gates", "problem"),
    [
        (
            [_like("ThresholdGate", 1, ["X"], "above"), _like("PolyGate", 1, ["X"], "in")],
            "two gates are called g",
        ),
        (_like("EllipseGate", 1, ["X"], "in"), "g: EllipseGate of 1 channels is not known"),
        (_join("nor", _like("ThresholdGate", 1, ["X"], "above")), "gates cannot be joined by nor"),
        (SimpleNamespace(name="n"), "n: SimpleNamespace is no gate that is known"),
    ],
    ids=["twice", "kind", "operator", "anything"],
)
def test_what_cannot_be_taken_over_is_refused(gates, problem):
    with pytest.raises(GateError, match=problem):
        gates_from_fct(gates)


def test_their_own_gates_hold_the_same_events(sample):
    pytest.importorskip("fcsparser", reason="FlowCytometryTools needs numpy < 2: extra fct")
    package = import_flowcytometrytools()
    frame = pd.DataFrame(sample.events.astype(float), columns=["X", "Y"])
    threshold = package.ThresholdGate(2.0, "X", region="above", name="threshold")
    interval = package.IntervalGate((0.0, 4.0), "X", region="out", name="interval")
    quad = package.QuadGate((2.0, 1.0), ("X", "Y"), region="bottom left", name="quad")
    corners = [(-0.5, -3), (7.3, 0), (5.1, 8.2), (2.2, -1)]
    polygon = package.PolyGate(corners, ("Y", "X"), region="in", name="polygon")
    gates = [threshold, interval, quad, polygon]
    gates += [threshold & polygon, threshold | ~quad, interval ^ polygon]
    for gate in gates:
        theirs = np.asarray(gate._identify(frame), bool)
        assert 0 < theirs.sum() < len(theirs)
        assert np.array_equal(_mask(gate, sample), theirs), gate.name
