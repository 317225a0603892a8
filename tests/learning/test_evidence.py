"""What a model says of a tube, and when it disagrees."""

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.finding import ReasonCode, Severity
from flowpheno.learning import consult
from flowpheno.learning import evidence as module

LOD = 20


class _Tube:
    def __init__(self, cells):
        self.nucleated = np.zeros(cells.n_events, bool)
        self.nucleated[cells.rows] = True


@pytest.fixture
def ask(trained, limits, monkeypatch):
    """Ask the small model about cells made by hand."""

    def of(cells, found=None, **changes):
        monkeypatch.setattr(module, "tube_cells", lambda *_: cells)
        blasts = np.zeros(cells.n_events, bool)
        if found is not None:
            blasts[cells.rows] = found
        model = replace(trained.model, **changes)
        return consult(_Tube(cells), blasts, model, limits, lod_events=LOD)

    return of


def _codes(evidence):
    return [finding.code for finding in evidence.findings]


def test_every_nucleated_cell_has_a_probability(ask, make_cells):
    cells, blasts = make_cells(70)
    evidence = ask(cells, blasts)
    assert evidence.probability.shape == (cells.n_events,)
    known = np.isfinite(evidence.probability)
    assert np.array_equal(np.flatnonzero(known), cells.rows)
    assert evidence.probability[known].min() >= 0
    assert evidence.probability[known].max() <= 1
    assert ((evidence.probability[cells.rows] > 0.5) == blasts).mean() > 0.97


def test_it_says_how_many_and_of_what(ask, make_cells):
    cells, blasts = make_cells(70)
    (finding,) = ask(cells, blasts).findings
    assert finding.code is ReasonCode.MODEL_EVIDENCE
    assert finding.severity is Severity.NOTE
    assert "events a blast probability above 0.5 (2" in finding.message
    assert "% of nucleated)" in finding.message
    assert "of the 120 found are among them" in finding.message
    assert finding.value == pytest.approx(20, abs=1)


def test_it_disagrees_where_the_search_found_nothing(ask, make_cells):
    first, *_ = ask(make_cells(70)[0]).findings
    assert first.code is ReasonCode.MODEL_DISAGREES
    assert first.severity is Severity.WARNING
    assert "the search found nothing" in first.message


def test_it_disagrees_where_the_search_found_too_few(ask, make_cells):
    cells, blasts = make_cells(70)
    some = blasts & (np.cumsum(blasts) < LOD)
    first, *_ = ask(cells, some).findings
    assert first.code is ReasonCode.MODEL_DISAGREES
    assert "the search found only 19 cells" in first.message


def test_it_does_not_disagree_where_the_search_found_the_cells(ask, make_cells):
    cells, blasts = make_cells(70)
    assert ReasonCode.MODEL_DISAGREES not in _codes(ask(cells, blasts))


def test_it_does_not_disagree_without_blasts(ask, make_cells):
    assert _codes(ask(make_cells(70, share=0)[0])) == [ReasonCode.MODEL_EVIDENCE]


def test_what_is_expected_without_blasts_is_no_disagreement(ask, make_cells):
    cells, _ = make_cells(70, share=0.05)
    assert ReasonCode.MODEL_DISAGREES in _codes(ask(cells))
    assert ReasonCode.MODEL_DISAGREES not in _codes(ask(cells, false_shares={0.5: 0.04}))


def test_it_disagrees_at_any_of_its_probabilities(ask, make_cells):
    cells, _ = make_cells(70)
    shares = {0.5: 1.0, 0.9: 0.0}
    first, *_ = ask(cells, false_shares=shares).findings
    assert first.code is ReasonCode.MODEL_DISAGREES
    assert "above 0.9" in first.message


def test_where_it_does_not_apply_it_says_why_and_nothing_else(ask, make_cells):
    cells, _ = make_cells(70)
    evidence = ask(replace(cells, scale="relative"))
    assert np.isnan(evidence.probability).all()
    (finding,) = evidence.findings
    assert finding.code is ReasonCode.MODEL_NOT_APPLICABLE
    assert finding.severity is Severity.WARNING
    assert "does not apply: the scale of the file is relative" in finding.message


def test_a_marker_that_it_does_not_know_is_named(ask, make_cells):
    cells, blasts = make_cells(70, columns=("CD10", "CD45", "CD99", "FSC", "SSC"))
    *_, last = ask(cells, blasts).findings
    assert last.message == "the learned model knows nothing of CD99"
