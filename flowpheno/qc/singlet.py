"""Single cells: pulse height against area, or pulse width."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.marker import Marker
from flowpheno.qc.step import Step, not_possible
from flowpheno.sample import Measure
from flowpheno.statistics import robust_sd

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask, Values
    from flowpheno.sample import Sample

FSC = Marker("FSC")
_FULL = 0.999


@dataclass(frozen=True, slots=True, kw_only=True)
class SingletLimits:
    """When a pulse is that of two cells.

    Attributes
    ----------
    source : str
        Citation or tag.
    mad : float
        Robust SDs beyond the ridge of single cells.
    minimum_gap : float
        Relative distance from the ridge a doublet has at least.
    bins : int
        Size classes in which the ridge is followed.
    maximum_percent : float
        Percent of doublets that is an excess.
    """

    source: str
    mad: float
    minimum_gap: float
    bins: int
    maximum_percent: float


def check_singlets(sample: Sample, parent: EventMask, limits: SingletLimits) -> Step:
    """Keep single cells.

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
        ``"singlets"``; keeps everything where forward scatter has neither height nor width.
    """
    n = sample.n_events
    if not sample.has(FSC) or not parent.any():
        return not_possible("singlets", n, "no forward scatter area" if parent.any() else "no events")
    area = sample.events[:, sample.column(FSC)].astype(np.float64)
    full = area >= _FULL * sample.channels[sample.column(FSC)].range
    keep = np.ones(n, bool)
    by = []
    if sample.has(FSC, Measure.HEIGHT):
        height = sample.events[:, sample.column(FSC, Measure.HEIGHT)].astype(np.float64)
        ratio = height / np.maximum(area, 1.0)
        # a saturated area makes the ratio mean nothing: such events are not judged by it
        keep &= full | ~_beyond(-np.log(np.maximum(ratio, 1e-6)), area, parent & ~full, limits)
        by.append("FSC-H against FSC-A")
    if sample.has(FSC, Measure.WIDTH):
        width = sample.events[:, sample.column(FSC, Measure.WIDTH)].astype(np.float64)
        if np.ptp(width[parent]) > 0:
            keep &= ~_beyond(np.log(np.maximum(width, 1e-6)), area, parent, limits)
            by.append("FSC-W against FSC-A")
    if not by:
        return not_possible("singlets", n, "forward scatter has neither height nor width")
    removed = 100 * float(np.mean(~keep[parent]))
    return Step(name="singlets", keep=keep, note=", ".join(by), findings=_findings(removed, limits))


def _beyond(pulse: Values, area: Values, parent: EventMask, limits: SingletLimits) -> EventMask:
    """Events above the ridge of single cells of their size."""
    if not parent.any():
        return np.zeros(len(pulse), bool)
    edges = np.quantile(area[parent], np.linspace(0, 1, limits.bins + 1)[1:-1])
    size = np.searchsorted(edges, area)
    ridge, border = np.zeros(limits.bins), np.zeros(limits.bins)
    whole = pulse[parent]
    for index in range(limits.bins):
        members = pulse[parent & (size == index)]
        members = members if members.size else whole
        # two cells are wider than one: the lower half of a size class is free of them
        ridge[index] = np.median(members)
        lower = members[members <= ridge[index]]
        border[index] = ridge[index] + max(
            limits.mad * 1.4826 * float(np.median(ridge[index] - lower)), limits.minimum_gap
        )
    # a size class made mostly of doublets takes the ridge of single cells of other sizes
    common = float(np.median(ridge)) + limits.mad * robust_sd(ridge)
    return np.asarray(pulse > np.minimum(border[size], max(common, float(np.median(ridge))) + limits.minimum_gap * 2))


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
