"""Calls of real files on a relative scale: ranks count, distances mean nothing."""

from __future__ import annotations

import pytest

from flowpheno.finding import ReasonCode as R
from flowpheno.phenotype import Call, Qualifier
from flowpheno.pipeline.directory import Options, classify_files


@pytest.fixture(scope="module")
def blasts(data_dir):
    paths = sorted((data_dir / "b_all_diagnosis").glob("*.fcs"))[::12]
    run = classify_files(paths, Options(known_bcp_all=True))
    found = [p for s in run.specimens for p in s.tubes[0].phenotypes if p.population == "blasts"]
    assert len(found) >= 6
    return found


@pytest.mark.slow
def test_no_call_rests_on_a_distance(blasts):
    for call in (c for phenotype in blasts for c in phenotype.calls.values()):
        assert (call.shift_log10, call.rmfi, call.stain_index, call.strong) == (None,) * 4
        assert not {Qualifier.DIM, Qualifier.BRIGHT} & set(call.qualifiers)
        if call.marker in {"CD45", "CD58", "CD38"}:
            assert (call.call, call.percent) == (Call.NOT_EVALUABLE, None)
            assert R.SCALE_RELATIVE in call.reasons


@pytest.mark.slow
def test_cd19_of_b_all_is_above_that_of_enough_t_cells(blasts):
    """Against T cells alone; what stands in for them need not be free of CD19 in merged data."""
    calls = [p.call("CD19") for p in blasts if p.call("CD19").control == "T"]
    assert len(calls) >= 3
    assert {call.call for call in calls} == {Call.POSITIVE}


@pytest.mark.slow
def test_a_clone_that_is_not_stated_is_not_taken_for_cd66c(blasts):
    assert {p.call("CD66c").call for p in blasts} == {Call.NOT_REPORTED}
