"""Store results: a specimen, a new version of it, or nothing where it is stored already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from flowpheno.errors import RegistryError
from flowpheno.registry.chain import append, now
from flowpheno.registry.content import (
    canonical,
    content_of,
    pack,
    rows_of,
    sha256_of,
    text,
)
from flowpheno.registry.pseudonym import is_pseudonym
from flowpheno.registry.tables import (
    CallRow,
    DefinitionSet,
    Patient,
    PopulationRow,
    SpecimenRow,
    TubeRow,
    VerdictRow,
    Version,
)
from flowpheno.registry.values import Outcome, Signature, Status, Stored

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row, Select

    from flowpheno.registry.connection import Registry
    from flowpheno.registry.content import Rows
    from flowpheno.registry.tables import Base
    from flowpheno.registry.values import Provenance
    from flowpheno.results import SpecimenResult

TABLES: dict[str, type[Base]] = {
    "verdicts": VerdictRow,
    "tubes": TubeRow,
    "populations": PopulationRow,
    "marker_calls": CallRow,
}
"""Tables made of a result, and what they are called in `rows_of`."""

_ACTIONS = {Status.FINAL: "stored", Status.CORRECTED: "corrected", Status.AMENDED: "amended"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """A result made ready before the database is locked."""

    patient: str
    specimen: str
    provenance: Provenance
    signature: Signature
    rows: Rows
    packed: bytes
    content_sha256: str
    definitions_sha256: str

    @property
    def same(self) -> tuple[str, str]:
        """What makes two results one."""
        return self.content_sha256, self.definitions_sha256

    @property
    def verdict(self) -> str:
        return str(self.rows["verdicts"][0]["verdict"])

    @property
    def files(self) -> list[str]:
        return sorted(row["sha256"] for row in self.rows["tubes"])


def store(
    registry: Registry, result: SpecimenResult, provenance: Provenance, signature: Signature
) -> Stored:
    """Store the result of a specimen; confirmed when this returns.

    Parameters
    ----------
    registry : Registry
        Open.
    result : SpecimenResult
        The result; pictures and events are not stored.
    provenance : Provenance
        How it was made.
    signature : Signature
        By whom, and why if something is replaced.

    Returns
    -------
    Stored
        What it did. The same result by the same definitions is stored once; another result of
        the specimen is a new version, and the one before stays.

    Raises
    ------
    RegistryError
        If the specimen has no pseudonym or no name, or the database complains.
    """
    prepared = _prepare(result, provenance, signature)
    with registry.writing() as connection:
        registry.lock_audit(connection)
        return _store(connection, prepared)


def record_of(version: dict[str, Any], patient: str, specimen: str) -> dict[str, Any]:
    """Give what the audit log vouches for in a version.

    Parameters
    ----------
    version : dict
        Cells of the table ``versions``.
    patient, specimen : str
        Of what.

    Returns
    -------
    dict
        All but its number, and the result by its hash.
    """
    names = (
        *("status", "reason", "who", "recorded", "flowpheno", "generated", "simulated"),
        *("overridden", "definitions_sha256", "content_sha256"),
    )
    return {"patient": patient, "specimen": specimen} | {name: version[name] for name in names}


def _prepare(result: SpecimenResult, provenance: Provenance, signature: Signature) -> _Prepared:
    if not is_pseudonym(result.patient):
        raise RegistryError(
            f"{result.specimen}: {result.patient!r} is no pseudonym: letters, digits and . _ : # "
            "+ - only, 64 at most"
        )
    if not result.specimen:
        raise RegistryError("a specimen without a name cannot be stored")
    if not signature.who.strip():
        raise RegistryError("who stores a result must be said")
    content = content_of(result)
    return _Prepared(
        patient=result.patient,
        specimen=text(result.specimen),
        provenance=provenance,
        signature=signature,
        rows=rows_of(result),
        packed=pack(content),
        content_sha256=sha256_of(content),
        definitions_sha256=sha256_of(dict(provenance.definitions)),
    )


def _store(connection: Connection, new: _Prepared) -> Stored:
    specimen_id = _specimen(connection, new)
    before = _versions(connection, specimen_id)
    elsewhere = _elsewhere(connection, new, specimen_id)
    known = _known(before, new)
    if known:
        return _said(new, Outcome.KNOWN, known, before[-1].number, elsewhere)
    number = before[-1].number + 1 if before else 1
    version = _version(connection, new, before[-1] if before else None)
    version |= {"specimen_id": specimen_id, "number": number}
    _definitions(connection, new)
    version_id = _insert(connection, Version, version | {"content": new.packed})
    for name, rows in new.rows.items():
        if rows:
            connection.execute(
                insert(TABLES[name]), [{"version_id": version_id, **row} for row in rows]
            )
    append(
        connection,
        at=now(),
        who=new.signature.by or new.signature.who,
        action=_ACTIONS[Status(version["status"])],
        patient=new.patient,
        specimen=new.specimen,
        number=number,
        record_sha256=version["record_sha256"],
        detail=new.signature.note,
    )
    outcome = Outcome.VERSION if before else Outcome.NEW
    return _said(new, outcome, number, number, elsewhere)


def _said(
    new: _Prepared, outcome: Outcome, number: int, current: int, elsewhere: tuple[str, ...]
) -> Stored:
    return Stored(
        outcome=outcome,
        patient=new.patient,
        specimen=new.specimen,
        number=number,
        current=current,
        elsewhere=elsewhere,
    )


def _known(before: Sequence[Row[Any]], new: _Prepared) -> int:
    """Find the version that holds the result already; 0 if there is none.

    What a person replaces by an older result is a version of its own; without a reason an older
    result is one that is known.
    """
    same = [row for row in before if (row.content_sha256, row.definitions_sha256) == new.same]
    if new.signature.reason:
        told = [row for row in same if _was_told(row, new.signature)]
        same = told or [row for row in same if row.number == before[-1].number]
    return int(same[-1].number) if same else 0


def _was_told(row: Row[Any], signature: Signature) -> bool:
    """Say whether it is the very version of another registry."""
    told = (signature.at, signature.who, signature.reason)
    return bool(signature.at) and (row.recorded, row.who, row.reason) == told


def _version(connection: Connection, new: _Prepared, before: Row[Any] | None) -> dict[str, Any]:
    """Fill the cells of a version, other than its place."""
    status, reason = Status.FINAL, new.signature.reason
    if before is not None:
        changed = before.verdict != new.verdict
        status = Status.CORRECTED if changed else Status.AMENDED
        if new.signature.status in {Status.CORRECTED, Status.AMENDED}:
            status = new.signature.status
        reason = reason or _difference(connection, new, before)
    version = {
        "status": status.value,
        "reason": text(reason),
        "who": text(new.signature.who),
        "recorded": text(new.signature.at) or now(),
        "flowpheno": text(new.provenance.version),
        "generated": text(new.provenance.generated),
        "simulated": new.provenance.simulated,
        "overridden": canonical(list(new.provenance.overridden)),
        "definitions_sha256": new.definitions_sha256,
        "content_sha256": new.content_sha256,
    }
    record = record_of(version, new.patient, new.specimen)
    return version | {"record_sha256": sha256_of(record)}


def _difference(connection: Connection, new: _Prepared, before: Row[Any]) -> str:
    """Say in what a result differs from the one before, where no person did."""
    said = []
    if new.files != sorted(_files(connection, before.id)):
        said.append("other input files")
    if new.definitions_sha256 != before.definitions_sha256:
        said.append("other definitions")
    if new.provenance.version != before.flowpheno:
        said.append(f"flowpheno {new.provenance.version} instead of {before.flowpheno}")
    return f"judged again: {', '.join(said) or 'other options or facts of the specimen'}"


def _files(connection: Connection, version_id: int) -> list[str]:
    query = select(TubeRow.sha256).where(TubeRow.version_id == version_id)
    return list(connection.scalars(query))


def _versions(connection: Connection, specimen_id: int) -> Sequence[Row[Any]]:
    query: Select[*tuple[Any, ...]] = (
        select(
            *(Version.id, Version.number, Version.recorded, Version.who, Version.reason),
            *(Version.content_sha256, Version.definitions_sha256, Version.flowpheno),
            VerdictRow.verdict,
        )
        .join(VerdictRow, VerdictRow.version_id == Version.id)
        .where(Version.specimen_id == specimen_id)
        .order_by(Version.number)
    )
    return connection.execute(query).all()


def _specimen(connection: Connection, new: _Prepared) -> int:
    """Find the specimen, or add it."""
    query = select(Patient.id).where(Patient.pseudonym == new.patient)
    patient_id = connection.scalar(query)
    if patient_id is None:
        patient_id = _insert(connection, Patient, {"pseudonym": new.patient})
    row = {"patient_id": patient_id, "name": new.specimen}
    found = connection.scalar(
        select(SpecimenRow.id).where(
            SpecimenRow.patient_id == patient_id, SpecimenRow.name == new.specimen
        )
    )
    return int(found) if found is not None else _insert(connection, SpecimenRow, row)


def _insert(connection: Connection, table: type[Base], row: dict[str, Any]) -> int:
    """Add a row to a table numbered by the database; give its number."""
    column = table.__table__.columns["id"]
    return int(connection.execute(insert(table).values(**row).returning(column)).scalar_one())


def _definitions(connection: Connection, new: _Prepared) -> None:
    query = select(DefinitionSet.sha256).where(DefinitionSet.sha256 == new.definitions_sha256)
    if connection.scalar(query) is None:
        files = canonical(dict(new.provenance.definitions))
        row = {"sha256": new.definitions_sha256, "files": files}
        connection.execute(insert(DefinitionSet).values(**row))


def _elsewhere(connection: Connection, new: _Prepared, specimen_id: int) -> tuple[str, ...]:
    """Name other specimens that were stored with one of the same files."""
    files = [sha256 for sha256 in new.files if sha256]
    rows = connection.execute(
        select(Patient.pseudonym, SpecimenRow.name)
        .join(SpecimenRow, SpecimenRow.patient_id == Patient.id)
        .join(Version, Version.specimen_id == SpecimenRow.id)
        .join(TubeRow, TubeRow.version_id == Version.id)
        .where(TubeRow.sha256.in_(files), SpecimenRow.id != specimen_id)
        .distinct()
    )
    return tuple(sorted(f"{row.pseudonym}/{row.name}" for row in rows))
