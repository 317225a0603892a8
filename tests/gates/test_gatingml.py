"""Gating-ML 2.0 that is not as it must be, and gates it cannot say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowpheno.errors import GateError
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
from flowpheno.gates.gatingml import gatingml_of, read_gatingml, strategy_of_gatingml
from flowpheno.gates.gatingml.names import GATING
from flowpheno.gates.xml import parse_xml
from flowpheno.transform import (
    Asinh,
    Biex,
    Hyperlog,
    Linear,
    Log,
    Logicle,
    ParametrisedAsinh,
)

SPACES = """xmlns:g="http://www.isac-net.org/std/Gating-ML/v2.0/gating"
 xmlns:t="http://www.isac-net.org/std/Gating-ML/v2.0/transformations"
 xmlns:d="http://www.isac-net.org/std/Gating-ML/v2.0/datatypes\""""
RANGE = """<g:RectangleGate g:id="a"><g:dimension g:min="1">
<d:fcs-dimension d:name="X"/></g:dimension></g:RectangleGate>"""


def _read(body):
    return strategy_of_gatingml(
        parse_xml(f"<g:Gating-ML {SPACES}>\n{body}</g:Gating-ML>".encode())
    )


def _dimension(attributes="", channel='<d:fcs-dimension d:name="X"/>'):
    inner = f"<g:dimension {attributes}>{channel}</g:dimension>"
    return f'<g:RectangleGate g:id="a">{inner}</g:RectangleGate>'


def _transformation(inner, name="s"):
    return f'<t:transformation t:id="{name}">{inner}</t:transformation>'


RATIO = _transformation(
    '<t:fratio t:A="1" t:B="0" t:C="0"><d:fcs-dimension d:name="X"/>'
    '<d:fcs-dimension d:name="Y"/></t:fratio>',
    "r",
)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("", "line 1: Gating-ML: holds no gate"),
        (RANGE + RANGE, "line 1: two gates are called a"),
        (RANGE.replace("RectangleGate", "OvalGate"), "line 4: OvalGate: is not of Gating-ML 2.0"),
        (RANGE.replace(' g:id="a"', ""), "line 4: RectangleGate: has no id"),
        (RANGE.replace('"a"', '"a" g:parent_id="b"'), "gate a refers to b, which is no gate here"),
        (_dimension('g:min="x"'), "line 4: dimension: min is no number: 'x'"),
        (_dimension('g:min="inf"'), "line 4: dimension: min is not finite"),
        (_dimension('g:min="2" g:max="1"'), r"line 4: X: 2\.0 lies above 1\.0"),
        (_dimension('g:transformation-ref="s"'), "line 4: dimension: there is no transformation"),
        (_dimension('g:compensation-ref="m"'), "gate a: there is no matrix called m"),
        (_dimension(channel=""), "line 4: dimension: names 0 channels, must name one"),
        (RATIO + _dimension('g:transformation-ref="r"'), "dimension: r is a ratio, no scale"),
        (
            _transformation('<t:flog t:T="1" t:M="1"/>')
            + _dimension(channel='<d:new-dimension d:transformation-ref="s"/>'),
            "line 4: new-dimension: must refer to a ratio",
        ),
        (_transformation(""), "line 4: transformation: defines no one transformation"),
        (_transformation("<t:cube/>"), "line 4: cube: is no transformation of Gating-ML 2.0"),
        (_transformation('<t:flog t:T="1"/>'), "line 4: flog: has no M"),
        (_transformation('<t:flog t:T="-1" t:M="1"/>'), r"line 4: log: T -1\.0 and M 1\.0"),
        (RATIO + RATIO, "line 4: transformation: there are two called r"),
        (
            '<t:spectrumMatrix t:id="m" t:matrix-inverted-already="true"/>',
            "line 4: spectrumMatrix: holds an inverted matrix",
        ),
        (
            '<t:spectrumMatrix t:id="m"><t:fluorochromes/><t:detectors/></t:spectrumMatrix>',
            "line 4: matrix m: the coefficients do not fit 0 fluorochromes",
        ),
        ('<g:PolygonGate g:id="a"/>', "line 4: PolygonGate: a polygon has two dimensions"),
        ('<g:EllipsoidGate g:id="a"/>', "line 4: EllipsoidGate: needs one covarianceMatrix"),
        ('<g:BooleanGate g:id="a"/>', "line 4: BooleanGate: needs one of and, or, not"),
        ('<g:BooleanGate g:id="a"><g:and/></g:BooleanGate>', "line 4: gate a: and of 0 gates"),
        ('<g:QuadrantGate g:id="a"/>', "line 4: gate a: needs a quadrant"),
    ],
)
def test_a_document_that_is_not_as_it_must_be_is_refused(body, problem):
    with pytest.raises(GateError, match=problem):
        _read(body)


def test_only_gating_ml_is_read(tmp_path):
    path = tmp_path / "other.xml"
    path.write_text("<Workspace/>", encoding="utf-8")
    with pytest.raises(GateError, match=r"other\.xml: line 1: Workspace: is not the root of a Ga"):
        read_gatingml(path)


def test_what_others_write_beside_gates_is_passed_over():
    strategy = _read(f"<d:custom_info><g:RectangleGate/></d:custom_info><other>{RANGE}</other>")
    assert [gate.id for gate in strategy.gates] == ["a"]


