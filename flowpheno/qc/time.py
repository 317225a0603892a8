"""Stability in time: clogs, bursts and level shifts, found on bins of equal event count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.qc.stability import bad_bins, noise_of
from flowpheno.qc.step import Step, not_possible
from flowpheno.sample import ChannelKind, Measure, Scale

if TYPE_CHECKING:
    import numpy.typing as npt

    from flowpheno.arrays import EventMatrix, Matrix, Values
    from flowpheno.qc.stability import TimeLimits
    from flowpheno.sample import Sample

_LN10 = np.log(10)
_FEWEST_BINS = 10
_STAGE = "qc.time"
_FLOOR = 1 / 2000
"""Share of full scale at which decades turn linear."""


def check_time(raw: Sample, limits: TimeLimits) -> Step:
    """Find stretches of the acquisition in which the signal was not that of the run.

    Events are binned by their time, whatever their order in the file; each bin's mean in decades
    is compared, alone and as a running mean, with the median of all bins. Noise is measured
    between neighbouring bins, so that a long shift does not hide itself.

    Parameters
    ----------
    raw : Sample
        As acquired, not compensated.
    limits : TimeLimits
        Parameters.

    Returns
    -------
    Step
        ``"time_ok"``; keeps everything where there is no Time channel, it does not advance, or
        there are too few events.

    References
    ----------
    .. [1] Emmaneel A, et al. PeacoQC: peak-based selection of high quality cytometry data.
       Cytometry A. 2022;101(4):325-338. Bins and their MAD; means here, not peaks.
    """
    n = raw.n_events
    clock = [i for i, c in enumerate(raw.channels) if c.kind is ChannelKind.TIME]
    if not clock:
        return not_possible("time_ok", n, "no Time channel")
    columns = [i for i, c in enumerate(raw.channels) if _followed(c.kind, c.measure)]
    wanted = min(limits.maximum_bins, n // limits.minimum_per_bin)
    if wanted < _FEWEST_BINS or not columns:
        return not_possible("time_ok", n, f"{n} events are too few to bin in time")
    time = raw.events[:, clock[0]]
    if not np.isfinite(time).all():
        return not_possible("time_ok", n, "Time holds values that are not finite")
    ordered = np.sort(time)
    starts = np.unique(ordered[np.linspace(0, n, wanted + 1).astype(int)[:-1]])
    if len(starts) < _FEWEST_BINS:
        return not_possible("time_ok", n, "Time does not advance")
    bins = np.searchsorted(starts, time, side="right") - 1
    levels = _levels(raw, columns, bins)
    bad = bad_bins(levels, limits)
    keep = ~bad[bins]
    removed = 100 * float(np.mean(~keep))
    notes = [*_order(time), *_rate(np.append(starts, ordered[-1]), np.bincount(bins), limits)]
    return Step(
        name="time_ok",
        keep=keep,
        note=f"{len(starts)} bins, {int(bad.sum())} bad",
        findings=(
            *_removal(removed, limits),
            *([] if raw.scale is Scale.RELATIVE else _drift(levels[~bad], limits)),
            *map(_note, notes),
        ),
    )


def _followed(kind: ChannelKind, measure: Measure) -> bool:
    kinds = {ChannelKind.FLUORESCENCE, ChannelKind.SCATTER, ChannelKind.MASS}
    return kind in kinds and measure is Measure.AREA


def _levels(raw: Sample, columns: list[int], bins: npt.NDArray[np.intp]) -> Matrix:
    """Mean of each bin and channel in decades, shape ``(n_bins, n_columns)``."""
    n_bins = int(bins.max()) + 1
    table = np.empty((n_bins, len(columns)))
    for place, column in enumerate(columns):
        values = raw.events[:, column]
        finite = np.isfinite(values)
        if raw.scale is not Scale.RELATIVE:
            values = _decades(values, raw.channels[column].range)
        if not finite.all():
            values = np.where(finite, values, 0)
        counts = np.bincount(bins, weights=finite, minlength=n_bins)
        sums = np.bincount(bins, weights=values, minlength=n_bins)
        table[:, place] = sums / np.maximum(counts, 1)
    return table


def _decades(values: EventMatrix, top: float) -> EventMatrix:
    floor = np.float32(max(top, 1.0) * _FLOOR)
    return np.asarray(np.arcsinh(values / floor) / np.float32(_LN10))


def _removal(removed: float, limits: TimeLimits) -> list[Finding]:
    if removed == 0:
        return []
    unstable = removed > limits.maximum_removed_percent
    return [
        Finding(
            code=ReasonCode.TIME_INSTABILITY if unstable else ReasonCode.STEP_LOG,
            severity=Severity.BLOCKING if unstable else Severity.NOTE,
            stage=_STAGE,
            message=f"{removed:.1f} % of events lie in unstable stretches of the acquisition",
            value=removed,
        )
    ]


def _drift(levels: Matrix, limits: TimeLimits) -> list[Finding]:
    """Levels of the last against those of the first fifth of the good bins."""
    fifth = len(levels) // 5
    if fifth == 0:
        return []
    moved = np.mean(levels[-fifth:], axis=0) - np.mean(levels[:fifth], axis=0)
    noise = noise_of(levels)
    least = np.maximum(limits.drift_log10, limits.mad * noise * np.sqrt(2 / fifth))
    n_drifting = int(np.count_nonzero(np.abs(moved) > least))
    if n_drifting < min(limits.least_channels, levels.shape[1]):
        return []
    worst = float(moved[np.argmax(np.abs(moved) - least)])
    return [
        Finding(
            code=ReasonCode.TIME_INSTABILITY,
            severity=Severity.WARNING,
            stage=_STAGE,
            message=f"{n_drifting} channels drifted over the acquisition, by up to {worst:+.2f} "
            "decades",
            value=worst,
        )
    ]


def _order(time: EventMatrix) -> list[tuple[str, float]]:
    n_back = int(np.count_nonzero(np.diff(time) < 0))
    return [(f"Time runs backwards {n_back} times in file order", float(n_back))] if n_back else []


def _rate(
    edges: EventMatrix, counts: npt.NDArray[np.intp], limits: TimeLimits
) -> list[tuple[str, float]]:
    """Pauses and clogs of the flow: bins that took far longer than most."""
    per_event: Values = np.diff(edges.astype(np.float64)) / counts
    usual = float(np.median(per_event))
    slow = per_event > limits.slow_factor * usual
    if usual <= 0 or not slow.any():
        return []
    percent = 100 * float(counts[slow].sum() / counts.sum())
    return [(f"{percent:.1f} % of events came slowly: the flow paused or clogged", percent)]


def _note(said: tuple[str, float]) -> Finding:
    message, value = said
    return Finding(
        code=ReasonCode.STEP_LOG,
        severity=Severity.NOTE,
        stage=_STAGE,
        message=message,
        value=value,
    )
