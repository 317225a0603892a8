"""Blasts that a person drew, cell by cell."""

from __future__ import annotations

import numpy as np
import pytest

from flowpheno.aberrancy.drawn import Found, blasts_by_hand, is_b_lineage
from flowpheno.aberrancy.evidence import AberrancyCall, Detection
from flowpheno.finding import ReasonCode
from flowpheno.marker import Marker
from flowpheno.phenotype import Call, MarkerCall, Phenotype
from flowpheno.population import Population

N = 1000


def _mask(n, start=0):
    mask = np.zeros(N + 300, bool)
    mask[start : start + n] = True
    return mask


def _phenotype(**calls):
    made = {Marker(m): MarkerCall(marker=Marker(m), call=Call(c)) for m, c in calls.items()}
    return Phenotype(population="blasts", calls=made)


def _found(call="not_aberrant", blasts=0, b_lineage=N):
    detection = Detection(
        call=AberrancyCall(call),
        blasts=_mask(blasts),
        aberrancies=(),
        continuum=None,
        score=np.full(N + 300, np.nan, np.float32),
        method="internal",
        findings=(),
    )
    non_b = Population("non_B_blasts", "nucleated", _mask(7, 900))
    return Found(detection=detection, non_b=non_b, b_lineage=_mask(b_lineage))


@pytest.fixture
def judge(make_tube, definitions):
    cells = {"CD19": np.full(N, 1e4), "CD45": 1e4, "SSC": 1e4}
    gated = make_tube({"B_lineage": cells, "T": {"CD19": np.zeros(300), "CD45": 1e4, "SSC": 1e4}})

    def of(drawn, found, phenotype):
        return blasts_by_hand(
            gated, drawn, found, lambda _: phenotype, definitions.aberrancy, known_bcp_all=True
        )

    return of


B = _phenotype(CD19="positive")


@pytest.mark.parametrize(
    ("calls", "inside", "expected"),
    [
        ({"CD19": "positive"}, 50, True),
        ({"CD19": "positive"}, 49, False),  # half of a hundred
        ({"CD19": "negative", "cyCD79a": "positive"}, 100, True),
        ({"CD19": "borderline"}, 100, False),
        ({}, 100, False),
    ],
    ids=str,
)
def test_b_lineage_needs_an_antigen_and_the_gate(calls, inside, expected):
    cells = Population("blasts", "nucleated", _mask(100))
    assert is_b_lineage(cells, _phenotype(**calls), _mask(inside)) is expected


@pytest.mark.parametrize(
    ("overlap", "call"), [(50, AberrancyCall.ABERRANT), (49, AberrancyCall.SUSPICIOUS)]
)
def test_the_search_supports_the_cells_it_found_in_their_greater_part(judge, overlap, call):
    found = _found("aberrant", blasts=overlap)
    detection, _ = judge({"blasts": _mask(100)}, found, B)
    assert detection.call is call
    assert detection.blasts.sum() == 100
    codes = {f.code for f in detection.findings}
    assert (ReasonCode.GATE_BLASTS_UNSUPPORTED in codes) == (call is AberrancyCall.SUSPICIOUS)


def test_what_the_search_finds_suspicious_supports_nothing(judge):
    detection, _ = judge({"blasts": _mask(100)}, _found("suspicious", blasts=100), B)
    assert detection.call is AberrancyCall.SUSPICIOUS
    (finding,) = detection.findings
    assert "100 drawn blasts are not shown to be aberrant: 0 sign(s)" in finding.message
    assert finding.value == 100


@pytest.mark.parametrize(("n", "held"), [(9, 0), (10, 10)])
def test_fewer_than_are_mentioned_are_none(judge, definitions, n, held):
    assert definitions.aberrancy.mention_events == 10
    detection, _ = judge({"blasts": _mask(n)}, _found("aberrant", blasts=300), B)
    assert detection.blasts.sum() == held


@pytest.mark.parametrize(
    "calls",
    [{"CD19": "negative"}, {"CD19": "negative", "CD22": "borderline"}, {}, {"CD3": "positive"}],
    ids=str,
)
def test_cells_without_a_b_antigen_are_blasts_of_another_lineage(judge, calls):
    found = _found("suspicious", blasts=30)
    detection, non_b = judge({"blasts": _mask(100)}, found, _phenotype(**calls))
    assert detection.blasts.sum() == 30  # the search among B precursors stands
    assert non_b.n == 100
    (finding,) = detection.findings
    assert "show no B antigen" in finding.message
    both = {"blasts": _mask(100), "non_B_blasts": _mask(60, 80)}
    assert judge(both, found, _phenotype(**calls))[1].n == 140


def test_undecided_antigens_make_no_other_lineage(judge):
    detection, non_b = judge({"blasts": _mask(100)}, _found(), _phenotype(CD19="not_evaluable"))
    assert detection.call is AberrancyCall.SUSPICIOUS
    assert "not of the B lineage by their markers" in detection.findings[0].message
    assert non_b.n == 7


@pytest.mark.parametrize("name", ["B_lineage", "B_precursors"])
@pytest.mark.parametrize("with_blasts", [True, False])
def test_a_drawn_b_lineage_must_be_one(judge, name, with_blasts):
    found = _found("aberrant", blasts=100, b_lineage=49)
    drawn = {name: _mask(100)} | ({"blasts": _mask(100)} if with_blasts else {})
    detection, _ = judge(drawn, found, B)
    assert detection.call is AberrancyCall.SUSPICIOUS
    assert ReasonCode.GATE_BLASTS_UNSUPPORTED in {f.code for f in detection.findings}
    assert judge({"T": _mask(5)}, found, B)[0] is found.detection


def test_drawn_blasts_of_another_lineage_take_their_place(judge):
    _, non_b = judge({"non_B_blasts": _mask(50)}, _found(), B)
    assert (non_b.name, non_b.parent, non_b.n) == ("non_B_blasts", "nucleated", 50)