@pytest.mark.parametrize("scale", [Asinh(5.0), Biex()], ids=["asinh", "biex"])
def test_a_scale_that_gating_ml_has_not_is_refused(scale):
    gate = Threshold(id="a", dimension=Dimension(channel="X", transform=scale), value=0.0)
    with pytest.raises(GateError, match=r"gate a: Gating-ML 2\.0 has no scale such as"):
        gatingml_of(Strategy(gates=(gate,)))


def test_a_character_that_xml_has_not_is_refused():
    gate = Threshold(id="a\x01", dimension=Dimension(channel="X"), value=0.0)
    with pytest.raises(GateError, match="holds a character that XML does not have"):
        gatingml_of(Strategy(gates=(gate,)))


def test_ids_that_are_no_xml_names_are_noted_and_found_again():
    x = Dimension(channel="X", compensation="my matrix")
    matrix = SpectrumMatrix(
        id="my matrix", fluorochromes=("X",), detectors=("X",), coefficients=((1.0,),)
    )
    divider = Divider(id="a", dimension=x, cuts=(1.0,))
    gates = (
        Threshold(id="a b", dimension=x, value=1.0),
        Threshold(id="a_b", parent="a b", dimension=x, value=1.0),
        Threshold(id="1", parent="a_b", dimension=x, value=1.0),
        Quadrants(
            id="a",
            parent="1",
            dividers=(divider,),
            quadrants=(Quadrant(id="a+", positions=(("a", 2.0),)),),
        ),
    )
    text = gatingml_of(Strategy(gates=gates, matrices=(matrix,)))
    root = parse_xml(text.encode())
    ids = [e.attributes.get((GATING, "id")) for e in root.children]
    assert [name for name in ids if name] == ["a_b_2", "a_b", "_1", "a"]
    again = strategy_of_gatingml(root)
    assert [gate.id for gate in again.gates] == ["a b", "a_b", "1", "a"]
    assert [gate.parent for gate in again.gates] == ["", "a b", "a_b", "1"]
    assert again.gates[3] == gates[3]
    assert again.matrices == (matrix,)


NUMBERS = st.floats(-1e6, 1e6, allow_subnormal=False)
NAMES = st.text(st.characters(categories=["L", "N", "P"], codec="utf-8"), min_size=1, max_size=8)
SCALES = st.one_of(
    st.none(),
    st.builds(Linear, st.floats(1, 1e6), st.floats(0, 1)),
    st.builds(Log, st.floats(1, 1e6), st.floats(1, 6)),
    st.builds(ParametrisedAsinh, st.floats(1, 1e6), st.floats(2, 6), st.floats(0, 1)),
    st.builds(Logicle, st.floats(1, 1e6), st.floats(0, 1), st.floats(3, 6), st.floats(0, 0.5)),
    st.builds(Hyperlog, st.floats(1, 1e6), st.floats(0.1, 1), st.floats(3, 6), st.floats(0, 0.5)),
)
CHANNELS = st.one_of(
    NAMES,
    st.builds(Ratio, numerator=NAMES, denominator=NAMES, factor=NUMBERS, shift=NUMBERS),
)
DIMENSIONS = st.builds(
    Dimension,
    channel=CHANNELS,
    compensation=st.sampled_from(["FCS", "uncompensated"]),
    transform=SCALES,
)


@st.composite
def strategies(draw):
    """A rectangle, a polygon in it, an ellipsoid, quadrants and a Boolean of them."""
    x, y = draw(DIMENSIONS), draw(DIMENSIONS)
    low = draw(st.none() | NUMBERS)
    cuts = sorted(set(draw(st.lists(NUMBERS, min_size=1, max_size=3))))
    corners = draw(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=3, max_size=6))
    gates = (
        Rectangle(id="box", intervals=(Interval(dimension=x, low=low), Interval(dimension=y))),
        Polygon(id="poly", parent="box", x=x, y=y, vertices=tuple(corners)),
        Ellipsoid(
            id="round",
            dimensions=(x, y),
            mean=(draw(NUMBERS), draw(NUMBERS)),
            covariance=((2.0, draw(st.floats(-1, 1))), (0.1, 2.0)),
        ),
        Quadrants(
            id="quads",
            parent="poly",
            dividers=(Divider(id="d", dimension=x, cuts=tuple(cuts)),),
            quadrants=(Quadrant(id="q & <r>", positions=(("d", draw(NUMBERS)),)),),
        ),
        Boolean(
            id="both",
            operator=draw(st.sampled_from([Operator.AND, Operator.OR])),
            references=(
                Reference(gate="q & <r>", complement=draw(st.booleans())),
                Reference(gate="round"),
            ),
        ),
    )
    return Strategy(gates=gates)


@settings(deadline=None)
@given(strategies())
def test_what_is_written_is_read_again(strategy):
    assert strategy_of_gatingml(parse_xml(gatingml_of(strategy).encode())) == strategy


def test_a_threshold_becomes_a_rectangle_of_the_same_events(make_sample):
    gate = Threshold(id="a", dimension=Dimension(channel="X"), value=0.5, above=False)
    strategy = Strategy(gates=(gate,))
    again = strategy_of_gatingml(parse_xml(gatingml_of(strategy).encode()))
    assert isinstance(again.gates[0], Rectangle)
    sample = make_sample({"X": [0.4, 0.5, np.nan]})
    masks = [evaluate(one, sample).populations["a"].mask.tolist() for one in (strategy, again)]
    assert masks == [[True, False, False]] * 2
