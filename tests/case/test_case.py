"""A patient with several specimens: the published time line, the truth table, the flags."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowpheno.case import (
    Case,
    CaseFlag,
    CaseState,
    Place,
    TissueEvidence,
    averaged_percent,
    find_place,
    judge_case,
    load_case,
    load_case_limits,
    missed_percent,
    missed_sentence,
)
from flowpheno.clonality import Clonality
from flowpheno.finding import ReasonCode
from flowpheno.lineage import Lineage
from flowpheno.statistics import Interval
from flowpheno.verdict import SpecimenVerdict, Verdict

LIMITS = load_case_limits()
CASE_REPORT = Path(__file__).parents[2] / "panels" / "cases" / "case_report.yaml"
SINGLE_SITE = (
    "A negative result from one aspirate site does not exclude marrow or extramedullary relapse; "
    "correlate with imaging, a second site, biopsy and molecular MRD."
)
V, S = SpecimenVerdict, CaseState


def flow(word: SpecimenVerdict, percent: float = math.nan, **more: Any) -> Verdict:
    numbers: dict[str, Any] = {
        "verdict": word,
        "reasons": (),
        "evidence": (),
        "limitations": (),
        "n_blasts": 0,
        "n_nucleated": 300_000,
        "denominator": "nucleated_all",
        "blast_percent": Interval(percent, percent, percent),
        "lod_percent": 0.0067,
        "lloq_percent": 0.0167,
        "hematogone_percent": math.nan,
        "clonality": Clonality.NOT_ASSESSABLE,
        "lineage": Lineage.B,
        "known_bcp_all": True,
        "template": "",
    }
    return Verdict(**{**numbers, **more})


def specimen(name, order=0, **more):
    done = {"id": name, "material": "bone_marrow", "order": order, "flow": "performed"}
    return {**done, **more}


def make_case(*specimens, remissions=({"after": "D"},), imaging=()):
    diagnosis = specimen("D", -1, phase="diagnosis", flow="not_reported", date="2000-01-01")
    return Case.model_validate(
        {
            "patient": "P1",
            "diagnosis": "B-precursor ALL",
            "known_bcp_all": True,
            "remissions": remissions,
            "imaging": imaging,
            "specimens": [diagnosis, *specimens],
        }
    )


def judged(*verdicts, **more):
    names = [f"S{i}" for i in range(len(verdicts))]
    case = make_case(*(specimen(name, i) for i, name in enumerate(names)), **more)
    return judge_case(case, dict(zip(names, verdicts, strict=True)), limits=LIMITS)


# --- the published case ------------------------------------------------------
@pytest.fixture(scope="module")
def published():
    case = load_case(CASE_REPORT)
    confirmed = {"reasons": (ReasonCode.LINEAGE_FROM_HISTORY,)}
    verdicts = {
        "A2": flow(V.NO_ABERRANT_B_PRECURSOR),
        "A3a": flow(V.CONFIRMED_BCP_ALL, 71.5, **confirmed),
        "A3b": flow(V.CONFIRMED_BCP_ALL, 99.5, **confirmed),
    }
    return judge_case(case, verdicts, limits=LIMITS)


@pytest.mark.parametrize(
    ("name", "label", "verdict", "state", "flags"),
    [
        ("D", "after D", V.NOT_ASSESSED, S.UNRESOLVED, ()),
        ("A1", "after A1", V.NOT_ASSESSED, S.UNRESOLVED, ()),
        ("A2", "after A1+A2", V.NO_ABERRANT_B_PRECURSOR, S.UNRESOLVED, ()),
        ("B", "after A1+A2+B", V.NOT_ASSESSED, S.UNRESOLVED, ()),
        (
            "A3a",
            "after A1+A2+B+A3a",
            V.CONFIRMED_BCP_ALL,
            S.RELAPSE_CONFIRMED_BY_FLOW,
            (CaseFlag.DISCORDANT_SPECIMENS,),
        ),
        (
            "A3b",
            "after A1+A2+B+A3a+A3b",
            V.CONFIRMED_BCP_ALL,
            S.RELAPSE_CONFIRMED_BY_FLOW,
            (CaseFlag.DISCORDANT_SPECIMENS,),
        ),
    ],
)
def test_the_published_time_line(published, name, label, verdict, state, flags):
    row = published.after(name)
    assert (row.label, row.verdict, row.state, row.flags) == (label, verdict, state, flags)


def test_the_published_case_ends_confirmed_with_what_stands_beside_it(published):
    assert [row.specimen for row in published.timeline] == ["D", "A1", "A2", "B", "A3a", "A3b"]
    assert published.verdict is S.RELAPSE_CONFIRMED_BY_FLOW
    assert published.flags == (CaseFlag.DISCORDANT_SPECIMENS,)
    assert {
        ReasonCode.SOURCE_CONFLICT,
        ReasonCode.FLOW_NOT_PERFORMED,
        ReasonCode.SINGLE_SITE_NEGATIVE,
        ReasonCode.DX_PHENOTYPE_MISSING,
        ReasonCode.CLONALITY_NOT_ASSESSABLE,
        ReasonCode.LINEAGE_FROM_HISTORY,
    } == set(published.reasons)
    assert SINGLE_SITE in published.sentences
    assert published.missed is not None  # what the negative aspirate had left open
    assert published.missed.n_sites == 1
    said = missed_sentence(published.missed)
    assert "Illustrative" in said
    assert "52.5 % if 50 % of the sites are involved" in said
    assert "95 %" in said


def test_the_contradiction_of_the_source_is_carried(published):
    (conflict,) = published.conflicts
    assert conflict.startswith("A2: the source contradicts itself")
    assert "text: posterior left ilium; legend: anterior left ilium" in conflict
    assert ReasonCode.SOURCE_CONFLICT in published.after("A2").reasons


def test_morphology_is_of_its_own_kind_and_has_no_interval_without_a_count(published):
    text = published.after("A3a").morphology_text
    assert "71.6 % blasts by morphology; CI not computable (n events not reported)" in text
    assert "71.6" not in published.after("A3a").flow_text
    assert "hematogones not excluded" in published.after("A1").morphology_text
    assert "hematogones" not in published.after("A3a").morphology_text
    assert any("not mixed" in said for said in published.sentences)


def test_tissue_supports_and_is_not_scored_as_flow(published):
    row = published.after("B")
    assert row.tissue is TissueEvidence.SUPPORTS_BCP_ALL
    assert row.verdict is V.NOT_ASSESSED
    assert ReasonCode.TISSUE_EVIDENCE_ONLY in row.reasons
    assert published.after("A3a").tissue is TissueEvidence.NOT_ASSESSED


def test_the_negative_states_its_limit(published):
    assert published.after("A2").flow_text == "< 0.0067 % of nucleated_all (LOD)"
    assert SINGLE_SITE in published.after("A2").notes


def test_monoclonal_is_answered_and_the_missing_diagnosis_said(published):
    assert "clonality not assessable by flow" in published.clonality
    assert any("phenotype at diagnosis is not available" in said for said in published.sentences)
    assert any("would allow a comparison" in said for said in published.recommendations)
    assert any("not performed on A1, B" in said for said in published.recommendations)


def test_the_case_file_says_that_its_flow_is_simulated():
    case = load_case(CASE_REPORT)
    assert case.simulated
    files = [str(path) for s in case.specimens for path in s.fcs]
    assert files == ["A2.fcs", "A3a_mrd.fcs", "A3a.fcs", "A3b_mrd.fcs", "A3b.fcs"]


def test_a_row_that_is_not_there_is_refused(published):
    with pytest.raises(KeyError, match="A9"):
        published.after("A9")


# --- truth table -------------------------------------------------------------
@pytest.mark.parametrize(
    ("verdict", "state"),
    [
        (flow(V.CONFIRMED_BCP_ALL, 25), S.RELAPSE_CONFIRMED_BY_FLOW),
        (flow(V.CONFIRMED_BCP_ALL, 24.99), S.RELAPSE_LIKELY_CONFIRM),
        (flow(V.CONFIRMED_BCP_ALL, 5), S.RELAPSE_LIKELY_CONFIRM),
        (flow(V.CONFIRMED_BCP_ALL, 4.99), S.MRD_POSITIVE_AT_SAMPLED_SITES),
        (flow(V.CONFIRMED_BCP_ALL), S.RELAPSE_LIKELY_CONFIRM),
        (flow(V.ABERRANT_LINEAGE_INCOMPLETE, 60), S.RELAPSE_LIKELY_CONFIRM),
        (flow(V.POSITIVE_MRD, 4), S.MRD_POSITIVE_AT_SAMPLED_SITES),
        (flow(V.POSITIVE_MRD, 0.02), S.MRD_POSITIVE_AT_SAMPLED_SITES),
        (flow(V.POSITIVE_LOW_UNQUANT, 0.008), S.MRD_POSITIVE_AT_SAMPLED_SITES),
        (flow(V.SUSPICIOUS, 0.004), S.UNRESOLVED),
        (flow(V.INDETERMINATE), S.UNRESOLVED),
        (flow(V.NOT_ASSESSED), S.UNRESOLVED),
        (flow(V.NOT_B_PRECURSOR_BLASTS, 60), S.UNRESOLVED),
        (flow(V.NO_ABERRANT_B_PRECURSOR, 0), S.NO_EVIDENCE_AT_SAMPLED_SITES),
        (None, S.UNRESOLVED),
    ],
)
def test_one_specimen_after_a_remission(verdict, state):
    assert judged(verdict).verdict is state


@pytest.mark.parametrize("word", list(V))
def test_without_a_remission_nothing_is_a_relapse(word):
    case = judged(flow(word, 80), remissions=())
    assert case.verdict not in {S.RELAPSE_CONFIRMED_BY_FLOW, S.RELAPSE_LIKELY_CONFIRM}
    assert LIMITS.sentences.no_remission in case.sentences


@pytest.mark.parametrize("word", list(V))
def test_the_diagnosis_is_never_a_relapse(word):
    dx = specimen("X", 5, phase="diagnosis")
    case = judge_case(make_case(dx), {"X": flow(word, 80)}, limits=LIMITS)
    assert case.verdict is S.UNRESOLVED
    assert case.flags == ()


@given(words=st.lists(st.sampled_from(list(V)), min_size=1, max_size=6), data=st.data())
def test_the_verdict_is_the_worst_whatever_the_order(words, data):
    verdicts = [flow(word, 40) for word in words]
    shuffled = data.draw(st.permutations(verdicts))
    assert judged(*verdicts).verdict is judged(*shuffled).verdict


@given(words=st.lists(st.sampled_from(list(V)), min_size=1, max_size=5))
def test_a_further_negative_never_takes_a_positive_away(words):
    verdicts = [flow(word, 40) for word in words]
    before = judged(*verdicts).verdict
    after = judged(*verdicts, flow(V.NO_ABERRANT_B_PRECURSOR)).verdict
    assert after is before


@given(words=st.lists(st.sampled_from(list(V)), min_size=1, max_size=5))
def test_no_evidence_needs_every_specimen_assessed_and_says_its_caveat(words):
    case = judged(*(flow(word, 40) for word in words))
    negative = set(words) == {V.NO_ABERRANT_B_PRECURSOR}
    assert (case.verdict is S.NO_EVIDENCE_AT_SAMPLED_SITES) is negative
    assert (SINGLE_SITE in case.sentences) is (V.NO_ABERRANT_B_PRECURSOR in words)


def test_a_small_residue_is_never_called_relapse():
    case = judged(flow(V.POSITIVE_MRD, 0.02))
    assert case.verdict is S.MRD_POSITIVE_AT_SAMPLED_SITES
    assert "not a relapse" in case.sentences[0]


# --- flags -------------------------------------------------------------------
POSITIVE, NEGATIVE = flow(V.CONFIRMED_BCP_ALL, 60), flow(V.NO_ABERRANT_B_PRECURSOR)


def two(first, second, **more):
    dates = [{"date": date} if date else {} for date in (first, second)]
    case = make_case(specimen("P", 0, **dates[0]), specimen("N", 1, **dates[1]), **more)
    return judge_case(case, {"P": POSITIVE, "N": NEGATIVE}, limits=LIMITS)


@pytest.mark.parametrize(
    ("first", "second", "flag"),
    [
        ("2012-05-01", "2012-05-01", CaseFlag.DISCORDANT_SITES),
        ("2012-05-01", "2012-05-15", CaseFlag.DISCORDANT_SITES),
        ("2012-05-15", "2012-05-01", CaseFlag.DISCORDANT_SITES),
        ("2012-05-01", "2012-05-16", CaseFlag.CHANGED_OVER_TIME),
        ("2012-05-01", None, CaseFlag.DISCORDANT_SPECIMENS),
        (None, None, CaseFlag.DISCORDANT_SPECIMENS),
    ],
)
def test_positive_and_negative_specimens_are_flagged(first, second, flag):
    case = two(first, second)
    assert case.flags == (flag,)
    assert case.verdict is S.RELAPSE_CONFIRMED_BY_FLOW


@pytest.mark.parametrize("word", [V.NOT_ASSESSED, V.INDETERMINATE, V.SUSPICIOUS])
def test_what_is_not_negative_is_not_discordant(word):
    assert judged(POSITIVE, flow(word)).flags == ()


# --- remissions --------------------------------------------------------------
@pytest.mark.parametrize(
    ("date", "state"),
    [("2012-05-01", S.UNRESOLVED), ("2012-05-02", S.RELAPSE_CONFIRMED_BY_FLOW)],
)
def test_the_day_of_a_remission_belongs_to_it(date, state):
    case = make_case(specimen("P", 0, date=date), remissions=({"date": "2012-05-01"},))
    assert judge_case(case, {"P": POSITIVE}, limits=LIMITS).verdict is state


def test_a_remission_that_cannot_be_placed_counts_no_relapse():
    case = make_case(specimen("P", 0), remissions=({"date": "2012-05-01"},))
    assert judge_case(case, {"P": POSITIVE}, limits=LIMITS).verdict is S.UNRESOLVED


def test_a_second_remission_opens_a_new_episode_and_the_change_is_flagged():
    case = make_case(
        specimen("P", 0), specimen("N", 1), remissions=({"after": "D"}, {"after": "P"})
    )
    result = judge_case(case, {"P": POSITIVE, "N": NEGATIVE}, limits=LIMITS)
    assert result.after("P").state is S.RELAPSE_CONFIRMED_BY_FLOW
    assert result.verdict is S.NO_EVIDENCE_AT_SAMPLED_SITES
    assert result.flags == (CaseFlag.DISCORDANT_SPECIMENS,)


def test_an_undated_specimen_does_not_fall_back_before_the_remission():
    case = make_case(
        specimen("P", 0, date="2012-06-01"), specimen("N", 1), remissions=({"date": "2012-05-01"},)
    )
    result = judge_case(case, {"P": POSITIVE, "N": NEGATIVE}, limits=LIMITS)
    assert result.verdict is S.RELAPSE_CONFIRMED_BY_FLOW


def test_dates_put_specimens_in_order():
    case = make_case(specimen("L", 0, date="2012-06-01"), specimen("E", 1, date="2012-05-01"))
    rows = judge_case(case, {}, limits=LIMITS).timeline
    assert [row.specimen for row in rows] == ["D", "E", "L"]
    assert rows[1].date == dt.date(2012, 5, 1).isoformat()


# --- verdicts of a person ----------------------------------------------------
def stated(**more):
    verdict = {"verdict": "CONFIRMED_BCP_ALL", "by": "report of the laboratory", **more}
    return judge_case(make_case(specimen("P", verdict=verdict)), {}, limits=LIMITS)


def test_a_stated_percentage_without_events_has_no_interval():
    row = stated(blast_percent=71.6).after("P")
    assert row.flow_text == "71.6 % of nucleated_all; CI not computable (n events not reported)"
    assert row.state is S.RELAPSE_CONFIRMED_BY_FLOW


def test_a_stated_count_has_one():
    row = stated(n_blasts=143, n_nucleated=200).after("P")
    assert row.flow_text == "71.5 % of nucleated_all; 95 % CI 64.9-77.3 %"


def test_a_stated_verdict_without_a_percentage_confirms_nothing():
    assert stated().verdict is S.RELAPSE_LIKELY_CONFIRM


def test_a_stated_negative_carries_the_caveat_and_states_no_limit():
    case = stated(verdict="NO_ABERRANT_B_PRECURSOR")
    assert SINGLE_SITE in case.sentences
    assert case.after("P").flow_text == "LOD not stated"


def test_a_judged_verdict_stands_before_a_stated_one():
    verdict = {"verdict": "NOT_ASSESSED", "by": "report"}
    case = make_case(specimen("P", verdict=verdict))
    assert judge_case(case, {"P": POSITIVE}, limits=LIMITS).verdict is S.RELAPSE_CONFIRMED_BY_FLOW


def test_a_differential_count_has_an_interval():
    seen = {"blast_percent": 71.5, "cells": 200}
    case = make_case(specimen("P", flow="not_performed", morphology=seen))
    text = judge_case(case, {}, limits=LIMITS).after("P").morphology_text
    assert "95 % CI 64.9-77.3 %" in text


@pytest.mark.parametrize(
    ("ihc", "expected"),
    [
        ([], TissueEvidence.NOT_ASSESSED),
        (["CD20"], TissueEvidence.INCONCLUSIVE),
        (["TdT"], TissueEvidence.INCONCLUSIVE),
        (["CD79a", "TdT"], TissueEvidence.SUPPORTS_BCP_ALL),
    ],
)
def test_tissue_needs_lineage_and_immaturity(ihc, expected):
    tissue = specimen("T", material="tissue", flow="not_performed", ihc=ihc)
    result = judge_case(make_case(tissue), {}, limits=LIMITS)
    assert result.after("T").tissue is expected
    assert result.verdict is S.UNRESOLVED


# --- words -------------------------------------------------------------------
def test_light_chains_answer_the_word_monoclonal_where_they_can():
    restricted = flow(V.CONFIRMED_BCP_ALL, 60, clonality=Clonality.RESTRICTED)
    case = judged(restricted)
    assert case.clonality == "S0: restricted by light chains."
    assert ReasonCode.CLONALITY_NOT_ASSESSABLE not in case.reasons
    assert "not assessable" in judged(NEGATIVE).clonality


def test_recommendations_name_what_would_decide_and_order_nothing():
    case = judged(flow(V.INDETERMINATE), flow(V.CONFIRMED_BCP_ALL, 10))
    told = " ".join(case.recommendations)
    assert "The result of S0 is not conclusive" in told
    assert "Independent confirmation" in told
    assert not {"must", "should", "treat"} & set(told.lower().split())


def test_another_lineage_is_told_and_not_lost():
    case = judged(flow(V.NOT_B_PRECURSOR_BLASTS, 60), NEGATIVE)
    assert case.verdict is S.UNRESOLVED
    assert LIMITS.sentences.other_lineage in case.sentences


def test_an_assessed_diagnosis_is_not_missing():
    dx = specimen("X", -2, phase="diagnosis")
    case = judge_case(make_case(dx), {"X": POSITIVE}, limits=LIMITS)
    assert LIMITS.sentences.dx_phenotype not in case.sentences


# --- what negative sites leave open ------------------------------------------
@pytest.mark.parametrize(
    ("involvement", "expected"),
    [
        (0.9, (14.5, 2.1, 0.3)),
        (0.7, (33.5, 11.2, 3.8)),
        (0.5, (52.5, 27.6, 14.5)),
        (0.3, (71.5, 51.1, 36.6)),
    ],
)
def test_the_golden_table_of_missed_patchy_disease(involvement, expected):
    rounded = tuple(round(missed_percent(k, involvement, 0.95), 1) for k in (1, 2, 3))
    assert rounded == pytest.approx(expected, abs=0.051)  # 14.475 is printed as 14.5


@pytest.mark.parametrize("prior", [(1.0, 1.0), (4.0, 2.0)])
@pytest.mark.parametrize("k", [0, 1, 2, 5])
def test_the_average_over_the_prior_is_the_integral(k, prior):
    from scipy.integrate import quad  # noqa: PLC0415 - oracle
    from scipy.stats import beta  # noqa: PLC0415 - oracle

    integral = quad(lambda q: missed_percent(k, q, 0.95) * beta.pdf(q, *prior), 0, 1)[0]
    assert averaged_percent(k, 0.95, prior) == pytest.approx(integral)


def test_negative_sites_are_counted_once_each():
    sites = [
        specimen("N1", 0, site_text="left ilium"),
        specimen("N2", 1, site_text="left ilium"),
        specimen("N3", 2, site_text="right ilium"),
    ]
    verdicts = dict.fromkeys(["N1", "N2", "N3"], NEGATIVE)
    missed = judge_case(make_case(*sites), verdicts, limits=LIMITS).missed
    assert missed is not None
    assert missed.n_sites == 2
    assert missed.percent[0.5] == pytest.approx(27.5625)
    assert "Illustrative" in missed.note
    assert judged(flow(V.INDETERMINATE)).missed is None


# --- refusals ----------------------------------------------------------------
def test_a_verdict_of_a_specimen_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="not in the case: X"):
        judge_case(make_case(specimen("P")), {"X": POSITIVE}, limits=LIMITS)


def test_a_flow_verdict_without_flow_is_refused():
    case = make_case(specimen("P", flow="not_performed"))
    with pytest.raises(ValueError, match="flow is not_performed, yet a verdict was judged"):
        judge_case(case, {"P": POSITIVE}, limits=LIMITS)


# --- other denominators --------------------------------------------------------
@pytest.mark.parametrize(
    ("percent", "counts", "state"),
    [
        (60, (0, 0), S.RELAPSE_LIKELY_CONFIRM),  # of a part: an upper bound confirms nothing
        (4, (0, 0), S.MRD_POSITIVE_AT_SAMPLED_SITES),
        (60, (24_000, 100_000), S.RELAPSE_LIKELY_CONFIRM),
        (60, (25_000, 100_000), S.RELAPSE_CONFIRMED_BY_FLOW),
        (9, (4_000, 100_000), S.MRD_POSITIVE_AT_SAMPLED_SITES),
    ],
)
def test_a_relapse_is_a_share_of_all_nucleated_cells(percent, counts, state):
    n_blasts, n_nucleated = counts
    verdict = replace(
        flow(V.CONFIRMED_BCP_ALL, percent),
        denominator="mononuclear",
        n_blasts=n_blasts,
        n_nucleated=n_nucleated,
        n_denominator=40_000,
    )
    assert judged(verdict).verdict is state


def test_a_stated_denominator_is_kept():
    row = stated(n_blasts=60, n_nucleated=100, denominator="mononuclear").after("P")
    assert row.flow_text.startswith("60 % of mononuclear")
    assert row.state is S.RELAPSE_LIKELY_CONFIRM


# --- what the specimens are ------------------------------------------------------
def test_a_row_says_what_was_taken_from_where_and_after_what():
    taken = specimen(
        "P",
        site_text="posterior ilium",
        laterality="right",
        pull=2,
        therapy=["anti_CD19", "steroids"],
        ihc_negative=["MPO"],
    )
    case = judge_case(make_case(taken), {"P": POSITIVE}, limits=LIMITS)
    row = case.after("P")
    assert (row.laterality, row.pull, row.episode) == ("right", 2, 1)
    assert row.therapy == ("anti_CD19", "steroids")
    assert row.place == Place(name="ilium", side="right", posterior=True)
    assert row.tissue_text == "negative: MPO"
    assert row.tissue is TissueEvidence.INCONCLUSIVE
    assert LIMITS.sentences.cd19_therapy in case.sentences


def test_a_site_of_which_the_source_contradicts_itself_stands_at_both_places(published):
    row = published.after("A2")
    assert (row.place.posterior, row.other_place.posterior) == (True, False)
    assert published.after("A1").other_place is None


@pytest.mark.parametrize(
    ("text", "name", "side", "posterior"),
    [
        ("left ilium and adjacent soft tissue", "ilium", "left", None),
        ("Right posterior iliac crest", "ilium", "right", True),
        ("bilateral testes, then sternum", "testis", "bilateral", None),
    ],
)
def test_words_name_a_place(text, name, side, posterior):
    found = find_place(text, LIMITS.places)
    assert found == Place(name=name, side=side, posterior=posterior)
    assert find_place("somewhere", LIMITS.places) is None


MRI = {"id": "MRI1", "modality": "MRI", "site": "left femur", "finding": "signal lost"}


@pytest.mark.parametrize("suggests", ["disease", "no_disease", "unclear"])
@pytest.mark.parametrize("verdict", [POSITIVE, NEGATIVE, None])
def test_imaging_is_carried_and_alters_no_state(suggests, verdict):
    plain = judged(verdict)
    study = {**MRI, "suggests": suggests}
    case = judged(verdict, imaging=[study])
    assert (case.verdict, case.flags) == (plain.verdict, plain.flags)
    assert (case.imaging[0].finding, case.imaging[0].place.name) == ("signal lost", "femur")
    assert LIMITS.sentences.imaging in case.sentences
    unseen = suggests == "disease" and verdict is not POSITIVE
    assert (LIMITS.sentences.imaging_disease in case.sentences) is unseen


# --- the golden example of the documentation -------------------------------------
@pytest.mark.parametrize("name", ["D", "A1", "A2", "B", "A3a", "A3b"])
def test_the_readme_tells_the_published_time_line_as_it_is_judged(published, name):
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    (told,) = [line for line in readme.splitlines() if line.startswith(f"| {name} |")]
    row = published.after(name)
    cells = [cell.strip() for cell in told.strip("|").split("|")]
    assert f"`{row.verdict}`" in cells[4]
    assert cells[5] == ", ".join(f"`{word}`" for word in (row.state, *row.flags))
    if row.specimen in {"A1", "A3a", "A3b"}:
        assert row.morphology_text.startswith(f"{cells[2]} blasts by morphology")
