"""Conversion of what FlowKit shows; FlowKit itself is not needed."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from flowpheno.errors import GateError
from flowpheno.gates import Boolean, Operator, Polygon, Rectangle
from flowpheno.gates.flowjo_gates import Written, convert_strategy
from flowpheno.transform import Biex, Clipped, Log, Logicle, ParametrisedAsinh


def _like(kind, **shown):
    return type(kind, (SimpleNamespace,), {})(**shown)


def _dimension(name, low=None, high=None, **more):
    shown = {"compensation_ref": None, "transformation_ref": None, "min": low, "max": high}
    return _like("Dimension", **{"id": name, **shown, **more})


def _convert(*gates, scales=None, matrices=None, written=None):
    """Convert gates at the root, or at a path of their own."""
    found = {(gate.gate_name, getattr(gate, "path", ("root",))): gate for gate in gates}
    made = _like(
        "GatingStrategy",
        comp_matrices=matrices or {},
        transformations=scales or {},
        get_gate_ids=lambda: list(found),
        get_gate=lambda name, path: found[name, path],
    )
    return convert_strategy(made, written or {}, name="s")


def _rectangle(*dimensions, name="g", complement=False, **more):
    shown = {"gate_name": name, "dimensions": list(dimensions), "use_complement": complement}
    return _like("RectangleGate", **shown, **more)


FOUR = {"param_t": 1e5, "param_w": 0.5, "param_m": 4.5, "param_a": 0.0}


@pytest.mark.parametrize(
    ("scale", "expected", "number", "position"),
    [
        (
            _like("WSPLogTransform", offset=10, decades=4),
            Clipped(Log(1e5, 4), 0.0, math.inf),
            0.25,
            0.25,
        ),
        (
            _like("WSPBiexTransform", max_value=1e5, positive=4.0, negative=0.5, width=-50.0),
            Clipped(Biex(1e5, 4.0, 0.5, -50.0)),
            1024.0,
            0.25,
        ),
        (_like("LogicleTransform", **FOUR), Logicle(1e5, 0.5, 4.5, 0.0), 0.5, 0.5),
        (_like("AsinhTransform", **FOUR), ParametrisedAsinh(1e5, 4.5, 0.0), 0.5, 0.5),
        (_like("LinearTransform", param_t=300.0, param_a=100.0), None, 0.5, 100.0),
    ],
    ids=["log", "biex", "logicle", "asinh", "linear"],
)
def test_numbers_become_positions_on_our_scales(scale, expected, number, position):
    gate = _rectangle(_dimension("X", low=number, transformation_ref="X"))
    (made,) = _convert(gate, scales={"X": scale}).gates
    assert isinstance(made, Rectangle)
    assert made.intervals[0].dimension.transform == expected
    assert made.intervals[0].low == pytest.approx(position)
    assert made.intervals[0].high is None


@pytest.mark.parametrize(("kind", "x"), [("PolygonGate", 100.0), ("EllipsoidGate", 200.0)])
def test_an_ellipse_is_stored_as_it_is_displayed(kind, x):
    scale = _like("LinearTransform", param_t=300.0, param_a=100.0)
    sides = [_dimension(name, transformation_ref=name) for name in "XY"]
    corners = np.array([[0.5, 0.5], [0.75, 0.5], [0.5, 0.75]])
    shown = {"gate_name": "g", "dimensions": sides, "use_complement": False, "vertices": corners}
    strategy = _convert(
        _like("PolygonGate", **shown),
        scales={"X": scale, "Y": scale},
        written={"g": Written(kind=kind, channels=())},
    )
    (gate,) = strategy.gates
    assert isinstance(gate, Polygon)
    assert gate.vertices[0] == (x, x)


def test_a_path_is_an_id_and_an_outside_two_gates():
    inner = _rectangle(_dimension("X", 0.0, 1.0), name="b", complement=True, path=("root", "a"))
    joined = _like(
        "BooleanGate",
        gate_name="c",
        type="or",
        gate_refs=[
            {"ref": "a", "path": ("root",), "complement": False},
            {"ref": "b", "path": ("root", "a"), "complement": True},
        ],
    )
    outer, inside, outside, either = _convert(
        _rectangle(_dimension("X"), name="a"), inner, joined
    ).gates
    assert [gate.id for gate in (outer, inside, outside)] == ["a", "a/b (inside)", "a/b"]
    assert isinstance(outside, Boolean)
    assert (outside.operator, outside.parent) == (Operator.NOT, "a")
    assert isinstance(either, Boolean)
    assert [(r.gate, r.complement) for r in either.references] == [("a", False), ("a/b", True)]


def test_compensated_is_what_the_workspace_says():
    matrix = _like("Matrix", detectors=["X", "Y"], matrix=np.array([[1, 0.1], [0.2, 1]]))
    sides = [_dimension(name, 1.0, compensation_ref="m") for name in "XY"]
    known = Written(kind="RectangleGate", channels=("Comp-X", "Y"))
    strategy = _convert(_rectangle(*sides), matrices={"m": matrix}, written={"g": known})
    (gate,) = strategy.gates
    found = [one.dimension.compensation for one in gate.intervals]
    assert found == ["m", "uncompensated"]
    assert strategy.matrices[0].coefficients == ((1, 0.1), (0.2, 1))


def test_a_spectral_matrix_has_more_detectors_than_dyes():
    spectral = _like(
        "SpectralMatrix",
        true_detectors=["X"],
        detectors=["X", "Y"],
        matrix=np.array([[1.0, 0.3]]),
    )
    (matrix,) = _convert(matrices={"m": spectral}).matrices
    assert (matrix.fluorochromes, matrix.detectors) == (("X",), ("X", "Y"))


@pytest.mark.parametrize(
    ("gate", "scale", "problem"),
    [
        ("RectangleGate", _like("MiltenyiTransform"), "scale of the kind MiltenyiTransform"),
        ("RectangleGate", _like("AsinhTransform", **FOUR | {"param_a": -1}), "asinh: T"),
        ("SpiderGate", None, "gate g: a FlowJo gate of the kind SpiderGate is not known"),
    ],
    ids=["scale", "parameters", "gate"],
)
def test_what_has_no_counterpart_is_refused(gate, scale, problem):
    shown = {"gate_name": "g", "dimensions": [], "use_complement": False}
    with pytest.raises(GateError, match=problem):
        _convert(_like(gate, **shown), scales={} if scale is None else {"X": scale})
