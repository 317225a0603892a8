"""Spillover matrices in text files, as FlowJo, flowCore and spreadsheets write them."""

from __future__ import annotations

import csv
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import CompensationError
from flowpheno.fcs.spillover import Spillover

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from flowpheno.arrays import Matrix

_MAXIMUM_BYTES = 1_000_000
_PERCENT = 100.0
_TOLERANCE = 0.01
"""How far, relatively, a diagonal may be from 1 or from 100."""


def read_spillover_csv(path: Path) -> Spillover:
    """Read a spillover matrix from a CSV or TSV file.

    The first row names the detectors. Row names may stand in the first column, with or without a
    cell above them (FlowJo, R); rows are then put in the order of the columns. Detectors may be
    written ``FITC-A :: CD20`` or ``Comp-FITC-A``. Commas, tabs and semicolons separate; with
    semicolons the decimal sign may be a comma.

    Parameters
    ----------
    path : Path
        The file, UTF-8.

    Returns
    -------
    Spillover
        Fractions; percent (a diagonal of 100) is turned into fractions, and the source says so.

    Raises
    ------
    CompensationError
        If the file cannot be read, or is not a square matrix of finite numbers with a name for
        each column, each once, and a diagonal of 1 or 100.
    """
    rows = _cells(path)
    header, body = rows[0], rows[1:]
    if not body:
        raise CompensationError(f"{path}: has no coefficients below its first row")
    names, labels, cells = _split(header, body)
    names = tuple(_detector(name) for name in names)
    if any(len(row) != len(names) for row in cells) or len(cells) != len(names):
        widths = sorted({len(row) for row in cells})
        raise CompensationError(
            f"{path}: {len(cells)} rows of {' or '.join(map(str, widths))} coefficients for "
            f"{len(names)} detectors"
        )
    if len(set(names)) < len(names) or "" in names:
        raise CompensationError(f"{path}: detectors are not named once each: {', '.join(names)}")
    matrix = _matrix(path, cells)
    if labels is not None:
        matrix = matrix[_order(path, names, tuple(_detector(name) for name in labels))]
    return _fractions(path, names, matrix)


def _cells(path: Path) -> list[list[str]]:
    """Rows of cells, blank lines left out."""
    try:
        if path.stat().st_size > _MAXIMUM_BYTES:
            raise CompensationError(f"{path}: too large for a spillover matrix")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CompensationError(f"{path}: cannot be read: {error}") from error
    lines = [line for line in text.splitlines() if line.strip(" \t,;\x00")]
    if not lines:
        raise CompensationError(f"{path}: is empty")
    separator = next((sign for sign in "\t;" if sign in lines[0]), ",")
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=separator)]
    except csv.Error as error:
        raise CompensationError(f"{path}: cannot be read: {error}") from error
    if separator == ";":
        rows[1:] = [[cell.replace(",", ".") for cell in row] for row in rows[1:]]
    return rows


def _split(
    header: Sequence[str], body: Sequence[Sequence[str]]
) -> tuple[Sequence[str], list[str] | None, list[Sequence[str]]]:
    """Names of columns, names of rows if there are any, coefficients."""
    width = len(body[0])
    if width == len(header) + 1:  # R leaves out the cell above the row names
        names: Sequence[str] = header
    elif header[0] == "" or (width == len(body) + 1 and _number(body[0][0]) is None):
        names = header[1:]
    else:
        return header, None, list(body)
    labels = [row[0] for row in body]
    numbered = all(_number(label) is not None for label in labels)
    return names, None if numbered else labels, [row[1:] for row in body]


def _detector(name: str) -> str:
    """Detector of a name such as ``"Comp-FITC-A :: CD20"``."""
    return name.split("::", maxsplit=1)[0].strip().removeprefix("Comp-")


def _matrix(path: Path, cells: Sequence[Sequence[str]]) -> Matrix:
    numbers = [[_number(cell) for cell in row] for row in cells]
    for cell, number in zip(chain(*cells), chain(*numbers), strict=True):
        if number is None or not np.isfinite(number):
            raise CompensationError(
                f"{path}: the coefficient {cell[:40]!r} is not a finite number"
            )
    return np.array(numbers, np.float64)


def _order(path: Path, names: Sequence[str], labels: Sequence[str]) -> list[int]:
    """Rows in the order of the columns."""
    if set(labels) != set(names) or len(set(labels)) < len(labels):
        raise CompensationError(
            f"{path}: rows are named {', '.join(labels)}, columns {', '.join(names)}"
        )
    return [labels.index(name) for name in names]


def _fractions(path: Path, names: tuple[str, ...], matrix: Matrix) -> Spillover:
    diagonal = np.diag(matrix)
    if np.allclose(diagonal, 1, rtol=_TOLERANCE):
        return Spillover(detectors=names, matrix=matrix, source=path.name)
    if np.allclose(diagonal, _PERCENT, rtol=_TOLERANCE):
        source = f"{path.name} (percent)"
        return Spillover(detectors=names, matrix=matrix / _PERCENT, source=source)
    raise CompensationError(
        f"{path}: the diagonal is {diagonal.min():g} to {diagonal.max():g}, expected 1, or 100 "
        "for percent"
    )


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
