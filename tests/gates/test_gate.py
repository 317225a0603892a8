import pytest

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
)

X, Y = Dimension(channel="X"), Dimension(channel="Y")


def _all(name, *needs, parent=""):
    if needs:
        references = tuple(Reference(gate=need) for need in needs)
        return Boolean(id=name, parent=parent, operator=Operator.NOT, references=references)
    return Threshold(id=name, parent=parent, dimension=X, value=0.0)


def _matrix(**changes):
    made = {"id": "m", "fluorochromes": ("r",), "detectors": ("X",), "coefficients": ((1.0,),)}
    return SpectrumMatrix(**(made | changes))


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda: _all(" "), "a gate needs an id"),
        (lambda: Dimension(channel=""), "needs a channel"),
        (lambda: Dimension(channel="X", compensation=""), "needs a channel and a compensation"),
        (lambda: Interval(dimension=X, low=2, high=1), "X: 2 lies above 1"),
        (lambda: Interval(dimension=X, low=float("nan")), "a bound: every number must be finite"),
        (lambda: Rectangle(id="a", intervals=()), "gate a: a rectangle needs a dimension"),
        (lambda: Threshold(id="a", dimension=X, value=float("inf")), "gate a: every number"),
        (lambda: Polygon(id="a", x=X, y=Y, vertices=((0, 0), (1, 1))), "a: 2 vertices are no pol"),
        (
            lambda: Ellipsoid(id="a", dimensions=(X,), mean=(0,), covariance=((1,),)),
            "gate a: mean and covariance do not fit 1 dimensions",
        ),
        (
            lambda: Ellipsoid(id="a", dimensions=(X, Y), mean=(0, 0), covariance=((1, 1), (1, 1))),
            "gate a: covariance or distance encloses nothing",
        ),
        (lambda: Divider(id="d", dimension=X, cuts=(2, 1)), "divider d: needs values that ascend"),
        (lambda: Divider(id="d", dimension=X, cuts=()), "divider d: needs values"),
        (
            lambda: Quadrants(
                id="a",
                dividers=(Divider(id="d", dimension=X, cuts=(1,)),),
                quadrants=(Quadrant(id="q", positions=(("other", 0.0),)),),
            ),
            "gate a: quadrant q must name dividers, each once",
        ),
        (
            lambda: Quadrants(
                id="a", dividers=(Divider(id="d", dimension=X, cuts=(1,)),), quadrants=()
            ),
            "gate a: needs a quadrant",
        ),
        (
            lambda: Boolean(id="a", operator=Operator.AND, references=(Reference(gate="b"),)),
            "gate a: and of 1 gates",
        ),
        (lambda: Ratio(numerator="X", denominator="Y", base=float("nan")), "ratio: every number"),
        (lambda: _matrix(coefficients=((1.0, 2.0),)), "matrix m: the coefficients do not fit"),
        (lambda: _matrix(id="FCS"), "a matrix cannot be called 'FCS'"),
        (
            lambda: _matrix(
                fluorochromes=("r", "r"), detectors=("X", "Y"), coefficients=((1, 0), (0, 1))
            ),
            "matrix m: a name stands twice in r, r",
        ),
        (lambda: Strategy(gates=(_all("a"), _all("a"))), "two gates are called a"),
        (lambda: Strategy(gates=(), matrices=(_matrix(), _matrix())), "two matrices are called m"),
        (lambda: Strategy(gates=(_all("a", parent="b"),)), "gate a refers to b, which is no gate"),
        (lambda: Strategy(gates=(_all("a", "b"),)), "gate a refers to b"),
        (
            lambda: Strategy(gates=(_all("a", "b"), _all("b", "c"), _all("c", "a"))),
            "gates need each other: ",
        ),
        (lambda: Strategy(gates=(_all("a", parent="a"),)), "gates need each other: a > a"),
        (
            lambda: Strategy(
                gates=(
                    Threshold(
                        id="a", dimension=Dimension(channel="X", compensation="m"), value=1.0
                    ),
                )
            ),
            "gate a: there is no matrix called m",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(make, problem):
    with pytest.raises(GateError, match=problem):
        make()


def test_gates_are_sorted_after_what_they_need():
    gates = (_all("c", "b", parent="a"), _all("b", parent="a"), _all("a"))
    assert [gate.id for gate in Strategy(gates=gates).in_order()] == ["a", "b", "c"]


def test_a_very_deep_hierarchy_is_no_problem():
    gates = [_all("g0"), *(_all(f"g{n}", parent=f"g{n - 1}") for n in range(1, 5000))]
    assert len(Strategy(gates=tuple(reversed(gates))).in_order()) == 5000
