"""The hospital export: what is in it, what never is, and that FHIR takes it."""

import copy
import json
import math

import pytest

from flowpheno.case import judge_case
from flowpheno.errors import ExportError
from flowpheno.hospital import ExportWords, bundle_of_case, validate_bundle
from flowpheno.panel.case import Case, load_case_limits
from flowpheno.panel.fhir import load_fhir_codes
from flowpheno.panel.verdicts import load_verdict_texts
from tests.invented import run_of

ISSUED = "2026-01-02T03:04:05+00:00"
WORDS = ExportWords(texts=load_verdict_texts(), codes=load_fhir_codes())
SPECIMENS = [
    {
        "id": "D",
        "material": "bone_marrow",
        "order": 0,
        "phase": "diagnosis",
        "flow": "not_reported",
    },
    {
        "id": "A1",
        "material": "bone_marrow",
        "site_text": "posterior ilium",
        "laterality": "left",
        "pull": 2,
        "order": 1,
        "flow": "not_performed",
        "morphology": {"blast_percent": 52.2, "cells": 200, "note": "blast-like"},
        "therapy": ["anti_CD19"],
    },
    {
        "id": "B",
        "material": "tissue",
        "order": 2,
        "flow": "not_performed",
        "ihc": ["CD79a", "TdT"],
        "ihc_negative": ["MPO"],
    },
    {"id": "R", "material": "bone_marrow", "order": 3, "flow": "performed"},
]
MRI = {"id": "MRI1", "modality": "MRI", "site": "left femur", "finding": "lesion <b>"}


def made(patient="P1", *, simulated=False, **changes):
    case = Case.model_validate(
        {
            "patient": patient,
            "diagnosis": "B-precursor ALL",
            "known_bcp_all": True,
            "remissions": [{"after": "D"}],
            "specimens": SPECIMENS,
            "imaging": [MRI],
            **changes,
        }
    )
    (result,) = run_of("marrow").specimens
    judged = judge_case(case, {"R": result.verdict}, limits=load_case_limits())
    return bundle_of_case(
        case, judged, {"R": result}, words=WORDS, issued=ISSUED, simulated=simulated
    )


@pytest.fixture
def bundle():
    return made()


@pytest.fixture(autouse=True)
def _models():
    pytest.importorskip("fhir.resources", reason="the extra [fhir] is not installed")


def resources(bundle, kind):
    return [e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == kind]


def observed(bundle, words):
    found = [o for o in resources(bundle, "Observation") if words in o["code"]["text"]]
    assert found, words
    return found


def test_fhir_takes_it(bundle):
    assert validate_bundle(bundle).startswith("4.3")
    assert validate_bundle(json.loads(json.dumps(bundle)))
    assert validate_bundle(made(simulated=True))


def test_one_report_holds_every_observation_of_every_specimen(bundle):
    (report,) = resources(bundle, "DiagnosticReport")
    assert len(resources(bundle, "Specimen")) == len(SPECIMENS)
    assert len(report["result"]) == len(resources(bundle, "Observation"))
    assert report["status"] == "preliminary"
    assert "RESEARCH USE ONLY" in report["conclusion"].upper()
    assert report["conclusionCode"][0]["text"].startswith("RELAPSE_CONFIRMED_BY_FLOW")


def test_evidence_of_one_kind_is_never_in_that_of_another(bundle):
    (morphology,) = observed(bundle, "morphology")
    assert morphology["valueQuantity"]["value"] == 52.2
    assert morphology["component"][0]["valueQuantity"]["value"] == 200
    (tissue,) = observed(bundle, "Immunohistochemistry")
    calls = {c["code"]["text"]: c["valueCodeableConcept"]["text"] for c in tissue["component"]}
    assert calls == {"CD79a": "positive", "TdT": "positive", "MPO": "negative"}
    (imaging,) = observed(bundle, "Imaging")
    assert imaging["valueString"] == "lesion <b>"
    assert "specimen" not in imaging


def test_flow_that_was_not_done_says_why_there_is_no_value(bundle):
    flow = {o["specimen"]["display"]: o for o in observed(bundle, "Immunophenotyping by flow")}
    reasons = {
        name: o["dataAbsentReason"]["coding"][0]["code"]
        for name, o in flow.items()
        if "dataAbsentReason" in o
    }
    assert reasons == {"D": "unknown", "A1": "not-performed", "B": "not-performed"}
    assert flow["R"]["valueCodeableConcept"]["text"].startswith("CONFIRMED_BCP_ALL")


def test_the_share_of_blasts_names_its_denominator_counts_and_limits(bundle):
    (blasts,) = observed(bundle, "Aberrant B-precursor cells")
    assert blasts["code"]["text"].endswith("percent of nucleated_all")
    assert blasts["valueQuantity"]["code"] == "%"
    flow = next(o for o in observed(bundle, "by flow") if "component" in o)
    named = " ".join(c["code"]["text"] for c in flow["component"])
    assert "events of the denominator (nucleated_all)" in named
    assert "95 % confidence interval, low" in named


