"""The borders of a main mode: a density valley, or the end of its tail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from flowpheno.density import density

if TYPE_CHECKING:
    from flowpheno.arrays import EventMatrix


class BorderLimits(Protocol):
    """What a border needs to know."""

    @property
    def bandwidth(self) -> float:
        """Standard deviation of the density kernel, unit of the values."""

    @property
    def valley_depth(self) -> float:
        """Share of the lower mode that a valley may reach at most."""

    @property
    def tail_sd(self) -> float:
        """Robust SDs below the main mode where there is no valley."""

    @property
    def reach(self) -> float:
        """How far below the main mode the border may lie."""

    @property
    def apart(self) -> float:
        """How far above the main mode another mode is not part of it."""


def lower_border(values: EventMatrix, limits: BorderLimits) -> float:
    """Find where a main mode begins.

    Parameters
    ----------
    values : EventMatrix
        Decades, shape ``(n,)``; not empty.
    limits : BorderLimits
        Parameters.

    Returns
    -------
    float
        The deepest valley below the main mode within reach, else the end of its lower tail.
    """
    curve = density(values, bandwidth=limits.bandwidth)
    main = float(curve.grid[int(np.argmax(curve.height))])
    below = values[(values <= main) & (values > main - limits.reach)]
    spread = 1.4826 * float(np.median(main - below)) if below.size else limits.bandwidth
    tail = main - limits.tail_sd * spread
    mirrored = density(-np.asarray(values, np.float64), bandwidth=limits.bandwidth)
    valley = mirrored.valley_above(-main)
    if valley is not None and valley.depth <= limits.valley_depth:
        position = -valley.position
        if main - limits.reach < position < main:
            return position
    return tail


def upper_border(values: EventMatrix, limits: BorderLimits) -> float | None:
    """Find where a mode far above the main one begins.

    Parameters
    ----------
    values : EventMatrix
        Decades, shape ``(n,)``; not empty.
    limits : BorderLimits
        Parameters.

    Returns
    -------
    float or None
        The valley between the two; None if no mode is that far above, or the valley is shallow.
    """
    curve = density(values, bandwidth=limits.bandwidth)
    main = float(curve.grid[int(np.argmax(curve.height))])
    valley = curve.valley_above(main)
    if valley is None or valley.depth > limits.valley_depth:
        return None
    modes = curve.modes()
    next_mode = float(modes[modes > valley.position][0])
    return valley.position if next_mode - main >= limits.apart else None
