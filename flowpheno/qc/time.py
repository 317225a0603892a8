"""Stability in time: clogs, bursts and level shifts, found on bins of equal event count."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import median_filter

from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.qc.step import Step, not_possible
from flowpheno.sample import ChannelKind, Measure, Scale
from flowpheno.statistics import robust_sd

if TYPE_CHECKING:
    import numpy.typing as npt

    from flowpheno.arrays import EventMask, EventMatrix, Matrix, Values
    from flowpheno.sample import Sample

_LN10 = np.log(10)
_FEWEST_BINS = 10
_CLIP = 3.0  # noise SDs: a bad bin must not shape the noise it is judged by
_SHRINK = 0.05  # keeps the covariance of few bins invertible
_STAGE = "qc.time"
_FLOOR = 1 / 2000
"""Share of full scale at which decades turn linear."""
_DIFFERENCE_TO_SD = 1.4826 / np.sqrt(2)


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
        Robust SDs of a bin's mean from the run's.
    least_log10 : float
        Decades a bin's mean must be off at least: a clean run is quiet.
    least_channels : int
        Channels that must be off together.
    consecutive_bins : int
        Bins of a running mean; good stretches shorter than this between bad ones are bad too.
    maximum_removed_percent : float
        Percent of events from which a run is unstable.
    least_common_log10 : float
        Decades by which all channels must be off in common at least.
    drift_log10 : float
        Decades between the first and the last fifth of the run that are a drift.
    slow_factor : float
        A bin that took this many times as long as most is a pause or a clog of the flow.
    """

    source: str
    minimum_per_bin: int
    maximum_bins: int
    mad: float
    least_log10: float
    least_channels: int
    consecutive_bins: int
    maximum_removed_percent: float
    least_common_log10: float
    drift_log10: float
    slow_factor: float


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
    bad = _bad_bins(levels, limits)
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


def _bad_bins(levels: Matrix, limits: TimeLimits) -> EventMask:
    """Bins in which several channels are off together, or all in common."""
    window = limits.consecutive_bins
    noise = _DIFFERENCE_TO_SD * np.median(np.abs(np.diff(levels, axis=0)), axis=0)
    middle = np.median(levels, axis=0)
    far = np.zeros(levels.shape, bool)
    for level, spread in (
        (levels, noise),
        (_running_mean(levels, window), noise / np.sqrt(window)),
    ):
        off = np.abs(level - middle)
        far |= (off > limits.mad * spread) & (off > limits.least_log10)
    bad = far.sum(axis=1) >= min(limits.least_channels, levels.shape[1])
    return _close_gaps(bad | _moved_in_common(levels, noise, limits), window)


def _moved_in_common(levels: Matrix, noise: Values, limits: TimeLimits) -> EventMask:
    """Bins, alone or with their neighbours, in which all channels are off by the same factor."""
    common = levels @ _weights(levels, noise)
    window = min(limits.consecutive_bins, len(common))
    bad = np.zeros(len(common), bool)
    for shift in (common, median_filter(common, window, mode="nearest")):
        off = np.abs(shift - np.median(shift))
        bad |= off > max(limits.mad * robust_sd(shift), limits.least_common_log10)
    return bad


def _weights(levels: Matrix, noise: Values) -> Values:
    """Weights that read from all channels the decades by which they moved in common.

    Bins differ by the cells they happen to hold, which moves channels together in known ways;
    generalised least squares weighs the channels so that this cancels.
    """
    moving = noise > 0
    weights = np.zeros(len(noise))
    if moving.any():
        usual = np.diff(levels[:, moving], axis=0) / np.sqrt(2)
        usual = np.clip(usual, -_CLIP * noise[moving], _CLIP * noise[moving])
        covariance = usual.T @ usual / len(usual) + _SHRINK * np.diag(noise[moving] ** 2)
        weights[moving] = np.linalg.solve(covariance, np.ones(np.count_nonzero(moving)))
        weights /= weights.sum()
    return weights


def _running_mean(levels: Matrix, window: int) -> Matrix:
    """Mean of the bins around each; at the ends, of those that there are."""
    sums = np.vstack([np.zeros(levels.shape[1]), np.cumsum(levels, axis=0)])
    places = np.arange(len(levels))
    first = np.maximum(places - window // 2, 0)
    last = np.minimum(places + window // 2 + 1, len(levels))
    return np.asarray((sums[last] - sums[first]) / (last - first)[:, None])


def _close_gaps(bad: EventMask, longest: int) -> EventMask:
    """Good stretches too short to trust between two bad ones are bad."""
    closed = bad.copy()
    where = np.flatnonzero(bad)
    for left, right in pairwise(where):
        if right - left <= longest:
            closed[left:right] = True
    return closed


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
    noise = _DIFFERENCE_TO_SD * np.median(np.abs(np.diff(levels, axis=0)), axis=0)
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
