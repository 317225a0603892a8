"""Groups and intervals."""

import math

import numpy as np
import pytest

from flowpheno.evaluation.grouping import decades, group_of
from flowpheno.evaluation.summary import bootstrap, summarise
from flowpheno.evaluation.values import EventCounts, SpecimenEvaluation
from flowpheno.panel.evaluation import Bootstrap, Outcome
from flowpheno.verdict import SpecimenVerdict

HOW = Bootstrap(resamples=2000, seed=1)


@pytest.mark.parametrize(
    ("percent", "group"),
    [
        (100.0, ">= 10 %"),
        (10.0, ">= 10 %"),
        (9.999, "1 - 10 %"),
        (1.0, "1 - 10 %"),
        (0.1, "0.1 - 1 %"),
        (0.01, "0.01 - 0.1 %"),
        (0.0099, "< 0.01 %"),
        (math.nan, "blasts, fraction not known"),
    ],
)
def test_a_fraction_on_a_bound_belongs_to_the_group_above(rules, percent, group):
    assert group_of("positive", percent, rules) == group
    assert group_of("CONFIRMED_BCP_ALL", percent, rules) == group


def test_other_expectations_have_groups_of_their_own(rules):
    assert group_of("negative", 0.0, rules) == "no blasts"
    assert group_of("NOT_B_PRECURSOR_BLASTS", 20.0, rules) == "blasts, not B precursor"
    assert group_of("SUSPICIOUS", 20.0, rules) == "expected suspicious"
    assert len(decades(rules)) == 5


def test_every_verdict_counts_as_something(rules):
    assert set(rules.outcomes) == {str(verdict) for verdict in SpecimenVerdict}
    assert Outcome.FAILED not in rules.outcomes.values()


def test_the_bootstrap_covers_the_mean():
    values = np.random.default_rng(3).normal(0.8, 0.1, 200)
    found = bootstrap(values, lambda drawn: drawn.mean(axis=1), HOW)
    half = 1.96 * values.std(ddof=1) / math.sqrt(200)
    assert found.estimate == pytest.approx(values.mean())
    assert found.high - found.low == pytest.approx(2 * half, rel=0.1)


@pytest.mark.parametrize("values", [[], [0.5]])
def test_an_interval_of_less_than_two_is_not_known(values):
    found = bootstrap(np.array(values), lambda drawn: np.median(drawn, axis=1), HOW)
    assert math.isnan(found.low)
    assert math.isnan(found.estimate) == (not values)


def test_totals_with_and_without_blast_free_files(rules):
    def specimen(n_true, n_called, group):
        return SpecimenEvaluation(
            specimen="x",
            expected="positive" if n_true else "negative",
            verdict="POSITIVE_MRD",
            outcome=Outcome.POSITIVE,
            correct=bool(n_true),
            group=group,
            counts=EventCounts(
                n_events=100, n_true=n_true, n_called=n_called, n_both=min(n_true, n_called)
            ),
            true_percent=float(n_true),
            estimated_percent=float(n_called),
        )

    found = [
        specimen(10, 10, ">= 10 %"),
        specimen(5, 0, "1 - 10 %"),
        specimen(0, 0, "no blasts"),
        specimen(0, 3, "no blasts"),
    ]
    groups, (blasts, free, both) = summarise(found, rules)
    assert [g.name for g in groups] == [">= 10 %", "1 - 10 %", "no blasts"]
    assert (blasts.f1_mean.estimate, free.f1_mean.estimate) == (0.5, 0.5)
    assert (blasts.n, free.n, both.n, both.n_f1) == (2, 2, 4, 4)
    assert free.false_calls.k == 2
    assert blasts.within[0.3].k == 1
    assert free.within[0.3].n == 0
    assert blasts.correct.percent.low < 100 == blasts.correct.percent.estimate
