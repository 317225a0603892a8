"""Bins of an acquisition that are off the run."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import median_filter

from flowpheno.qc.rate import RateLimits  # noqa: TC001 - read with the limits
from flowpheno.statistics import robust_sd

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask, Matrix, Values

_DIFFERENCE_TO_SD = 1.4826 / np.sqrt(2)
_CLIP = 3.0  # noise SDs: a bad bin must not shape the noise it is judged by
_MEDIAN_VARIANCE = np.pi / 2  # of a median, against that of a mean
_SHRINK = 0.05  # keeps the covariance of few bins invertible


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
        Decades over the run that are a drift.
    least_alone_log10 : float
        Decades by which one channel must be off at least if no other is.
    rate : RateLimits
        Parameters of the flow rate.
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
    least_alone_log10: float
    rate: RateLimits


def noise_of(levels: Matrix) -> Values:
    """Measure the noise of each channel between neighbouring bins.

    Parameters
    ----------
    levels : Matrix
        Mean of each bin and channel, shape ``(n_bins, n_channels)``; two bins or more.

    Returns
    -------
    Values
        Robust SD of a bin, same unit, shape ``(n_channels,)``; a long shift does not enter it.
    """
    return np.asarray(_DIFFERENCE_TO_SD * np.median(np.abs(np.diff(levels, axis=0)), axis=0))


def bad_bins(levels: Matrix, limits: TimeLimits) -> EventMask:
    """Find the bins in which several channels are off together, or all in common.

    Parameters
    ----------
    levels : Matrix
        Mean of each bin and channel in decades, shape ``(n_bins, n_channels)``.
    limits : TimeLimits
        Parameters.

    Returns
    -------
    EventMask
        Shape ``(n_bins,)``.
    """
    window = limits.consecutive_bins
    noise = noise_of(levels)
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


def off_alone(levels: Matrix, limits: TimeLimits) -> EventMask:
    """Find the stretches in which one channel is far off, whatever the others do.

    Parameters
    ----------
    levels : Matrix
        Mean of each bin and channel in decades, shape ``(n_bins, n_channels)``.
    limits : TimeLimits
        Parameters.

    Returns
    -------
    EventMask
        Shape ``(n_bins,)``.
    """
    window = min(limits.consecutive_bins, len(levels))
    smooth = median_filter(levels, (window, 1), mode="mirror")  # keeps a step where it is
    off = np.abs(smooth - np.median(levels, axis=0))
    noise = noise_of(levels) * np.sqrt(_MEDIAN_VARIANCE / window)
    far = (off > limits.mad * noise) & (off > limits.least_alone_log10)
    return _close_gaps(far.any(axis=1), window)


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
