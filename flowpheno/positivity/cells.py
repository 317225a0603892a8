"""Cells of a population that a median or a spread is measured on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask

    Rows = np.ndarray[tuple[int], np.dtype[np.intp]]

MOST = 20_000
"""A median or quantile of so many cells is as good as of all; counts are never taken of fewer."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Cells whose markers are called.

    Attributes
    ----------
    mask : EventMask
        Membership, shape ``(n_events,)``.
    rows : ndarray of int
        All of them, ascending: counts are taken of these.
    some : ndarray of int
        At most `MOST` of them: medians and quantiles are taken of these.
    """

    mask: EventMask
    rows: Rows
    some: Rows


def judged(mask: EventMask) -> Judged:
    """Look cells up once, whatever is measured on them.

    Parameters
    ----------
    mask : EventMask
        Membership, shape ``(n_events,)``.

    Returns
    -------
    Judged
        Without rows for an empty population.
    """
    rows = np.flatnonzero(mask)
    return Judged(mask, rows, thinned(rows, MOST))


def spaced(mask: EventMask) -> Rows:
    """Give rows of a population, evenly spaced through the file where there are very many.

    Parameters
    ----------
    mask : EventMask
        Membership, shape ``(n_events,)``.

    Returns
    -------
    ndarray of int
        At most `MOST` rows, ascending; empty for an empty population.
    """
    return thinned(np.flatnonzero(mask), MOST)


def thinned(rows: Rows, most: int) -> Rows:
    """Leave out rows evenly where there are very many.

    Parameters
    ----------
    rows : ndarray of int
        Ascending.
    most : int
        Rows wanted at most.

    Returns
    -------
    ndarray of int
        At most `most` of them, ascending.
    """
    return rows[:: max(-(-len(rows) // most), 1)]
