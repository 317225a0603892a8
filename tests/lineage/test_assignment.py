"""What the scores come to."""

import pytest

from flowpheno.lineage import Lineage, score_lineage

B, T, MYELOID, MPAL, OPEN = Lineage


@pytest.fixture
def lineage(typed, scores):
    return lambda text: score_lineage(typed(text), scores).lineage


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", OPEN),
        ("CD34+ CD38+ HLA-DR+", OPEN),
        ("CD19+", OPEN),
        ("CD19dim", OPEN),
        ("CD19dim CD13+ CD33+ CD34+ CD56+", OPEN),
        ("CD19+ CD10+", OPEN),  # neither CD22 nor CD79a, intensity unknown
        ("CD19bright CD10bright", B),
        ("CD19+ CD22+", B),
        ("CD19+ cyCD79a+ cyCD3- MPO-", B),
        ("CD19- CD22+ CD24+ cyCD79a+ CD10+", B),  # after therapy against CD19
        ("CD10- CD19+ cyCD79a+ CD15+ NG2+ cyCD3- MPO-", B),
        # myeloid co-expression, MPO excluded and not
        ("CD19+ CD22+ CD13+ CD33+ CD15+ MPO-", B),
        ("CD19+ CD22+ CD13+ CD33+ MPO+/-", B),
        ("CD19+ CD22+ CD13+ CD33+ CD15+", OPEN),
        # T
        ("cyCD3+", T),
        ("CD3+ CD5+", T),
        ("CD7+ CD5+ CD2+", OPEN),
        ("cyCD3+ CD7+ CD19- cyCD79adim CD10+ TdT+", T),
        ("cyCD3+ CD7+ cyCD79a+ CD10+ TdT+", T),
        ("cyCD3dim CD7+ CD34+ CD117+ CD19- MPO-", T),
        # myeloid
        ("MPO+ CD13+ CD33+", MYELOID),
        ("MPO dim CD13+ CD33+ CD117+ CD19-", MYELOID),
        ("CD14+ CD64+", MYELOID),
        ("CD14+", OPEN),
        ("CD13+ CD33+ CD117+", OPEN),
        ("MPO+ CD13+ CD34+ CD19dim cyCD79adim", MYELOID),  # t(8;21)
        ("MPO dim CD13+ CD34+ CD19dim cyCD79adim CD10-", MYELOID),
        ("MPO+ CD19- cyCD79a+ CD22+", MYELOID),
        # mixed
        ("MPO+ CD19bright CD10bright", MPAL),
        ("MPO+ CD19+ cyCD79a+ CD10+ CD22+", MPAL),
        ("MPO+ cyCD3+", MPAL),
        ("cyCD3+ CD19bright CD10bright", MPAL),
        ("CD14+ CD64+ CD19bright CD10bright", MPAL),
        # weak MPO or CD3 against a criterion of B that is met: neither
        ("MPO dim CD19bright CD10bright", OPEN),
        ("cyCD3dim CD19bright CD10bright", OPEN),
        ("MPO dim cyCD3dim", OPEN),
    ],
)
def test_lineage(lineage, text, expected):
    assert lineage(text) is expected


BASES = ("CD19bright CD10bright cyCD79abright", "CD19+ cyCD79a+ CD22+ CD10+", "")


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("other", ["MPO+", "cyCD3+", "CD3+", "CD14+ CD64+", "MPO++", "cyCD3++"])
def test_evidence_of_another_lineage_always_wins(lineage, base, other):
    assert lineage(f"{base} {other}") in {T, MYELOID, MPAL}


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("state", ["+/-", " not done", " not evaluable", "-"])
def test_an_unknown_marker_is_no_evidence(lineage, base, state):
    assert lineage(f"{base} MPO{state} cyCD3{state}") in {B, OPEN}


def test_the_case_report(typed, scores, case_report):
    result = score_lineage(typed(case_report), scores)
    assert (result.egil.b, result.egil.t, result.egil.myeloid) == (7.0, 1.5, 0.0)
    assert result.egil_stage == "B-II or B-III (cyIgM not done)"
    assert result.who5.text == "B lineage; intensity criterion not evaluable"
    assert result.biphenotypic is None
    assert result.lineage is B
