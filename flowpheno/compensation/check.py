"""Doubts about a spillover matrix: from its numbers, and from what it made of the events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.compensation.doubt import doubt
from flowpheno.compensation.events import check_compensated
from flowpheno.compensation.settings import settings_of, settings_that_differ
from flowpheno.finding import ReasonCode, Severity
from flowpheno.sample import ChannelKind, Measure, Scale

if TYPE_CHECKING:
    from flowpheno.compensation.limits import SpilloverLimits
    from flowpheno.fcs.spillover import Spillover
    from flowpheno.finding import Finding
    from flowpheno.sample import Channel, Sample

_SHOWN = 5
_PAIR = 2
"""One dye has no spill."""


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
        dye brighter in another detector, a matrix made at other voltages or on another model of
        cytometer, and what the matrix made of the events, see `check_compensated`. Never for mass
        cytometry.
    """
    stained = [c for c in sample.channels if c.kind is ChannelKind.FLUORESCENCE and c.marker]
    if sample.spillover is None and not sample.compensated:
        return _missing(sample, len(stained))
    findings = [] if sample.spillover is None else _of_matrix(sample.spillover, stained, limits)
    findings += _of_other_settings(sample)
    if not sample.compensated or sample.scale is not Scale.LINEAR or len(stained) < _PAIR:
        return tuple(findings)
    return (*findings, *check_compensated(sample, limits))


def _missing(sample: Sample, n_stained: int) -> tuple[Finding, ...]:
    if n_stained < _PAIR:
        return ()
    relative = sample.scale is Scale.RELATIVE
    why = "the file is on a relative scale" if relative else "the file holds no spillover matrix"
    message = f"{why}, and nobody declared the data compensated"
    code, severity = ReasonCode.COMP_MATRIX_MISSING, Severity.BLOCKING
    return (doubt(message, code=code, severity=severity),)


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
        findings.append(doubt(message, condition, code=code, severity=severity))
    off = matrix - np.diag(np.diag(matrix))
    for row, column in np.argwhere(off > limits.largest_coefficient)[:_SHOWN]:
        names = spillover.detectors
        findings.append(
            doubt(
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
        findings.append(doubt(message, float(len(left_out))))
    return findings


def _of_other_settings(sample: Sample) -> list[Finding]:
    """Doubt a matrix that was made at other settings than the events."""
    if sample.spillover is None or not sample.spillover.settings:
        return []
    own = settings_of(sample.keywords, sample.spillover.detectors)
    differences = settings_that_differ(own, sample.spillover.settings)
    if not differences:
        return []
    shown = ", ".join(differences[:_SHOWN])
    message = (
        f"spillover matrix of {sample.spillover.source} was made at other settings: here {shown}"
    )
    return [doubt(message, float(len(differences)))]
