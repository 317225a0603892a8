"""Dead cells by a dye that enters them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.density import density
from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.marker import Marker
from flowpheno.qc.dye import dye_of
from flowpheno.qc.step import Step, not_possible
from flowpheno.sample import Scale

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask, Values
    from flowpheno.qc.dye import Dye
    from flowpheno.sample import Sample

VIABILITY = Marker("VIABILITY")


@dataclass(frozen=True, slots=True, kw_only=True)
class ViabilityLimits:
    """When too many cells are dead.

    Attributes
    ----------
    source : str
        Citation or tag.
    bandwidth : float
        Standard deviation of the density kernel, decades.
    valley_depth : float
        Share of the lower mode that a valley may reach at most.
    dead_share : float
        Share of full scale from which cells of one mode are dead.
    fail_percent, warn_percent : float
        Percent of living cells below which a negative is blocked, and a warning given.
    """

    source: str
    bandwidth: float
    valley_depth: float
    dead_share: float
    fail_percent: float
    warn_percent: float


def check_viability(sample: Sample, parent: EventMask, limits: ViabilityLimits) -> Step:
    """Keep the living cells.

    Parameters
    ----------
    sample : Sample
        Compensated.
    parent : EventMask
        Events that passed the steps before.
    limits : ViabilityLimits
        Parameters.

    Returns
    -------
    Step
        ``"live"``; keeps everything without a dead-cell dye, or where it shows one mode only.
    """
    if not sample.has(VIABILITY) or not parent.any():
        why = "no dead-cell dye in the tube" if parent.any() else "no events"
        return not_possible("live", sample.n_events, why)
    dye = dye_of(sample, VIABILITY)
    values = dye.decades
    curve = density(values[parent], bandwidth=limits.bandwidth)
    lowest = curve.modes()
    valley = curve.valley_above(float(lowest[0])) if lowest.size else None
    if valley is None or valley.depth > limits.valley_depth:
        return _one_mode(sample, dye, lowest, limits)
    keep = np.asarray(values < valley.position)
    percent = 100 * float(np.mean(keep[parent]))
    return Step(
        name="live",
        keep=keep,
        note=f"{percent:.1f} % viable",
        findings=_findings(percent, limits),
    )


def _one_mode(sample: Sample, dye: Dye, modes: Values, limits: ViabilityLimits) -> Step:
    """Keep all; what is bright throughout is dead throughout, or no dead-cell dye."""
    keep = np.ones(sample.n_events, bool)
    bright = modes.size > 0 and sample.scale is not Scale.RELATIVE
    if not bright or dye.intensity(float(modes[0])) < limits.dead_share * dye.full_scale:
        return Step(name="live", keep=keep, note="one mode only: no dead cells told apart")
    message = "the dead-cell dye stains all events: all are dead, or it is another dye"
    finding = Finding(
        code=ReasonCode.LOW_VIABILITY,
        severity=Severity.BLOCKING,
        stage="qc.viability",
        message=message,
    )
    return Step(name="live", keep=keep, note="one bright mode only", findings=(finding,))


def _findings(percent: float, limits: ViabilityLimits) -> tuple[Finding, ...]:
    if percent >= limits.warn_percent:
        return ()
    failed = percent < limits.fail_percent
    return (
        Finding(
            code=ReasonCode.LOW_VIABILITY if failed else ReasonCode.STEP_LOG,
            severity=Severity.BLOCKING if failed else Severity.WARNING,
            stage="qc.viability",
            message=f"{percent:.1f} % of cells are viable",
            value=percent,
        ),
    )
