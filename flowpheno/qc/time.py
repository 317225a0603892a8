"""Stability in time: clogs, bursts and level shifts, found on bins of equal event count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.qc.step import Step, not_possible
from flowpheno.sample import ChannelKind, Measure, Scale
from flowpheno.statistics import robust_sd

if TYPE_CHECKING:
    from flowpheno.arrays import EventMatrix, Matrix
    from flowpheno.sample import Sample

_LN10 = np.log(10)
_FEWEST_BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimits:
    """When a stretch of the acquisition is bad.

    Attributes
    ----------
    source : str
        Citation or tag.
    minimum_per_bin, maximum_bins : int
        Size of a bin in events, and most bins.
    mad : float
        Robust SDs of a bin's median from the run's.
    least_log10 : float
        Decades a bin's median must be off at least: a clean run is quiet.
    least_channels : int
        Channels that must be off together.
    consecutive_bins : int
        Good stretches shorter than this between bad ones are bad too.
    maximum_removed_percent : float
        Percent of events from which a run is unstable.
    """

    source: str
    minimum_per_bin: int
    maximum_bins: int
    mad: float
    least_log10: float
    least_channels: int
    consecutive_bins: int
    maximum_removed_percent: float


def check_time(raw: Sample, limits: TimeLimits) -> Step:
    """Find stretches of the acquisition in which the signal was not that of the run.

    Parameters
    ----------
    raw : Sample
        As acquired, not compensated.
    limits : TimeLimits
        Parameters.

    Returns
    -------
    Step
        ``"time_ok"``; keeps everything where there is no Time channel or are too few events.

    References
    ----------
    .. [1] Emmaneel A, et al. PeacoQC: peak-based selection of high quality cytometry data.
       Cytometry A. 2022;101(4):325-338. Bins and their MAD; medians here, not peaks.
    """
    n = raw.n_events
    clock = [i for i, c in enumerate(raw.channels) if c.kind is ChannelKind.TIME]
    if not clock:
        return not_possible("time_ok", n, "no Time channel")
    bins = min(limits.maximum_bins, n // limits.minimum_per_bin)
    columns = [i for i, c in enumerate(raw.channels) if _followed(c.kind, c.measure)]
    if bins < _FEWEST_BINS or not columns:
        return not_possible("time_ok", n, f"{n} events are too few to bin in time")
    time = raw.events[:, clock[0]]
    order = np.argsort(time, kind="stable") if (np.diff(time) < 0).any() else np.arange(n)
    edges = np.linspace(0, n, bins + 1).astype(int)
    medians = _medians(raw, columns, order, edges)
    middle = np.median(medians, axis=0)
    spread = np.array([robust_sd(column) for column in medians.T])
    off = np.abs(medians - middle)
    far = (off > limits.mad * spread) & (off > limits.least_log10)
    bad = _close_gaps(far.sum(axis=1) >= min(limits.least_channels, len(columns)), limits)
    keep = np.ones(n, bool)
    keep[order] = np.repeat(~bad, np.diff(edges))
    removed = 100 * float(np.mean(~keep))
    return Step(
        name="time_ok",
        keep=keep,
        note=f"{bins} bins, {int(bad.sum())} bad",
        findings=_findings(removed, limits),
    )


def _followed(kind: ChannelKind, measure: Measure) -> bool:
    kinds = {ChannelKind.FLUORESCENCE, ChannelKind.SCATTER, ChannelKind.MASS}
    return kind in kinds and measure is Measure.AREA


def _medians(
    raw: Sample,
    columns: list[int],
    order: np.ndarray[tuple[int], np.dtype[np.int64]],
    edges: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> Matrix:
    """Median of each bin and channel, in decades."""
    table = np.empty((len(edges) - 1, len(columns)))
    for place, column in enumerate(columns):
        values = raw.events[:, column][order]
        for index in range(len(edges) - 1):
            table[index, place] = np.median(values[edges[index] : edges[index + 1]])
        if raw.scale is not Scale.RELATIVE:
            table[:, place] = _decades(table[:, place], raw.channels[column].range)
    return table


def _decades(medians: EventMatrix, top: float) -> EventMatrix:
    floor = max(top, 1.0) / 2000
    return np.arcsinh(medians / floor) / _LN10


def _close_gaps(
    bad: np.ndarray[tuple[int], np.dtype[np.bool_]], limits: TimeLimits
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Good stretches too short to trust between two bad ones are bad."""
    closed = bad.copy()
    where = np.flatnonzero(bad)
    for left, right in zip(where[:-1], where[1:], strict=True):
        if right - left <= limits.consecutive_bins:
            closed[left:right] = True
    return closed


def _findings(removed: float, limits: TimeLimits) -> tuple[Finding, ...]:
    if removed == 0:
        return ()
    unstable = removed > limits.maximum_removed_percent
    return (
        Finding(
            code=ReasonCode.TIME_INSTABILITY if unstable else ReasonCode.STEP_LOG,
            severity=Severity.BLOCKING if unstable else Severity.NOTE,
            stage="qc.time",
            message=f"{removed:.1f} % of events lie in unstable stretches of the acquisition",
            value=removed,
        ),
    )
