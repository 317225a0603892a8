"""Files: which ones there are, what they are called."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from flowpheno.errors import FcsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FCS_ENDINGS = (".fcs", ".lmd", ".fcs.gz", ".lmd.gz")
_STRIPPED = (".gz", ".fcs", ".lmd", ".csv", ".parquet")


def find_files(paths: Sequence[Path]) -> tuple[Path, ...]:
    """List the FCS files below folders.

    Parameters
    ----------
    paths : sequence of Path
        Folders are searched to the bottom, links followed, each folder once; hidden names are
        passed over. A path that is no folder is taken whatever its ending, even if it does not
        exist: reading it says what is wrong.

    Returns
    -------
    tuple of Path
        Sorted, each once; empty if there are none.

    Raises
    ------
    FcsError
        If a folder cannot be listed.
    """
    found: set[Path] = set()
    seen: set[Path] = set()
    for path in paths:
        found.update(_below(path, seen) if path.is_dir() else [path])
    return tuple(sorted(found))


def stem(path: Path) -> str:
    """Name a sample after its file.

    Parameters
    ----------
    path : Path
        A file.

    Returns
    -------
    str
        Its name without the endings of list-mode files, tables and gzip.

    Examples
    --------
    >>> stem(Path("run/494.fcs")), stem(Path("a.LMD.csv.gz"))
    ('494', 'a')
    """
    name = path.name
    while name.lower().endswith(_STRIPPED) and Path(name).stem != name:
        name = Path(name).stem
    return name


def _below(folder: Path, seen: set[Path]) -> Iterator[Path]:
    real = folder.resolve()
    if real in seen:  # a link back up, or a folder given twice
        return
    seen.add(real)
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        problem = f"{folder} cannot be listed: {error.strerror or error}"
        raise FcsError(problem, segment="FILE", offset=0) from error
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _below(folder / entry.name, seen)
        elif entry.name.lower().endswith(_FCS_ENDINGS):
            yield folder / entry.name
