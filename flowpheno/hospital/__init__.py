"""What a hospital's systems read: one FHIR R4 bundle of a case."""

from __future__ import annotations

from flowpheno.hospital.bundle import ExportWords, bundle_of_case
from flowpheno.hospital.validate import validate_bundle

__all__ = ["ExportWords", "bundle_of_case", "validate_bundle"]
