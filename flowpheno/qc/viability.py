"""Dead cells by a dye that enters them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.density import density
from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.marker import Marker
from flowpheno.qc.step import Step, not_possible
from flowpheno.transform.working import working_transform

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask
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
    fail_percent, warn_percent : float
        Percent of living cells below which a negative is blocked, and a warning given.
    """

    source: str
    bandwidth: float
    valley_depth: float
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
    column = sample.column(VIABILITY)
    transform = working_transform(sample.channels[column], sample.scale)
    values = transform.apply(sample.events[:, column]) / np.float32(np.log(10))
    curve = density(values[parent], bandwidth=limits.bandwidth)
    lowest = curve.modes()
    valley = curve.valley_above(float(lowest[0])) if lowest.size else None
    if valley is None or valley.depth > limits.valley_depth:
        note = "one mode only: no dead cells told apart"
        return Step(name="live", keep=np.ones(sample.n_events, bool), note=note)
    keep = np.asarray(values < valley.position)
    percent = 100 * float(np.mean(keep[parent]))
    return Step(
        name="live",
        keep=keep,
        note=f"{percent:.1f} % viable",
        findings=_findings(percent, limits),
    )


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
