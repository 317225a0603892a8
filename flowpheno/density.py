"""Modes and valleys of a one-dimensional density."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

if TYPE_CHECKING:
    from flowpheno.arrays import EventMatrix, Values

_BINS = 400
_LEAST_MODE = 0.004
"""Share of the highest mode below which a bump is noise."""


@dataclass(frozen=True, slots=True)
class Valley:
    """A density valley between two modes.

    Attributes
    ----------
    position : float
        Where, in the unit of the values.
    depth : float
        Density at the valley as a share of the lower of its two modes: 0 is empty, 1 is none.
    """

    position: float
    depth: float


@dataclass(frozen=True, slots=True, eq=False)
class Density:
    """A smoothed histogram.

    Attributes
    ----------
    grid : Values
        Bin centres.
    height : Values
        Events per bin, smoothed.
    """

    grid: Values
    height: Values

    def modes(self) -> Values:
        """Find the modes.

        Returns
        -------
        Values
            Their positions, ascending; empty for an empty density.
        """
        return self.grid[self._mode_bins()]

    def valley_above(self, start: float) -> Valley | None:
        """Find the valley between the mode at a position and the next mode above it.

        Parameters
        ----------
        start : float
            Position of the lower mode, such as a control's median.

        Returns
        -------
        Valley or None
            The deepest point before the highest mode above `start`; None if there is no mode
            above it that is set apart.
        """
        bins = self._mode_bins()
        here = int(np.clip(np.searchsorted(self.grid, start), 0, len(self.grid) - 1))
        above = bins[bins > here]
        if above.size == 0:
            return None
        best: Valley | None = None
        left = self.height[max(here - 2, 0) : here + 3].max()
        for top in above:
            low = self._lowest(here, int(top))
            shallower = min(max(left, self.height[here : low + 1].max()), self.height[top])
            depth = float(self.height[low] / shallower) if shallower > 0 else 1.0
            if best is None or depth < best.depth:
                best = Valley(float(self.grid[low]), depth)
        return best

    def _lowest(self, here: int, top: int) -> int:
        """Middle of the flat bottom between two bins: a wide gap is cut in its middle."""
        between = self.height[here : top + 1]
        floor = between.min() + 0.02 * (between.max() - between.min())
        bottom = int(np.argmin(between))
        first = last = bottom
        while first > 0 and between[first - 1] <= floor:
            first -= 1
        while last < len(between) - 1 and between[last + 1] <= floor:
            last += 1
        return here + (first + last) // 2

    def _mode_bins(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        top = float(self.height.max(initial=0.0))
        if top <= 0:
            return np.empty(0, np.int64)
        padded = np.concatenate([[0.0], self.height, [0.0]])
        peaks, _ = find_peaks(padded, prominence=max(_LEAST_MODE * top, 1e-9))
        return np.asarray(peaks - 1, np.int64)


def density(values: EventMatrix | Values, *, bandwidth: float) -> Density:
    """Smooth values into a density.

    Parameters
    ----------
    values : array
        Any unit; non-finite ones are left out.
    bandwidth : float
        Standard deviation of the Gaussian kernel, same unit.

    Returns
    -------
    Density
        On a regular grid a little wider than the values; zero everywhere for no values.
    """
    finite = np.asarray(values, dtype=np.float64)
    finite = finite[np.isfinite(finite)]
    if finite.size == 0:
        return Density(np.linspace(0, 1, _BINS), np.zeros(_BINS))
    low, high = np.quantile(finite, [0.0005, 0.9995])
    low, high = low - 4 * bandwidth, high + 4 * bandwidth
    counts, edges = np.histogram(finite, bins=_BINS, range=(low, high))
    step = edges[1] - edges[0]
    height = gaussian_filter1d(counts.astype(np.float64), bandwidth / step, mode="constant")
    return Density((edges[:-1] + edges[1:]) / 2, height)
