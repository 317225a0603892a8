"""Noise of each detector, read from the values below zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.marker import DYES
from flowpheno.sample import ChannelKind, Measure

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask, Values
    from flowpheno.sample import Sample

_FEWEST = 50
"""Events below zero from which their spread is known to a tenth."""
_HALF_NORMAL = 0.6745
"""Median of the size of a normal variable of SD 1."""


def stained(sample: Sample) -> list[int]:
    """List the columns of fluorescence that are no dye of DNA or dead cells.

    Parameters
    ----------
    sample : Sample
        The tube.

    Returns
    -------
    list of int
        Columns, areas only; channels with nothing stained are among them.
    """
    return [
        index
        for index, channel in enumerate(sample.channels)
        if channel.kind is ChannelKind.FLUORESCENCE
        and channel.measure is Measure.AREA
        and channel.marker not in DYES
    ]


def noise_below_zero(sample: Sample, columns: list[int], parent: EventMask) -> Values:
    """Estimate the SD of what is negative in each channel: its lower half lies below zero.

    Parameters
    ----------
    sample : Sample
        Compensated, linear.
    columns : list of int
        Channels.
    parent : EventMask
        Events to take it from.

    Returns
    -------
    Values
        Unit of the events, shape ``(n_columns,)``; NaN for a channel with too few events below
        zero to tell.
    """
    noise = np.full(len(columns), np.nan)
    for place, column in enumerate(columns):
        values = sample.events[parent, column]
        below = values[(values < 0) & np.isfinite(values)]
        if below.size >= _FEWEST:
            noise[place] = float(np.median(-below)) / _HALF_NORMAL
    return noise
