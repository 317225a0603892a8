"""Pages of a case and of a comparison."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flowpheno.case import (
    CaseFlag,
    CaseState,
    CaseVerdict,
    MissedChance,
    TimelineRow,
    TissueEvidence,
)
from flowpheno.comparison import Comparison, MarkerShift, ShiftCall, Similarity, Stability
from flowpheno.finding import ReasonCode
from flowpheno.marker import Marker
from flowpheno.panel.verdicts import load_verdict_texts
from flowpheno.phenotype import Call, MarkerCall
from flowpheno.report.html import write_case_page, write_comparison_page
from flowpheno.statistics import Interval
from flowpheno.verdict import SpecimenVerdict

NAN = float("nan")
ROW = TimelineRow(
    specimen="A2 <b>",
    label="second aspirate",
    material="bone marrow",
    site="posterior left ilium",
    date="",
    verdict=SpecimenVerdict.NO_ABERRANT_B_PRECURSOR,
    blast_percent=Interval(NAN, NAN, NAN),
    denominator="nucleated_all",
    flow_text="no aberrant events, LOD 0.004 %",
    morphology_text="no blasts",
    tissue=TissueEvidence.NOT_ASSESSED,
    state=CaseState.UNRESOLVED,
    flags=(CaseFlag.DISCORDANT_SPECIMENS,),
    reasons=(ReasonCode.SINGLE_SITE_NEGATIVE,),
    notes=("The two sources name different sites.",),
)
CASE = CaseVerdict(
    patient="seed <i>",
    verdict=CaseState.UNRESOLVED,
    flags=(CaseFlag.DISCORDANT_SPECIMENS,),
    timeline=(ROW,),
    reasons=(ReasonCode.SOURCE_CONFLICT,),
    sentences=("One specimen was negative.",),
    recommendations=("A second site was not sampled.",),
    conflicts=("Text: posterior; legend: anterior.",),
    clonality="not assessable",
    missed=MissedChance(
        n_sites=1, percent={0.5: 52.5}, averaged_percent=40.0, note="Independent sites."
    ),
)


def _shift(marker: str, call: ShiftCall, delta: float) -> MarkerShift:
    side = MarkerCall(marker=Marker(marker), call=Call.POSITIVE)
    low, high = delta - 0.05, delta + 0.05
    return MarkerShift(
        marker=Marker(marker), call=call, diagnosis=side, relapse=side,
        delta_log10=delta, low=low, high=high,
    )  # fmt: skip


COMPARISON = Comparison(
    verdict=Stability.SHIFTED,
    reasons=(),
    shifts=(
        _shift("CD10", ShiftCall.MARKED_DOWN, -1.2),
        _shift("CD20", ShiftCall.UP, 0.41),
        _shift("CD58", ShiftCall.STABLE, 0.02),
        replace(
            _shift("CD38 <b>", ShiftCall.NOT_COMPARABLE, NAN), reasons=(ReasonCode.MARKER_MISSING,)
        ),
    ),
    similarity=Similarity(
        n_comparable=3,
        n_categories=3,
        agreement_percent=66.7,
        kappa=NAN,
        mean_shift_log10=0.54,
        mean_wasserstein=0.5,
        largest_wasserstein=1.2,
    ),
    kept=(Marker("CD58"),),
    lost=(Marker("CD10"),),
    gained=(),
    lost_percent=50.0,
    lineage_switch=False,
    implications=("A shift does not show another clone.",),
)


def test_a_case_page_says_what_the_case_says(tmp_path):
    page = write_case_page(CASE, tmp_path / "new" / "case.html", simulated=True).read_text("utf-8")
    for words in (
        "UNRESOLVED",
        "SIMULATED DATA",
        "RESEARCH USE ONLY",
        "One specimen was negative.",
        "Text: posterior; legend: anterior.",
        "A second site was not sampled.",
        "<b>52.5 %</b>",
        load_verdict_texts().single_site,
        "A2 &lt;b&gt;",
        "seed &lt;i&gt;",
    ):
        assert words in page
    assert "<i>" not in page


@pytest.mark.parametrize("state", CaseState)
def test_every_state_of_a_case_is_explained(tmp_path, state):
    case = replace(CASE, verdict=state, flags=tuple(CaseFlag))
    page = write_case_page(case, tmp_path / "case.html").read_text("utf-8")
    assert load_verdict_texts().cases[state].title in page


def test_the_sentence_on_sites_is_not_said_twice(tmp_path):
    sentence = load_verdict_texts().single_site
    case = replace(CASE, sentences=(f"At one site: {sentence}",))
    assert write_case_page(case, tmp_path / "c.html").read_text("utf-8").count(sentence) == 1


@pytest.mark.parametrize("verdict", Stability)
def test_a_comparison_page_says_marker_by_marker_what_happened(tmp_path, verdict):
    path = write_comparison_page(
        replace(COMPARISON, verdict=verdict), tmp_path / "c.html", names=("D <b>", "R")
    )
    page = path.read_text("utf-8")
    for words in (
        verdict.value,
        "MARKED_DOWN",
        "\N{MINUS SIGN}1.20",
        "D &lt;b&gt;",
        "CD38 &lt;b&gt;",
        "MARKER_MISSING",
        "A shift does not show another clone.",
        "data:image/png",
    ):
        assert words in page


def test_a_comparison_of_nothing_has_no_picture(tmp_path):
    nothing = replace(COMPARISON, shifts=(), lost=(), kept=(), lost_percent=NAN)
    page = write_comparison_page(nothing, tmp_path / "c.html", names=("D", "R")).read_text("utf-8")
    assert "data:image/png" not in page
    assert "<dd>none" in page
