"""Solve for the true intensities."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.arrays import freeze
from flowpheno.compensation.names import detectors_meant
from flowpheno.compensation.solve import refuse_singular
from flowpheno.errors import CompensationError
from flowpheno.fcs.spillover import changes_nothing
from flowpheno.finding import ReasonCode
from flowpheno.sample import Scale

if TYPE_CHECKING:
    from flowpheno.arrays import Matrix
    from flowpheno.fcs.spillover import Spillover
    from flowpheno.sample import Sample

_BLOCK = 16_384
"""Events converted at a time: what is in work stays in the cache."""
_PERCENT_DIAGONAL = 1.5
"""A diagonal above it holds percent, not fractions."""


def compensate(sample: Sample, spillover: Spillover | None = None) -> Sample:
    """Solve ``observed = true @ spillover`` for the true intensities.

    Parameters
    ----------
    sample : Sample
        Observed linear intensities.
    spillover : Spillover or None
        Matrix to use, for any channels in any order; None for the one found in the file.

    Returns
    -------
    Sample
        Compensated, and carrying the matrix used; the sample itself if it is compensated already
        or there is no matrix. Values may be negative; a value that is not finite makes those of
        its event not finite. Channels the matrix does not name are left as they are.

    Raises
    ------
    CompensationError
        If a matrix is given that does not fit, see `with_spillover`; if the matrix names a
        detector that is not in the sample, is singular, not finite, or holds percent.

    References
    ----------
    .. [1] Bagwell CB, Adams EG. Fluorescence spectral overlap compensation for any number of flow
       cytometry parameters. Ann N Y Acad Sci. 1993;677:167-184.
    """
    if spillover is not None:
        sample = with_spillover(sample, spillover)
    if sample.spillover is None or sample.compensated:
        return sample
    used = replace(sample.spillover, detectors=_names(sample, sample.spillover))
    places, unmixing = unmixing_of(sample, used)
    columns = _together(places)
    events = np.array(sample.events, np.float32, order="F")  # stages take a channel at a time
    with np.errstate(invalid="ignore", over="ignore"):  # of values that are not finite
        for start in range(0, len(events), _BLOCK):
            block = events[start : start + _BLOCK]
            block[:, columns] = block[:, columns].astype(np.float64) @ unmixing
    return replace(sample, events=freeze(events), spillover=used, compensated=True)


def unmixing_of(sample: Sample, spillover: Spillover) -> tuple[list[int], Matrix]:
    """Find the columns a matrix is about, and what their events are multiplied by.

    Parameters
    ----------
    sample : Sample
        Observed linear intensities.
    spillover : Spillover
        A matrix that fits the sample.

    Returns
    -------
    list of int
        Columns, in the order of the matrix.
    Matrix
        ``true = observed @ unmixing``, solved in double precision.

    Raises
    ------
    CompensationError
        If the matrix does not fit, is singular, not finite, or holds percent.
    """
    used = replace(spillover, detectors=_names(sample, spillover))
    return matrix_columns(sample, used).tolist(), _inverse(used)


def matrix_columns(
    sample: Sample, spillover: Spillover
) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Find the columns of the events that a matrix is about.

    Parameters
    ----------
    sample : Sample
        Holds every detector of the matrix.
    spillover : Spillover
        Named by detectors, as a compensated sample carries it.

    Returns
    -------
    ndarray of int
        In the order of the matrix.

    Raises
    ------
    KeyError
        If the sample lacks a detector.
    """
    places = {channel.detector: index for index, channel in enumerate(sample.channels)}
    return np.array([places[name] for name in spillover.detectors], np.intp)


def _together(columns: list[int]) -> list[int] | slice:
    """Neighbouring columns as a slice, which needs no copy."""
    first = columns[0] if columns else 0
    if columns == list(range(first, first + len(columns))):
        return slice(first, first + len(columns))
    return columns


def with_spillover(sample: Sample, spillover: Spillover) -> Sample:
    """Give a sample another matrix than the one its file holds.

    Parameters
    ----------
    sample : Sample
        Not compensated; an identity matrix in the file does not count as compensated.
    spillover : Spillover
        Its names may be detectors (``$PnN``), labels (``$PnS``), markers or fluorochromes, see
        `detectors_meant`.

    Returns
    -------
    Sample
        The same events, with the matrix named by detectors; not compensated yet.

    Raises
    ------
    CompensationError
        If the sample is compensated already or on a relative scale, or a name of the matrix
        means no channel, or two of them mean one.
    """
    if sample.scale is Scale.RELATIVE:
        raise CompensationError(f"{sample.name}: a relative scale cannot be compensated")
    own = sample.spillover
    if sample.compensated and not (own is not None and changes_nothing(own)):
        raise CompensationError(
            f"{sample.name} is compensated already: {spillover.source} would be applied twice"
        )
    named = replace(spillover, detectors=_names(sample, spillover))
    # what reading said about the matrix of the file is no longer of interest
    kept = (f for f in sample.findings if f.code is not ReasonCode.COMP_MATRIX_MISSING)
    findings = (*kept, *spillover.findings)
    return replace(sample, spillover=named, compensated=False, findings=findings)


def _names(sample: Sample, spillover: Spillover) -> tuple[str, ...]:
    return detectors_meant(sample, spillover.detectors, spillover.source)


def _inverse(spillover: Spillover) -> Matrix:
    """Unmixing matrix, solved in double precision."""
    matrix, source = spillover.matrix, spillover.source
    size = len(spillover.detectors)
    if matrix.shape != (size, size):
        raise CompensationError(
            f"matrix of {source}: {matrix.shape} coefficients for {size} detectors"
        )
    if not np.isfinite(matrix).all():
        raise CompensationError(f"matrix of {source}: a coefficient is not a number")
    if size and np.diag(matrix).max() > _PERCENT_DIAGONAL:
        raise CompensationError(
            f"matrix of {source}: the diagonal is {np.diag(matrix).max():g}, expected 1: "
            "percent instead of fractions?"
        )
    refuse_singular(matrix, spillover.detectors, source)
    return np.asarray(np.linalg.solve(matrix, np.eye(size)), np.float64)
