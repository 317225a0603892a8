"""Tables of coefficients in text files: rows and columns with names, cells that are numbers."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import CompensationError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from flowpheno.arrays import Matrix

_MAXIMUM_BYTES = 1_000_000
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+(?:[eE][+-]?[0-9]+)?")
_SHOWN = 40


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Coefficients:
    """A table of coefficients.

    Attributes
    ----------
    names : tuple of str
        Of the columns, as written.
    labels : tuple of str or None
        Of the rows; None where they are not named, or only numbered.
    matrix : Matrix
        Finite numbers, shape ``(n_rows, n_columns)``.
    """

    names: tuple[str, ...]
    labels: tuple[str, ...] | None
    matrix: Matrix


def read_coefficients(path: Path, *, square: bool) -> Coefficients:
    """Read a table of coefficients.

    Parameters
    ----------
    path : Path
        CSV or TSV, UTF-8; commas, tabs or semicolons separate. The first row names the columns;
        names of rows may stand in the first column, with or without a cell above them.
    square : bool
        Whether there must be as many rows as columns.

    Returns
    -------
    Coefficients
        At least one row.

    Raises
    ------
    CompensationError
        If the file cannot be read, rows are of other lengths, or a cell is no finite number; says
        which cell.
    """
    rows = _cells(path)
    header, body = rows[0], rows[1:]
    if not body:
        raise CompensationError(f"{path}: has no coefficients below its first row")
    names, labels, cells = _split(header, body, square=square)
    _check_shape(path, names, cells, square=square)
    matrix = np.array(
        [
            [
                _number(path, cell, (row, name, labels))
                for cell, name in zip(line, names, strict=True)
            ]
            for row, line in enumerate(cells)
        ],
        np.float64,
    )
    numbered = labels is None or all(_is_number(label) for label in labels)
    return Coefficients(
        names=tuple(names), labels=None if numbered else tuple(labels or ()), matrix=matrix
    )


def detector_of(name: str) -> str:
    """Give the detector of a name such as ``"Comp-FITC-A :: CD20"``.

    Parameters
    ----------
    name : str
        As written in a table.

    Returns
    -------
    str
        Without what FlowJo adds.
    """
    return name.split("::", maxsplit=1)[0].strip().removeprefix("Comp-")


def _cells(path: Path) -> list[list[str]]:
    """Rows of cells, blank lines left out."""
    try:
        if path.stat().st_size > _MAXIMUM_BYTES:
            raise CompensationError(f"{path}: too large for a table of coefficients")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CompensationError(f"{path}: cannot be read: {error}") from error
    lines = [line for line in text.splitlines() if line.strip(" \t,;\x00")]
    if not lines:
        raise CompensationError(f"{path}: is empty")
    separator = next((sign for sign in "\t;" if sign in lines[0]), ",")
    try:
        return [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=separator)]
    except csv.Error as error:
        raise CompensationError(f"{path}: cannot be read: {error}") from error


def _split(
    header: Sequence[str], body: Sequence[Sequence[str]], *, square: bool
) -> tuple[Sequence[str], Sequence[str] | None, Sequence[Sequence[str]]]:
    """Names of columns, names of rows if there are any, coefficients."""
    width = len(body[0])
    named = not _is_number(body[0][0]) and (not square or width == len(body) + 1)
    if width == len(header) + 1:  # R leaves out the cell above the row names
        names: Sequence[str] = header
    elif header[0] == "" or named:
        names = header[1:]
    else:
        return header, None, body
    return names, [row[0] for row in body], [row[1:] for row in body]


def _check_shape(
    path: Path, names: Sequence[str], cells: Sequence[Sequence[str]], *, square: bool
) -> None:
    widths = sorted({len(row) for row in cells})
    if widths == [len(names)] and not (square and len(cells) != len(names)):
        return
    hint = "; is the decimal sign a comma?" if max(widths) == 2 * len(names) else ""
    raise CompensationError(
        f"{path}: {len(cells)} rows of {' or '.join(map(str, widths))} coefficients for "
        f"{len(names)} detectors{hint}"
    )


def _number(path: Path, cell: str, place: tuple[int, str, Sequence[str] | None]) -> float:
    """Read a cell, or say where it stands."""
    row, name, labels = place
    where = f"{path}: row {row + 1}" + (f" ({labels[row]})" if labels else "") + f", column {name}"
    if _DECIMAL_COMMA.fullmatch(cell):
        raise CompensationError(f"{where}: {cell} has a decimal comma; a point is understood")
    if not _is_number(cell) or not np.isfinite(float(cell)):
        raise CompensationError(
            f"{where}: the coefficient {cell[:_SHOWN]!r} is not a finite number"
        )
    return float(cell)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
