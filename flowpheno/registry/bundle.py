"""A registry, or a patient of it, as one JSON file; and from such a file into another registry."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from flowpheno.errors import RegistryError
from flowpheno.registry.chain import now, read_chain
from flowpheno.registry.content import canonical, result_of, sha256_of, unpack
from flowpheno.registry.store import record_of, store
from flowpheno.registry.tables import DefinitionSet, Patient, SpecimenRow, Version
from flowpheno.registry.values import Provenance, Signature, Status, StoredRun
from flowpheno.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sqlalchemy import Connection, Row

    from flowpheno.registry.connection import Registry
    from flowpheno.results import SpecimenResult

KIND = "flowpheno registry"
"""What a bundle calls itself."""

SCHEMA_VERSION = 1
"""Raised when a key of a bundle changes its meaning."""

_MAXIMUM_BYTES = 4_000_000_000
_BEGINNING = 1000  # bytes; keys of the head are sorted
_FACTS = (
    *("number", "status", "reason", "who", "recorded", "flowpheno", "generated", "simulated"),
    *("definitions_sha256", "content_sha256", "record_sha256"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """One version of a bundle, checked."""

    result: SpecimenResult
    provenance: Provenance
    signature: Signature


def export_bundle(registry: Registry, *, patient: str = "") -> Iterator[str]:
    """Write a bundle, piece by piece: a registry may be larger than memory.

    Parameters
    ----------
    registry : Registry
        Open.
    patient : str
        Only this pseudonym; empty for all.

    Yields
    ------
    str
        Pieces of one JSON object: every version of every specimen with its result, the
        definitions by name and hash, and the links of the audit log.

    Raises
    ------
    RegistryError
        If there is no such patient, or the database complains.
    """
    with registry.reading() as connection:
        if patient and not connection.scalar(
            select(Patient.id).where(Patient.pseudonym == patient)
        ):
            raise RegistryError(f"{patient}: the registry has no such patient")
        head = {
            "kind": KIND,
            "schema_version": SCHEMA_VERSION,
            "flowpheno": VERSION,
            "exported": now(),
            "patient": patient,
        }
        yield canonical(head)[:-1] + ',"versions":['
        used: set[str] = set()
        for n, row in enumerate(_rows(connection, patient)):
            used.add(row.definitions_sha256)
            yield (",\n" if n else "\n") + canonical(_exported(row))
        yield '],"definitions":' + canonical(_definitions(connection, used))
        yield ',"audit":['
        for n, entry in enumerate(read_chain(connection, patient=patient)):
            yield (",\n" if n else "\n") + canonical(asdict(entry))
        yield "]}\n"


def import_bundle(registry: Registry, path: Path, *, who: str) -> StoredRun:
    """Store every version of a bundle that the registry does not have.

    Parameters
    ----------
    registry : Registry
        Open.
    path : Path
        What `export_bundle` gave, as a file.
    who : str
        Who brings it; who first stored each version is kept beside.

    Returns
    -------
    StoredRun
        One for each version, in the order of the bundle.

    Raises
    ------
    RegistryError
        If it is no bundle, or what it holds is not what was stored; nothing is stored then. Also
        if the database complains.
    """
    content, sha256 = _load(path)
    note = f"from {path.name}, SHA-256 {sha256}"
    try:
        files = content["definitions"]
        read = [_read(version, files, who=who, note=note) for version in content["versions"]]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, RegistryError):
            raise RegistryError(f"{path}: {error}") from error
        raise RegistryError(f"{path}: not an export of a registry: {error!r}") from error
    return StoredRun(
        stored=tuple(store(registry, r.result, r.provenance, r.signature) for r in read)
    )


def _rows(connection: Connection, patient: str) -> Iterator[Row[Any]]:
    query = (
        select(Version.__table__, Patient.pseudonym, SpecimenRow.name)
        .join(SpecimenRow, SpecimenRow.id == Version.specimen_id)
        .join(Patient, Patient.id == SpecimenRow.patient_id)
        .order_by(SpecimenRow.id, Version.number)
    )
    if patient:
        query = query.where(Patient.pseudonym == patient)
    return iter(connection.execution_options(yield_per=20).execute(query))


def _exported(row: Row[Any]) -> dict[str, Any]:
    facts = {name: getattr(row, name) for name in _FACTS}
    return facts | {
        "patient": row.pseudonym,
        "specimen": row.name,
        "overridden": json.loads(row.overridden),
        "result": unpack(row.content),
    }


def _definitions(connection: Connection, used: set[str]) -> dict[str, Any]:
    rows = connection.execute(select(DefinitionSet.sha256, DefinitionSet.files))
    return {row.sha256: json.loads(row.files) for row in rows if row.sha256 in used}


def _load(path: Path) -> tuple[dict[str, Any], str]:
    try:
        if path.stat().st_size > _MAXIMUM_BYTES:
            raise RegistryError(f"{path}: larger than {_MAXIMUM_BYTES} bytes")
        raw = path.read_bytes()
        content = json.loads(raw)
    except OSError as error:
        raise RegistryError(f"{path}: {error.strerror or error}") from error
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise RegistryError(f"{path}: not JSON: {error}") from error
    if not isinstance(content, dict) or content.get("kind") != KIND:
        raise RegistryError(f"{path}: not an export of a registry")
    if content.get("schema_version") != SCHEMA_VERSION:
        raise RegistryError(
            f"{path}: schema version {content.get('schema_version')!r} cannot be read, this "
            f"flowpheno reads {SCHEMA_VERSION}"
        )
    return content, hashlib.sha256(raw).hexdigest()


def _read(version: dict[str, Any], files: Mapping[str, Any], *, who: str, note: str) -> _Read:
    """Check one version: a hash that is not that of its content was tampered with on the way."""
    name = f"{version['patient']}/{version['specimen']} version {version['number']}"
    definitions = files[version["definitions_sha256"]]
    record = record_of(
        version | {"overridden": canonical(version["overridden"])},
        version["patient"],
        version["specimen"],
    )
    pairs = (
        ("the result", sha256_of(version["result"]), version["content_sha256"]),
        ("its definitions", sha256_of(definitions), version["definitions_sha256"]),
        ("who, when, why or how", sha256_of(record), version["record_sha256"]),
    )
    for what, found, said in pairs:
        if found != said:
            raise RegistryError(f"{name}: {what} was changed after the export")
    return _Read(
        result=result_of(version["result"]),
        provenance=Provenance(
            version=version["flowpheno"],
            generated=version["generated"],
            simulated=version["simulated"],
            definitions=definitions,
            overridden=tuple(version["overridden"]),
        ),
        signature=Signature(
            who=version["who"],
            reason=version["reason"],
            status=Status(version["status"]),
            at=version["recorded"],
            by=who,
            note=note,
        ),
    )


def is_bundle(path: Path) -> bool:
    """Say whether a file looks like an export of a registry.

    Parameters
    ----------
    path : Path
        A file or folder.

    Returns
    -------
    bool
        By its beginning; `import_bundle` checks the rest. False for a folder.

    Raises
    ------
    RegistryError
        If the file cannot be read.
    """
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return f'"kind":"{KIND}"'.encode() in file.read(_BEGINNING)
    except OSError as error:
        raise RegistryError(f"{path}: {error.strerror or error}") from error
