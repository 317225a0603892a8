"""Where events came from: the file, and what identifies its content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path  # noqa: TC003 - a field

from flowpheno.errors import FcsError


@dataclass(frozen=True, slots=True)
class Origin:
    """A file as it was when it was read.

    Attributes
    ----------
    path : Path
        The file; never shown in a report.
    size : int
        Its length in bytes.
    modified : int
        Time of its last change, in nanoseconds.
    """

    path: Path
    size: int
    modified: int

    @property
    def sha256(self) -> str:
        """Hash of the file, hexadecimal; empty if it is gone or was changed since it was read."""
        try:
            return _sha256(self) if origin_of(self.path) == self else ""
        except FcsError:
            return ""


def origin_of(path: Path) -> Origin:
    """Look at a file, so that it can be recognised later.

    Parameters
    ----------
    path : Path
        A file.

    Returns
    -------
    Origin
        Its length and time of last change.

    Raises
    ------
    FcsError
        If it cannot be looked at.
    """
    try:
        status = path.stat()
    except OSError as error:
        raise _unreadable(path, error) from error
    return Origin(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=1024)
def _sha256(origin: Origin) -> str:
    """Hash a file once, as long as it does not change."""
    try:
        with origin.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(origin.path, error) from error


def _unreadable(path: Path, error: OSError) -> FcsError:
    """Say that a file cannot be read."""
    problem = f"{path} cannot be read: {error.strerror or error}"
    return FcsError(problem, segment="FILE", offset=0)
