"""Drawing, counting, undoing: in Python, without a browser."""

from dataclasses import replace

import pytest

import flowpheno as fp
from flowpheno.widget.actions import act, is_final
from flowpheno.widget.shapes import Shape
from flowpheno.widget.state import draw, look_at, redo, remove, rename, start, undo
from flowpheno.widget.view import view_of

BRIGHT = [(0.4, 0.4), (1.0, 1.0)]


@pytest.fixture
def drawn(state):
    return draw(state, Shape.RECTANGLE, BRIGHT, name="bright")


def test_a_gate_is_counted_of_its_parent(drawn, tube):
    (row,) = view_of(drawn)["table"]
    assert row == {
        "gate": "bright",
        "parent": "all events",
        "n": 2000,
        "n_parent": 4000,
        "percent": 50.0,
    }
    inner = draw(look_at(drawn, parent="bright"), Shape.ELLIPSE, [(0.5, 0.5), (0.9, 0.9)])
    view = view_of(inner)
    assert view["n_parent"] == 2000
    assert [gate["id"] for gate in view["gates"]] == ["gate 1"]
    expected = fp.gate(tube, inner.strategy).table
    assert [row["n"] for row in view["table"]] == expected["n"].tolist()
    assert view["table"][1]["percent"] == expected["percent_of_parent"][1]


def test_undo_and_redo_go_back_and_forth(state, drawn):
    assert undo(state) is state
    assert redo(drawn) is drawn
    back = undo(drawn)
    assert back.strategy == state.strategy
    assert redo(back).strategy == drawn.strategy
    shown = look_at(drawn, parent="bright")
    assert undo(shown).parent == ""
    assert view_of(drawn)["can_undo"]
    assert view_of(back)["can_redo"]


def test_what_depends_on_a_gate_goes_with_it(drawn):
    inner = draw(look_at(drawn, parent="bright"), Shape.RECTANGLE, BRIGHT, name="in")
    reference = fp.gates.Reference(gate="in", complement=True)
    odd = fp.gates.Boolean(id="odd", operator=fp.gates.Operator.NOT, references=(reference,))
    strategy = fp.Strategy(gates=(*inner.strategy.gates, odd), name="three")
    state = look_at(start(inner.sample, "CD19", "CD10", strategy=strategy), parent="in")
    assert [gate.id for gate in remove(state, "in").strategy.gates] == ["bright"]
    assert remove(state, "in").parent == "bright"
    assert remove(state, "bright").strategy.gates == ()
    renamed = rename(state, "in", " within ")
    assert renamed.parent == "within"
    assert renamed.strategy.gates[2].references[0].gate == "within"


def test_names_that_are_not_there_or_taken_are_refused(drawn):
    for action in (lambda: remove(drawn, "dim"), lambda: rename(drawn, "dim", "x")):
        with pytest.raises(fp.errors.GateError, match="there is no gate called dim"):
            action()
    with pytest.raises(fp.errors.GateError, match="two gates are called bright"):
        draw(drawn, Shape.RECTANGLE, BRIGHT, name="bright")
    with pytest.raises(fp.errors.GateError, match="a gate needs an id"):
        rename(drawn, "bright", " ")
    with pytest.raises(fp.errors.GateError, match="no population called dim"):
        look_at(drawn, parent="dim")


def test_a_quadrant_gate_is_shown_and_not_renamed(state):
    sides = (state.plane.x.dimension, state.plane.y.dimension)
    dividers = tuple(
        fp.gates.Divider(id=name, dimension=side, cuts=(0.5,))
        for name, side in zip("xy", sides, strict=True)
    )
    quadrant = fp.gates.Quadrant(id="both", positions=(("x", 0.9), ("y", 0.9)))
    gate = fp.gates.Quadrants(id="four", dividers=dividers, quadrants=(quadrant,))
    state = start(state.sample, "CD19", "CD10", strategy=fp.Strategy(gates=(gate,)))
    (shown,) = view_of(state)["gates"]
    assert (shown["id"], shown["gate"], shown["handles"]) == ("both", "four", [])
    with pytest.raises(fp.errors.GateError, match="quadrants are not renamed here"):
        rename(state, "four", "five")
    assert remove(look_at(state, parent="both"), "four").parent == ""


