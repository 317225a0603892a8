"""The audit log: each link holds the hash of the one before, so that none can be changed alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from flowpheno.registry.content import sha256_of, text
from flowpheno.registry.tables import AuditRow
from flowpheno.registry.values import AuditEntry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Select

FIRST = "0" * 64
"""What the first link holds in place of the hash of one before."""


def now() -> str:
    """Tell the time.

    Returns
    -------
    str
        ISO 8601, UTC, to the microsecond.
    """
    return datetime.now(UTC).isoformat(timespec="microseconds")


def append(connection: Connection, **facts: Any) -> str:  # noqa: ANN401 - texts and a number
    """Add a link to the audit log.

    Parameters
    ----------
    connection : Connection
        In a transaction that writes, and holds the audit log.
    **facts : object
        Fields of `AuditEntry` other than its place and hashes; what is not given is empty.

    Returns
    -------
    str
        Hash of the link.
    """
    last = connection.execute(
        select(AuditRow.seq, AuditRow.sha256).order_by(AuditRow.seq.desc()).limit(1)
    ).one_or_none()
    blank = {"patient": "", "specimen": "", "number": 0, "record_sha256": "", "detail": ""}
    said = blank | {k: text(v) if isinstance(v, str) else v for k, v in facts.items()}
    said["seq"], said["previous"] = (1, FIRST) if last is None else (last.seq + 1, last.sha256)
    sha256 = sha256_of(said)
    connection.execute(insert(AuditRow).values(**said, sha256=sha256))
    return sha256


def link_hash(entry: AuditEntry) -> str:
    """Compute the hash that a link must have.

    Parameters
    ----------
    entry : AuditEntry
        A link.

    Returns
    -------
    str
        SHA-256 over the canonical JSON of its fields and of the hash before it.
    """
    fields = (name for name in AuditEntry.__slots__ if name != "sha256")
    return sha256_of({name: getattr(entry, name) for name in fields})


def read_chain(connection: Connection, *, patient: str = "") -> Iterator[AuditEntry]:
    """Read the audit log.

    Parameters
    ----------
    connection : Connection
        In a transaction.
    patient : str
        Only links of this pseudonym; empty for all.

    Yields
    ------
    AuditEntry
        From the first to the last.
    """
    columns = [getattr(AuditRow, name) for name in AuditEntry.__slots__]
    query: Select[Any] = select(*columns).order_by(AuditRow.seq)
    if patient:
        query = query.where(AuditRow.patient == patient)
    for row in connection.execution_options(yield_per=1000).execute(query):
        yield AuditEntry(**row._mapping)  # noqa: SLF001 - the public name that SQLAlchemy gives it
