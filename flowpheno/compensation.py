"""Remove spectral spillover."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.arrays import freeze
from flowpheno.errors import CompensationError
from flowpheno.fcs.spillover import Spillover
from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.sample import ChannelKind, Scale

if TYPE_CHECKING:
    from pathlib import Path

    from flowpheno.sample import Sample

_BLOCK = 65_536
_STAGE = "compensation"
_MAXIMUM_CSV = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SpilloverLimits:
    """When a spillover matrix is not trusted.

    Attributes
    ----------
    source : str
        Citation or tag.
    condition_number : float
        Above it the matrix is ill conditioned.
    largest_coefficient : float
        Off-diagonal coefficients above it are named.
    """

    source: str
    condition_number: float
    largest_coefficient: float


def compensate(sample: Sample, spillover: Spillover | None = None) -> Sample:
    """Solve ``observed = true @ spillover`` for the true intensities.

    Parameters
    ----------
    sample : Sample
        Observed linear intensities.
    spillover : Spillover or None
        Matrix to use; None for the one found in the file.

    Returns
    -------
    Sample
        Compensated, and carrying the matrix used; the sample itself if it is compensated already
        or there is no matrix. Values may be negative.

    Raises
    ------
    CompensationError
        If a detector of the matrix is not in the sample, or the matrix is singular or not finite.

    References
    ----------
    .. [1] Bagwell CB, Adams EG. Fluorescence spectral overlap compensation for any number of flow
       cytometry parameters. Ann N Y Acad Sci. 1993;677:167-184.
    """
    used = spillover if spillover is not None else sample.spillover
    if used is None or (sample.compensated and spillover is None):
        return sample
    columns = _columns(sample, used)
    unmixing = _inverse(used).astype(np.float32)
    events = np.array(sample.events, np.float32)
    for start in range(0, len(events), _BLOCK):
        block = events[start : start + _BLOCK]
        block[:, columns] = block[:, columns] @ unmixing
    return replace(sample, events=freeze(events), spillover=used, compensated=True)


def _columns(sample: Sample, spillover: Spillover) -> list[int]:
    places = {channel.detector: index for index, channel in enumerate(sample.channels)}
    missing = [name for name in spillover.detectors if name not in places]
    if missing:
        raise CompensationError(
            f"{sample.name}: the matrix of {spillover.source} names detectors that are not in the "
            f"file: {', '.join(missing)}"
        )
    return [places[name] for name in spillover.detectors]


def _inverse(spillover: Spillover) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Unmixing matrix, solved in double precision."""
    if not np.isfinite(spillover.matrix).all():
        raise CompensationError(f"matrix of {spillover.source}: a coefficient is not a number")
    try:
        return np.asarray(np.linalg.solve(spillover.matrix, np.eye(len(spillover.matrix))))
    except np.linalg.LinAlgError as error:
        raise CompensationError(f"matrix of {spillover.source} is singular") from error


def check_spillover(sample: Sample, limits: SpilloverLimits) -> tuple[Finding, ...]:
    """Notice a missing or doubtful spillover matrix.

    Parameters
    ----------
    sample : Sample
        As used: compensated where there is a matrix.
    limits : SpilloverLimits
        Parameters.

    Returns
    -------
    tuple of Finding
        ``COMP_MATRIX_MISSING`` for two or more fluorescence channels without compensation,
        ``COMP_ILL_CONDITIONED``; never for mass cytometry.
    """
    stained = [c for c in sample.channels if c.kind is ChannelKind.FLUORESCENCE and c.marker]
    if sample.spillover is None:
        if sample.compensated or len(stained) < 2:  # noqa: PLR2004 - one dye has no spill
            return ()
        relative = sample.scale is Scale.RELATIVE
        why = "the file is on a relative scale" if relative else "the file holds no spillover matrix"
        return (
            Finding(
                code=ReasonCode.COMP_MATRIX_MISSING,
                severity=Severity.BLOCKING,
                stage=_STAGE,
                message=f"{why}, and nobody declared the data compensated",
            ),
        )
    matrix = sample.spillover.matrix
    condition = float(np.linalg.cond(matrix))
    if condition <= limits.condition_number and (np.diag(matrix) > 0).all():
        return ()
    return (
        Finding(
            code=ReasonCode.COMP_ILL_CONDITIONED,
            severity=Severity.BLOCKING,
            stage=_STAGE,
            message=f"spillover matrix of {sample.spillover.source} is ill conditioned: "
            f"condition number {condition:.3g}, smallest diagonal {np.diag(matrix).min():.3g}",
            value=condition,
        ),
    )


def read_spillover_csv(path: Path) -> Spillover:
    """Read a spillover matrix from a CSV or TSV file.

    Parameters
    ----------
    path : Path
        Detector names in the first row; row names in the first column or not at all.

    Returns
    -------
    Spillover
        Fractions; percent (a diagonal of 100) is turned into fractions.

    Raises
    ------
    CompensationError
        If the file cannot be read or is not a square matrix of numbers with a header.
    """
    try:
        if path.stat().st_size > _MAXIMUM_CSV:
            raise CompensationError(f"{path}: too large for a spillover matrix")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CompensationError(f"{path}: cannot be read: {error}") from error
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise CompensationError(f"{path}: is empty")
    separator = "\t" if "\t" in lines[0] else ","
    rows = [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=separator)]
    named = len(rows) > 1 and (rows[0][0] == "" or len(rows[1]) == len(rows[0]) + 1)
    named = named or (len(rows) > 1 and not _is_number(rows[1][0]))
    names = tuple(rows[0][1:] if named and len(rows[0]) == len(rows[1]) else rows[0])
    try:
        matrix = np.array([[float(cell) for cell in row[named:]] for row in rows[1:]], np.float64)
    except ValueError as error:
        raise CompensationError(f"{path}: a coefficient is not a number: {error}") from error
    if matrix.shape != (len(names), len(names)) or not np.isfinite(matrix).all():
        raise CompensationError(f"{path}: {matrix.shape} coefficients for {len(names)} detectors")
    names = tuple(name.split(" :: ")[0] for name in names)
    percent = float(np.median(np.diag(matrix)))
    return Spillover(
        detectors=names, matrix=matrix / 100 if percent > 1.5 else matrix, source=path.name  # noqa: PLR2004 - 100 on the diagonal
    )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
