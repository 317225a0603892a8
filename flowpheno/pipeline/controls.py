"""Files of single-stain controls to a matrix, and the matrix to files."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flowpheno.compensation import assign_controls, estimate_spillover, spillover_csv
from flowpheno.errors import CompensationError, FcsError
from flowpheno.reading import read_fcs
from flowpheno.reading.files import stem
from flowpheno.version import VERSION
from flowpheno.writing.place import whole_file

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from flowpheno.compensation import SpilloverEstimate
    from flowpheno.panel.definitions import Definitions

MATRIX_NAME = "estimated_spillover"
"""Stem of the files an estimate is written to."""

_COLUMNS = ("file", "detector")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Estimated:
    """A matrix estimated from files.

    Attributes
    ----------
    estimate : SpilloverEstimate
        The matrix with its uncertainty.
    unstained : str
        Name of the unstained control; empty if there is none.
    definition : str
        SHA-256 of the limits it was estimated by.
    """

    estimate: SpilloverEstimate
    unstained: str
    definition: str


def estimate_from_files(
    files: Sequence[Path], definitions: Definitions, *, table: Mapping[str, str] | None = None
) -> Estimated:
    """Estimate a matrix from the files of single-stain controls.

    Parameters
    ----------
    files : sequence of Path
        One FCS file for each dye, and one unstained, if there is one.
    definitions : Definitions
        Names and limits.
    table : mapping of str to str or None
        File, without its ending, to detector, fluorochrome, marker or ``"unstained"``; None to
        tell all of them from the files.

    Returns
    -------
    Estimated
        The matrix.

    Raises
    ------
    CompensationError
        If a file cannot be read, or the controls do not give a matrix.
    """
    samples = []
    for path in files:
        try:
            samples.append(read_fcs(path, vocabulary=definitions.vocabulary))
        except FcsError as error:
            raise CompensationError(f"control {path} cannot be read: {error}") from error
    limits = definitions.compensation.controls
    controls = assign_controls(samples, limits, table=table)
    return Estimated(
        estimate=estimate_spillover(controls.controls, controls.unstained, limits),
        unstained="" if controls.unstained is None else controls.unstained.name,
        definition=definitions.hashes["compensation.yaml"],
    )


def read_control_table(path: Path) -> dict[str, str]:
    """Read which file is the control of which detector.

    Parameters
    ----------
    path : Path
        CSV with the columns ``file`` and ``detector``; ``unstained`` for the control without dye.

    Returns
    -------
    dict of str to str
        File without its ending to detector.

    Raises
    ------
    CompensationError
        If it cannot be read, lacks a column or a cell, or names a file twice.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CompensationError(f"{path}: cannot be read: {error}") from error
    table: dict[str, str] = {}
    for line, row in enumerate(rows, start=2):
        cells = [(row.get(column) or "").strip() for column in _COLUMNS]
        if not all(cells):
            raise CompensationError(f"{path}: line {line} lacks {' or '.join(_COLUMNS)}")
        name = stem(path.with_name(cells[0].replace("\\", "/").rsplit("/", 1)[-1]))
        if name in table:
            raise CompensationError(f"{path}: line {line} names {cells[0]} again")
        table[name] = cells[1]
    if not table:
        raise CompensationError(f"{path}: names no control")
    return table


def write_estimate(estimated: Estimated, folder: Path, *, overwrite: bool) -> tuple[Path, Path]:
    """Write a matrix as CSV, and with its uncertainty as JSON.

    Parameters
    ----------
    estimated : Estimated
        The matrix.
    folder : Path
        An existing folder.
    overwrite : bool
        Whether existing files may be replaced.

    Returns
    -------
    Path, Path
        The CSV and the JSON file.

    Raises
    ------
    WritingError
        If a file exists and may not be replaced.
    CompensationError
        If a detector has a name that a CSV cannot hold.
    """
    texts = (
        spillover_csv(estimated.estimate.spillover),
        json.dumps(estimate_as_dict(estimated), indent=2, ensure_ascii=False) + "\n",
    )
    paths = folder / f"{MATRIX_NAME}.csv", folder / f"{MATRIX_NAME}.json"
    for path, text in zip(paths, texts, strict=True):
        with whole_file(path, overwrite=overwrite) as place:
            place.write_text(text, encoding="utf-8")
    return paths


def estimate_as_dict(estimated: Estimated) -> dict[str, Any]:
    """Turn an estimate into plain JSON types.

    Parameters
    ----------
    estimated : Estimated
        The matrix.

    Returns
    -------
    dict
        Rows are dyes, columns detectors.
    """
    estimate = estimated.estimate
    return {
        "version": VERSION,
        "definition": estimated.definition,
        "detectors": list(estimate.spillover.detectors),
        "matrix": estimate.matrix.tolist(),
        "standard_errors": estimate.standard_errors.tolist(),
        "unstained": estimated.unstained or None,
        "controls": [
            {
                "name": one.name,
                "detector": one.detector,
                "found_by": one.found_by,
                "positive": one.n_positive,
                "negative": one.n_negative,
                "negative_from": one.negative_from,
                "decades": one.decades,
            }
            for one in estimate.controls
        ],
        "findings": [
            {"code": str(f.code), "severity": str(f.severity), "message": f.message}
            for f in estimate.findings
        ],
    }
