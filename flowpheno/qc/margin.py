"""Events at the ends of a detector's range, and values that are no numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.qc.saturation import saturated
from flowpheno.qc.step import Step
from flowpheno.sample import ChannelKind, Scale

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask
    from flowpheno.sample import Channel, Sample

_STAGE = "qc.margin"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginLimits:
    """When events at the ends of the range are left out.

    Attributes
    ----------
    source : str
        Citation or tag.
    tail_share : float
        Share of the saturated value above which other events make a bright population.
    population_percent : float
        Percent of events saturated in one detector that is a population, not an accident.
    kept_markers : tuple of str
        Markers whose saturated events are never left out.
    maximum_percent : float
        Percent of events saturated in fluorescence that is an excess.
    """

    source: str
    tail_share: float
    population_percent: float
    kept_markers: tuple[str, ...]
    maximum_percent: float


def check_margins(raw: Sample, limits: MarginLimits) -> Step:
    """Take out events of which the detectors say too little.

    Two kinds: values that are not finite; sporadic saturation of fluorescence, unless it is the
    end of a bright population. Events saturated in scatter are counted and kept: most are
    granulocytes, and dropping them would change every percentage.

    Parameters
    ----------
    raw : Sample
        As acquired, not compensated.
    limits : MarginLimits
        Parameters.

    Returns
    -------
    Step
        ``"within_range"``; on a relative scale only values that are not finite are left out.
    """
    n = raw.n_events
    keep, findings = _finite(raw)
    if raw.scale is Scale.RELATIVE or n == 0:
        note = "no range: relative scale" if n else "no events"
        return Step(name="within_range", keep=keep, note=note, findings=tuple(findings))
    share_full = []
    for index, channel in enumerate(raw.channels):
        full = saturated(raw.events[:, index], channel.range)
        count = int(np.count_nonzero(full))
        if count == 0:
            continue
        if channel.kind is ChannelKind.SCATTER:
            findings.append(_note(channel.detector, count, n, "kept: saturated in this scatter"))
        elif channel.kind is ChannelKind.FLUORESCENCE:
            share_full.append((channel, 100 * count / n))
            why = _kept_because(raw, index, full, limits)
            if why:
                findings.append(_note(channel.detector, count, n, f"kept: {why}"))
            else:
                findings.append(_note(channel.detector, count, n, "left out"))
                keep &= ~full
    findings += _excess(share_full, limits)
    n_left_out = n - int(np.count_nonzero(keep))
    note = f"{n_left_out} left out; saturated scatter kept"
    return Step(name="within_range", keep=keep, note=note, findings=tuple(findings))


def _finite(raw: Sample) -> tuple[EventMask, list[Finding]]:
    keep = np.ones(raw.n_events, bool)
    for column in raw.events.T:
        keep &= np.isfinite(column)
    n_bad = raw.n_events - int(np.count_nonzero(keep))
    if n_bad == 0:
        return keep, []
    percent = 100 * n_bad / raw.n_events
    finding = Finding(
        code=ReasonCode.FCS_REPAIRED,
        severity=Severity.WARNING,
        stage=_STAGE,
        message=f"{n_bad} events ({percent:.2f} %) hold values that are not finite; left out",
        value=percent,
    )
    return keep, [finding]


def _kept_because(raw: Sample, index: int, full: EventMask, limits: MarginLimits) -> str:
    """Why saturated events of a fluorescence detector are cells; empty if they are not."""
    channel, values = raw.channels[index], raw.events[:, index]
    below = (values >= limits.tail_share * float(values[full].min())) & ~full
    if np.count_nonzero(below) >= np.count_nonzero(full):
        return "end of a bright population"
    if channel.marker in limits.kept_markers:
        return f"{channel.marker} may be that bright"
    if 100 * float(np.mean(full)) >= limits.population_percent:
        return "a population brighter than the detector's range"
    return ""


def _excess(share_full: list[tuple[Channel, float]], limits: MarginLimits) -> list[Finding]:
    """Detectors in which a good part of the events is saturated."""
    return [
        _excess_finding(
            f"{percent:.1f} % of events saturate {channel.detector}: their "
            f"{channel.marker or 'signal'} is brighter than measured",
            percent,
        )
        for channel, percent in share_full
        if percent > limits.maximum_percent
    ]


def _excess_finding(message: str, percent: float) -> Finding:
    return Finding(
        code=ReasonCode.MARGIN_EXCESS,
        severity=Severity.WARNING,
        stage=_STAGE,
        message=message,
        value=percent,
    )


def _note(detector: str, count: int, n: int, what: str) -> Finding:
    percent = 100 * count / n
    return Finding(
        code=ReasonCode.STEP_LOG,
        severity=Severity.NOTE,
        stage=_STAGE,
        message=f"{detector}: {count} events ({percent:.2f} %) at full scale, {what}",
        value=percent,
    )
