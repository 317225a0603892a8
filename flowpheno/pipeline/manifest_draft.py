"""A draft manifest: what files and folders say, for a person to complete."""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from flowpheno.errors import FcsError
from flowpheno.fcs.moment import acquired
from flowpheno.pipeline.directory import failure_of
from flowpheno.pipeline.manifest import COLUMNS, group_files
from flowpheno.pipeline.recognising import recognise_tube
from flowpheno.reading import find_files, read_fcs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.panel.definitions import Definitions
    from flowpheno.results import Failure

_LOOKED_AT = 100
"""Events read of a file: the names of its channels are wanted, and its date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRow:
    """What a file says of itself.

    Attributes
    ----------
    path : Path
        The file.
    specimen : str
        Its folder, where that holds different tubes and nothing else; else its own name.
    tube : str
        The tube it is recognised as; empty for none.
    date : str
        Day it was measured, ISO; empty if not asked for, or not said.
    """

    path: Path
    specimen: str
    tube: str = ""
    date: str = ""


def draft_manifest(
    folder: Path, definitions: Definitions, *, dates: bool = False
) -> tuple[tuple[DraftRow, ...], tuple[Failure, ...]]:
    """Collect what the files of a folder say of themselves.

    Parameters
    ----------
    folder : Path
        Searched with all folders in it.
    definitions : Definitions
        Hold the tubes.
    dates : bool
        Take the day of measurement (``$DATE``). It is the only keyword that is taken: names and
        numbers of patients stay in their files.

    Returns
    -------
    tuple of DraftRow
        In the order of the files; empty for a folder without any.
    tuple of Failure
        Files that could not be read.
    """
    rows: list[DraftRow] = []
    failures: list[Failure] = []
    files = find_files([folder])
    names = {path: name for name, paths in group_files(files, {}).items() for path in paths}
    for path in files:
        try:
            sample = read_fcs(path, events=slice(_LOOKED_AT))
        except FcsError as error:
            failures.append(failure_of(path, error))
            continue
        found, _ = recognise_tube(sample, definitions)
        tube = found.tube if found.recognised else ""
        began = acquired(sample.keywords) if dates else None
        date = "" if began is None else began.date().isoformat()
        rows.append(DraftRow(path=path, specimen=names[path], tube=tube, date=date))
    return _by_folder(rows, folder), tuple(failures)


def write_draft(rows: Sequence[DraftRow], path: Path) -> None:
    """Write a manifest with all its columns; what only a person knows is left empty.

    Parameters
    ----------
    rows : sequence of DraftRow
        A file each.
    path : Path
        CSV to write. Files are named relative to it.
    """
    home = path.resolve().parent
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        for row in rows:
            named = Path(os.path.relpath(row.path.resolve(), home)).as_posix()
            cells = {"specimen": row.specimen, "tube": row.tube, "date": row.date}
            writer.writerow({"path": named, **cells})


def _by_folder(rows: Sequence[DraftRow], root: Path) -> tuple[DraftRow, ...]:
    """Take a folder of different tubes for a specimen; one that holds a tube twice is none."""
    folders: dict[Path, list[DraftRow]] = defaultdict(list)
    for row in rows:
        folders[row.path.parent].append(row)
    specimens = {}
    for folder, members in folders.items():
        tubes = [row.tube for row in members]
        if folder != root and len(tubes) > 1 and "" not in tubes and len({*tubes}) == len(tubes):
            specimens[folder] = folder.relative_to(root).as_posix()
    return tuple(
        replace(row, specimen=specimens.get(row.path.parent, row.specimen)) for row in rows
    )