def test_axes_change_and_swap(drawn):
    other = look_at(drawn, x="SSC-A")
    assert view_of(other)["x"]["label"] == "SSC-A"
    assert view_of(other)["gates"] == []
    swapped = look_at(drawn, x="PE-A")
    assert view_of(swapped)["x"]["label"] == "CD10 PE"
    assert view_of(swapped)["y"]["label"] == "CD19 APC"
    assert len(view_of(swapped)["gates"]) == 1


def test_the_first_channels_are_shown_if_none_is_named(tube):
    view = view_of(start(tube))
    assert (view["x"]["name"], view["y"]["name"]) == ("FSC-A", "SSC-A")
    assert view_of(start(tube, y="FSC-A"))["x"]["name"] == "SSC-A"
    one = replace(tube, channels=tube.channels[:1], events=tube.events[:, :1].copy())
    with pytest.raises(fp.errors.GateError, match="fewer than two channels"):
        start(one)


def test_an_empty_tube_has_counts_and_no_percentage(tube):
    empty = replace(tube, events=tube.events[:0].copy())
    state = draw(start(empty, "CD19", "CD10"), Shape.RECTANGLE, [(0.1, 0.1), (0.2, 0.3)])
    (row,) = view_of(state)["table"]
    assert (row["n"], row["n_parent"], row["percent"]) == (0, 0, None)


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "run", "code": "1"},
        {"kind": "draw", "shape": "star", "points": []},
        {"kind": "drag", "gate": "bright", "handle": "x", "to": [0, 0]},
        {"kind": "undo", "twice": True},
        {},
    ],
    ids=str,
)
def test_words_that_are_not_understood_change_nothing(drawn, asked):
    with pytest.raises(fp.errors.GateError, match="is not understood here"):
        act(drawn, asked)


def test_what_the_browser_asks_for_is_done(state):
    asked = {
        "kind": "draw",
        "shape": "polygon",
        "points": [[0.4, 0.4], [1, 0.4], [1, 1], [0.4, 1]],
    }
    state = act(state, {**asked, "name": " bright "})
    assert state.results.populations["bright"].n == 2000
    state = act(state, {"kind": "drag", "gate": "bright", "handle": -1, "to": [0.5, 0.5]})
    assert state.results.populations["bright"].n < 2000
    state = act(state, {"kind": "rename", "gate": "bright", "to": "B"})
    state = act(state, {"kind": "look", "x": "SSC-A", "parent": "B"})
    assert (state.parent, state.plane.x.dimension.channel) == ("B", "SSC-A")
    state = act(act(state, {"kind": "undo"}), {"kind": "redo"})
    assert act(state, {"kind": "remove", "gate": "B"}).strategy.gates == ()
    assert is_final({"kind": "undo"})
    assert not is_final({"kind": "drag", "final": False})


def test_what_is_counted_step_by_step_is_what_is_counted_at_once(state, tube):
    reference = fp.gates.Reference(gate="inner", complement=True)
    state = draw(state, Shape.RECTANGLE, BRIGHT, name="bright")
    state = draw(
        look_at(state, parent="bright"), Shape.ELLIPSE, [(0.5, 0.5), (0.9, 0.9)], name="e"
    )
    state = look_at(state, x="FSC-A", y="SSC-A")
    state = draw(state, Shape.POLYGON, [(0.1, 0.1), (0.9, 0.2), (0.5, 0.9)], name="inner")
    odd = fp.gates.Boolean(id="odd", operator=fp.gates.Operator.NOT, references=(reference,))
    begun = start(
        tube, "CD19", "CD10", strategy=fp.Strategy(gates=(*state.strategy.gates, odd), name="t")
    )
    asked = (
        {"kind": "drag", "gate": "bright", "handle": -1, "to": (-0.1, 0.05)},
        {"kind": "drag", "gate": "e", "handle": 1, "to": (0.9, 0.8)},
        {"kind": "look", "x": "FSC-A", "y": "SSC-A"},
        {"kind": "drag", "gate": "inner", "handle": 0, "to": (0.3, 0.3)},
        {"kind": "undo"},
        {"kind": "rename", "gate": "bright", "to": "B"},
        {"kind": "remove", "gate": "e"},
        {"kind": "undo"},
    )
    for one in asked:
        begun = act(begun, one)
        expected = fp.gate(tube, begun.strategy).table
        found = [(row["gate"], row["n"]) for row in view_of(begun)["table"]]
        assert found == list(zip(expected["gate"], expected["n"].tolist(), strict=True))
