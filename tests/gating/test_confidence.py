"""Agreement of cuts by the events they make positive, and their stability."""

from __future__ import annotations

import numpy as np
import pytest

from flowpheno.gating.confidence import agreement, stability

HUNDRED = np.arange(100.0)


@pytest.mark.parametrize(
    ("cut", "others", "expected"),
    [
        (49.0, [49.0], 1.0),
        (49.0, [74.0], 0.5),  # 25 of 50
        (74.0, [49.0], 0.5),
        (49.0, [49.0, 74.0], 0.75),
        (49.0, [200.0], 0.0),
        (300.0, [200.0], 1.0),  # nothing is positive by either
        (49.0, [], 1.0),
    ],
)
def test_cuts_agree_by_the_events_above_both(cut, others, expected):
    assert agreement(HUNDRED, cut, others) == expected


def again(ordered, find, **options):
    return stability(ordered, 49.0, find, bandwidth=2.0, replicates=10, **{"seed": 1, **options})


def test_a_cut_found_again_is_stable():
    assert again(HUNDRED, lambda _: 49.0) == 1.0


def test_a_cut_lost_every_second_time_is_half_as_stable():
    answers = iter([49.0, None] * 5)
    assert again(HUNDRED, lambda _: next(answers)) == 0.5


def test_events_are_drawn_again_and_none_are_lost():
    heights = []
    again(HUNDRED, lambda curve: heights.append(curve.height) or 49.0)
    sums = [height.sum() for height in heights]
    np.testing.assert_allclose(sums, 100, rtol=0.02)
    assert len({tuple(height) for height in heights}) == 10


def test_no_events_show_nothing():
    assert again(np.empty(0), lambda _: 49.0) == 0.0
