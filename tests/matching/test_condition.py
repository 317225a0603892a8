"""Conditions held against calls: the level by call table, bounds, surface forms."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from flowpheno.marker import Marker
from flowpheno.matching import evaluate, strength, unknown_markers
from flowpheno.panel.conditions import Condition, Level
from flowpheno.phenotype import Call, MarkerCall, Phenotype, Qualifier
from flowpheno.statistics import Interval


def condition(**content):
    return TypeAdapter(Condition).validate_python(content)


def phenotype(*calls):
    return Phenotype(population="blasts", calls={call.marker: call for call in calls})


def call(
    marker: str, state: Call = Call.POSITIVE, *qualifiers: Qualifier, **more: Any
) -> MarkerCall:
    return MarkerCall(marker=Marker(marker), call=state, qualifiers=qualifiers, **more)


YES, NO, OPEN = True, False, None
CALLS = {
    "negative": call("CD10", Call.NEGATIVE),
    "borderline": call("CD10", Call.BORDERLINE),
    "not evaluable": call("CD10", Call.NOT_EVALUABLE),
    "not reported": call("CD10", Call.NOT_REPORTED),
    "positive": call("CD10"),
    "dim": call("CD10", Call.POSITIVE, Qualifier.DIM),
    "bright": call("CD10", Call.POSITIVE, Qualifier.BRIGHT),
    "partial": call("CD10", Call.POSITIVE, Qualifier.PARTIAL),
    "strong": call("CD10", strong=True),
    "weak": call("CD10", strong=False),
    "like normal": call("CD10", shift_log10=0.1),
}
TABLE = {  # level -> truth for each of CALLS, in order
    Level.POSITIVE: (NO, OPEN, OPEN, OPEN, YES, YES, YES, YES, YES, YES, YES),
    Level.NEGATIVE: (YES, OPEN, OPEN, OPEN, NO, NO, NO, NO, NO, NO, NO),
    Level.BRIGHT: (NO, OPEN, OPEN, OPEN, OPEN, NO, YES, OPEN, OPEN, OPEN, NO),
    Level.DIM: (NO, OPEN, OPEN, OPEN, OPEN, YES, NO, OPEN, OPEN, OPEN, NO),
    Level.NEGATIVE_OR_DIM: (YES, OPEN, OPEN, OPEN, OPEN, YES, NO, OPEN, OPEN, OPEN, NO),
    Level.STRONG: (NO, OPEN, OPEN, OPEN, OPEN, OPEN, OPEN, OPEN, YES, NO, OPEN),
    Level.WEAK: (NO, OPEN, OPEN, OPEN, OPEN, OPEN, OPEN, OPEN, NO, YES, OPEN),
}


def test_the_table_is_complete():
    assert set(TABLE) == set(Level)


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("name", CALLS)
def test_level_by_call(level, name):
    expected = TABLE[level][list(CALLS).index(name)]
    assert evaluate(condition(marker="CD10", expected=level), phenotype(CALLS[name])) is expected


@pytest.mark.parametrize("level", Level)
def test_an_absent_marker_is_unknown(level):
    assert evaluate(condition(marker="CD10", expected=level), phenotype()) is None


@pytest.mark.parametrize(
    ("low", "high", "below", "reaches"),
    [
        (4.0, 4.9, YES, NO),
        (4.0, 5.0, OPEN, OPEN),  # the interval touches the bound
        (5.0, 5.0, NO, YES),  # on the bound counts as reaching it
        (4.9, 5.1, OPEN, OPEN),
        (5.1, 6.0, NO, YES),
    ],
)
def test_a_measured_percentage_decides_a_bound(low, high, below, reaches):
    measured = phenotype(call("CD8", percent=Interval((low + high) / 2, low, high)))
    under = condition(marker="CD8", expected="negative", below_percent=5)
    over = condition(marker="CD8", expected="negative", from_percent=5)
    assert evaluate(under, measured) is below
    assert evaluate(over, measured) is reaches


@pytest.mark.parametrize("state", [Call.BORDERLINE, Call.NOT_EVALUABLE])
def test_a_percentage_of_an_unknown_call_decides_nothing(state):
    measured = phenotype(call("CD8", state, percent=Interval(50, 49, 51)))
    assert (
        evaluate(condition(marker="CD8", expected="negative", below_percent=5), measured) is None
    )


def test_without_a_percentage_the_level_decides():
    under = condition(marker="CD8", expected="negative", below_percent=5)
    assert evaluate(under, phenotype(call("CD8", Call.NEGATIVE))) is True
    assert evaluate(under, phenotype(call("CD8"))) is False


NEGATIVE, POSITIVE, ABSENT = Call.NEGATIVE, Call.POSITIVE, Call.NOT_REPORTED


@pytest.mark.parametrize(
    ("cytoplasm", "surface", "expected"),
    [
        (POSITIVE, NEGATIVE, YES),
        (POSITIVE, ABSENT, YES),
        (NEGATIVE, ABSENT, NO),
        (NEGATIVE, NEGATIVE, NO),
        (NEGATIVE, POSITIVE, YES),  # it is in the cell
        (ABSENT, POSITIVE, YES),
        (ABSENT, NEGATIVE, OPEN),  # cyCD3 not done is not cyCD3 negative
        (ABSENT, ABSENT, OPEN),
        (Call.BORDERLINE, NEGATIVE, OPEN),
    ],
)
def test_cytoplasm_and_surface(cytoplasm, surface, expected):
    measured = phenotype(call("cyCD3", cytoplasm), call("CD3", surface))
    shown = condition(marker="cyCD3", surface="CD3", expected="positive")
    absent = condition(marker="cyCD3", surface="CD3", expected="negative")
    assert evaluate(shown, measured) is expected
    assert evaluate(absent, measured) is (None if expected is None else not expected)


def test_one_strong_form_is_strong():
    strong = condition(marker="cyCD3", surface="CD3", expected="strong")
    assert evaluate(strong, phenotype(call("cyCD3", strong=False), call("CD3", strong=True)))
    assert evaluate(strong, phenotype(call("cyCD3"), call("CD3", Call.NEGATIVE))) is None


def test_any_all_and_at_least():
    parts = [{"marker": m, "expected": "positive"} for m in ("CD13", "CD33", "CD117")]
    measured = phenotype(call("CD13"), call("CD33", Call.NEGATIVE))
    assert evaluate(condition(any_of=parts), measured) is True
    assert evaluate(condition(all_of=parts), measured) is False
    assert evaluate(condition(at_least=2, of=parts), measured) is None
    assert unknown_markers(condition(at_least=2, of=parts), measured) == ("CD117",)
    assert unknown_markers(condition(any_of=parts), measured) == ()


@pytest.mark.parametrize("strong", [True, False, None])
def test_strength_of_a_positive_marker_is_what_was_measured(strong):
    assert strength(call("CD19", strong=strong)) is strong


def test_strength_of_a_negative_marker():
    assert strength(call("CD19", Call.NEGATIVE)) is False
    assert strength(call("CD19", Call.BORDERLINE, strong=True)) is None
