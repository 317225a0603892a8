"""Where a registry lies: a file, or a database server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from flowpheno.errors import RegistryError

_SQLITE = "sqlite"
_POSTGRESQL = frozenset({"postgresql", "postgres", "postgresql+psycopg"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a registry lies.

    Attributes
    ----------
    url : URL
        For SQLAlchemy.
    path : Path or None
        The file of an SQLite registry; None for a server.
    """

    url: URL
    path: Path | None

    def __str__(self) -> str:
        return str(self.path) if self.path else self.url.render_as_string(hide_password=True)


def parse_place(registry: str | Path) -> Place:
    """Read what a person gave as the registry.

    Parameters
    ----------
    registry : str or Path
        A file, ``sqlite:///FILE``, or ``postgresql://USER@HOST/DATABASE``.

    Returns
    -------
    Place
        Where it lies.

    Raises
    ------
    RegistryError
        If it is neither.
    """
    if isinstance(registry, Path) or "://" not in registry:
        path = Path(registry)
        return Place(URL.create(_SQLITE, database=str(path)), path)
    try:
        url = make_url(registry)
    except (ArgumentError, ValueError) as error:
        raise RegistryError("the registry is neither a file nor a URL that can be read") from error
    if url.drivername in _POSTGRESQL:
        return Place(url.set(drivername="postgresql+psycopg"), None)
    if url.drivername == _SQLITE and url.database:
        return Place(URL.create(_SQLITE, database=url.database), Path(url.database))
    raise RegistryError(
        f"{url.drivername!r} is no kind of registry: a file, sqlite:///FILE or "
        "postgresql://USER@HOST/DATABASE"
    )
