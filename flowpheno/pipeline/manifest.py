"""The manifest: what a person knows of the files, one row a file."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flowpheno.errors import ManifestError, TableError
from flowpheno.reading import parse_scale
from flowpheno.reading.files import stem
from flowpheno.specimen import Therapy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from flowpheno.reading import TableScale

COLUMNS = (
    "path",
    "patient",
    "specimen",
    "tube",
    "date",
    "material",
    "site",
    "timepoint",
    "known_bcp_all",
    "already_compensated",
    "therapy",
    "scale",
    "control_for",
    "diagnosis",
)
"""Of a manifest; others are ignored."""
_TRUE = frozenset({"true", "yes", "1", "y"})
_FALSE = frozenset({"false", "no", "0", "n", ""})


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestRow:
    """What a person says of one file.

    Attributes
    ----------
    specimen, tube, patient, date, material, site, timepoint : str
        Empty where the cell is.
    known_bcp_all : bool or None
        None where the cell is empty.
    already_compensated : bool or None
        A person's word on whether the file holds compensated data; None where the cell is empty.
    therapy : frozenset of Therapy
        Treatment that hides antigens.
    scale : Scale or LogChannels or IonCounts or None
        What the numbers of an event table mean, which a table cannot say; None where the cell is
        empty. A list-mode file says so itself.
    control_for : tuple of str
        Markers, as written, that the file was not stained for: it is a control tube of the
        specimen (FMO, isotype, process control) and is not judged itself; empty for others.
    diagnosis : tuple of Path
        Tubes of the patient's diagnosis, with which the specimen is compared.
    """

    specimen: str = ""
    tube: str = ""
    patient: str = ""
    date: str = ""
    material: str = ""
    site: str = ""
    timepoint: str = ""
    known_bcp_all: bool | None = None
    already_compensated: bool | None = None
    therapy: frozenset[Therapy] = frozenset()
    scale: TableScale | None = None
    control_for: tuple[str, ...] = ()
    diagnosis: tuple[Path, ...] = ()


def read_manifest(path: Path) -> Mapping[Path, ManifestRow]:
    """Read a manifest.

    Parameters
    ----------
    path : Path
        CSV with a header; paths are relative to it, other columns are ignored.

    Returns
    -------
    mapping of Path to ManifestRow
        By resolved path.

    Raises
    ------
    ManifestError
        If the file cannot be read; lists every row that cannot be used.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ManifestError(f"{path}: cannot be read: {error}") from error
    reader = csv.DictReader(text.splitlines())
    try:
        names = [name.strip() for name in reader.fieldnames or ()]
        table = list(reader)
    except csv.Error as error:
        raise ManifestError(f"{path}: line {reader.line_num}: {error}") from error
    if "path" not in names:
        raise ManifestError(f"{path}: line 1: no column 'path'")
    if twice := sorted({name for name in names if name in COLUMNS and names.count(name) > 1}):
        raise ManifestError(f"{path}: line 1: two columns {', '.join(map(repr, twice))}")
    rows: dict[Path, ManifestRow] = {}
    problems = []
    for number, cells in enumerate(table, start=2):
        try:
            _add(rows, path.parent, cells)
        except ManifestError as error:
            problems.append(f"line {number}: {error}")
    if problems:
        raise ManifestError(f"{path}: {'; '.join(problems)}")
    return rows


def group_files(
    files: Sequence[Path], manifest: Mapping[Path, ManifestRow]
) -> Mapping[str, list[Path]]:
    """Put files of one specimen together.

    Parameters
    ----------
    files : sequence of Path
        As found.
    manifest : mapping of Path to ManifestRow
        By resolved path; files it does not name are specimens of their own.

    Returns
    -------
    mapping of str to list of Path
        By specimen; a file of its own has its stem for a name, and its folder before it where
        that is not unique.
    """
    groups: dict[str, list[Path]] = defaultdict(list)
    stems: dict[str, list[Path]] = defaultdict(list)
    for path in files:
        row = manifest.get(path.resolve())
        if row is not None and row.specimen:
            groups[row.specimen].append(path)
        else:
            stems[stem(path)].append(path)
    for name, paths in stems.items():
        # files of one name in several folders are not taken for tubes of one specimen
        for path in paths:
            unique = (
                name
                if len(paths) == 1 and name not in groups
                else f"{path.parent.name}/{path.name}"
            )
            groups[unique].append(path)
    return groups


def _add(
    rows: dict[Path, ManifestRow], folder: Path, cells: Mapping[str | None, str | None]
) -> None:
    if None in cells:
        raise ManifestError("more cells than columns")
    values = {name.strip(): (cell or "").strip() for name, cell in cells.items() if name}
    row = _row(values, folder)
    place = (folder / values["path"]).resolve()
    if place in rows:
        raise ManifestError("the path stands in an earlier row too")
    for other in rows.values():
        if row.specimen and row.specimen == other.specimen:
            _check_same_specimen(row, other)
    rows[place] = row


def _check_same_specimen(row: ManifestRow, other: ManifestRow) -> None:
    """Tubes of one specimen are of one patient, with one history."""
    for column in ("patient", "date", "site", "known_bcp_all"):
        here, there = getattr(row, column), getattr(other, column)
        if here not in {"", None} and there not in {"", None} and here != there:
            raise ManifestError(
                f"{column} of specimen {row.specimen} is {here!r}, and {there!r} in an earlier row"
            )


def _row(cells: Mapping[str, str], folder: Path) -> ManifestRow:
    values = {name: cells.get(name, "") for name in COLUMNS}
    if not values["path"]:
        raise ManifestError("no path")
    known = values["known_bcp_all"].lower()
    compensated = values["already_compensated"].lower()
    return ManifestRow(
        **{
            n: values[n]
            for n in ("specimen", "tube", "patient", "date", "material", "site", "timepoint")
        },
        known_bcp_all=None if known == "" else _flag("known_bcp_all", known),
        already_compensated=None
        if compensated == ""
        else _flag("already_compensated", compensated),
        therapy=frozenset(_therapies(values["therapy"])),
        scale=_scale(values["scale"]),
        control_for=_control_for(values),
        diagnosis=tuple(folder / word for word in _words(values["diagnosis"])),
    )


def _control_for(values: Mapping[str, str]) -> tuple[str, ...]:
    markers = _words(values["control_for"])
    if markers and not values["specimen"]:
        raise ManifestError("a control tube needs the specimen it is of")
    return tuple(dict.fromkeys(markers))


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.replace("|", ";").split(";") if word.strip()]


def _flag(column: str, text: str) -> bool:
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise ManifestError(f"{column} is {text!r}, expected yes or no")


def _scale(text: str) -> TableScale | None:
    try:
        return parse_scale(text) if text else None
    except TableError as error:
        raise ManifestError(str(error)) from error


def _therapies(text: str) -> Sequence[Therapy]:
    words = _words(text)
    known = {therapy.value.lower(): therapy for therapy in Therapy}
    unknown = [word for word in words if word.lower() not in known]
    if unknown:
        choices = ", ".join(therapy.value for therapy in Therapy)
        raise ManifestError(f"unknown therapy {', '.join(unknown)}; known: {choices}")
    return [known[word.lower()] for word in words]
