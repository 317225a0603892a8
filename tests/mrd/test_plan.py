"""How many cells a sensitivity asks for."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowpheno.mrd import detection_percent, events_needed, plan_mrd
from flowpheno.panel.mrd import load_mrd_rules

RULES = load_mrd_rules()


def test_the_golden_numbers():
    at_1e4, at_1e5 = (plan_mrd(percent, RULES) for percent in (0.01, 0.001))
    assert round(at_1e4.events_lod, -3) == 279_000
    assert round(at_1e4.events_lloq, -3) == 622_000
    assert round(at_1e5.events_lod, -4) == 2_790_000
    assert round(at_1e5.events_lloq, -5) == 6_200_000


def test_what_is_not_usable_is_acquired_on_top():
    half = plan_mrd(0.01, RULES, usable_percent=50)
    assert half.acquired_lod == 2 * half.events_lod


@given(fraction=st.floats(1e-6, 1e-2), events=st.integers(1, 100))
def test_the_planned_number_is_as_sure_as_wanted(fraction, events):
    n = events_needed(fraction, events, 0.95)
    assert detection_percent(fraction, events, n) >= 95 - 1e-6
    assert detection_percent(fraction, events, int(0.99 * n) - 1) < 95


def test_events_at_hand_have_a_chance():
    assert math.isnan(plan_mrd(0.01, RULES).chance_lod)
    plan = plan_mrd(0.01, RULES, n=278_793)
    assert plan.chance_lod == pytest.approx(95, abs=0.01)
    assert plan.chance_lloq < plan.chance_lod
    assert plan_mrd(0.01, RULES, n=0).chance_lod == 0


@pytest.mark.parametrize("usable", [0, -1, 101])
def test_a_share_that_cannot_be_is_refused(usable):
    with pytest.raises(ValueError, match="cannot be usable"):
        plan_mrd(0.01, RULES, usable_percent=usable)
