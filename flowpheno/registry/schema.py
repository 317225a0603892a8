"""The tables of a database: made on first use, brought up to date, or refused."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from flowpheno.errors import RegistryError
from flowpheno.registry.chain import append, now
from flowpheno.registry.connection import WAIT_SECONDS, connect, use_wal
from flowpheno.registry.place import parse_place
from flowpheno.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

    from flowpheno.registry.connection import Registry
    from flowpheno.registry.place import Place

REVISIONS = ("0001",)
"""Versions of the tables, oldest first; each is a file of ``migrations/versions``."""

VERSION_TABLE = "registry_revision"
_CREATING = 8_061_944_021  # any number: PostgreSQL's name of the lock under which tables are made


@contextmanager
def open_registry(
    registry: str | Path, *, create: bool = True, wait_seconds: float = WAIT_SECONDS
) -> Iterator[Registry]:
    """Open a registry; make it, or bring its tables up to date, where that is wanted.

    Parameters
    ----------
    registry : str or Path
        A file, ``sqlite:///FILE``, or ``postgresql://USER@HOST/DATABASE``.
    create : bool
        Whether to make it if it is not there.
    wait_seconds : float
        How long to wait for other writers.

    Yields
    ------
    Registry
        Closed at the end.

    Raises
    ------
    RegistryError
        If it cannot be opened, is none, or was made by a newer flowpheno.
    MissingPackageError
        If the driver of PostgreSQL is not installed.
    """
    place = parse_place(registry)
    if place.path is not None:
        _check_file(place.path, create=create)
    opened = connect(place, wait_seconds=wait_seconds)
    try:
        _prepare(opened, create=create, wait_seconds=wait_seconds)
        yield opened
    finally:
        opened.engine.dispose()


def _check_file(path: Path, *, create: bool) -> None:
    if path.is_dir():
        raise RegistryError(f"{path}: a folder, not a registry")
    if not create and not path.is_file():
        raise RegistryError(f"{path}: there is no such registry")
    if not path.parent.is_dir():
        raise RegistryError(f"{path}: there is no folder {path.parent}")


def _prepare(registry: Registry, *, create: bool, wait_seconds: float) -> None:
    with registry.reading() as connection:
        revision = _revision(connection, registry.place)
    if revision == REVISIONS[-1]:
        return
    if not revision and not create:
        raise RegistryError(f"{registry.place}: holds no registry")
    use_wal(registry, wait_seconds=wait_seconds)
    with registry.writing() as connection:
        if registry.place.path is None:  # one of two programs that start at the same time waits
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_CREATING})"))
        before = _revision(connection, registry.place)
        if before != REVISIONS[-1]:
            _upgrade(connection)
            _note(connection, before)


def _revision(connection: Connection, place: Place) -> str:
    """Read the version of the tables; empty for a database without any."""
    names = set(inspect(connection).get_table_names())
    if not names:
        return ""
    if VERSION_TABLE not in names:
        raise RegistryError(f"{place}: a database, but no registry of flowpheno; left as it is")
    found = connection.execute(
        text(f"SELECT version_num FROM {VERSION_TABLE}")  # noqa: S608 - a constant
    ).scalar_one_or_none()
    if found not in REVISIONS:
        raise RegistryError(
            f"{place}: made by a newer flowpheno (its tables are of version {found}, flowpheno "
            f"{VERSION} knows {REVISIONS[-1]}); left as it is: install the newer flowpheno"
        )
    return str(found)


def _upgrade(connection: Connection) -> None:
    from pathlib import Path  # noqa: PLC0415 - one use

    from alembic.command import upgrade  # noqa: PLC0415 - slow, and needed on first use alone
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    folder = Path(__file__).with_name("migrations").as_posix().replace("%", "%%")
    config.set_main_option("script_location", folder)
    config.attributes["connection"] = connection
    upgrade(config, "head")


def _note(connection: Connection, before: str) -> None:
    append(
        connection,
        at=now(),
        who="flowpheno",
        action="upgraded" if before else "created",
        detail=f"flowpheno {VERSION}, tables of version {REVISIONS[-1]}",
    )
