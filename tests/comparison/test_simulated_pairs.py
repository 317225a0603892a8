"""Simulated relapses through the whole chain: antigen loss, lineage switch, MRD, other tubes."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

import flowpheno as fp
from flowpheno.comparison import Series, ShiftCall, Stability
from flowpheno.errors import ResultsError
from flowpheno.finding import ReasonCode
from flowpheno.panel.tubes import builtin_tubes
from flowpheno.simulation import PlannedPair, load_specification, simulate_pair
from flowpheno.specimen import Specimen, Therapy
from flowpheno.verdict import SpecimenVerdict

pytestmark = pytest.mark.slow


@cache
def pair_of(
    scenario="usual", *, tube="lineage_full", percents=(80.0, 60.0), n_events=8000, seed=4
):
    planned = PlannedPair(
        name="pair", tube=tube, archetype="common", scenario=scenario, percents=percents,
        n_events=n_events, seed=seed,
    )  # fmt: skip
    return simulate_pair(load_specification(), builtin_tubes(), planned)


@cache
def judged(sample, *, known=False, therapy=frozenset()):
    specimen = Specimen(
        name=sample.name or "pair", tubes=(sample,), known_bcp_all=known, therapy=therapy
    )
    return fp.classify(specimen).result


def shifts_of(comparison):
    return {shift.marker: shift for shift in comparison.shifts}


def test_a_cd19_negative_relapse_after_cd19_directed_therapy_is_found_and_compared():
    pair = pair_of("cd19_loss")
    later = judged(pair.follow_up.sample, known=True, therapy=frozenset({Therapy.ANTI_CD19}))
    assert later.verdict.verdict is SpecimenVerdict.CONFIRMED_BCP_ALL
    comparison = fp.compare(judged(pair.diagnosis.sample), later)
    cd19 = shifts_of(comparison)["CD19"]
    assert cd19.call is ShiftCall.NOT_COMPARABLE
    assert ReasonCode.CD19_MASKED in cd19.reasons
    assert any("gate on CD19 alone may miss" in said for said in comparison.implications)
    untold = fp.compare(judged(pair.diagnosis.sample), judged(pair.follow_up.sample, known=True))
    cd19 = shifts_of(untold)["CD19"]
    assert cd19.call in {
        ShiftCall.LOSS,
        ShiftCall.MARKED_DOWN,
    }  # positive to negative, or to borderline
    assert any("gate on CD19 alone" in said for said in untold.implications)


def test_a_lineage_switch_is_divergent_and_rejects_no_relapse():
    pair = pair_of("lineage_switch")
    later = judged(pair.follow_up.sample, known=True)
    comparison = fp.compare(judged(pair.diagnosis.sample), later)
    assert comparison.verdict is Stability.DIVERGENT
    assert comparison.lineage_switch
    assert any("does not reject relapse" in said for said in comparison.implications)
    assert any("only by genetic identity" in said for said in comparison.implications)


def test_cells_that_confirm_nothing_by_themselves_are_no_relapse():
    pair = pair_of("steroids")
    first, last = judged(pair.diagnosis.sample), judged(pair.follow_up.sample, known=True)
    for verdict in SpecimenVerdict:
        later = replace(last, verdict=replace(last.verdict, verdict=verdict))
        comparison = fp.compare(first, later)
        said = {finding.code for finding in comparison.findings}
        confirmed = verdict is SpecimenVerdict.CONFIRMED_BCP_ALL
        assert (ReasonCode.RELAPSE_NOT_SHOWN in said) is not confirmed
        assert any("no relapse is shown" in s for s in comparison.implications) is not confirmed


def test_a_trace_is_no_relapse_and_is_not_compared():
    later = judged(pair_of(percents=(80.0, 0.02), n_events=20_000).follow_up.sample, known=True)
    assert later.verdict.verdict is not SpecimenVerdict.CONFIRMED_BCP_ALL
    with pytest.raises(ResultsError, match="no aberrant population to compare"):
        fp.compare(judged(pair_of().diagnosis.sample), later)


def test_different_tubes_compare_what_they_share():
    before = judged(pair_of(tube="euroflow_bcp_all_mrd_t1").diagnosis.sample)
    after = judged(pair_of(tube="aieop_bfm_8c").follow_up.sample, known=True)
    shifts = shifts_of(fp.compare(before, after))
    assert shifts["CD81"].reasons == (ReasonCode.MARKER_MISSING,)
    dyes = [{c.marker: c.fluorochrome for c in r.tubes[0].channels} for r in (before, after)]
    for marker in dyes[0].keys() & dyes[1].keys() & shifts.keys():
        differs = "" not in (dyes[0][marker], dyes[1][marker]) and (
            dyes[0][marker] != dyes[1][marker]
        )
        assert (ReasonCode.FLUOROCHROME_DIFFERS in shifts[marker].reasons) == differs


def test_more_than_two_time_points_are_a_series():
    pair = pair_of("steroids")
    first, last = judged(pair.diagnosis.sample), judged(pair.follow_up.sample, known=True)
    series = fp.compare(first, replace(first, specimen="again"), last)
    assert isinstance(series, Series)
    assert [step.since_previous is None for step in series.steps] == [True, False]
    assert series.steps[0].since_first.verdict is Stability.PHENOTYPE_STABLE
    kept = series.steps[1].since_first.kept
    assert set(series.trackable) <= set(kept)
    assert set(series.table["time"]) == {"again", last.specimen}


def test_the_diagnosis_itself_is_called_the_diagnosis_itself():
    first = judged(pair_of("steroids").diagnosis.sample)
    comparison = fp.compare(first, replace(first, specimen="copy"))
    assert ReasonCode.SAME_SPECIMEN in {finding.code for finding in comparison.findings}
    assert comparison.verdict is Stability.PHENOTYPE_STABLE
