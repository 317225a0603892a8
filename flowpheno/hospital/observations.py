"""Each kind of evidence of a specimen as an observation of its own; none is mixed into another."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from flowpheno.case import TissueEvidence
from flowpheno.finding import ReasonCode
from flowpheno.hospital.elements import (
    Json,
    concept,
    count,
    known_percent,
    parts,
    percent,
)
from flowpheno.verdict import SpecimenVerdict

if TYPE_CHECKING:
    from flowpheno.case import ImagingRow, TimelineRow
    from flowpheno.panel.case import Morphology
    from flowpheno.panel.fhir import FhirCodes
    from flowpheno.panel.verdicts import VerdictTexts
    from flowpheno.phenotype import Phenotype
    from flowpheno.verdict import Verdict

PRELIMINARY = "preliminary"
"""Nobody has signed what a program writes."""


def _begun(codes: FhirCodes, category: str = "Laboratory") -> Json:
    """Begin an observation, of the laboratory or of another category."""
    return {
        "resourceType": "Observation",
        "status": PRELIMINARY,
        "category": [concept(category, codes, category.lower())],
    }


def flow_observation(
    row: TimelineRow, verdict: Verdict | None, texts: VerdictTexts, codes: FhirCodes
) -> Json:
    """Make the verdict on a specimen.

    Parameters
    ----------
    row : TimelineRow
        The specimen.
    verdict : Verdict or None
        What flow says, with its numbers; None if it was not judged here.
    texts : VerdictTexts
        Words.
    codes : FhirCodes
        Verified codes.

    Returns
    -------
    dict
        An Observation; of a specimen that was not assessed only why there is no value.
    """
    made: Json = {
        **_begun(codes),
        "code": concept("Immunophenotyping by flow cytometry", codes, "immunophenotyping"),
        "method": concept("Flow cytometry"),
    }
    if row.verdict is SpecimenVerdict.NOT_ASSESSED:
        undone = ReasonCode.FLOW_NOT_PERFORMED in row.reasons
        key, words = ("not_performed", "Not performed") if undone else ("unknown", "Unknown")
        return {**made, "dataAbsentReason": concept(words, codes, key)}
    text = texts.verdicts[row.verdict]
    made["valueCodeableConcept"] = concept(f"{row.verdict.value}: {text.title}")
    said = [text.meaning, *(f"{r.value}: {texts.reasons[r]}" for r in row.reasons)]
    if verdict is not None:
        said += [*verdict.evidence, *verdict.limitations]
        made |= _components(_numbers(verdict))
    return {**made, "note": [{"text": words} for words in dict.fromkeys(said)]}


def blast_observation(row: TimelineRow, verdict: Verdict | None, codes: FhirCodes) -> Json | None:
    """Make the share of aberrant cells by flow.

    Parameters
    ----------
    row : TimelineRow
        The specimen.
    verdict : Verdict or None
        With its limits; None if it was not judged here.
    codes : FhirCodes
        Verified codes.

    Returns
    -------
    dict or None
        An Observation; of a negative ``< LOD``; None where no share is known.
    """
    negative = row.verdict is SpecimenVerdict.NO_ABERRANT_B_PRECURSOR
    if negative and verdict is not None and not math.isnan(verdict.lod_percent):
        value = percent(verdict.lod_percent, comparator="<")
    elif not negative and not math.isnan(row.blast_percent.estimate):
        value = percent(row.blast_percent.estimate)
    else:
        return None
    return {
        **_begun(codes),
        "code": concept(
            f"Aberrant B-precursor cells by flow cytometry, percent of {row.denominator}"
        ),
        "method": concept("Flow cytometry"),
        "valueQuantity": value,
    }


def marker_observation(phenotype: Phenotype, codes: FhirCodes) -> Json | None:
    """Make the marker calls of the population that was judged.

    Parameters
    ----------
    phenotype : Phenotype
        Its calls.
    codes : FhirCodes
        Verified codes.

    Returns
    -------
    dict or None
        An Observation with one component for each marker that was reported; None without any.
    """
    components = [
        {"code": concept(str(marker)), "valueCodeableConcept": concept(_call(phenotype, marker))}
        for marker in sorted(phenotype.calls)
    ]
    if not components:
        return None
    return {
        **_begun(codes),
        "code": concept(f"Markers of the population {phenotype.population} by flow cytometry"),
        "method": concept("Flow cytometry"),
        "component": components,
    }


def morphology_observation(seen: Morphology, codes: FhirCodes) -> Json:
    """Make what the microscope showed.

    Parameters
    ----------
    seen : Morphology
        As the case file says.
    codes : FhirCodes
        Verified codes.

    Returns
    -------
    dict
        An Observation.
    """
    made: Json = {
        **_begun(codes),
        "code": concept("Blasts by morphology, percent of the cells counted"),
        "method": concept("Light microscopy"),
    }
    if seen.note:
        made["note"] = [{"text": seen.note}]
    if seen.blast_percent is None:
        return {**made, "dataAbsentReason": concept("Unknown", codes, "unknown")}
    made["valueQuantity"] = percent(seen.blast_percent)
    if seen.cells is not None:
        made |= _components({"cells counted": count(seen.cells)})
    return made


def tissue_observation(
    row: TimelineRow, positive: tuple[str, ...], negative: tuple[str, ...], codes: FhirCodes
) -> Json | None:
    """Make what immunohistochemistry showed.

    Parameters
    ----------
    row : TimelineRow
        The specimen.
    positive, negative : tuple of str
        Markers; what is in neither was not reported.
    codes : FhirCodes
        Verified codes.

    Returns
    -------
    dict or None
        An Observation; None if none was done.
    """
    if row.tissue is TissueEvidence.NOT_ASSESSED:
        return None
    calls = {**dict.fromkeys(positive, "positive"), **dict.fromkeys(negative, "negative")}
    return {
        **_begun(codes),
        "code": concept("Immunohistochemistry"),
        "valueCodeableConcept": concept(row.tissue.value),
        "component": [
            {"code": concept(marker), "valueCodeableConcept": concept(call)}
            for marker, call in calls.items()
        ],
    }


def imaging_observation(study: ImagingRow, codes: FhirCodes) -> Json:
    """Make what an imaging study showed, in the words of its report.

    Parameters
    ----------
    study : ImagingRow
        As the case file says.
    codes : FhirCodes
        Verified codes.

    Returns
    -------
    dict
        An Observation.
    """
    made: Json = {
        **_begun(codes, "Imaging"),
        "code": concept(f"Imaging: {study.modality}"),
        "valueString": study.finding,
        "note": [{"text": f"As read by the reporting person it suggests: {study.suggests}"}],
    }
    if study.site:
        made["bodySite"] = concept(study.site)
    return {**made, "effectiveDateTime": study.date} if study.date else made


def _numbers(verdict: Verdict) -> dict[str, Json | None]:
    """Give counts and limits; none of a verdict that somebody stated without them."""
    counted, name = verdict.n_counted, verdict.denominator
    events = {
        "aberrant events": count(verdict.n_blasts),
        f"events of the denominator ({name})": count(counted),
    }
    interval = verdict.blast_percent
    return {
        **(events if counted else {}),
        "95 % confidence interval, low": known_percent(interval.low),
        "95 % confidence interval, high": known_percent(interval.high),
        f"limit of detection, percent of {name}": known_percent(verdict.lod_percent),
        f"limit of quantification, percent of {name}": known_percent(verdict.lloq_percent),
    }


def _components(values: dict[str, Json | None]) -> Json:
    made = parts(values)
    return {"component": made} if made else {}


def _call(phenotype: Phenotype, marker: object) -> str:
    call = next(c for m, c in phenotype.calls.items() if m == marker)
    return ", ".join([call.call.value.replace("_", " "), *(q.value for q in call.qualifiers)])
