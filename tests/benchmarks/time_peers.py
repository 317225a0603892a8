"""The published ideas of flowAI and PeacoQC, written anew to measure against.

Neither program can be installed beside this package. What stands here is the one idea of each
that the comparison is about, at the published defaults; it is not the program: flowAI looks for
change points of the signal as well, PeacoQC also grows an isolation tree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.interpolate import make_smoothing_spline
from scipy.ndimage import gaussian_filter1d
from scipy.stats import t as student_t

from flowpheno.compensation import compensate
from flowpheno.sample import ChannelKind, Measure
from flowpheno.statistics import robust_sd

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask, Values
    from flowpheno.sample import Sample

_SECOND_FRACTION = 0.1
_ALPHA = 0.01
_MOST_ANOMALIES = 0.49
_CYCLE = (2, 8)
_MAD, _PEAK_SHARE, _GRID = 6.0, 1 / 3, 256
_COFACTOR = 150.0
_SMOOTHING = 40.0  # about R's spar 0.5 at 160 bins
_CONSECUTIVE = 5
_LEAST_BIN, _MOST_BINS, _STEP = 150, 500, 500


def flow_rate_anomalies(sample: Sample) -> EventMask:
    """Keep events outside tenths of a second whose number is an outlier.

    The counts are split into a trend and cycles of 2 to 8 bins, and the generalised ESD test
    finds the outliers; the band is cut by Fourier transform here.

    References
    ----------
    .. [1] Monaco G, et al. flowAI: automatic and interactive anomaly discerning tools for flow
       cytometry data. Bioinformatics. 2016;32(16):2473-2480.
    """
    clock = next(i for i, c in enumerate(sample.channels) if c.kind is ChannelKind.TIME)
    seconds = sample.events[:, clock].astype(np.float64) * _seconds_a_tick(sample)
    place = np.floor((seconds - seconds.min()) / _SECOND_FRACTION).astype(int)
    counts = np.bincount(place).astype(np.float64)
    spectrum = np.fft.rfft(counts)
    frequency = np.fft.rfftfreq(len(counts))
    in_band = (frequency >= 1 / _CYCLE[1]) & (frequency <= 1 / _CYCLE[0])
    cycle = np.fft.irfft(np.where(in_band, spectrum, 0), len(counts))
    trend = counts - cycle
    middle = np.trunc(np.median(trend))
    values = np.trunc(np.abs(counts - middle) + np.abs(cycle)) * np.where(trend < middle, -1, 1)
    outlying = _outliers(values, float(np.subtract(*np.percentile(trend, [75, 25]))))
    return np.asarray(~outlying[place])


def peak_medians(sample: Sample) -> EventMask:
    """Keep events outside bins in which the density peaks of a channel lie apart.

    References
    ----------
    .. [1] Emmaneel A, et al. PeacoQC: peak-based selection of high quality cytometry data.
       Cytometry A. 2022;101(4):325-338. Peaks of overlapping bins, MAD 6 of the smoothed peaks.
    """
    n = sample.n_events
    size = max(_LEAST_BIN, int(np.ceil(2 * n / _MOST_BINS)) // _STEP * _STEP + _STEP)
    starts = np.arange(0, n, size - int(np.ceil(size / 2)))
    bins = [slice(start, min(start + size, n)) for start in starts]
    outlying = np.zeros(len(bins), bool)
    values = compensate(sample).events
    for column, channel in enumerate(sample.channels):
        if channel.kind is ChannelKind.TIME or channel.measure is not Measure.AREA:
            continue
        scaled = values[:, column].astype(np.float64)
        if channel.kind is ChannelKind.FLUORESCENCE:
            scaled = np.arcsinh(scaled / _COFACTOR)
        for course in _courses([_peaks(scaled[part]) for part in bins]):
            smooth = make_smoothing_spline(np.arange(len(bins)), course, lam=_SMOOTHING)
            level = smooth(np.arange(len(bins)))
            outlying |= np.abs(level - np.median(level)) > _MAD * robust_sd(level)
    keep = np.ones(n, bool)
    for part, bad in zip(bins, _without_short_stretches(outlying), strict=True):
        if bad:
            keep[part] = False
    return keep


def _seconds_a_tick(sample: Sample) -> float:
    return float(sample.keywords["$TIMESTEP"])


def _outliers(values: Values, scale: float) -> EventMask:
    """Rosner's generalised ESD test, median and a given scale in place of mean and SD."""
    n = len(values)
    left = np.ones(n, bool)
    removed: list[int] = []
    n_outliers = 0
    for i in range(1, int(n * _MOST_ANOMALIES) + 1 if scale > 0 else 1):
        off = np.where(left, np.abs(values - np.median(values[left])) / scale, -1.0)
        worst = int(np.argmax(off))
        removed.append(worst)
        left[worst] = False
        t = student_t.ppf(1 - _ALPHA / (2 * (n - i + 1)), n - i - 1)
        if off[worst] > t * (n - i) / np.sqrt((n - i - 1 + t**2) * (n - i + 1)):
            n_outliers = i
    found = np.zeros(n, bool)
    found[removed[:n_outliers]] = True
    return found


def _peaks(values: Values) -> Values:
    """Modes of a kernel density of Silverman's width, at least a third as high as the highest."""
    spread = np.subtract(*np.percentile(values, [75, 25])) / 1.34
    width = 0.9 * min(values.std(), spread or values.std()) * len(values) ** -0.2
    if width <= 0:
        return np.array([np.median(values)])
    counts, edges = np.histogram(
        values, bins=_GRID, range=(values.min() - 3 * width, values.max() + 3 * width)
    )
    height = gaussian_filter1d(counts.astype(float), width / (edges[1] - edges[0]))
    inner = height[1:-1]
    peak = (inner > height[:-2]) & (inner >= height[2:]) & (inner > _PEAK_SHARE * height.max())
    return np.asarray(((edges[:-1] + edges[1:]) / 2)[1:-1][peak])


def _courses(peaks: list[Values]) -> list[Values]:
    """Follow each peak through the bins; where it is not found its median stands in."""
    numbers = np.array([len(found) for found in peaks])
    usual = max(k for k in np.unique(numbers) if k and np.mean(numbers == k) > 0.1)
    homes = np.median(np.stack([found for found in peaks if len(found) == usual]), axis=0)
    courses = np.tile(homes, (len(peaks), 1))
    seen = np.zeros(courses.shape, bool)
    for row, found in enumerate(peaks):
        nearest = np.abs(found[:, None] - homes).argmin(axis=1)
        for which in np.unique(nearest):
            own = found[nearest == which]
            courses[row, which] = own[np.abs(own - homes[which]).argmin()]
            seen[row, which] = True
    return [courses[:, k] for k in range(usual) if seen[:, k].mean() >= 0.5]


def _without_short_stretches(bad: EventMask) -> EventMask:
    """Good stretches shorter than five bins go too."""
    result = bad.copy()
    borders = np.flatnonzero(np.diff(np.concatenate([[1], bad.astype(int), [1]])))
    for begin, end in zip(borders[::2], borders[1::2], strict=True):
        if end - begin < _CONSECUTIVE:
            result[begin:end] = True
    return result
