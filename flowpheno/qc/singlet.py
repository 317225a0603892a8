"""Single cells: pulse height against area, or pulse width."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.marker import Marker
from flowpheno.qc.saturation import saturated
from flowpheno.qc.step import Step, not_possible
from flowpheno.sample import Measure, Scale

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask, Values
    from flowpheno.sample import Sample

FSC = Marker("FSC")
_MAD_TO_SD = 1.4826


@dataclass(frozen=True, slots=True, kw_only=True)
class SingletLimits:
    """When a pulse is that of two cells.

    Attributes
    ----------
    source : str
        Citation or tag.
    mad : float
        Robust SDs above the median of all pulses.
    minimum_gap : float
        Distance from the median a doublet has at least, natural logarithm of the pulse's width.
    maximum_percent : float
        Percent of doublets that is an excess.
    """

    source: str
    mad: float
    minimum_gap: float
    maximum_percent: float


def check_singlets(sample: Sample, parent: EventMask, limits: SingletLimits) -> Step:
    """Keep single cells: pulses not much wider than those of most events.

    Parameters
    ----------
    sample : Sample
        Scatter is never compensated.
    parent : EventMask
        Events that passed the steps before.
    limits : SingletLimits
        Parameters.

    Returns
    -------
    Step
        ``"singlets"``; keeps everything where forward scatter has neither height nor width, or
        on a relative scale.

    References
    ----------
    .. [1] Emmaneel A, et al. PeacoQC. Cytometry A. 2022;101(4):325-338. RemoveDoublets: ratio of
       area and height beyond a multiple of the MAD; here of its upper half.
    """
    n = sample.n_events
    if not sample.has(FSC) or not parent.any():
        why = "no forward scatter area" if parent.any() else "no events"
        return not_possible("singlets", n, why)
    if sample.scale is Scale.RELATIVE:
        return not_possible("singlets", n, "relative scale")
    column = sample.column(FSC)
    area = sample.events[:, column].astype(np.float64)
    full = saturated(sample.events[:, column], sample.channels[column].range)
    keep = np.ones(n, bool)
    by = []
    if sample.has(FSC, Measure.HEIGHT):
        height = sample.events[:, sample.column(FSC, Measure.HEIGHT)]
        # a saturated area says nothing beside a height: such events are not judged by it
        keep &= full | ~_wide(_log(area) - _log(height), parent & ~full, limits)
        by.append("FSC-H against FSC-A")
    if sample.has(FSC, Measure.WIDTH):
        width = sample.events[:, sample.column(FSC, Measure.WIDTH)]
        keep &= ~_wide(_log(width), parent, limits)
        by.append("FSC-W against FSC-A")
    if not by:
        return not_possible("singlets", n, "forward scatter has neither height nor width")
    removed = 100 * float(np.mean(~keep[parent]))
    note = ", ".join(by)
    return Step(name="singlets", keep=keep, note=note, findings=_findings(removed, limits))


def _log(values: np.ndarray[tuple[int], np.dtype[np.floating]]) -> Values:
    """Natural logarithm; NaN where there is none."""
    positive = np.where((values > 0) & np.isfinite(values), values, np.nan).astype(np.float64)
    return np.log(positive)


def _wide(pulse: Values, parent: EventMask, limits: SingletLimits) -> EventMask:
    """Events whose pulse is wider than those of single cells, whatever their size.

    Noise is measured in the upper half: pulses spread more above their median than below.
    """
    judged = parent & np.isfinite(pulse)
    if not judged.any():
        return np.zeros(len(pulse), bool)
    middle = float(np.median(pulse[judged]))
    upper = pulse[judged & (pulse >= middle)] - middle
    gap = max(limits.mad * _MAD_TO_SD * float(np.median(upper)), limits.minimum_gap)
    return np.asarray(pulse > middle + gap)


def _findings(removed: float, limits: SingletLimits) -> tuple[Finding, ...]:
    if removed <= limits.maximum_percent:
        return ()
    return (
        Finding(
            code=ReasonCode.DOUBLET_EXCESS,
            severity=Severity.WARNING,
            stage="qc.singlet",
            message=f"{removed:.1f} % of events are doublets",
            value=removed,
        ),
    )
