"""Names for the array shapes that flow through the package."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

EventMatrix: TypeAlias = npt.NDArray[np.float32]
"""Intensities, shape ``(n_events, n_channels)``."""

EventMask: TypeAlias = npt.NDArray[np.bool_]
"""Membership of each event, shape ``(n_events,)``."""

Values: TypeAlias = npt.NDArray[np.float64]
"""A one-dimensional array of numbers; what they are is said where it is used."""

Matrix: TypeAlias = npt.NDArray[np.float64]
"""A two-dimensional array of numbers, such as a spillover matrix."""


def freeze(events: npt.NDArray[np.float32]) -> EventMatrix:
    """Forbid writing to a freshly computed array, in place, without a copy.

    Parameters
    ----------
    events : ndarray of float32
        An array nobody else will write to.

    Returns
    -------
    EventMatrix
        The same array with ``flags.writeable`` cleared.
    """
    events.flags.writeable = False
    return events
