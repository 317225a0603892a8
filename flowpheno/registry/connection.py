"""Connections: a transaction that reads, a transaction that writes, and how long one waits."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, text

from flowpheno.exchange.extra import import_extra
from flowpheno.registry.fault import clear_faults

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

    from flowpheno.registry.place import Place

WAIT_SECONDS = 60.0
"""How long a writer waits for others."""

_WRITING = "flowpheno_writing"
_PAUSE_SECONDS = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Registry:
    """An open registry.

    Attributes
    ----------
    place : Place
        Where it lies.
    engine : Engine
        Its connections.
    """

    place: Place
    engine: Engine

    def __repr__(self) -> str:
        return f"<Registry {self.place}>"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Read one consistent state, whatever others write meanwhile.

        Yields
        ------
        Connection
            In a transaction that is rolled back.

        Raises
        ------
        RegistryError
            If the database complains.
        """
        options = {} if self.place.path else {"isolation_level": "REPEATABLE READ"}
        with clear_faults(self.place), self._opened(**options) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Write alone: the audit log has one end, and one writer at a time extends it.

        Yields
        ------
        Connection
            In a transaction, committed at the end, rolled back on any error.

        Raises
        ------
        RegistryError
            If the database complains; nothing was stored then.
        """
        options = {_WRITING: True}
        with (
            clear_faults(self.place),
            self._opened(**options) as connection,
            connection.begin(),
        ):
            yield connection

    def _opened(self, **options: Any) -> Connection:  # noqa: ANN401 - of several types
        return self.engine.connect().execution_options(**options)

    def lock_audit(self, connection: Connection) -> None:
        """Wait until no other transaction extends the audit log.

        Parameters
        ----------
        connection : Connection
            In a transaction that writes.
        """
        if self.place.path is None:  # SQLite has one writer anyhow
            connection.execute(text("LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE"))


def connect(place: Place, *, wait_seconds: float = WAIT_SECONDS) -> Registry:
    """Make the connections of a registry; none is opened yet.

    Parameters
    ----------
    place : Place
        Where it lies.
    wait_seconds : float
        How long a writer waits for others.

    Returns
    -------
    Registry
        It.

    Raises
    ------
    MissingPackageError
        If the driver of PostgreSQL is not installed.
    """
    if place.path is not None:
        engine = create_engine(place.url)
        _prepare_sqlite(engine, wait_seconds)
        return Registry(place, engine)
    import_extra("psycopg", "postgresql")
    own = place.url.query.get("options", "")  # such as another search_path
    options = f"{own if isinstance(own, str) else ' '.join(own)} -c lock_timeout="
    arguments = {"options": f"{options}{int(wait_seconds * 1000)}", "connect_timeout": 10}
    return Registry(place, create_engine(place.url, connect_args=arguments, pool_size=1))


def use_wal(registry: Registry, *, wait_seconds: float = WAIT_SECONDS) -> None:
    """Let readers and a writer work at the same time, for good.

    Parameters
    ----------
    registry : Registry
        An SQLite registry.
    wait_seconds : float
        How long to wait for programs that use it otherwise.

    Raises
    ------
    RegistryError
        If others use it all that time.
    """
    if registry.place.path is None:
        return
    until = time.monotonic() + wait_seconds
    with (
        clear_faults(registry.place),
        closing(sqlite3.connect(registry.place.path, isolation_level=None)) as connection,
    ):
        while not _switched(connection, last=time.monotonic() >= until):
            time.sleep(_PAUSE_SECONDS)


def _switched(connection: sqlite3.Connection, *, last: bool) -> bool:
    """Try once: SQLite refuses the change of mode at once while others read."""
    try:
        connection.execute("PRAGMA journal_mode=WAL")
    except sqlite3.OperationalError as error:
        if last or error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


def _prepare_sqlite(engine: Engine, wait_seconds: float) -> None:
    @event.listens_for(engine, "connect")
    def _connected(raw: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection
        raw.isolation_level = None  # transactions are begun below, not by the driver
        raw.execute(f"PRAGMA busy_timeout={int(wait_seconds * 1000)}")
        raw.execute("PRAGMA foreign_keys=ON")
        raw.execute("PRAGMA synchronous=FULL")  # what was confirmed survives a power cut

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        # a writer takes its turn at once: a reader that wants to write later cannot wait for it
        writing = connection.get_execution_options().get(_WRITING, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
