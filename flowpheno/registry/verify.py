"""Check the whole registry: the chain of the audit log, and every row against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from flowpheno.errors import RegistryError
from flowpheno.registry.chain import FIRST, link_hash, read_chain
from flowpheno.registry.content import canonical, result_of, rows_of, sha256_of, unpack
from flowpheno.registry.store import TABLES, record_of
from flowpheno.registry.tables import DefinitionSet, Patient, SpecimenRow, Version
from flowpheno.registry.values import Broken, Verified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Row

    from flowpheno.registry.connection import Registry
    from flowpheno.registry.values import AuditEntry

Key = tuple[str, str, int]
"""Patient, specimen, version."""


@dataclass(frozen=True, slots=True)
class _Vouched:
    """What a link says of a version."""

    link: int
    record_sha256: str


def verify(registry: Registry, *, head: str = "") -> Verified:
    """Check that the registry is as it was written.

    Parameters
    ----------
    registry : Registry
        Open.
    head : str
        Hash of a link, noted at an earlier check; it must still be in the chain. Empty if none.

    Returns
    -------
    Verified
        Every contradiction, the first broken link first: a link that was changed, removed or
        inserted; a version that is not what its link vouches for, that no link knows, or that is
        gone; a searchable row that is not what the stored result says.

    Raises
    ------
    RegistryError
        If the database complains.
    """
    with registry.reading() as connection:
        broken: list[Broken] = []
        vouched: dict[Key, _Vouched] = {}
        last, n, found = FIRST, 0, not head
        for entry in read_chain(connection):
            n += 1
            broken += _check_link(entry, n, last)
            last, found = entry.sha256, found or entry.sha256 == head
            if entry.record_sha256:
                key = (entry.patient, entry.specimen, entry.number)
                vouched[key] = _Vouched(entry.seq, entry.record_sha256)
        if not found:
            broken.append(Broken(link=n, problem="the chain no longer holds the hash noted"))
        n_versions = 0
        for broke in _check_versions(connection, vouched):
            n_versions += 1
            broken += broke
    broken += [Broken(link=v.link, problem=f"{_name(key)} is gone") for key, v in vouched.items()]
    ordered = sorted(broken, key=lambda b: (b.link == 0, b.link))
    return Verified(links=n, versions=n_versions, head=last, broken=tuple(ordered))


def _check_link(entry: AuditEntry, place: int, last: str) -> Iterator[Broken]:
    if entry.previous != last:
        yield Broken(link=entry.seq, problem=f"does not follow the link before it (place {place})")
    if link_hash(entry) != entry.sha256:
        yield Broken(link=entry.seq, problem="is not what was written: its hash is another")


def _check_versions(
    connection: Connection, vouched: dict[Key, _Vouched]
) -> Iterator[list[Broken]]:
    """Check version by version; takes from `vouched` what was found."""
    query = (
        select(Version.__table__, Patient.pseudonym, SpecimenRow.name, DefinitionSet.files)
        .join(SpecimenRow, SpecimenRow.id == Version.specimen_id)
        .join(Patient, Patient.id == SpecimenRow.patient_id)
        .outerjoin(DefinitionSet, DefinitionSet.sha256 == Version.definitions_sha256)
        .order_by(Version.id)
    )
    for row in connection.execution_options(yield_per=20).execute(query):
        key = (row.pseudonym, row.name, row.number)
        link = vouched.pop(key, None)
        number = 0 if link is None else link.link
        problems = ["no link knows of it"] if link is None else []
        if link is not None and link.record_sha256 != row.record_sha256:
            problems.append("is not what its link vouches for")
        problems += _problems(connection, row)
        yield [Broken(link=number, problem=f"{_name(key)}: {said}") for said in problems]


def _problems(connection: Connection, row: Row[Any]) -> Iterator[str]:
    record = record_of(dict(row._mapping), row.pseudonym, row.name)  # noqa: SLF001 - as SQLAlchemy names it
    if sha256_of(record) != row.record_sha256:
        yield "who, when, why or how was changed"
    try:
        content = unpack(row.content)
        if sha256_of(content) != row.content_sha256:
            yield "the result was changed"
            return
        rows = rows_of(result_of(content))
    except RegistryError as error:
        yield str(error)
        return
    for name, table in TABLES.items():
        of = table.__table__.columns
        columns = [column for column in of if column.name != "version_id"]
        query = select(*columns).where(of["version_id"] == row.id)
        kept = [dict(r._mapping) for r in connection.execute(query)]  # noqa: SLF001 - as above
        if sorted(map(canonical, kept)) != sorted(map(canonical, rows[name])):
            yield f"its rows of {name} are not those of the result"


def _name(key: Key) -> str:
    patient, specimen, number = key
    return f"{patient}/{specimen} version {number}"
