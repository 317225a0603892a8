"""Counts, intervals, limits and words of residual disease."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowpheno.mrd import (
    EXACT_BELOW,
    MrdState,
    assess_mrd,
    categorise,
    events_for_cv,
    events_needed,
    events_note,
    garwood_percent,
    limits,
    mrd_interval,
)
from flowpheno.panel.mrd import load_mrd_rules
from flowpheno.statistics import Interval, wilson_percent

RULES = load_mrd_rules()

# k, N, percent, Wilson, Garwood, CV; the golden table of the specification
GOLDEN = [
    (0, 500_000, 0.0, (0.0, 0.00077), (0.0, 0.00074), None),
    (10, 500_000, 0.002, (0.00109, 0.00368), (0.00096, 0.00368), 32),
    (20, 500_000, 0.004, (0.00259, 0.00618), (0.00244, 0.00618), 22),
    (50, 500_000, 0.010, (0.00759, 0.01318), (0.00742, 0.01318), 14),
    (50, 300_000, 0.01667, (0.01264, 0.02197), (0.01237, 0.02197), 14),
    (40, 4_000_000, 0.001, (0.00073, 0.00136), (0.00071, 0.00136), 16),
    (100, 1_000_000, 0.01, (0.00822, 0.01216), (0.00814, 0.01216), 10),
]


@pytest.mark.parametrize(("k", "n", "percent", "wilson", "garwood", "cv"), GOLDEN)
def test_the_golden_table_holds_to_its_last_digit(k, n, percent, wilson, garwood, cv):
    by_wilson, exact = wilson_percent(k, n), garwood_percent(k, n)
    assert by_wilson.estimate == exact.estimate == pytest.approx(percent, abs=5e-6)
    assert (round(by_wilson.low, 5), round(by_wilson.high, 5)) == wilson
    assert (round(exact.low, 5), round(exact.high, 5)) == garwood
    assert mrd_interval(k, n) == (exact if k < EXACT_BELOW else by_wilson)
    assert cv is None or round(100 / math.sqrt(k)) == cv


def test_nine_events_are_exact_and_ten_are_wilson():
    assert mrd_interval(9, 1000) == garwood_percent(9, 1000)
    assert mrd_interval(10, 1000) == wilson_percent(10, 1000)
    assert RULES.exact_below == EXACT_BELOW


@given(n=st.integers(1, 5_000_000), share=st.floats(0, 1))
def test_the_interval_holds_its_estimate_and_stays_between_0_and_100(n, share):
    interval = mrd_interval(int(n * share), n)
    assert 0 <= interval.low <= interval.estimate <= interval.high <= 100


def test_nothing_counted_gives_nothing():
    assert all(math.isnan(x) for x in (mrd_interval(0, 0).low, *limits(0, 20, 50)))
    result = assess_mrd(0, 0, rules=RULES)
    assert result.state is MrdState.NOT_EVALUABLE
    assert result.term == ""
    assert "not evaluable" in result.sentence


@pytest.mark.parametrize(("k", "n"), [(-1, 10), (11, 10)])
def test_what_is_no_count_is_refused(k, n):
    with pytest.raises(ValueError, match="is not a count"):
        mrd_interval(k, n)


def test_limits_are_events_over_the_denominator():
    assert limits(500_000, 20, 50) == (0.004, 0.01)
    assert limits(10, 20, 50) == (100, 100)


@pytest.mark.parametrize(
    ("fraction", "events", "thousands"),
    [(1e-4, 20, 279), (1e-5, 20, 2790), (1e-4, 50, 622), (1e-5, 50, 6220)],
)
def test_events_needed_for_a_wanted_sensitivity(fraction, events, thousands):
    needed = events_needed(fraction, events, 0.95)
    assert round(needed / 1000, 3 - len(str(thousands))) == thousands


def test_events_needed_is_the_smallest_number_that_suffices():
    from scipy.stats import poisson  # noqa: PLC0415 - oracle

    needed = events_needed(1e-4, 20, 0.95)
    assert poisson.sf(19, needed * 1e-4) >= 0.95 > poisson.sf(19, (needed - 1) * 1e-4)


@pytest.mark.parametrize(
    "arguments", [(0, 20, 0.95), (1.1, 20, 0.95), (1e-4, 0, 0.95), (1e-4, 20, 1)]
)
def test_a_plan_that_cannot_be_made_is_refused(arguments):
    with pytest.raises(ValueError, match="are required"):
        events_needed(*arguments)


@pytest.mark.parametrize(("cv", "events"), [(30, 12), (20, 25), (15, 45), (10, 100)])
def test_events_for_a_counting_error(cv, events):
    assert events_for_cv(cv) == events


def test_a_counting_error_of_zero_is_refused():
    with pytest.raises(ValueError, match="cannot be reached"):
        events_for_cv(0)


@pytest.mark.parametrize(
    ("k", "state", "words"),
    [
        (0, MrdState.NEGATIVE, "not detected, < 0.004 % (LOD): 0 of 500,000 nucleated_all events"),
        (9, MrdState.NEGATIVE, "not detected"),
        (10, MrdState.BELOW_LOD, "below the LOD"),
        (19, MrdState.BELOW_LOD, "not called"),
        (20, MrdState.PNQ, "positive, not quantifiable (PNQ)"),
        (49, MrdState.PNQ, "below the LLOQ of 0.01 %"),
        (50, MrdState.QUANTIFIABLE, "MRD 0.01 % (95 % CI 0.00759-0.0132 %)"),
    ],
)
def test_states_change_on_their_limits(k, state, words):
    result = assess_mrd(k, 500_000, rules=RULES)
    assert result.state is state
    assert words in result.sentence


@pytest.mark.parametrize(
    ("k", "n", "term"),
    [
        (0, 200_000, "complete_response"),
        (0, 199_999, "intermediate"),
        (12, 500_000, "intermediate"),
        (30, 500_000, "intermediate"),
        (60, 1_000_000, "intermediate"),
        (50, 500_000, "failure"),
    ],
)
def test_terminology(k, n, term):
    assert assess_mrd(k, n, rules=RULES).term == getattr(RULES.terminology, term)


def test_an_unknown_denominator_is_refused():
    with pytest.raises(ValueError, match="denominator 'cells' is not one of"):
        assess_mrd(1, 10, rules=RULES, denominator="cells")


@pytest.mark.parametrize(
    ("interval", "category"),
    [
        (Interval(0.09, 0.08, 0.095), "FLR"),
        (Interval(0.09, 0.08, 0.11), "FLR (CI crosses 0.1 %)"),
        (Interval(0.1, 0.1, 0.12), "FMR"),
        (Interval(10, 9, 11), "FHR (CI crosses 10 %)"),
        (Interval(5, 0.05, 11), "FMR (CI crosses 0.1 % and 10 %)"),
        (Interval(math.nan, math.nan, math.nan), "not evaluable"),
    ],
)
def test_a_crossed_bound_is_said(interval, category):
    assert categorise(interval, RULES.protocols["aieop_bfm_d15"]) == category


def test_a_molecular_category_never_meets_a_flow_count():
    with pytest.raises(ValueError, match="pcr does not apply to a flow count"):
        categorise(Interval(1, 1, 1), RULES.protocols["bfm_pcr_tp2"])


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (299_999, "299,999 events: below 300,000, too few for residual disease."),
        (300_000, "300,000 events: below 500,000, the number aimed for."),
        (500_000, "500,000 events: below 4,000,000, the number EuroFlow aims for."),
        (4_000_000, ""),
    ],
)
def test_how_many_events_there_are_is_held_against_what_is_aimed_for(n, said):
    assert events_note(n, RULES) == said
