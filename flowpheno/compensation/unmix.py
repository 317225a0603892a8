"""Spectral data, more detectors than dyes: from detectors to dyes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.arrays import freeze
from flowpheno.compensation.names import detectors_meant
from flowpheno.compensation.nonnegative import nonnegative_least_squares
from flowpheno.compensation.solve import most_alike, refuse_singular
from flowpheno.errors import CompensationError
from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.marker import canonical_marker
from flowpheno.sample import Channel, ChannelKind, Scale

if TYPE_CHECKING:
    import numpy.typing as npt

    from flowpheno.arrays import Matrix
    from flowpheno.compensation.limits import UnmixingLimits
    from flowpheno.compensation.spectra import Spectra
    from flowpheno.marker import Vocabulary
    from flowpheno.sample import Sample

_STAGE = "compensation.unmix"
_BLOCK = 4_096
"""Events unmixed at a time: their systems of equations stay within some megabytes."""
_PAIR = 2


class Method(StrEnum):
    """How amounts of dyes are found."""

    LEAST_SQUARES = "least_squares"  # unbiased; noise makes absent dyes negative or positive
    NON_NEGATIVE = "non_negative"  # absent dyes are 0, at the price of a bias upwards


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Unmixed:
    """Dyes of spectral data.

    Attributes
    ----------
    sample : Sample
        Its channels are dyes, and what is not fluorescence; compensated.
    residual : ndarray of float32
        Light of each event that the dyes do not explain, Euclidean norm over the detectors, shape
        ``(n_events,)``; NaN where a value of the event is not finite.
    findings : tuple of Finding
        Doubts about the references, also among those of the sample.
    """

    sample: Sample
    residual: npt.NDArray[np.float32]
    findings: tuple[Finding, ...]


def unmix(
    sample: Sample,
    references: Spectra,
    limits: UnmixingLimits,
    *,
    method: Method | str = Method.LEAST_SQUARES,
    vocabulary: Vocabulary | None = None,
) -> Unmixed:
    """Find the amounts of dyes that explain each event best.

    Parameters
    ----------
    sample : Sample
        Linear intensities of all detectors, not compensated.
    references : Spectra
        Spectra of the dyes.
    limits : UnmixingLimits
        Parameters.
    method : Method or str
        ``"least_squares"`` or ``"non_negative"``.
    vocabulary : Vocabulary or None
        Names that are known, to find the markers the labels of the references mean; None to leave
        channels without markers.

    Returns
    -------
    Unmixed
        Events that are not finite give NaN. Fluorescence that the references do not name is left
        out, and said.

    Raises
    ------
    CompensationError
        If the sample is compensated or not linear, lacks a detector of the references, or they
        cannot be told apart.

    References
    ----------
    .. [1] Novo D, Gregori G, Rajwa B. Generalized unmixing model for multispectral flow cytometry
       utilizing nonsquare compensation matrices. Cytometry A. 2013;83:508-520.
    """
    columns = _columns(sample, references)
    how = Method(method)
    light = sample.events[:, columns]
    amounts = np.full((sample.n_events, len(references.dyes)), np.nan, np.float32)
    residual = np.full(sample.n_events, np.nan, np.float32)
    finite = np.flatnonzero(np.isfinite(light).all(axis=1))
    # solved for unit light in each detector, by orthogonal factors: the references are not squared
    weights = np.linalg.lstsq(references.matrix.T, np.eye(len(columns)), rcond=None)[0].T
    for start in range(0, len(finite), _BLOCK):
        rows = finite[start : start + _BLOCK]
        block = light[rows].astype(np.float64)
        if how is Method.NON_NEGATIVE:
            found = nonnegative_least_squares(block, references.matrix)
        else:
            found = block @ weights
        amounts[rows] = found
        residual[rows] = np.linalg.norm(block - found @ references.matrix, axis=1)
    findings = (
        *_of_references(references, limits),
        *_left_out(sample, columns),
        *_unexplained(sample, columns, residual, limits),
    )
    kept = [n for n, c in enumerate(sample.channels) if c.kind is not ChannelKind.FLUORESCENCE]
    top = max((sample.channels[n].range for n in columns), default=1.0)
    unmixed = replace(
        sample,
        channels=(
            *(sample.channels[n] for n in kept),
            *_channels(references, vocabulary, top),
        ),
        events=freeze(np.concatenate([sample.events[:, kept], amounts], axis=1)),
        spillover=None,
        compensated=True,
        findings=(*sample.findings, *findings),
    )
    return Unmixed(sample=unmixed, residual=residual, findings=findings)


def _columns(sample: Sample, references: Spectra) -> list[int]:
    """Find the detectors of the references, or refuse."""
    if sample.scale is not Scale.LINEAR:
        raise CompensationError(f"{sample.name}: a relative scale cannot be unmixed")
    if sample.compensated and sample.spillover is None:
        raise CompensationError(f"{sample.name} is compensated or unmixed already")
    n_dyes, n_detectors = references.matrix.shape
    if n_dyes > n_detectors:
        raise CompensationError(f"{references.source}: {n_dyes} dyes for {n_detectors} detectors")
    if not np.isfinite(references.matrix).all():
        raise CompensationError(f"{references.source}: a coefficient is not a number")
    refuse_singular(references.matrix, references.dyes, references.source)
    names = detectors_meant(sample, references.detectors, references.source)
    places = {channel.detector: index for index, channel in enumerate(sample.channels)}
    return [places[name] for name in names]


def _channels(
    references: Spectra, vocabulary: Vocabulary | None, top: float
) -> tuple[Channel, ...]:
    return tuple(
        Channel(
            detector=dye,
            marker=canonical_marker(label, vocabulary) if vocabulary and label else None,
            fluorochrome=dye,
            label=label,
            range=top,
        )
        for dye, label in zip(references.dyes, references.labels, strict=True)
    )


def _finding(
    message: str,
    value: float | None = None,
    *,
    code: ReasonCode = ReasonCode.COMP_DOUBTFUL,
    severity: Severity = Severity.WARNING,
) -> Finding:
    return Finding(code=code, severity=severity, stage=_STAGE, message=message, value=value)


def _of_references(references: Spectra, limits: UnmixingLimits) -> list[Finding]:
    """Doubt references that resemble each other."""
    findings = []
    matrix: Matrix = references.matrix
    condition = float(np.linalg.cond(matrix)) if matrix.size else 1.0
    if condition > limits.condition_number:
        message = (
            f"references of {references.source} are ill conditioned: condition number "
            f"{condition:.3g}"
        )
        code, severity = ReasonCode.COMP_ILL_CONDITIONED, Severity.BLOCKING
        findings.append(_finding(message, condition, code=code, severity=severity))
    if len(matrix) >= _PAIR:
        first, second, cosine = most_alike(matrix)
        if cosine > limits.collinear_cosine:
            names = references.dyes
            message = (
                f"{names[first]} and {names[second]} have nearly one spectrum (cosine "
                f"{cosine:.4f}): noise of one is read as the other"
            )
            findings.append(_finding(message, cosine))
    return findings


def _left_out(sample: Sample, columns: list[int]) -> list[Finding]:
    others = [
        channel.detector
        for n, channel in enumerate(sample.channels)
        if channel.kind is ChannelKind.FLUORESCENCE and n not in columns
    ]
    if not others:
        return []
    message = f"fluorescence the references do not name is left out: {', '.join(others)}"
    return [_finding(message, float(len(others)), severity=Severity.NOTE)]


def _unexplained(
    sample: Sample, columns: list[int], residual: npt.NDArray[np.float32], limits: UnmixingLimits
) -> list[Finding]:
    """Say so if many events hold light that no reference explains."""
    known = np.isfinite(residual)
    if not known.any():
        return []
    light = np.linalg.norm(sample.events[known][:, columns].astype(np.float64), axis=1)
    least = limits.residual_least * min(sample.channels[n].range for n in columns)
    border = np.maximum(limits.residual_share * light, least)
    percent = 100 * float(np.mean(residual[known] > border))
    if percent < limits.residual_percent:
        return []
    message = (
        f"{percent:.1f} % of events hold light that the references do not explain: a dye, or the "
        "autofluorescence, may be missing among them"
    )
    return [_finding(message, percent)]
