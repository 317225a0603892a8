"""The flow rate: pauses, clogs and surges, found on bins of equal duration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.finding import Finding, ReasonCode, Severity

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask, Values

_STAGE = "qc.time"
_FEWEST = 3
"""Bins that show a usual flow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimits:
    """When the flow is not that of the run.

    Attributes
    ----------
    source : str
        Citation or tag.
    events_per_bin : int
        Events a bin of equal duration holds at the usual flow.
    mad : float
        Poisson SDs of a bin's events from the usual.
    surge_factor : float
        A bin of this many times the usual events is a surge: cells come together.
    slow_factor : float
        A bin of less than the usual events divided by this is a pause or a clog.
    burst_percent : float
        Most percent of events in surges; more is a flow set higher, which nothing is wrong with.
    """

    source: str
    events_per_bin: int
    mad: float
    surge_factor: float
    slow_factor: float
    burst_percent: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FlowRate:
    """What the flow did.

    Attributes
    ----------
    surge : EventMask
        Events that came in a burst, shape ``(n_events,)``.
    findings : tuple of Finding
        Pauses, bursts, a flow that was changed.
    """

    surge: EventMask
    findings: tuple[Finding, ...]


def flow_rate(time: Values, limits: RateLimits) -> FlowRate:
    """Find bursts and pauses of the flow.

    Parameters
    ----------
    time : Values
        When each event came, ticks, finite, in any order, shape ``(n_events,)``.
    limits : RateLimits
        Parameters.

    Returns
    -------
    FlowRate
        Nothing for a clock that does not advance or too few events for three bins.

    References
    ----------
    .. [1] Monaco G, et al. flowAI. Bioinformatics. 2016;32(16):2473-2480. Outliers of the events
       in equal stretches of time; by a factor here, since a cell does not mind a faster neighbour.
    """
    none = np.zeros(len(time), bool)
    width = _bin_width(time, limits.events_per_bin)
    if width <= 0:
        return FlowRate(surge=none, findings=())
    _, place, counts = np.unique(
        np.floor((time - time.min()) / width), return_inverse=True, return_counts=True
    )
    usual = float(np.median(counts[place]))  # of events, not of bins: pauses hold none
    far = limits.mad * np.sqrt(usual)
    fast = (counts > limits.surge_factor * usual) & (counts > usual + far)
    surge = fast[place]
    percent = 100 * float(np.mean(surge))
    findings = _pause(time, width, int(np.sum(counts >= usual / limits.slow_factor)))
    if percent > limits.burst_percent:
        message = (
            f"the flow was changed: {percent:.1f} % of events came at more than "
            f"{limits.surge_factor:g} times the usual flow"
        )
        findings.append(_finding(message, percent))
        surge = none
    elif percent > 0:
        findings.append(_finding(f"{percent:.2f} % of events came in bursts of the flow", percent))
    return FlowRate(surge=surge, findings=tuple(findings))


def _bin_width(time: Values, events: int) -> float:
    """Ticks in which the usual flow brings so many events; 0 where the clock cannot tell."""
    ordered = np.sort(time)
    spans = ordered[events::events] - ordered[:-events:events]
    steps = np.diff(np.unique(ordered))
    if len(spans) < _FEWEST or not steps.size:
        return 0.0
    tick = float(steps.min())
    return float(max(np.ceil(np.median(spans) / tick), 1) * tick)


def _pause(time: Values, width: float, n_usual: int) -> list[Finding]:
    """Time in which hardly any event came, as a share of the run."""
    n_bins = int(np.ptp(time) // width) + 1
    percent = 100 * (1 - n_usual / n_bins)
    # the last bin ends before its time: alone it is no pause
    if n_bins - n_usual <= 1:
        return []
    message = f"the flow paused or clogged for {percent:.1f} % of the time"
    return [_finding(message, percent)]


def _finding(message: str, value: float) -> Finding:
    return Finding(
        code=ReasonCode.STEP_LOG,
        severity=Severity.NOTE,
        stage=_STAGE,
        message=message,
        value=value,
    )
