"""How far a population lies above its negative control, on the linear scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.statistics import robust_sd

if TYPE_CHECKING:
    from flowpheno.arrays import EventMatrix

_FLOOR = 1.0
"""Least median of a control that a ratio is taken to: compensated medians can be at or below 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AboveControl:
    """A population beside its negative control.

    Attributes
    ----------
    rmfi : float or None
        Ratio of the medians, that of the control at least 1; None if it was not measured.
    stain_index : float or None
        Difference of the medians in units of twice the robust SD of the control; None if it was
        not measured, or the control does not spread.
    """

    rmfi: float | None = None
    stain_index: float | None = None


def above_control(values: EventMatrix, control: EventMatrix, *, relative: bool) -> AboveControl:
    """Measure a population against its negative control.

    Parameters
    ----------
    values, control : EventMatrix
        Linear, compensated intensities of one marker, shape ``(n,)`` each.
    relative : bool
        Whether the scale is relative, where neither figure means anything.

    Returns
    -------
    AboveControl
        Two times None on a relative scale, or without an event on either side.

    References
    ----------
    .. [1] Maecker HT, Frey T, Nomura LE, Trotter J. Selecting fluorochrome conjugates for maximum
       sensitivity. Cytometry A. 2004;62:169-173 (stain index).
    """
    if relative or not len(values) or not len(control):
        return AboveControl()
    negative = np.asarray(control, np.float64)
    median, zero = float(np.median(values)), float(np.median(negative))
    spread = robust_sd(negative)
    return AboveControl(
        rmfi=median / max(zero, _FLOOR),
        stain_index=(median - zero) / (2 * spread) if spread > 0 else None,
    )
