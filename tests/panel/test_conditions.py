"""The rule language: words, and what it refuses."""

import pytest
from pydantic import TypeAdapter, ValidationError

from flowpheno.panel.conditions import Condition


def condition(content, markers=None):
    context = None if markers is None else {"markers": frozenset(markers)}
    return TypeAdapter(Condition).validate_python(content, context=context)


def positive(marker: str) -> dict[str, str]:
    return {"marker": marker, "expected": "positive"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (positive("CD19"), "CD19 positive"),
        ({"marker": "CD5", "expected": "negative_or_dim"}, "CD5 negative or dim"),
        (
            {"marker": "CD8", "expected": "negative", "below_percent": 5},
            "CD8 negative (below 5 %)",
        ),
        (
            {"marker": "cyCD3", "surface": "CD3", "expected": "positive"},
            "cyCD3 (or surface CD3) positive",
        ),
        ({"any_of": [positive("CD34"), positive("TdT")]}, "CD34 positive or TdT positive"),
        (
            {"all_of": [positive("CD34"), {"any_of": [positive("CD2"), positive("CD5")]}]},
            "CD34 positive and (CD2 positive or CD5 positive)",
        ),
        (
            {"at_least": 2, "of": [positive("CD13"), positive("CD33")]},
            "at least 2 of: CD13 positive, CD33 positive",
        ),
    ],
)
def test_a_condition_in_words(content, words):
    assert str(condition(content)) == words


def test_leaves_are_all_markers_in_order():
    nested = {
        "all_of": [
            {"any_of": [positive("CD2"), positive("CD5")]},
            {"at_least": 1, "of": [{"marker": "cyCD3", "surface": "CD3", "expected": "strong"}]},
        ]
    }
    leaves = condition(nested).leaves
    assert [m for leaf in leaves for m in leaf.markers] == ["CD2", "CD5", "cyCD3", "CD3"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"marker": "CD19"}, "Field required"),
        ({"marker": "CD19", "expected": "+"}, "Input should be 'positive', 'negative'"),
        ({"marker": "CD19", "expected": "positive", "weight": 1}, "Extra inputs"),
        ({}, "Field required"),
        ("CD19 positive", "should be a valid dictionary"),
        ({"any_of": []}, "at least one is needed"),
        ({"at_least": 3, "of": [positive("CD2")]}, "at least 3 of 1 can never hold"),
        ({"at_least": 0, "of": [positive("CD2")]}, "greater than or equal to 1"),
        (
            {"marker": "cyCD3", "surface": "CD3", "expected": "dim"},
            "surface goes with positive, negative or strong only",
        ),
        (
            {"marker": "cyCD3", "surface": "CD3", "expected": "negative", "below_percent": 5},
            "surface does not go with a bound",
        ),
        ({"marker": "CD8", "expected": "negative", "below_percent": 101}, "less than or equal"),
    ],
)
def test_refusals(content, message):
    with pytest.raises(ValidationError, match=message):
        condition(content)


def test_an_unknown_marker_is_refused_with_those_it_resembles():
    with pytest.raises(ValidationError, match=r"'CD79' is not a marker .*did you mean .*cyCD79a"):
        condition(positive("CD79"), markers=["CD19", "cyCD79a"])
    with pytest.raises(ValidationError, match="'CD3' is not a marker"):
        condition({"marker": "cyCD3", "surface": "CD3", "expected": "positive"}, ["cyCD3"])
    assert condition(positive("CD19"), markers=["CD19"])
