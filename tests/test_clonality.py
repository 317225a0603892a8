"""Light chains, and the word monoclonal."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowpheno.clonality import NOT_STAINED, Clonality, assess_clonality, clonality_sentence
from flowpheno.finding import ReasonCode
from flowpheno.panel.clonality import load_clonality_rules

RULES = load_clonality_rules()


@pytest.mark.parametrize(
    ("kappa", "lambda_", "n", "expected"),
    [
        (600, 400, 1000, Clonality.POLYTYPIC),
        (750, 250, 1000, Clonality.POLYTYPIC),  # 3:1 is still reactive
        (334, 666, 1000, Clonality.POLYTYPIC),  # 0.5:1
        (300, 700, 1000, Clonality.NOT_ASSESSABLE),  # between 1:3 and 0.5:1
        (790, 210, 1000, Clonality.RESTRICTED),  # beyond 3:1 with its interval
        (79, 21, 100, Clonality.NOT_ASSESSABLE),  # beyond 3:1, the interval is not
        (80, 20, 100, Clonality.RESTRICTED),  # 80 % of one type
        (20, 80, 100, Clonality.RESTRICTED),
        (99, 0, 99, Clonality.NOT_ASSESSABLE),  # too few
        (100, 0, 100, Clonality.RESTRICTED),
        (100, 0, 501, Clonality.NOT_ASSESSABLE),  # 19.96 % carry a chain
        (100, 0, 500, Clonality.RESTRICTED),
        (0, 0, 1000, Clonality.NOT_ASSESSABLE),
        (0, 0, 0, Clonality.NOT_ASSESSABLE),
    ],
)
def test_both_sides_of_every_bound(kappa, lambda_, n, expected):
    assessed = assess_clonality(kappa, lambda_, n, rules=RULES)
    assert assessed.clonality is expected
    limited = ReasonCode.CLONALITY_NOT_ASSESSABLE in assessed.reasons
    assert limited is (expected is Clonality.NOT_ASSESSABLE)


def test_too_few_events_are_named_as_the_reason():
    assert ReasonCode.TOO_FEW_EVENTS in assess_clonality(50, 0, 60, rules=RULES).reasons


@given(kappa=st.integers(0, 2000), lambda_=st.integers(0, 2000), more=st.integers(0, 2000))
def test_kappa_and_lambda_are_judged_alike_where_restricted(kappa, lambda_, more):
    n = kappa + lambda_ + more
    one = assess_clonality(kappa, lambda_, n, rules=RULES).clonality
    other = assess_clonality(lambda_, kappa, n, rules=RULES).clonality
    assert (one is Clonality.RESTRICTED) == (other is Clonality.RESTRICTED)


@pytest.mark.parametrize(("kappa", "lambda_", "n"), [(-1, 0, 5), (0, -1, 5), (3, 3, 5)])
def test_counts_that_do_not_fit_are_refused(kappa, lambda_, n):
    with pytest.raises(ValueError, match="do not fit into"):
        assess_clonality(kappa, lambda_, n, rules=RULES)


def test_the_ratio_has_no_division_by_zero():
    assert assess_clonality(100, 0, 100, rules=RULES).ratio == math.inf
    assert math.isnan(assess_clonality(0, 0, 100, rules=RULES).ratio)


def test_a_homogeneous_phenotype_is_not_called_monoclonal():
    sentence = clonality_sentence(NOT_STAINED, aberrant=True)
    said = "Immunophenotypically aberrant population; clonality not assessable by flow"
    assert sentence.startswith(said)
    assert "IG/TR" in sentence
    assert "monoclonal" not in sentence


def test_light_chains_may_say_more():
    restricted = assess_clonality(950, 50, 1000, rules=RULES)
    assert "light-chain restricted (kappa 950, lambda 50 of 1,000 events" in clonality_sentence(
        restricted, aberrant=True
    )
    polytypic = assess_clonality(600, 400, 1000, rules=RULES)
    assert clonality_sentence(polytypic, aberrant=False).startswith("Population; polytypic")
