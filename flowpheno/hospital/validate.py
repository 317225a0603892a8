"""Whether a bundle is what FHIR says: by models of fhir.resources, by codes and references."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from flowpheno.errors import ExportError, MissingPackageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flowpheno.hospital.elements import Json

_MODELS = "fhir.resources.R4B"
_OPEN = "+"  # ends a list of codes that the models shorten


def validate_bundle(bundle: Json) -> str:
    """Check a bundle.

    Elements, their types and how often they occur are checked by the models of ``fhir.resources``;
    statuses by the codes these models name, and every reference by what the bundle holds, which
    the models do not do.

    Parameters
    ----------
    bundle : dict
        A Bundle.

    Returns
    -------
    str
        The version of FHIR of the models: R4B (4.3.0), whose Patient, Specimen, Observation and
        DiagnosticReport have the elements of R4 (4.0.1); the package holds no models of 4.0.1.

    Raises
    ------
    ExportError
        If it is no such bundle; names the places.
    MissingPackageError
        If fhir.resources is not installed.
    """
    models = _models()
    from pydantic import ValidationError  # noqa: PLC0415 - one use

    try:
        models.get_fhir_model_class("Bundle").model_validate(bundle)
    except ValidationError as error:
        places = [".".join(map(str, e["loc"])) + ": " + e["msg"] for e in error.errors()]
        raise ExportError(f"no FHIR bundle: {'; '.join(places)}") from error
    known = [entry["fullUrl"] for entry in bundle["entry"]]
    problems = [
        f"{url} is there twice" for url in sorted({u for u in known if known.count(u) > 1})
    ]
    problems += [
        f"refers to {target}, which is not in it"
        for target in sorted(set(_references(bundle)) - set(known))
    ]
    problems += [
        f"{resource['resourceType']}.{field} {value!r} is no code of FHIR"
        for resource in (bundle, *(entry["resource"] for entry in bundle["entry"]))
        for field, value, codes in _coded(resource, models)
        if value not in codes
    ]
    if problems:
        raise ExportError(f"no FHIR bundle: {'; '.join(problems)}")
    return str(models.__fhir_version__)


def _models() -> Any:  # noqa: ANN401 - a module
    try:
        return importlib.import_module(_MODELS)
    except ModuleNotFoundError as error:
        raise MissingPackageError(
            "the hospital export is validated by fhir.resources: pip install 'flowpheno[fhir]'"
        ) from error


def _references(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    elif isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for item in value.values():
            yield from _references(item)


def _coded(resource: Json, models: Any) -> Iterator[tuple[str, str, set[str]]]:  # noqa: ANN401 - a module
    """Give each element whose codes the models name in full or in part."""
    fields = models.get_fhir_model_class(resource["resourceType"]).model_fields
    for name, value in resource.items():
        extra = getattr(fields.get(name), "json_schema_extra", None) or {}
        codes = set(extra.get("enum_values", ()))
        if codes and isinstance(value, str):
            yield name, value, codes - {_OPEN}
