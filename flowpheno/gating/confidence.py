"""How far a cut point can be trusted: other estimates, and the same one on other events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import gaussian_filter1d

from flowpheno.density import Density

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flowpheno.arrays import EventMatrix, Values

_BINS = 400
_TAIL = 0.0005
_MARGIN = 4.0
"""Bandwidths that the grid is wider than the values, as `flowpheno.density` has it."""


def agreement(ordered: EventMatrix | Values, cut: float, others: Sequence[float]) -> float:
    """Tell how much of what is positive at one cut is so at others.

    Parameters
    ----------
    ordered : array
        Decades, ascending, shape ``(n,)``.
    cut : float
        The cut.
    others : sequence of float
        The others.

    Returns
    -------
    float
        Events above both cuts over events above either, mean over the others: 0 to 1; 1 where
        there are no others, or where nothing lies above any.
    """

    def _n_above(position: float) -> int:
        return len(ordered) - int(np.searchsorted(ordered, position, "right"))

    shares = []
    for other in others:
        fewer, more = sorted((_n_above(cut), _n_above(other)))
        shares.append(fewer / more if more else 1.0)
    return float(np.mean(shares)) if shares else 1.0


def stability(
    ordered: EventMatrix | Values,
    cut: float,
    find: Callable[[Density], float | None],
    *,
    bandwidth: float,
    replicates: int,
    seed: int,
) -> float:
    """Tell how much of what is positive stays so when the events are drawn again.

    The histogram is drawn again, not the events: quick, and the same for any order of them.

    Parameters
    ----------
    ordered : array
        Decades, ascending, shape ``(n,)``, finite.
    cut : float
        Found on all events.
    find : callable
        Gives the cut of a density; None where it has none.
    bandwidth : float
        Standard deviation of the density kernel, decades.
    replicates : int
        How many times.
    seed : int
        Seed of the draws.

    Returns
    -------
    float
        Mean `agreement` with the cuts found again, of which a lost one counts 0: 0 to 1; 0 for
        no events.
    """
    if len(ordered) == 0:
        return 0.0
    low, high = (float(ordered[int(p * (len(ordered) - 1))]) for p in (_TAIL, 1 - _TAIL))
    reach = _MARGIN * bandwidth
    edges = np.linspace(low - reach, high + reach, _BINS + 1)
    counts = np.diff(np.searchsorted(ordered, edges.astype(ordered.dtype)))
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(counts.sum(), counts / counts.sum(), size=replicates)
    width = bandwidth / (edges[1] - edges[0])
    heights = gaussian_filter1d(drawn.astype(np.float64), width, axis=1, mode="constant")
    grid = (edges[1:] + edges[:-1]) / 2
    found = (find(Density(grid, height)) for height in heights)
    return float(np.mean([0.0 if c is None else agreement(ordered, cut, [c]) for c in found]))
