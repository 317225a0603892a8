"""Estimate a spillover matrix from single-stain controls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.compensation.control import brightest_detector
from flowpheno.compensation.population import draw_populations
from flowpheno.compensation.settings import settings_of, settings_that_differ
from flowpheno.compensation.slope import slopes_between
from flowpheno.errors import CompensationError
from flowpheno.fcs.spillover import Spillover
from flowpheno.finding import Finding, ReasonCode, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.arrays import Matrix
    from flowpheno.compensation.control import Control
    from flowpheno.compensation.limits import ControlLimits
    from flowpheno.compensation.population import Populations
    from flowpheno.sample import Sample

_STAGE = "compensation.estimate"
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlSummary:
    """What an estimate made of one control.

    Attributes
    ----------
    name : str
        Name of the sample.
    detector : str
        Detector of its dye.
    found_by : str
        What told the detector.
    n_positive, n_negative : int
        Events used.
    negative_from : str
        Where the negative events are from, in words.
    decades : float
        From the end of the negative events to the median of the positive ones.
    """

    name: str
    detector: str
    found_by: str
    n_positive: int
    n_negative: int
    negative_from: str
    decades: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpilloverEstimate:
    """A matrix with its uncertainty.

    Attributes
    ----------
    spillover : Spillover
        Fractions, 1 on the diagonal.
    standard_errors : Matrix
        Of each coefficient, same shape; 0 on the diagonal. Errors of sampling only: they know
        nothing of controls whose dye or background is another than that of the tubes.
    controls : tuple of ControlSummary
        One for each row.
    findings : tuple of Finding
        Weak or contradictory controls.
    """

    spillover: Spillover
    standard_errors: Matrix
    controls: tuple[ControlSummary, ...]
    findings: tuple[Finding, ...]

    @property
    def matrix(self) -> Matrix:
        """Coefficients, row dye, column detector, shape ``(n, n)``."""
        return self.spillover.matrix


def estimate_spillover(
    controls: Sequence[Control],
    unstained: Sample | None,
    limits: ControlLimits,
    *,
    source: str = "single-stain controls",
) -> SpilloverEstimate:
    """Estimate the spill of each dye from its control.

    A row is the slope of every detector on the dye's own, through the middle of the negative and
    of the positive events, so that a background they share does not count. Negative events are
    those of the control that scatter like its positive ones; where there are too few, those of
    the unstained control that do.

    Parameters
    ----------
    controls : sequence of Control
        One for each dye, all with the same detectors; linear, not compensated.
    unstained : Sample or None
        Events without any dye.
    limits : ControlLimits
        Parameters.
    source : str
        What the matrix is said to come from.

    Returns
    -------
    SpilloverEstimate
        Rows and columns in the order of the controls. Detectors without a control are left out.

    Raises
    ------
    CompensationError
        If there is no control, one is compensated, transformed or lacks a detector of another, or
        has too few positive or negative events to estimate anything.

    References
    ----------
    .. [1] Bagwell CB, Adams EG. Fluorescence spectral overlap compensation for any number of flow
       cytometry parameters. Ann N Y Acad Sci. 1993;677:167-184.
    .. [2] Roca CP et al. AutoSpill is a principled framework that simplifies the analysis of
       multichromatic flow cytometry data. Nat Commun. 2021;12:2890.
    """
    if not controls:
        raise CompensationError("no single-stain control")
    detectors = tuple(control.detector for control in controls)
    matrix, errors = np.eye(len(controls)), np.zeros((len(controls), len(controls)))
    summaries: list[ControlSummary] = []
    findings: list[Finding] = []
    for row, control in enumerate(controls):
        drawn = draw_populations(control, unstained, detectors, limits)
        fitted = slopes_between(
            (drawn.negative[:, row], drawn.positive[:, row]),
            (drawn.negative, drawn.positive),
            tuning=limits.tuning,
        )
        others = np.arange(len(controls)) != row
        matrix[row, others] = fitted.slope[others]
        errors[row, others] = fitted.error[others]
        summaries.append(_summary(control, drawn))
        findings += _weak(control, drawn, limits)
        findings += _doubts(control, matrix[row], errors[row], detectors, limits)
    findings += _set_otherwise(controls, detectors)
    matrix.flags.writeable = errors.flags.writeable = False
    settings = settings_of(controls[0].sample.keywords, detectors)
    return SpilloverEstimate(
        spillover=Spillover(detectors=detectors, matrix=matrix, source=source, settings=settings),
        standard_errors=errors,
        controls=tuple(summaries),
        findings=tuple(findings),
    )


def _summary(control: Control, drawn: Populations) -> ControlSummary:
    return ControlSummary(
        name=control.sample.name,
        detector=control.detector,
        found_by=str(control.found_by),
        n_positive=len(drawn.positive),
        n_negative=len(drawn.negative),
        negative_from=drawn.negative_from,
        decades=drawn.decades,
    )


def _finding(
    control: Control,
    message: str,
    value: float | None = None,
    severity: Severity = Severity.WARNING,
) -> Finding:
    return Finding(
        code=ReasonCode.COMP_DOUBTFUL,
        severity=severity,
        stage=_STAGE,
        message=f"control {control.sample.name} of {control.detector}: {message}",
        value=value,
    )


def _set_otherwise(controls: Sequence[Control], detectors: tuple[str, ...]) -> list[Finding]:
    """Name controls acquired with other settings than the first."""
    first = settings_of(controls[0].sample.keywords, detectors)
    findings = []
    for control in controls[1:]:
        own = settings_of(control.sample.keywords, detectors)
        differences = settings_that_differ(own, first)
        if differences:
            message = f"other settings than the first control: {', '.join(differences[:_SHOWN])}"
            findings.append(_finding(control, message))
    return findings


def _weak(control: Control, drawn: Populations, limits: ControlLimits) -> list[Finding]:
    """Say what is weak about the events of a control."""
    findings = [
        _finding(control, f"only {n} {kind} events", float(n))
        for kind, n in (("positive", len(drawn.positive)), ("negative", len(drawn.negative)))
        if n < limits.weak_events
    ]
    if drawn.warning:
        findings.append(_finding(control, drawn.warning))
    if drawn.decades < limits.dim_log10:
        message = f"dim: positive events lie {drawn.decades:.2f} decades above the negative ones"
        findings.append(_finding(control, message, drawn.decades))
    if drawn.saturated_percent > 0:
        percent = drawn.saturated_percent
        severe = percent >= limits.saturated_percent
        message = f"{percent:.2g} % of events left out as saturated in a detector"
        severity = Severity.WARNING if severe else Severity.NOTE
        findings.append(_finding(control, message, percent, severity))
    return findings


def _doubts(
    control: Control,
    row: Matrix,
    errors: Matrix,
    detectors: tuple[str, ...],
    limits: ControlLimits,
) -> list[Finding]:
    """Say what is odd about the coefficients of a control."""
    findings = []
    own = detectors.index(control.detector)
    brighter = [
        name for n, name in enumerate(detectors) if n != own and row[n] > limits.brighter_share
    ]
    brightest = brightest_detector(control.sample)
    if brighter or (brightest != control.detector and brightest not in detectors):
        others = ", ".join(brighter or [brightest])
        message = f"its dye is as bright or brighter in {others}: another dye, or another file?"
        findings.append(_finding(control, message))
    below = [
        name for n, name in enumerate(detectors) if row[n] < -3 * errors[n] - limits.largest_error
    ]
    if below:
        message = f"negative spill into {', '.join(below)}: another background, or another dye"
        findings.append(_finding(control, message))
    vague = [n for n in range(len(detectors)) if errors[n] > limits.largest_error]
    if vague:
        named = ", ".join(
            f"{detectors[n]} {row[n]:.3f} +- {errors[n]:.3f}" for n in vague[:_SHOWN]
        )
        message = f"uncertain, standard error above {limits.largest_error:g}: {named}"
        findings.append(_finding(control, message, float(errors[vague].max())))
    return findings