def test_a_negative_is_below_a_limit_and_no_zero():
    from dataclasses import replace  # noqa: PLC0415 - one use

    from flowpheno.hospital.observations import blast_observation  # noqa: PLC0415 - one use
    from flowpheno.verdict import SpecimenVerdict  # noqa: PLC0415 - one use

    case = Case.model_validate(
        {
            "patient": "P1",
            "diagnosis": "x",
            "known_bcp_all": True,
            "specimens": SPECIMENS[3:],
        }
    )
    (result,) = run_of("marrow").specimens
    word = SpecimenVerdict.NO_ABERRANT_B_PRECURSOR
    verdict = replace(result.verdict, verdict=word, lod_percent=0.0067)
    (row,) = judge_case(case, {"R": verdict}, limits=load_case_limits()).timeline
    share = blast_observation(row, verdict, WORDS.codes)
    assert share["valueQuantity"] == {
        "value": 0.0067,
        "unit": "%",
        "code": "%",
        "comparator": "<",
        "system": "http://unitsofmeasure.org",
    }
    unknown = replace(verdict, lod_percent=math.nan)
    assert blast_observation(row, unknown, WORDS.codes) is None


def test_markers_are_words_and_only_verified_codes_are_codes(bundle):
    (markers,) = observed(bundle, "Markers of the population")
    assert all("coding" not in c["code"] for c in markers["component"])
    verified = {(c.system, c.code) for c in WORDS.codes.codes.values()}
    sent = [c for c in _codings(made(simulated=True)) if "system" in c]
    assert sent
    assert {(c["system"], c["code"]) for c in sent} <= verified


def _codings(value):
    if isinstance(value, list):
        for item in value:
            yield from _codings(item)
    elif isinstance(value, dict):
        yield from value.get("coding", ())
        yield from value.get("security", ())
        for item in value.values():
            yield from _codings(item)


def test_the_patient_is_a_pseudonym_and_nothing_else(bundle):
    (patient,) = resources(bundle, "Patient")
    assert set(patient) == {"resourceType", "identifier"}
    assert patient["identifier"][0]["value"] == "P1"


@pytest.mark.parametrize("patient", ["Doe, Jane", "Jane Doe", "a/b"])
def test_a_name_is_not_sent(patient):
    with pytest.raises(ExportError, match="is no pseudonym"):
        made(patient)


def test_the_same_case_gives_the_same_bundle_and_another_patient_other_resources(bundle):
    assert bundle == made()
    urls = {entry["fullUrl"] for entry in bundle["entry"]}
    assert urls.isdisjoint(entry["fullUrl"] for entry in made("P2")["entry"])


def test_simulated_data_are_marked_in_every_resource(bundle):
    marked = made(simulated=True)
    codes = [e["resource"]["meta"]["security"][0]["code"] for e in marked["entry"]]
    assert codes == ["HTEST"] * len(bundle["entry"])
    assert all("meta" not in e["resource"] for e in bundle["entry"])


def test_words_are_escaped_in_the_narrative():
    texts = WORDS.texts.model_copy(update={"research_use": "<script>use</script>"})
    case = Case.model_validate(
        {"patient": "P1", "diagnosis": "x", "known_bcp_all": True, "specimens": SPECIMENS[:1]}
    )
    judged = judge_case(case, {}, limits=load_case_limits())
    words = ExportWords(texts=texts, codes=WORDS.codes)
    bundle = bundle_of_case(case, judged, {}, words=words, issued=ISSUED)
    (report,) = resources(bundle, "DiagnosticReport")
    assert "<script>" not in report["text"]["div"]
    assert validate_bundle(bundle)


# --- what the validation finds -------------------------------------------------
def _spoil(bundle, kind, **changes):
    spoilt = copy.deepcopy(bundle)
    resource = resources(spoilt, kind)[0]
    for key, value in changes.items():
        resource[key] = value
        if value is None:
            del resource[key]
    return spoilt


@pytest.mark.parametrize(
    ("kind", "changes", "said"),
    [
        ("Observation", {"status": "nonsense"}, "Observation.status 'nonsense' is no code"),
        ("Observation", {"status": None}, "'status' is required"),
        ("Observation", {"percent": 1}, "Extra inputs"),
        ("Specimen", {"subject": {"reference": "urn:uuid:0"}}, "urn:uuid:0, which is not in it"),
        ("DiagnosticReport", {"issued": "yesterday"}, "issued"),
    ],
)
def test_what_is_no_fhir_is_refused(bundle, kind, changes, said):
    with pytest.raises(ExportError, match=said):
        validate_bundle(_spoil(bundle, kind, **changes))


def test_a_resource_that_is_there_twice_is_refused(bundle):
    bundle["entry"].append(bundle["entry"][0])
    with pytest.raises(ExportError, match="is there twice"):
        validate_bundle(bundle)
