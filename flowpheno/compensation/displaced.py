"""Whether another dye pulls negative cells below zero."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from flowpheno.statistics import robust_sd

if TYPE_CHECKING:
    from flowpheno.arrays import Matrix, Values
    from flowpheno.compensation.limits import SpilloverLimits


_DARKEST = 25
"""Percentile of a dye up to which its events show what noise there is without it."""


class Displacement(NamedTuple):
    """A negative population below zero.

    Attributes
    ----------
    emitter, detector : int
        Columns: where the events are bright, and where they should be at zero.
    error : float
        What the coefficient lacks, as a fraction; below zero, as it takes off too much.
    """

    emitter: int
    detector: int
    error: float


def displaced_negatives(values: Matrix, limits: SpilloverLimits) -> tuple[Displacement, ...]:
    """Find negative populations that another dye pulls below zero.

    Among the events that are bright in one detector, those negative in a second should lie about
    zero there, however bright they are in the first. A median below the noise of dim events that
    falls with the brightness is an error of the matrix. Upwards this would prove nothing: dim
    expression and autofluorescence rise with the size of a cell as well.

    Parameters
    ----------
    values : Matrix
        Compensated light as a share of full scale, finite, shape ``(n_events, n_detectors)``.
    limits : SpilloverLimits
        Parameters.

    Returns
    -------
    tuple of Displacement
        The largest first; empty for few events.
    """
    if len(values) < limits.bright_events:
        return ()
    borders = np.maximum(
        np.percentile(values, limits.bright_percentile, axis=0), limits.bright_share
    )
    found = []
    for emitter in range(values.shape[1]):
        bright = values[values[:, emitter] >= borders[emitter]]
        dark = values[values[:, emitter] <= np.percentile(values[:, emitter], _DARKEST)]
        for detector in range(values.shape[1]):
            if detector == emitter or len(bright) < limits.bright_events:
                continue
            noise = _noise(dark[:, detector])
            error = _error(bright[:, emitter], bright[:, detector], noise, limits)
            if error is not None:
                found.append(Displacement(emitter, detector, error))
    return tuple(sorted(found, key=lambda one: -abs(one.error)))


def _noise(light: Values) -> float:
    """Robust SD of negative events: those below zero, mirrored, hold no expression."""
    below = light[light < 0]
    return robust_sd(np.concatenate([below, -below])) if below.size else 0.0


def _error(
    emitter: Values, detector: Values, noise: float, limits: SpilloverLimits
) -> float | None:
    """Measure how a negative population follows the emitter; None if it does not."""
    # events that may be negative if the coefficient is off by no more than this
    reach = limits.negative_sd * noise + limits.negative_reach * emitter
    negative = np.abs(detector) <= reach
    if np.count_nonzero(negative) < limits.bright_events:
        return None
    light, seen = emitter[negative], detector[negative]
    middle = float(np.median(seen))
    if middle >= -limits.negative_sd * noise or light.std() <= 0:
        return None
    error = middle / float(np.median(light))
    if error > -limits.negative_least or seen.std() <= 0:
        return None
    falls = -float(np.corrcoef(light, seen)[0, 1])
    return error if falls >= limits.negative_correlation else None
