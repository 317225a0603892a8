"""WHO-HAEM5 lineage criteria."""

import pytest

from flowpheno.lineage.who5 import who5_lineage


@pytest.fixture
def who5(typed, scores):
    return lambda text: who5_lineage(typed(text), scores.who5, scores.evidence)


@pytest.mark.parametrize(
    ("text", "b"),
    [
        ("CD19bright CD10bright", True),
        ("CD19bright CD10dim CD22- cyCD22- cyCD79a-", False),
        ("CD19bright CD10dim", None),
        ("CD19bright cyCD22bright", True),
        ("CD19bright CD22bright", True),
        ("CD19bright cyCD79abright cyCD3-", True),
        ("CD19bright cyCD79abright CD10- cyCD22- CD22- cyCD3+", False),  # T is considered
        ("CD19bright cyCD79abright CD10- cyCD22- CD22- CD3+", False),
        ("CD19bright cyCD79abright CD10- cyCD22- CD22-", None),  # cyCD3 not done
        ("CD19dim CD10bright cyCD22- cyCD79a-", False),  # weak needs two
        ("CD19dim CD10bright cyCD22bright", True),
        ("CD19dim CD10bright cyCD22dim cyCD79abright cyCD3-", True),
        ("CD19dim CD10bright cyCD22dim cyCD79abright cyCD3+", False),
        ("CD19- CD10bright cyCD22bright cyCD79abright cyCD3-", False),
        ("CD19+ CD10+", None),
        ("CD19+ CD10bright cyCD22bright", True),  # strong or weak, both suffice
        ("CD10bright cyCD22bright", None),
    ],
)
def test_b(who5, text, b):
    assert who5(text).b is b


@pytest.mark.parametrize(
    ("text", "t"),
    [
        ("cyCD3bright", True),
        ("CD3bright", True),
        ("cyCD3dim", False),
        ("cyCD3+", None),
        ("cyCD3-", False),
        ("CD3-", None),
        ("CD7bright CD5+", None),
    ],
)
def test_t(who5, text, t):
    assert who5(text).t is t


MONOCYTIC_NEGATIVE = "NSE- CD11c- CD14- CD64- lysozyme-"


@pytest.mark.parametrize(
    ("text", "myeloid"),
    [
        ("MPO bright", True),
        ("MPO dim " + MONOCYTIC_NEGATIVE, False),
        ("MPO- " + MONOCYTIC_NEGATIVE, False),
        ("MPO-", None),
        ("CD14+ CD64+", True),
        ("MPO- " + MONOCYTIC_NEGATIVE.replace("CD14-", "CD14+"), False),
        ("CD13+ CD33+ CD117+", None),
    ],
)
def test_myeloid(who5, text, myeloid):
    assert who5(text).myeloid is myeloid


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("CD19bright CD10bright", "B lineage"),
        ("CD19+ cyCD79a+ CD10+", "B lineage; intensity criterion not evaluable"),
        ("CD19+ cyCD79a+", "B lineage undecided (CD19"),
        ("cyCD3+", "T lineage; intensity criterion not evaluable"),
        ("MPO+", "myeloid lineage; intensity criterion not evaluable"),
        ("CD19bright CD10bright MPO++ cyCD3-", "mixed phenotype: B lineage + myeloid lineage"),
        ("CD19- CD22+ CD79a+", "B lineage criterion not met"),
        (f"CD19- CD3- cyCD3- MPO- {MONOCYTIC_NEGATIVE}", "no lineage criterion met"),
        ("CD34+ cyCD3-", "not evaluable for B, myeloid (CD19"),
    ],
)
def test_words(who5, text, words):
    assert who5(text).text.startswith(words)


def test_the_case_report(who5, case_report):
    result = who5(case_report)
    assert result.text == "B lineage; intensity criterion not evaluable"
    assert (result.b, result.t, result.myeloid, result.mpal) == (None, None, None, None)


def test_mixed_is_decided_by_two_lineages(who5):
    assert who5("CD19bright CD10bright MPO++").mpal is True
    assert who5("CD19bright CD10bright MPO-").mpal is None
    assert who5(f"CD19bright CD10bright cyCD3- MPO- {MONOCYTIC_NEGATIVE}").mpal is False
