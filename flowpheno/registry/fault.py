"""What a database complains of, said in one sentence a laboratory can act on."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from flowpheno.errors import RegistryError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flowpheno.registry.place import Place

_LOCKED = "locked by another program for longer than it was waited for; nothing was stored: again"
_FULL = "the disk is full; what was being stored was not, everything before it was"
_REFUSED = "changing or deleting what is stored is refused: a correction is a new version"

_SQLITE: Mapping[int, str] = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: "the disk cannot be written or read (full, over quota, or failing); "
    "what was being stored was not",
    sqlite3.SQLITE_NOTADB: "not a registry: the file is no SQLite database",
    sqlite3.SQLITE_CORRUPT: "the file is damaged: restore it from a copy",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: no such folder, or no permission",
    sqlite3.SQLITE_READONLY: "cannot be written: no permission",
    sqlite3.SQLITE_PERM: "cannot be opened: no permission",
}
_POSTGRESQL: Mapping[str, str] = {  # SQLSTATE, or its class of two characters
    "55P03": _LOCKED,
    "53100": _FULL,
    "53": "the server lacks memory, disk or connections; nothing was stored",
    "28": "the server does not let this user in",
    "3D": "the server has no such database",
    "42501": "this user may not write there",
    "57": "the server was shut down meanwhile; what was not confirmed is not stored",
    "08": "the connection broke; what was not confirmed is not stored",
}
_PRIMARY = 0xFF  # SQLite: the low byte of an extended code


@contextmanager
def clear_faults(place: Place) -> Iterator[None]:
    """Turn a complaint of the database into a `RegistryError`.

    Parameters
    ----------
    place : Place
        Where the registry lies; its password is never said.

    Yields
    ------
    None
        While the database is used.

    Raises
    ------
    RegistryError
        If the database complains.
    """
    try:
        yield
    except DBAPIError as error:
        raise RegistryError(f"{place}: {_said(error.orig)}") from error
    except sqlite3.Error as error:  # of the first statements, before SQLAlchemy listens
        raise RegistryError(f"{place}: {_said(error)}") from error


def _said(error: BaseException | None) -> str:
    words = " ".join(str(error).split())
    if "append-only" in words:
        return _REFUSED
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY
        return _SQLITE.get(code, words)
    state = getattr(error, "sqlstate", None)
    if state is None:  # never reached the server, or lost it
        return f"the server cannot be reached: {words}"
    return _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2]) or words
