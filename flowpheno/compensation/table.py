"""Spillover matrices in files: text as FlowJo, flowCore and spreadsheets write it, and FCS."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.compensation.cells import detector_of, read_coefficients
from flowpheno.compensation.settings import settings_of
from flowpheno.compensation.solve import refuse_singular
from flowpheno.errors import CompensationError, FcsError
from flowpheno.fcs.reader import read_dataset
from flowpheno.fcs.spillover import Spillover, changes_nothing
from flowpheno.finding import Finding, ReasonCode, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.arrays import Matrix

_PERCENT = 100.0
_TOLERANCE = 0.01
"""How far, relatively, a diagonal may be from 1 or from 100."""
_FCS_BEGINS = (b"FCS", b"\x1f\x8b")  # plain, gzipped


def read_spillover_file(path: Path) -> Spillover:
    """Read the spillover matrix of a text file, or of an FCS file.

    Parameters
    ----------
    path : Path
        CSV, TSV, or FCS, told apart by how the file begins.

    Returns
    -------
    Spillover
        See `read_spillover_csv`; that of an FCS file knows the settings of its cytometer.

    Raises
    ------
    CompensationError
        If the file cannot be read, holds no matrix, or one that cannot be used.
    """
    try:
        with path.open("rb") as file:
            begin = file.read(3)
    except OSError as error:
        raise CompensationError(f"{path}: cannot be read: {error}") from error
    return _of_fcs(path) if begin.startswith(_FCS_BEGINS) else read_spillover_csv(path)


def read_spillover_csv(path: Path | str) -> Spillover:
    """Read a spillover matrix from a CSV or TSV file.

    The first row names the detectors. Row names may stand in the first column, with or without a
    cell above them (FlowJo, R); rows are then put in the order of the columns. Detectors may be
    written ``FITC-A :: CD20`` or ``Comp-FITC-A``. Commas, tabs and semicolons separate; the
    decimal sign is a point.

    Parameters
    ----------
    path : Path or str
        The file, UTF-8.

    Returns
    -------
    Spillover
        Fractions; percent (a diagonal of 100) is turned into fractions, and a finding says so.

    Raises
    ------
    CompensationError
        If the file cannot be read, or is not a square matrix of finite numbers with a name for
        each column, each once, and a diagonal of 1 or 100, or if it is singular.
    """
    path = Path(path)
    read = read_coefficients(path, square=True)
    names = tuple(detector_of(name) for name in read.names)
    twice = sorted({name for name in names if names.count(name) > 1} - {""})
    if twice or "" in names:
        said = ", ".join(twice) or f"column {names.index('') + 1} has no name"
        raise CompensationError(f"{path}: detectors are not named once each: {said}")
    matrix = read.matrix
    if read.labels is not None:
        matrix = matrix[_order(path, names, tuple(detector_of(name) for name in read.labels))]
    spillover = _fractions(path, names, matrix)
    refuse_singular(spillover.matrix, names, str(path))
    return spillover


def spillover_csv(spillover: Spillover) -> str:
    """Spell a matrix in the layout of FlowJo, which `read_spillover_csv` reads.

    Parameters
    ----------
    spillover : Spillover
        Any matrix; a comma in a name of a detector is refused.

    Returns
    -------
    str
        Names above and beside the coefficients; reading it gives the same bits.

    Raises
    ------
    CompensationError
        If a detector's name holds a comma or a line break.
    """
    odd = [name for name in spillover.detectors if any(sign in name for sign in ',;\t"\r\n')]
    if odd:
        raise CompensationError(f"a table cannot name the detector {odd[0]!r}")
    lines = [",".join(("", *spillover.detectors))]
    for name, row in zip(spillover.detectors, spillover.matrix, strict=True):
        lines.append(",".join((name, *(repr(float(value)) for value in row))))
    return "\n".join(lines) + "\n"


def _of_fcs(path: Path) -> Spillover:
    """Take the matrix of an FCS file, with the settings of its cytometer."""
    try:
        dataset = read_dataset(path, events=slice(0))
    except FcsError as error:
        raise CompensationError(f"{path}: cannot be read: {error}") from error
    found = dataset.spillover
    if found is None:
        code = ReasonCode.COMP_MATRIX_MISSING
        why = next((f.message for f in dataset.findings if f.code is code), "it holds none")
        raise CompensationError(f"{path}: no spillover matrix: {why}")
    if changes_nothing(found):
        raise CompensationError(f"{path}: the matrix of {found.source} is the identity")
    refuse_singular(found.matrix, found.detectors, str(path))
    return Spillover(
        detectors=found.detectors,
        matrix=found.matrix,
        source=f"{path.name} ({found.source})",
        settings=settings_of(dataset.keywords, found.detectors),
    )


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
        message = f"the matrix of {path.name} holds percent; it was divided by {_PERCENT:g}"
        finding = Finding(
            code=ReasonCode.COMP_DOUBTFUL,
            severity=Severity.NOTE,
            stage="compensation.table",
            message=message,
        )
        return Spillover(
            detectors=names, matrix=matrix / _PERCENT, source=source, findings=(finding,)
        )
    worst = int(np.abs(np.log(np.maximum(np.abs(diagonal), 1e-300))).argmax())
    raise CompensationError(
        f"{path}: the diagonal is {diagonal.min():g} to {diagonal.max():g}, expected 1, or 100 "
        f"for percent; farthest off is {names[worst]}"
    )
