"""Events at the end of a detector's range, on whatever scale the values are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask, EventMatrix

_SAME = 1e-4
"""Relative difference below which two values are the same: float32 and rounding, no threshold."""
_BESIDE = 0.02
"""Relative width of the neighbourhood that a pile-up is compared with."""
_LEAST_PILE = 10
"""Events that are a pile-up: fewer share the highest value by chance."""


def saturated(values: EventMatrix, full_scale: float) -> EventMask:
    """Find the events at the upper end of a detector's range.

    ``$PnR`` is the limit only where the values are on that scale. Values beyond it, or far below,
    were rescaled: there the limit is the highest value, if events pile up at it.

    Parameters
    ----------
    values : EventMatrix
        One channel as acquired, shape ``(n_events,)``, linear.
    full_scale : float
        ``$PnR``.

    Returns
    -------
    EventMask
        Saturated events, shape ``(n_events,)``; none for no events; never values that are not
        finite.
    """
    finite = np.isfinite(values)
    seen = values[finite]
    top = float(seen.max()) if seen.size else 0.0
    if top <= 0:
        return np.zeros(len(values), bool)
    at_top = finite & (values >= np.float32(top * (1 - _SAME)))
    on_scale = full_scale * (1 - _SAME) - 1 <= top <= full_scale
    n_top = int(np.count_nonzero(at_top))
    beside = finite & (values >= np.float32(top * (1 - _BESIDE)))
    n_beside = int(np.count_nonzero(beside)) - n_top
    piled = n_top >= max(_LEAST_PILE, n_beside)
    return np.asarray(at_top if on_scale or piled else np.zeros(len(values), bool))
