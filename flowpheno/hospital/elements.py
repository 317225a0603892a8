"""Elements that every FHIR resource of the export is made of: plain dictionaries."""

from __future__ import annotations

import math
import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flowpheno.panel.fhir import FhirCodes

Json = dict[str, Any]
"""A FHIR element or resource."""

_SPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")  # for names that are URLs (RFC 4122)
_UCUM = "http://unitsofmeasure.org"


def url_of(patient: str, kind: str, name: str = "") -> str:
    """Name a resource: the same for the same patient and specimen in every export.

    Parameters
    ----------
    patient : str
        Pseudonym.
    kind, name : str
        Which resource of the patient.

    Returns
    -------
    str
        ``urn:uuid:...``.
    """
    return uuid.uuid5(_SPACE, f"flowpheno:{patient}:{kind}:{name}").urn


def concept(text: str, codes: FhirCodes | None = None, key: str = "") -> Json:
    """Make a concept: words, and a code where one was verified.

    Parameters
    ----------
    text : str
        In words.
    codes : FhirCodes or None
        Verified codes; None for words alone.
    key : str
        Which of them.

    Returns
    -------
    dict
        A CodeableConcept.
    """
    known = codes.codes.get(key) if codes is not None else None
    if known is None:
        return {"text": text}
    coding = {"system": known.system, "code": known.code, "display": known.display}
    return {"coding": [coding], "text": text}


def percent(value: float, *, comparator: str = "") -> Json:
    """Make a percentage.

    Parameters
    ----------
    value : float
        0 to 100, finite.
    comparator : str
        Such as ``"<"``; empty for an exact value.

    Returns
    -------
    dict
        A Quantity.
    """
    made: Json = {"value": round_number(value), "unit": "%", "system": _UCUM, "code": "%"}
    return {**made, "comparator": comparator} if comparator else made


def count(value: int) -> Json:
    """Make a number of events.

    Parameters
    ----------
    value : int
        Events.

    Returns
    -------
    dict
        A Quantity.
    """
    return {"value": value, "unit": "events", "system": _UCUM, "code": "{events}"}


def parts(values: dict[str, Json | None]) -> list[Json]:
    """Make components of an observation; what is not known is left out.

    Parameters
    ----------
    values : dict of str to dict or None
        What it is, to its Quantity.

    Returns
    -------
    list of dict
        Components.
    """
    return [
        {"code": concept(name), "valueQuantity": quantity}
        for name, quantity in values.items()
        if quantity is not None
    ]


def known_percent(value: float) -> Json | None:
    """Make a percentage that may not be known.

    Parameters
    ----------
    value : float
        0 to 100, or NaN.

    Returns
    -------
    dict or None
        A Quantity; None for NaN.
    """
    return None if math.isnan(value) else percent(value)


def round_number(value: float) -> float:
    """Round to the digits a report may have.

    Parameters
    ----------
    value : float
        Finite.

    Returns
    -------
    float
        Six significant digits.
    """
    return float(f"{value:.6g}")
