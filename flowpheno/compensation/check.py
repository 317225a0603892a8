"""Doubts about a spillover matrix: from its numbers, and from what it made of the events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.sample import ChannelKind, Measure, Scale

if TYPE_CHECKING:
    from flowpheno.arrays import Matrix
    from flowpheno.compensation.limits import SpilloverLimits
    from flowpheno.fcs.spillover import Spillover
    from flowpheno.sample import Channel, Sample

_STAGE = "compensation"
_MOST_EVENTS = 50_000
_LOW, _QUARTER = 5, 25
_SHOWN = 5
_PAIR = 2
"""One dye has no spill."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Light:
    """Fluorescence of a sample as a share of full scale, finite events only."""

    names: tuple[str, ...]
    values: Matrix


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
        ``COMP_ILL_CONDITIONED``, or ``COMP_DOUBTFUL``: a stained channel the matrix leaves out, a
        dye brighter in another detector, values displaced far below zero (a transposed matrix is
        recognised), detectors that still follow each other as if nothing was compensated. Never
        for mass cytometry.
    """
    stained = [c for c in sample.channels if c.kind is ChannelKind.FLUORESCENCE and c.marker]
    if sample.spillover is None and not sample.compensated:
        return _missing(sample, len(stained))
    findings = [] if sample.spillover is None else _of_matrix(sample.spillover, stained, limits)
    if not sample.compensated or sample.scale is not Scale.LINEAR or len(stained) < _PAIR:
        return tuple(findings)
    return (*findings, *_displaced(sample, limits), *_uncompensated(sample, limits))


def _finding(
    message: str,
    value: float | None = None,
    *,
    code: ReasonCode = ReasonCode.COMP_DOUBTFUL,
    severity: Severity = Severity.WARNING,
) -> Finding:
    return Finding(code=code, severity=severity, stage=_STAGE, message=message, value=value)


def _missing(sample: Sample, n_stained: int) -> tuple[Finding, ...]:
    if n_stained < _PAIR:
        return ()
    relative = sample.scale is Scale.RELATIVE
    why = "the file is on a relative scale" if relative else "the file holds no spillover matrix"
    message = f"{why}, and nobody declared the data compensated"
    code, severity = ReasonCode.COMP_MATRIX_MISSING, Severity.BLOCKING
    return (_finding(message, code=code, severity=severity),)


def _of_matrix(
    spillover: Spillover, stained: list[Channel], limits: SpilloverLimits
) -> list[Finding]:
    """Doubt the numbers of the matrix alone."""
    matrix, source, findings = spillover.matrix, spillover.source, []
    condition, least = float(np.linalg.cond(matrix)), float(np.diag(matrix).min())
    if condition > limits.condition_number or least <= 0:
        message = (
            f"spillover matrix of {source} is ill conditioned: condition number {condition:.3g}, "
            f"smallest diagonal {least:.3g}"
        )
        code, severity = ReasonCode.COMP_ILL_CONDITIONED, Severity.BLOCKING
        findings.append(_finding(message, condition, code=code, severity=severity))
    off = matrix - np.diag(np.diag(matrix))
    for row, column in np.argwhere(off > limits.largest_coefficient)[:_SHOWN]:
        names = spillover.detectors
        findings.append(
            _finding(
                f"spillover matrix of {source}: {off[row, column]:.3g} of {names[row]} is seen by "
                f"{names[column]}, more than by its own detector",
                float(off[row, column]),
            )
        )
    left_out = [
        f"{c.marker} ({c.detector})"
        for c in stained
        if c.detector not in spillover.detectors and c.measure is Measure.AREA
    ]
    if left_out:
        message = f"spillover matrix of {source} leaves out {', '.join(left_out)}"
        findings.append(_finding(message, float(len(left_out))))
    return findings


def _light(sample: Sample) -> _Light:
    """Area channels of the matrix, or all stained ones; evenly spaced events of a large file."""
    named = set() if sample.spillover is None else set(sample.spillover.detectors)
    columns = [
        index
        for index, channel in enumerate(sample.channels)
        if channel.kind is ChannelKind.FLUORESCENCE
        and (channel.detector in named or (not named and channel.measure is Measure.AREA))
    ]
    events = sample.events[:: max(1, sample.n_events // _MOST_EVENTS)][:, columns]
    full = np.array([max(sample.channels[index].range, 1.0) for index in columns])
    finite = events[np.isfinite(events).all(axis=1)].astype(np.float64)
    return _Light(
        names=tuple(sample.channels[index].detector for index in columns), values=finite / full
    )


def _percent_displaced(values: Matrix, limits: SpilloverLimits) -> float:
    if not values.size:
        return 0.0
    return 100 * float(np.mean((values < -limits.displaced_share).any(axis=1)))


def _displaced(sample: Sample, limits: SpilloverLimits) -> tuple[Finding, ...]:
    """Values so far below zero that only a wrong matrix takes them there."""
    light = _light(sample)
    percent = _percent_displaced(light.values, limits)
    if percent < limits.displaced_percent:
        return ()
    worst = light.names[int((light.values < -limits.displaced_share).sum(axis=0).argmax())]
    message = (
        f"{percent:.1f} % of events lie far below zero after compensation, most of them in "
        f"{worst}: the matrix takes off too much or is that of another setting"
    )
    if sample.spillover is not None:
        turned = _transposed(light, sample.spillover)
        if turned is not None and _percent_displaced(turned, limits) < percent / 10:
            message += "; its transpose would not: rows and columns may be exchanged"
    return (_finding(message, percent),)


def _transposed(light: _Light, spillover: Spillover) -> Matrix | None:
    """Compensate by the transposed matrix instead."""
    order = [spillover.detectors.index(name) for name in light.names]
    matrix = spillover.matrix[np.ix_(order, order)]
    if np.linalg.matrix_rank(matrix) < len(matrix):
        return None
    return np.asarray(light.values @ matrix @ np.linalg.solve(matrix.T, np.eye(len(matrix))))


def _uncompensated(sample: Sample, limits: SpilloverLimits) -> tuple[Finding, ...]:
    """Detectors that follow each other as tightly as only spill makes them."""
    light = _light(sample)
    pairs = [
        f"{light.names[second]} follows {light.names[first]}"
        for first in range(len(light.names))
        for second in _followers(light.values, first, limits)
    ]
    if len(pairs) < limits.tight_pairs:
        return ()
    message = (
        f"{len(pairs)} pairs of detectors follow each other as if not compensated, such as "
        f"{'; '.join(pairs[:_SHOWN])}"
    )
    return (_finding(message, float(len(pairs))),)


def _followers(values: Matrix, first: int, limits: SpilloverLimits) -> list[int]:
    """Detectors whose quotient to a first one hardly varies among its bright events."""
    if len(values) < limits.bright_events:
        return []
    light = values[:, first]
    border = max(float(np.percentile(light, limits.bright_percentile)), limits.bright_share)
    bright = light >= border
    if np.count_nonzero(bright) < limits.bright_events:
        return []
    quotients = values[bright] / light[bright, np.newaxis]
    low, quarter = np.percentile(quotients, [_LOW, _QUARTER], axis=0)
    tight = (low >= limits.tight_least) & (quarter <= limits.tight_ratio * low)
    return [int(index) for index in np.flatnonzero(tight) if index != first]
