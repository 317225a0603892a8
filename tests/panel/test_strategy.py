"""Gating strategies in YAML."""

import math

import pytest
from hypothesis import HealthCheck, given, settings

from flowpheno.errors import GateError, PanelError
from flowpheno.gates import (
    Boolean,
    Dimension,
    Interval,
    Operator,
    Quadrants,
    Ratio,
    Rectangle,
    Reference,
    SpectrumMatrix,
    Strategy,
    Threshold,
    populations_of,
)
from flowpheno.marker import spelling
from flowpheno.panel.definitions import load_definitions
from flowpheno.panel.files import builtin_directory, read_yaml
from flowpheno.panel.kinds import check_file, kind_of_file
from flowpheno.panel.strategy import load_strategy
from flowpheno.panel.strategy_text import strategy_yaml
from flowpheno.pipeline.edits import replaceable
from flowpheno.transform import Asinh, Biex, Clipped, Log, Logicle
from tests.gates.test_gatingml import strategies

TEXT = """\
kind: strategy
name: B cells
reference: drawn by hand
scales:
  wide: {type: logicle, T: 262144, W: 0.5, M: 4.5}
matrices:
  - id: mine
    detectors: [PE-A, FITC-A]
    fluorochromes:
      PE: [1, 0.1]
      FITC: [0.02, 1]
gates:
  - id: cells
    type: polygon
    x: {channel: FSC-A}
    y: {channel: SSC-A}
    vertices:
      - [0, 0]
      - [9, 0]
      - [9, 9]
  - id: CD19+
    type: threshold
    parent: cells
    dimension: {channel: CD19, compensation: FCS, scale: wide}
    above: 0.4
  - id: ratio
    type: rectangle
    intervals:
      - {channel: {numerator: FSC-A, denominator: FSC-H}, low: 0.8, high: 1.2}
  - id: quads
    type: quadrants
    dividers:
      - {id: pe, channel: PE, compensation: mine, cuts: [100, 1000]}
    quadrants:
      - {id: PE low, at: {pe: 5}}
  - id: rest
    type: and
    gates:
      - cells
      - {outside: CD19+}
"""


@pytest.fixture
def write(tmp_path):
    def write(text, name="b_cells.yaml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_file_says_what_its_gates_are(write):
    strategy = load_strategy(write(TEXT))
    assert strategy.name == "B cells"
    cells, positive, ratio, quads, rest = strategy.gates
    assert cells.vertices == ((0, 0), (9, 0), (9, 9))
    wide = Dimension(channel="CD19", compensation="FCS", transform=Logicle(262_144, 0.5, 4.5, 0))
    assert positive == Threshold(id="CD19+", parent="cells", dimension=wide, value=0.4)
    channel = Ratio(numerator="FSC-A", denominator="FSC-H")
    bounded = Interval(dimension=Dimension(channel=channel), low=0.8, high=1.2)
    assert ratio == Rectangle(id="ratio", intervals=(bounded,))
    assert isinstance(quads, Quadrants)
    references = (Reference(gate="cells"), Reference(gate="CD19+", complement=True))
    assert rest == Boolean(id="rest", operator=Operator.AND, references=references)
    (matrix,) = strategy.matrices
    assert (matrix.fluorochromes, matrix.coefficients) == (("PE", "FITC"), ((1, 0.1), (0.02, 1)))


def test_a_file_is_known_and_checked_as_a_strategy(write):
    path = write(TEXT)
    assert kind_of_file(path) == "strategy"
    assert check_file(path) == ()
    assert check_file(write(TEXT.replace("parent: cells", "parent: lost"))) == (
        "line 21: gate CD19+ refers to lost, which is no gate here",
    )


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("      - [9, 9]\n", "", "line 13: gate cells: 2 vertices are no polygon"),
        ("scale: wide", "scale: narrow", "line 21: there is no scale called narrow"),
        ("W: 0.5", "W: 9", "line 5: .*logicle: T 262144.0, W 9.0"),
        ("W: 0.5", "W: .nan", "line 5: .*must be a finite number"),
        ("type: logicle", "type: magic", "line 5: scales.wide: Input tag 'magic'"),
        ("above: 0.4", "above: 0.4\n    below: 0.5", "line 21: .*needs either above or below"),
        ("above: 0.4", "over: 0.4", "line 25: gates.1.threshold.over: Extra inputs"),
        ("compensation: mine", "compensation: hers", "gate quads: there is no matrix called hers"),
        ("- cells\n", "- cels\n", "gate rest refers to cels, which is no gate here"),
        ("low: 0.8", "low: 1.8", r"ratio: FSC-A/FSC-H: 1\.8 lies above 1\.2|lies above"),
        ("PE: [1, 0.1]", "PE: [1]", "line 7: .*matrix mine: the coefficients do not fit"),
        ("at: {pe: 5}", "at: {fitc: 5}", "gate quads: quadrant PE low must name dividers"),
        ("id: CD19+", "id: cells", "line 12: two gates are called cells"),
        ("type: and", "type: xor", "gates.4: Input tag 'xor'"),
        ("kind: strategy", "kind: recipe", "line 1: kind: Input should be 'strategy'"),
    ],
)
def test_every_problem_has_its_line(write, old, new, problem):
    assert old in TEXT
    with pytest.raises(PanelError, match=problem):
        load_strategy(write(TEXT.replace(old, new, 1)))


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(strategies())
def test_what_is_written_is_read_again(tmp_path, strategy):
    path = tmp_path / "made.yaml"
    path.write_text(strategy_yaml(strategy), encoding="utf-8")
    again = load_strategy(path)
    assert (again.gates, again.matrices) == (strategy.gates, strategy.matrices)


def test_scales_of_flowjo_and_matrices_are_written_too(write):
    scales = [Asinh(5.0), Clipped(Biex(negative=0.5)), Clipped(Log(1e4, 4.0), 0.0, math.inf)]
    gates = tuple(
        Threshold(id=f"g{n}", dimension=Dimension(channel="X", transform=scale), value=0.5)
        for n, scale in enumerate(scales)
    )
    matrix = SpectrumMatrix(
        id="m", fluorochromes=("no", "1e5"), detectors=("X", "null"), coefficients=((1, 0), (0, 1))
    )
    strategy = Strategy(gates=gates, matrices=(matrix,), name="of FlowJo")
    assert load_strategy(write(strategy_yaml(strategy))) == strategy


def test_a_change_of_one_vertex_changes_one_line(write):
    strategy = load_strategy(write(TEXT))
    moved = load_strategy(write(TEXT.replace("[9, 9]", "[8.5, 9]")))
    before, after = (strategy_yaml(s).splitlines() for s in (strategy, moved))
    changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    assert changed == [("      - [9, 9]", "      - [8.5, 9]")]


def test_a_scale_that_no_file_states_is_refused():
    class Odd:
        def apply(self, events):
            return events

        invert = apply

    gate = Threshold(id="a", dimension=Dimension(channel="X", transform=Odd()), value=1.0)
    with pytest.raises(GateError, match="a strategy file has no scale such as"):
        strategy_yaml(Strategy(gates=(gate,)))


SHIPPED = sorted((builtin_directory() / "strategies").glob("*.yaml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_a_strategy_that_comes_along_replaces_no_population(path):
    assert check_file(path) == ()
    strategy = load_strategy(path)
    assert strategy.name == path.stem  # by which it is called on the command line
    ids = {spelling(name) for gate in strategy.gates for name in (gate.id, *populations_of(gate))}
    names = {spelling(name) for name in replaceable(load_definitions())}
    assert ids & names == set()
    assert "[P]" in read_yaml(path)["reference"]
