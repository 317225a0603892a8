"""Membership with its doubt: what is certain is a member, and what is a member is possible."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowpheno.gating.membership import Membership, known
from tests.gating.levels import degrees

# an event's doubt: no member at all, possible only, member, certain
DOUBTS = st.lists(st.integers(0, 3), min_size=0, max_size=40)
TRIPLES = st.integers(0, 40).flatmap(
    lambda n: st.tuples(*[st.lists(st.integers(0, 3), min_size=n, max_size=n)] * 3)
)


def membership(doubts: list[int]) -> Membership:
    degree = np.array(doubts, int)
    return Membership(certain=degree >= 3, mask=degree >= 2, possible=degree >= 1)


@given(TRIPLES)
def test_and_is_the_least_and_or_the_most(lists):
    a, b, _ = lists
    one, other = membership(a), membership(b)
    assert degrees(one & other) == np.minimum(a, b).tolist()
    assert degrees(one | other) == np.maximum(a, b).tolist()


@given(TRIPLES)
def test_what_may_belong_to_the_other_is_no_longer_certain(lists):
    a, b, _ = lists
    left = membership(a) - membership(b)
    assert degrees(left) == np.minimum(a, 3 - np.array(b, int)).tolist()


@given(TRIPLES)
def test_leaving_out_one_after_the_other_is_leaving_out_both(lists):
    a, b, c = map(membership, lists)
    assert degrees(a - b - c) == degrees(a - (b | c))
    assert degrees(a - (b & c)) == degrees((a - b) | (a - c))
    assert degrees((a | b) - c) == degrees((a - c) | (b - c))
    assert degrees((a & b) - c) == degrees((a - c) & (b - c))


@given(DOUBTS)
def test_leaving_out_of_everything_twice_gives_it_back(doubts):
    everything = known(np.ones(len(doubts), bool))
    assert degrees(everything - (everything - membership(doubts))) == doubts


@given(TRIPLES)
def test_a_part_and_the_rest_share_no_member(lists):
    a, b, _ = map(membership, lists)
    part, rest = a & b, a - b
    assert not (part.mask & rest.mask).any()
    assert ((part | rest).mask == a.mask).all()
    assert not (part.certain & rest.possible).any()


@given(TRIPLES)
def test_confidence_is_a_share(lists):
    a, b, _ = map(membership, lists)
    for member in (a, a & b, a | b, a - b):
        assert 0 <= member.confidence <= 1
        assert (member.confidence == 1) == (not (member.possible & ~member.certain).any())


def test_confidence_counts_certain_among_possible():
    assert membership([3, 3, 3, 2, 1, 0, 0]).confidence == pytest.approx(3 / 5)
    assert membership([2, 1]).confidence == 0
    assert membership([0, 0]).confidence == 1
    assert membership([]).confidence == 1


@given(st.lists(st.booleans(), max_size=30))
def test_what_is_known_is_without_doubt(members):
    mask = np.array(members, bool)
    assert degrees(known(mask)) == [3 if m else 0 for m in members]
    assert known(mask).confidence == 1
    assert degrees(known(mask) - known(mask)) == [0] * len(members)
