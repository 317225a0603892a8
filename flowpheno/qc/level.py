"""Levels of each channel along a run, bin by bin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.sample import ChannelKind, Measure, Scale

if TYPE_CHECKING:
    import numpy.typing as npt

    from flowpheno.arrays import EventMatrix, Matrix
    from flowpheno.sample import Sample

_LN10 = np.log(10)
_FLOOR = 1 / 2000
"""Share of full scale at which decades of signed values turn linear."""
_SIZE_FLOOR = 1 / 20_000
"""The same for absolute values: a change of gain moves the noise of negative events too."""
_KINDS = frozenset({ChannelKind.FLUORESCENCE, ChannelKind.SCATTER, ChannelKind.MASS})


def followed(raw: Sample) -> list[int]:
    """List the columns whose level is followed: light, scatter and mass, areas only.

    Parameters
    ----------
    raw : Sample
        As acquired.

    Returns
    -------
    list of int
        Columns.
    """
    return [
        index
        for index, channel in enumerate(raw.channels)
        if channel.kind in _KINDS and channel.measure is Measure.AREA
    ]


def levels(raw: Sample, bins: npt.NDArray[np.intp], *, absolute: bool) -> Matrix:
    """Average each channel in each bin.

    Parameters
    ----------
    raw : Sample
        As acquired.
    bins : ndarray of int
        Bin of each event, shape ``(n_events,)``; no bin is empty.
    absolute : bool
        Whether to average the size of the values, whatever their sign.

    Returns
    -------
    Matrix
        Means in decades, or in the unit of a relative scale, of the values that are finite; shape
        ``(n_bins, n_columns)``.
    """
    n_bins = int(bins.max()) + 1
    columns = followed(raw)
    table = np.empty((n_bins, len(columns)))
    for place, column in enumerate(columns):
        values = np.abs(raw.events[:, column]) if absolute else raw.events[:, column]
        finite = np.isfinite(values)
        if raw.scale is not Scale.RELATIVE:
            floor = _SIZE_FLOOR if absolute else _FLOOR
            values = _decades(values, raw.channels[column].range * floor)
        if not finite.all():
            values = np.where(finite, values, 0)
        counts = np.bincount(bins, weights=finite, minlength=n_bins)
        sums = np.bincount(bins, weights=values, minlength=n_bins)
        table[:, place] = sums / np.maximum(counts, 1)
    return table


def _decades(values: EventMatrix, floor: float) -> EventMatrix:
    return np.asarray(np.arcsinh(values / np.float32(max(floor, _FLOOR))) / np.float32(_LN10))
