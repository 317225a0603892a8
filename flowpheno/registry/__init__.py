"""The laboratory's memory: results of years, never overwritten, with a log that can be checked."""

from __future__ import annotations

from flowpheno.registry.batch import store_run
from flowpheno.registry.bundle import export_bundle, import_bundle
from flowpheno.registry.connection import Registry
from flowpheno.registry.pseudonym import is_pseudonym
from flowpheno.registry.read import list_specimens, read_audit, read_history, read_result
from flowpheno.registry.schema import open_registry
from flowpheno.registry.store import store
from flowpheno.registry.values import (
    AuditEntry,
    Broken,
    Kept,
    Outcome,
    Provenance,
    Signature,
    Status,
    Stored,
    StoredRun,
    Verified,
    VersionInfo,
)
from flowpheno.registry.verify import verify

__all__ = [
    "AuditEntry",
    "Broken",
    "Kept",
    "Outcome",
    "Provenance",
    "Registry",
    "Signature",
    "Status",
    "Stored",
    "StoredRun",
    "Verified",
    "VersionInfo",
    "export_bundle",
    "import_bundle",
    "is_pseudonym",
    "list_specimens",
    "open_registry",
    "read_audit",
    "read_history",
    "read_result",
    "store",
    "store_run",
    "verify",
]
