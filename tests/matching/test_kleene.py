"""Kleene's tables."""

import pytest

from flowpheno.matching import at_least, negate


@pytest.mark.parametrize(("truth", "expected"), [(True, False), (False, True), (None, None)])
def test_negation(truth, expected):
    assert negate(truth) is expected


OR = {
    (True, True): True,
    (True, False): True,
    (True, None): True,
    (False, False): False,
    (False, None): None,
    (None, None): None,
}
AND = {
    (True, True): True,
    (True, False): False,
    (True, None): None,
    (False, False): False,
    (False, None): False,
    (None, None): None,
}


@pytest.mark.parametrize(("truths", "expected"), OR.items())
def test_or_is_at_least_one(truths, expected):
    assert at_least(1, truths) is expected
    assert at_least(1, truths[::-1]) is expected


@pytest.mark.parametrize(("truths", "expected"), AND.items())
def test_and_is_at_least_all(truths, expected):
    assert at_least(2, truths) is expected
    assert at_least(2, truths[::-1]) is expected


@pytest.mark.parametrize(
    ("truths", "expected"),
    [
        ((True, True, False), True),
        ((True, False, False), False),
        ((True, None, False), None),
        ((None, None, False), None),
        ((None, False, False), False),
        ((True, True, None), True),
        ((), False),
    ],
)
def test_two_of_some(truths, expected):
    assert at_least(2, truths) is expected


def test_none_of_nothing_is_needed():
    assert at_least(0, ()) is True
