"""Cells of a population that a median or a spread is measured on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask

    Rows = np.ndarray[tuple[int], np.dtype[np.intp]]

MOST = 20_000
"""A median or quantile of so many cells is as good as of all; counts are never taken of fewer."""


def spaced(mask: EventMask, most: int = MOST) -> Rows:
    """Give rows of a population, evenly spaced through the file where there are very many.

    Parameters
    ----------
    mask : EventMask
        Membership, shape ``(n_events,)``.
    most : int
        Rows wanted at most.

    Returns
    -------
    ndarray of int
        At most `most` rows, ascending; empty for an empty population.
    """
    rows = np.flatnonzero(mask)
    return rows[:: max(-(-len(rows) // most), 1)]
