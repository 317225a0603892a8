"""Spectra of dyes: how much of each is seen by each detector, of which there are more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.compensation.cells import detector_of, read_coefficients
from flowpheno.compensation.solve import refuse_singular
from flowpheno.errors import CompensationError

if TYPE_CHECKING:
    from pathlib import Path

    from flowpheno.arrays import Matrix


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Spectra:
    """Spectra of dyes, and of autofluorescence where it is unmixed like one.

    Attributes
    ----------
    dyes : tuple of str
        Names of the rows, such as ``"BV421"``.
    labels : tuple of str
        What each dye stains, such as ``"CD19"``; empty where it is not said.
    detectors : tuple of str
        Names of the columns, ``$PnN``.
    matrix : Matrix
        Shape ``(n_dyes, n_detectors)``, each row at most 1; the unit of a dye is the light in its
        brightest detector.
    source : str
        Where they came from.
    """

    dyes: tuple[str, ...]
    labels: tuple[str, ...]
    detectors: tuple[str, ...]
    matrix: Matrix
    source: str


def read_spectra_csv(path: Path) -> Spectra:
    """Read the spectra of dyes from a CSV or TSV file.

    The first row names the detectors, the first column the dyes, ``BV421`` or ``BV421 :: CD19``.
    Each row is divided by its largest value, so that spectra may be in any unit.

    Parameters
    ----------
    path : Path
        The file, UTF-8; commas, tabs or semicolons separate, the decimal sign is a point.

    Returns
    -------
    Spectra
        Normalised.

    Raises
    ------
    CompensationError
        If the file cannot be read, a cell is no finite number, a name is missing or used twice,
        a dye is not seen by any detector, there are more dyes than detectors, or they cannot be
        told apart.
    """
    read = read_coefficients(path, square=False)
    if read.labels is None:
        raise CompensationError(f"{path}: the first column does not name the dyes")
    dyes = tuple(detector_of(name) for name in read.labels)
    labels = tuple(name.partition("::")[2].strip() for name in read.labels)
    detectors = tuple(detector_of(name) for name in read.names)
    for kind, names in (("dyes", dyes), ("detectors", detectors)):
        if len(set(names)) < len(names) or "" in names:
            raise CompensationError(f"{path}: {kind} are not named once each: {', '.join(names)}")
    dark = [dye for dye, row in zip(dyes, read.matrix, strict=True) if not row.max() > 0]
    if dark:
        raise CompensationError(f"{path}: no detector sees {', '.join(dark)}")
    if len(dyes) > len(detectors):
        raise CompensationError(f"{path}: {len(dyes)} dyes for {len(detectors)} detectors")
    matrix = read.matrix / read.matrix.max(axis=1, keepdims=True)
    refuse_singular(matrix, dyes, str(path))
    return Spectra(
        dyes=dyes,
        labels=labels,
        detectors=detectors,
        matrix=np.asarray(matrix, np.float64),
        source=path.name,
    )
