"""Which tube a specimen's files are, in the results; genotypes suggested, deciding nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.finding import ReasonCode, Severity
from flowpheno.panel.definitions import load_definitions
from flowpheno.panel.tubes import builtin_tubes
from flowpheno.pipeline.directory import make_run
from flowpheno.pipeline.recognising import recognise_tube
from flowpheno.pipeline.specimen import classify_specimen
from flowpheno.report.html import write_report
from flowpheno.results import read_results, write_results
from flowpheno.simulation import BlastRequest, load_specification, simulate_tube
from flowpheno.specimen import Specimen

TUBE = "euroflow_bcp_all_dx_t1"
DEFINITIONS = load_definitions()


def simulated(fraction):
    return simulate_tube(
        load_specification(),
        builtin_tubes()[TUBE],
        rng=np.random.default_rng(8),
        n_events=8_000,
        blasts=BlastRequest(fraction=fraction, archetype="BCR_ABL1") if fraction else None,
        name="marrow",
    ).sample


@pytest.fixture(scope="module")
def positive():
    return simulated(0.5)


@pytest.fixture(scope="module")
def result(positive):
    specimen = Specimen(name="a", tubes=(positive,), known_bcp_all=True)
    return classify_specimen(specimen, DEFINITIONS)


def unlike(sample):
    """The same events, three of eight channels without a marker."""
    channels = [
        replace(c, marker=None) if c.marker in {"CD58", "CD66c", "CD38"} else c
        for c in sample.channels
    ]
    return replace(sample, channels=tuple(channels))


def test_the_tube_and_its_differences_are_in_the_results(result):
    (tube,) = result.tubes
    assert tube.recognition is not None
    assert (tube.recognition.tube, tube.recognition.score) == (TUBE, 1.0)
    assert not any(f.code is ReasonCode.PANEL_UNRECOGNISED for f in tube.findings)


def test_a_tube_that_is_none_is_a_note_that_changes_no_verdict(positive, result):
    found, notes = recognise_tube(unlike(positive), DEFINITIONS)
    assert not found.recognised
    assert set(found.missing) == {"CD58", "CD66c", "CD38"}
    (note,) = notes
    assert (note.code, note.severity) == (ReasonCode.PANEL_UNRECOGNISED, Severity.NOTE)
    assert note.message.startswith(f"the tube is not recognised; nearest {TUBE}")
    strange = replace(DEFINITIONS, tubes={})
    specimen = Specimen(name="a", tubes=(positive,), known_bcp_all=True)
    other = classify_specimen(specimen, strange)
    assert other.verdict == result.verdict
    codes = [f.code for f in other.tubes[0].findings]
    assert ReasonCode.PANEL_UNRECOGNISED in codes
    assert ReasonCode.PANEL_UNRECOGNISED not in other.verdict.reasons


def test_a_positive_is_held_against_the_genotypes(result):
    found = {match.name: match for match in result.suggestions}
    assert set(found) == {one.name for one in DEFINITIONS.suggestions}
    assert all(match.deciding for match in found.values() if match.outcome == "undetermined")


def test_without_a_positive_no_genotype_is_suggested():
    specimen = Specimen(name="a", tubes=(simulated(0.0),))
    assert classify_specimen(specimen, DEFINITIONS).suggestions == ()


def test_suggestions_bear_on_no_verdict(positive, result):
    specimen = Specimen(name="a", tubes=(positive,), known_bcp_all=True)
    without = classify_specimen(specimen, replace(DEFINITIONS, suggestions=()))
    assert without.suggestions == ()
    assert without.verdict == result.verdict


def test_all_of_it_is_written_read_and_shown(result, tmp_path):
    own = replace(DEFINITIONS, overridden=("qc.yaml",))
    write_results(make_run([result], own, simulated=True), tmp_path)
    run = read_results(tmp_path)
    (specimen,) = run.specimens
    assert specimen.tubes[0].recognition == result.tubes[0].recognition
    assert specimen.suggestions == result.suggestions
    assert run.overridden == ("qc.yaml",)
    write_report(run, tmp_path)
    page = (tmp_path / "report" / "a.html").read_text(encoding="utf-8")
    assert f"Panel: {TUBE} (1.00)" in page
    assert "Genotypes to test for" in page
    assert "laboratory&#39;s own: qc.yaml" in page or "laboratory's own: qc.yaml" in page
    for match in result.suggestions:
        assert (f"Suggests {match.entity}, confirm genetically" in page) == (
            match.outcome == "match"
        )
