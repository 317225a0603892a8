"""Whether a slightly different spillover matrix would change a percentage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.compensation import changed_weights, matrix_columns
from flowpheno.positivity.cells import spaced
from flowpheno.positivity.expression import end_of_negative

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask
    from flowpheno.gating import GatedTube
    from flowpheno.marker import Marker
    from flowpheno.positivity.control import Reach
    from flowpheno.positivity.limits import PositivityLimits

_MOST = 5_000
"""Cells for a percentage that is wanted to a percent."""


def percent_range(
    gated: GatedTube,
    marker: Marker,
    mask: EventMask,
    control: EventMask,
    limits: PositivityLimits,
    *,
    beyond: Reach | None = None,
) -> tuple[float, float]:
    """Recompute percent positive with the coefficients into a channel changed.

    Parameters
    ----------
    gated : GatedTube
        The tube; its sample is compensated and still carries the matrix it was compensated by.
    marker : Marker
        A stained marker.
    mask, control : EventMask
        The population and its negative control; neither empty.
    limits : PositivityLimits
        `PositivityLimits.spillover_change` is the relative change, up and down.
    beyond : Reach or None
        End of a control tube, which moves with the coefficients too; None without one.

    Returns
    -------
    tuple of float
        Lowest and highest percent positive met; the unchanged one is among them.
    """
    sample = gated.sample
    detector = sample.channels[sample.column(marker)].detector
    population, negative = spaced(mask, _MOST), spaced(control)
    column = sample.column(marker)
    relative = gated.decades.relative
    as_is = None if beyond is None else beyond.as_is
    cut = end_of_negative(sample.events[negative, column], limits, beyond=as_is, relative=relative)
    unchanged = 100 * float(np.mean(sample.events[population, column] > cut))
    spillover = sample.spillover
    if spillover is None or detector not in spillover.detectors:
        return unchanged, unchanged
    columns = matrix_columns(sample, spillover)
    stained, blank = (sample.events[np.ix_(r, columns)] for r in (population, negative))
    percents = [unchanged]
    ends = (None, None) if beyond is None else (beyond.less, beyond.more)
    for sign, end in zip((-1, 1), ends, strict=True):
        weights = changed_weights(spillover, detector, sign * limits.spillover_change)
        cut = end_of_negative(blank @ weights, limits, beyond=end, relative=relative)
        percents.append(100 * float(np.mean(stained @ weights > cut)))
    return min(percents), max(percents)
