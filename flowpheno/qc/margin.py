"""Events at the ends of a detector's range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.qc.step import Step
from flowpheno.sample import ChannelKind, Scale

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask, EventMatrix
    from flowpheno.sample import Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginLimits:
    """When events at the ends of the range are too many.

    Attributes
    ----------
    source : str
        Citation or tag.
    full_share : float
        Share of full scale (0 to 1) from which a value is saturated.
    tail_share : float
        Share of full scale above which events below saturation make a bright population.
    maximum_percent : float
        Percent of removed events that is an excess.
    """

    source: str
    full_share: float
    tail_share: float
    maximum_percent: float


def check_margins(raw: Sample, limits: MarginLimits) -> Step:
    """Take out events saturated in fluorescence unless they are the end of a bright population.

    Events saturated in scatter are counted and kept: they are large cells, and dropping them
    would change every percentage.

    Parameters
    ----------
    raw : Sample
        As acquired, not compensated.
    limits : MarginLimits
        Parameters.

    Returns
    -------
    Step
        ``"within_range"``; keeps everything on a relative scale.
    """
    n = raw.n_events
    keep = np.ones(n, bool)
    findings = []
    if raw.scale is Scale.RELATIVE or n == 0:
        return Step(name="within_range", keep=keep, note="not applied: relative scale or no events")
    for index, channel in enumerate(raw.channels):
        values = raw.events[:, index]
        full = values >= limits.full_share * channel.range
        count = int(np.count_nonzero(full))
        if count == 0:
            continue
        if channel.kind is ChannelKind.SCATTER:
            findings.append(_note(channel.detector, count, n, "kept: saturated scatter"))
        elif channel.kind is ChannelKind.FLUORESCENCE:
            if _is_tail(values, full, channel.range, limits):
                findings.append(_note(channel.detector, count, n, "kept: end of a bright population"))
            else:
                keep &= ~full
    removed = 100 * float(np.mean(~keep))
    if removed > limits.maximum_percent:
        findings.append(
            Finding(
                code=ReasonCode.MARGIN_EXCESS,
                severity=Severity.WARNING,
                stage="qc.margin",
                message=f"{removed:.1f} % of events saturate a fluorescence detector",
                value=removed,
            )
        )
    note = "saturated in fluorescence removed; saturated scatter kept"
    return Step(name="within_range", keep=keep, note=note, findings=tuple(findings))


def _is_tail(values: EventMatrix, full: EventMask, top: float, limits: MarginLimits) -> bool:
    """Whether as many events lie just below saturation as in it."""
    below = (values >= limits.tail_share * top) & ~full
    return bool(np.count_nonzero(below) >= np.count_nonzero(full))


def _note(detector: str, count: int, n: int, what: str) -> Finding:
    percent = 100 * count / n
    return Finding(
        code=ReasonCode.STEP_LOG,
        severity=Severity.NOTE,
        stage="qc.margin",
        message=f"{detector}: {count} events ({percent:.2f} %) at full scale, {what}",
        value=percent,
    )
