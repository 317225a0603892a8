"""Read the registry: specimens, their history, the result as it was at any time."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from flowpheno.errors import RegistryError
from flowpheno.registry.chain import read_chain
from flowpheno.registry.content import result_of, unpack
from flowpheno.registry.tables import (
    DefinitionSet,
    Patient,
    SpecimenRow,
    TubeRow,
    VerdictRow,
    Version,
)
from flowpheno.registry.values import Kept, Provenance, Status, VersionInfo
from flowpheno.verdict import SpecimenVerdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row, Select

    from flowpheno.registry.connection import Registry
    from flowpheno.registry.values import AuditEntry

_SHOWN = 5
_BATCH = 500


def list_specimens(registry: Registry, *, patient: str = "") -> tuple[VersionInfo, ...]:
    """List the specimens, each by its newest version.

    Parameters
    ----------
    registry : Registry
        Open.
    patient : str
        Only of this pseudonym; empty for all.

    Returns
    -------
    tuple of VersionInfo
        By patient, then in the order in which they were first stored; empty for none.

    Raises
    ------
    RegistryError
        If the database complains.
    """
    newest = (
        select(Version.specimen_id, func.max(Version.number).label("number"))
        .group_by(Version.specimen_id)
        .subquery()
    )
    query = _query().join(
        newest,
        (newest.c.specimen_id == Version.specimen_id) & (newest.c.number == Version.number),
    )
    if patient:
        query = query.where(Patient.pseudonym == patient)
    with registry.reading() as connection:
        rows = connection.execute(query.order_by(Patient.pseudonym, SpecimenRow.id)).all()
        return _infos(connection, rows)


def read_history(registry: Registry, key: str) -> tuple[VersionInfo, ...]:
    """List every version of a specimen.

    Parameters
    ----------
    registry : Registry
        Open.
    key : str
        Name of the specimen, or ``PATIENT/SPECIMEN``.

    Returns
    -------
    tuple of VersionInfo
        The first version first.

    Raises
    ------
    RegistryError
        If there is no such specimen, or several patients have one.
    """
    with registry.reading() as connection:
        return _infos(connection, _rows(connection, key, ()))


def read_result(registry: Registry, key: str, *, number: int | None = None) -> Kept:
    """Read a result as it was stored.

    Parameters
    ----------
    registry : Registry
        Open.
    key : str
        Name of the specimen, or ``PATIENT/SPECIMEN``.
    number : int or None
        Its version; None for the newest.

    Returns
    -------
    Kept
        The result, without pictures and events.

    Raises
    ------
    RegistryError
        If there is no such specimen or version, or several patients have one.
    """
    with registry.reading() as connection:
        columns = (Version.content, Version.overridden, DefinitionSet.files)
        rows = _rows(connection, key, columns)
        wanted = rows[-1].number if number is None else number
        row = next((row for row in rows if row.number == wanted), None)
        if row is None:
            raise RegistryError(f"{key}: no version {number}; there are {len(rows)}")
        (info,) = _infos(connection, [row])
    return Kept(
        info=info,
        result=result_of(unpack(row.content)),
        provenance=Provenance(
            version=row.flowpheno,
            generated=row.generated,
            simulated=row.simulated,
            definitions=json.loads(row.files),
            overridden=tuple(json.loads(row.overridden)),
        ),
    )


def read_audit(registry: Registry, *, patient: str = "") -> tuple[AuditEntry, ...]:
    """Read the audit log.

    Parameters
    ----------
    registry : Registry
        Open.
    patient : str
        Only what concerns this pseudonym; empty for all.

    Returns
    -------
    tuple of AuditEntry
        The first entry first.

    Raises
    ------
    RegistryError
        If the database complains.
    """
    with registry.reading() as connection:
        return tuple(read_chain(connection, patient=patient))


def _query(*more: Any) -> Select[*tuple[Any, ...]]:  # noqa: ANN401 - columns of any type
    query: Select[*tuple[Any, ...]] = (
        select(
            *(Version.id, Version.number, Version.status, Version.reason, Version.who),
            *(Version.recorded, Version.flowpheno, Version.generated, Version.simulated),
            *(Version.definitions_sha256, Version.content_sha256, Version.record_sha256),
            *(VerdictRow.material, VerdictRow.site, VerdictRow.date, VerdictRow.timepoint),
            *(VerdictRow.verdict, VerdictRow.n_blasts, VerdictRow.n_nucleated),
            *(VerdictRow.blast_percent, Patient.pseudonym, SpecimenRow.name),
            *more,
        )
        .join(SpecimenRow, SpecimenRow.id == Version.specimen_id)
        .join(Patient, Patient.id == SpecimenRow.patient_id)
        .join(VerdictRow, VerdictRow.version_id == Version.id)
        .join(DefinitionSet, DefinitionSet.sha256 == Version.definitions_sha256)
    )
    return query


def _rows(connection: Connection, key: str, columns: Sequence[Any]) -> Sequence[Row[Any]]:
    """Find the versions of one specimen."""
    named = (SpecimenRow.name == key) | (Patient.pseudonym + "/" + SpecimenRow.name == key)
    query = _query(*columns).where(named).order_by(SpecimenRow.id, Version.number)
    rows = connection.execute(query).all()
    keys = list(dict.fromkeys(f"{row.pseudonym}/{row.name}" for row in rows))
    if not keys:
        raise RegistryError(f"{key}: the registry has no such specimen")
    if len(keys) > 1:
        more = ", ..." if len(keys) > _SHOWN else ""
        raise RegistryError(f"{key}: {len(keys)} specimens: {', '.join(keys[:_SHOWN])}{more}")
    return rows


def _infos(connection: Connection, rows: Sequence[Row[Any]]) -> tuple[VersionInfo, ...]:
    inputs = _inputs(connection, [row.id for row in rows])
    return tuple(_info(row, tuple(inputs[row.id])) for row in rows)


def _info(row: Row[Any], inputs: tuple[tuple[str, str], ...]) -> VersionInfo:
    return VersionInfo(
        patient=row.pseudonym,
        specimen=row.name,
        number=row.number,
        status=Status(row.status),
        reason=row.reason,
        who=row.who,
        recorded=row.recorded,
        material=row.material,
        site=row.site,
        date=row.date,
        timepoint=row.timepoint,
        verdict=SpecimenVerdict(row.verdict),
        n_blasts=row.n_blasts,
        n_nucleated=row.n_nucleated,
        blast_percent=math.nan if row.blast_percent is None else row.blast_percent,
        version=row.flowpheno,
        generated=row.generated,
        simulated=row.simulated,
        inputs=inputs,
        definitions_sha256=row.definitions_sha256,
        content_sha256=row.content_sha256,
        record_sha256=row.record_sha256,
    )


def _inputs(connection: Connection, ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """Hashes of the files of some versions; a database takes only so many names at a time."""
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for start in range(0, len(ids), _BATCH):
        query = select(TubeRow.version_id, TubeRow.name, TubeRow.sha256)
        query = query.where(TubeRow.version_id.in_(ids[start : start + _BATCH]))
        for row in connection.execute(query.order_by(TubeRow.version_id, TubeRow.position)):
            found[row.version_id].append((row.name, row.sha256))
    return found
