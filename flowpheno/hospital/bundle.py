"""One JSON bundle of a case for a hospital's systems: HL7 FHIR R4, pseudonyms only."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from flowpheno.errors import ExportError
from flowpheno.hospital.elements import Json, concept, url_of
from flowpheno.hospital.observations import (
    PRELIMINARY,
    blast_observation,
    flow_observation,
    imaging_observation,
    marker_observation,
    morphology_observation,
    tissue_observation,
)
from flowpheno.registry.pseudonym import is_pseudonym

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flowpheno.case import CaseVerdict, TimelineRow
    from flowpheno.panel.case import Case, CaseSpecimen
    from flowpheno.panel.fhir import FhirCodes
    from flowpheno.panel.verdicts import VerdictTexts
    from flowpheno.results import SpecimenResult

_XHTML = "http://www.w3.org/1999/xhtml"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportWords:
    """The words of an export.

    Attributes
    ----------
    texts : VerdictTexts
        Meanings and sentences.
    codes : FhirCodes
        Verified codes.
    """

    texts: VerdictTexts
    codes: FhirCodes


def bundle_of_case(
    case: Case,
    judged: CaseVerdict,
    results: Mapping[str, SpecimenResult],
    *,
    words: ExportWords,
    issued: str,
    simulated: bool = False,
) -> Json:
    """Make a case a bundle: Patient, Specimens, Observations, one DiagnosticReport.

    Parameters
    ----------
    case : Case
        What the case file says.
    judged : CaseVerdict
        What can be said of it.
    results : mapping of str to SpecimenResult
        Of each specimen that was judged on files.
    words : ExportWords
        Words and verified codes; what has no code goes out as text.
    issued : str
        When, ISO 8601 with its offset from UTC.
    simulated : bool
        Whether the data are simulated; every resource is then marked as test data.

    Returns
    -------
    dict
        A Bundle of type ``collection``; the same input gives the same bundle. The report is
        preliminary: a person has to sign it.

    Raises
    ------
    ExportError
        If the patient's name is no pseudonym.
    """
    if not is_pseudonym(case.patient):
        raise ExportError(
            f"{case.patient!r} is no pseudonym (letters, digits and . _ : # + -): not exported"
        )
    described = {specimen.id: specimen for specimen in case.specimens}
    source = _Source(case.patient, words.texts, words.codes)
    observations = {
        f"{row.specimen}:{kind}": observation
        for row in judged.timeline
        for kind, observation in _observations(
            row, described[row.specimen], results.get(row.specimen), source
        )
    }
    for study in judged.imaging:
        observations[f"imaging:{study.study}"] = imaging_observation(study, words.codes) | _of(
            source
        )
    urls = {name: url_of(case.patient, "Observation", name) for name in observations}
    specimens = {row.specimen: _specimen(row, source) for row in judged.timeline}
    resources = {
        url_of(case.patient, "Patient"): _patient(case.patient),
        **{url_of(case.patient, "Specimen", name): made for name, made in specimens.items()},
        **{urls[name]: observation for name, observation in observations.items()},
        url_of(case.patient, "DiagnosticReport"): {
            **_report(judged, list(urls.values()), source),
            "issued": issued,
        },
    }
    mark = _test_data(words.codes) if simulated else {}
    entries = [{"fullUrl": url, "resource": made | mark} for url, made in resources.items()]
    return {"resourceType": "Bundle", "type": "collection", "timestamp": issued, "entry": entries}


@dataclass(frozen=True, slots=True)
class _Source:
    """What every resource needs."""

    patient: str
    texts: VerdictTexts
    codes: FhirCodes


def _of(source: _Source) -> Json:
    return {"subject": {"reference": url_of(source.patient, "Patient")}}


def _patient(pseudonym: str) -> Json:
    """Make the patient: nothing but the pseudonym."""
    identifier = {"use": "secondary", "type": concept("pseudonym"), "value": pseudonym}
    return {"resourceType": "Patient", "identifier": [identifier]}


def _specimen(row: TimelineRow, source: _Source) -> Json:
    """Say what was taken, from where, when, after what."""
    side = row.laterality if row.laterality and row.laterality not in row.site.lower() else ""
    site = ", ".join(filter(None, (row.site, side)))
    collection: Json = {"bodySite": concept(site)} if site else {}
    if row.date:
        collection["collectedDateTime"] = row.date
    notes = [f"pull {row.pull}"] if row.pull else []
    notes += [f"after {therapy}" for therapy in row.therapy]
    made: Json = {
        "resourceType": "Specimen",
        "identifier": [{"value": row.specimen}],
        "type": concept(row.material.replace("_", " "), source.codes, row.material),
        **_of(source),
    }
    if collection:
        made["collection"] = collection
    return {**made, "note": [{"text": words} for words in notes]} if notes else made


def _observations(
    row: TimelineRow, specimen: CaseSpecimen, result: SpecimenResult | None, source: _Source
) -> list[tuple[str, Json]]:
    """Make each kind of evidence of a specimen."""
    verdict = None if result is None else result.verdict
    codes = source.codes
    found = {
        "flow": flow_observation(row, verdict, source.texts, codes),
        "blasts": blast_observation(row, verdict, codes),
        "markers": _markers(result, codes),
        "morphology": None
        if specimen.morphology is None
        else morphology_observation(specimen.morphology, codes),
        "tissue": tissue_observation(row, specimen.ihc, specimen.ihc_negative, codes),
    }
    where = {
        **_of(source),
        "specimen": {
            "reference": url_of(source.patient, "Specimen", row.specimen),
            "display": row.specimen,
        },
        **({"effectiveDateTime": row.date} if row.date else {}),
    }
    return [(kind, made | where) for kind, made in found.items() if made is not None]


def _markers(result: SpecimenResult | None, codes: FhirCodes) -> Json | None:
    """Make the calls of what was judged: the first phenotype of the tube with most of them."""
    judged = [tube.phenotypes[0] for tube in result.tubes if tube.phenotypes] if result else []
    if not judged:
        return None
    return marker_observation(max(judged, key=lambda phenotype: len(phenotype.calls)), codes)


def _report(judged: CaseVerdict, observations: Sequence[str], source: _Source) -> Json:
    """Make the report of the case: what can be said, what was not done, what is in conflict."""
    said = [
        *judged.sentences,
        *(row.text for row in judged.comparisons),
        judged.clonality,
        *(f"Flag {flag.value}: {source.texts.flags[flag]}" for flag in judged.flags),
        *judged.conflicts,
        *(f"Not done, and would decide: {words}" for words in judged.recommendations),
        source.texts.research_use,
    ]
    text = source.texts.cases[judged.verdict]
    items = "".join(f"<li>{escape(words)}</li>" for words in said)
    return {
        "resourceType": "DiagnosticReport",
        "status": PRELIMINARY,
        "text": {
            "status": "generated",
            "div": f'<div xmlns="{_XHTML}"><p>{escape(text.title)}</p><ul>{items}</ul></div>',
        },
        "category": [concept("Laboratory", source.codes, "laboratory_report")],
        "code": concept(
            "Flow cytometry immunophenotyping: case", source.codes, "immunophenotyping"
        ),
        **_of(source),
        "specimen": [
            {"reference": url_of(source.patient, "Specimen", row.specimen)}
            for row in judged.timeline
        ],
        "result": [{"reference": url} for url in observations],
        "conclusion": " ".join(said),
        "conclusionCode": [concept(f"{judged.verdict.value}: {text.title}")],
    }


def _test_data(codes: FhirCodes) -> Json:
    """Mark a resource as simulated, as FHIR marks test data."""
    known = codes.codes.get("simulated")
    tag = {"display": "simulated"}
    if known is not None:
        tag = {"system": known.system, "code": known.code, "display": known.display}
    return {"meta": {"security": [tag]}}
