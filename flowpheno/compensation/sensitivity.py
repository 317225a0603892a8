"""What would change if a matrix were slightly different, or light had not been cut off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.compensation.apply import matrix_columns
from flowpheno.errors import CompensationError
from flowpheno.sample import Scale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.arrays import EventMask, EventMatrix, Matrix, Values
    from flowpheno.fcs.spillover import Spillover
    from flowpheno.sample import Sample

_AT_END = 1e-4
"""Relative distance from the end of a detector's range that is its end: rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoefficientEffect:
    """What an error of one coefficient does to a median.

    Attributes
    ----------
    emitter, detector : str
        ``$PnN`` of the dye's own detector, and of the one it spills into.
    coefficient : float
        As it is, a fraction.
    median : float
        Of the population in `detector` as compensated, linear; NaN for no events.
    low, high : float
        Smallest and largest median with the coefficient changed down or up.
    """

    emitter: str
    detector: str
    coefficient: float
    median: float
    low: float
    high: float


def changed_weights(
    spillover: Spillover, detector: str, change: float, *, emitters: Sequence[str] | None = None
) -> Values:
    """Give what compensated events are multiplied by to be those of a changed matrix.

    Parameters
    ----------
    spillover : Spillover
        The matrix the events were compensated by.
    detector : str
        One of its detectors: the one whose values are asked for.
    change : float
        Relative change of the coefficients into it; 0.1 makes each 10 % larger.
    emitters : sequence of str or None
        Rows whose coefficient changes; None for all but its own.

    Returns
    -------
    Values
        Shape ``(n_detectors,)``: ``events @ weights`` are the values of `detector`.

    Raises
    ------
    CompensationError
        If the changed matrix is singular.
    """
    names = spillover.detectors
    at = names.index(detector)
    rows = [
        n for n, name in enumerate(names) if n != at and (emitters is None or name in emitters)
    ]
    changed = spillover.matrix.copy()
    changed[rows, at] *= 1 + change
    # observed = true @ S, so events compensated by S are seen by the changed matrix as
    # x @ S @ inv(S'), of which one column is wanted
    try:
        return np.asarray(spillover.matrix @ np.linalg.solve(changed, np.eye(len(names))[at]))
    except np.linalg.LinAlgError as error:
        raise CompensationError(
            f"matrix of {spillover.source} is singular with its coefficients into {detector} "
            f"changed by {change:+.0%}"
        ) from error


def hidden_light(
    sample: Sample, light: EventMatrix | Matrix, detector: str, *, excess: float
) -> Values | None:
    """Say how events would move if saturated neighbours had been seen in full.

    A detector shows no light beyond its range, and what of that light reaches its neighbours is
    not subtracted there: CD10 beyond the range makes CD34 of nothing.

    Parameters
    ----------
    sample : Sample
        Compensated, and carrying the matrix it was compensated by.
    light : EventMatrix or Matrix
        Compensated intensities of the events, shape ``(n, n_detectors)``, columns as the matrix
        has them (`matrix_columns`).
    detector : str
        One of the detectors of the matrix: the one whose values are asked for.
    excess : float
        Light beyond the range that is reckoned with, as a multiple of the range.

    Returns
    -------
    Values or None
        To be added to the compensated values of `detector`, shape ``(n,)``; None where no other
        detector of the matrix is saturated by any of the events, and on a relative scale.

    Raises
    ------
    KeyError
        If there is no matrix, or it does not know the detector.
    """
    spillover = sample.spillover
    if spillover is None or detector not in spillover.detectors:
        raise KeyError(f"no matrix of {sample.name} knows {detector}")
    if sample.scale is Scale.RELATIVE:
        return None
    own, columns = spillover.detectors.index(detector), matrix_columns(sample, spillover)
    ranges = np.array([sample.channels[column].range for column in columns], np.float64)
    seen = light.astype(np.float64) @ spillover.matrix
    at_end = (seen >= ranges * (1 - _AT_END) - 1) & (ranges > 0)
    at_end[:, own] = False
    if not at_end.any():
        return None
    into = np.linalg.inv(spillover.matrix)[:, own]
    return np.asarray(at_end @ (excess * ranges * into))


def coefficient_effects(
    sample: Sample, mask: EventMask, detector: str, *, change: float
) -> tuple[CoefficientEffect, ...]:
    """Say how far the median of a population rests on each coefficient into a detector.

    Parameters
    ----------
    sample : Sample
        Compensated, and carrying the matrix it was compensated by.
    mask : EventMask
        The population; events that are not finite do not count.
    detector : str
        ``$PnN`` of the detector.
    change : float
        Relative change of a coefficient, up and down; 0.1 for 10 %.

    Returns
    -------
    tuple of CoefficientEffect
        One for each coefficient that is not 0, the most important first; empty if the matrix
        knows nothing of the detector or there is none.
    """
    spillover = sample.spillover
    if spillover is None or not sample.compensated or detector not in spillover.detectors:
        return ()
    columns = matrix_columns(sample, spillover)
    chosen = sample.events[np.ix_(np.flatnonzero(mask), columns)]
    light = chosen[np.isfinite(chosen).all(axis=1)].astype(np.float64)
    at = spillover.detectors.index(detector)
    effects = []
    for row, emitter in enumerate(spillover.detectors):
        if row == at or spillover.matrix[row, at] == 0:
            continue
        medians = [_median(light[:, at])]
        for sign in (-1, 1):
            weights = changed_weights(spillover, detector, sign * change, emitters=(emitter,))
            medians.append(_median(light @ weights))
        effects.append(
            CoefficientEffect(
                emitter=emitter,
                detector=detector,
                coefficient=float(spillover.matrix[row, at]),
                median=medians[0],
                low=min(medians),
                high=max(medians),
            )
        )
    return tuple(sorted(effects, key=lambda one: one.low - one.high))


def _median(values: Values) -> float:
    return float(np.median(values)) if values.size else float("nan")
