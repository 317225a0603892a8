"""Noise of negative events: how large it is, and how it grows with the light of neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import nnls

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.arrays import EventMatrix, Matrix, Values
    from flowpheno.gating.limits import GatingLimits

_MEDIAN_TO_SD = 1.4826
"""Standard deviation over the median distance, of a normal distribution."""
_STEPS = 3
_NEAR = 1.5
"""Standard deviations about a middle that count for the next one."""
_ROUNDS = 5
_TINY = 1e-12


def measure_noise(
    values: Values,
    light: Matrix,
    levels: EventMatrix,
    bounds: tuple[float, float],
    limits: GatingLimits,
) -> Matrix:
    """Measure the noise of negative events in bins of each emitter's intensity.

    Only the lower half about the densest part of a bin counts: dim expression adds events above
    it, noise adds as many below it.

    Parameters
    ----------
    values : Values
        Linear intensities of the marker, shape ``(n,)``.
    light : Matrix
        Light of the emitters that becomes noise of it, by each way, shape ``(n, n_ways)``.
    levels : EventMatrix
        Decades of the emitters, shape ``(n, n_emitters)``.
    bounds : tuple of float
        Linear intensities below which the densest part of a bin, and its events, must lie.
    limits : GatingLimits
        Parameters.

    Returns
    -------
    Matrix
        A row for each bin: variance, events, mean light by each way; shape ``(k, 2 + n_ways)``,
        none for no events.
    """
    negative = np.flatnonzero(values < bounds[1])
    bins = np.floor(levels[negative] / limits.spread.bin)
    rows: list[Sequence[float]] = []
    for column in bins.T:
        order = np.argsort(column, kind="stable")
        for members in np.split(negative[order], np.flatnonzero(np.diff(column[order])) + 1):
            if len(members) < limits.spread.bin_events:
                continue
            centre, sd = _lower_half(values[members])
            below = members[values[members] < centre]
            if centre > bounds[0] or below.size == 0:
                continue
            rows.append([sd**2, len(below), *light[below].mean(axis=0)])
    return np.array(rows).reshape(-1, 2 + light.shape[1])


def _lower_half(values: Values) -> tuple[float, float]:
    """Middle of the densest part, and standard deviation by what lies below it.

    The shortest half finds the part, and is a rough middle; the mean about it is a finer one.
    """
    ordered = np.sort(values)
    half = len(ordered) // 2
    start = int(np.argmin(ordered[half:] - ordered[: len(ordered) - half]))
    centre = float(np.median(ordered[start : start + half + 1]))
    for _ in range(_STEPS):
        sd = _below(ordered, centre)
        first, last = np.searchsorted(ordered, [centre - _NEAR * sd, centre + _NEAR * sd])
        centre = float(ordered[first : last + 1].mean())
    return centre, _below(ordered, centre)


def _below(ordered: Values, centre: float) -> float:
    lower = ordered[: np.searchsorted(ordered, centre)]
    return _MEDIAN_TO_SD * (centre - float(np.median(lower))) if lower.size else 0.0


def fit_noise(groups: Matrix, limits: GatingLimits) -> Values | None:
    """Fit variance = constant + slopes x light, none of them negative, as a lower envelope.

    Whatever else differs between the cells of a bin adds to its variance, never takes away: bins
    far above the fit are left out, and it is fitted again.

    Parameters
    ----------
    groups : Matrix
        As `measure_noise` gives them.
    limits : GatingLimits
        Parameters.

    Returns
    -------
    Values or None
        Constant, then the slope of each way; None where no bin is bright enough to tell.
    """
    groups = groups[groups[:, 0] > 0]
    fitted: Values | None = None
    for _ in range(_ROUNDS):
        if len(groups) == 0:
            return None
        fitted = _solve(groups)
        near = groups[:, 0] <= limits.spread.outlier * (fitted[0] + groups[:, 2:] @ fitted[1:])
        if near.all():
            break
        groups = groups[near]
    if fitted is None:
        return None
    light = groups[:, 2:]
    shown = light.sum(axis=1) >= limits.spread.visible * np.sqrt(fitted[0])
    return (
        fitted
        if (shown & (light @ fitted[1:] >= limits.spread.evidence * fitted[0])).any()
        else None
    )


def _solve(groups: Matrix) -> Values:
    variance, events = groups[:, 0], groups[:, 1]
    design = np.column_stack([np.ones(len(groups)), groups[:, 2:]])
    scale = np.maximum(design.max(axis=0), _TINY)
    weight = np.sqrt(events) / variance  # a variance is known to 1 / sqrt(n) of itself
    solved, _ = nnls(design / scale * weight[:, np.newaxis], variance * weight)
    return np.asarray(solved / scale, np.float64)
