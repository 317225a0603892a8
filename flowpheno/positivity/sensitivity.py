"""Whether a slightly different spillover matrix, or light cut off, would change a percentage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.compensation import changed_weights, hidden_light, matrix_columns
from flowpheno.positivity.cells import thinned

if TYPE_CHECKING:
    from flowpheno.gating import GatedTube
    from flowpheno.marker import Marker
    from flowpheno.positivity.cells import Judged
    from flowpheno.positivity.control import Reach
    from flowpheno.positivity.limits import PositivityLimits

_MOST = 5_000
"""Cells for a percentage that is wanted to a percent."""


def percent_range(
    gated: GatedTube, marker: Marker, cells: Judged, reach: Reach, limits: PositivityLimits
) -> tuple[float, float]:
    """Recompute percent positive with the coefficients into a channel changed.

    And once more with the light that saturated neighbours did not show.

    Parameters
    ----------
    gated : GatedTube
        The tube; its sample is compensated and still carries the matrix it was compensated by.
    marker : Marker
        A stained marker.
    cells : Judged
        The population; not empty.
    reach : Reach
        Where the negative ends, see `reach_of`.
    limits : PositivityLimits
        `PositivityLimits.spillover_change` is the relative change, up and down,
        `PositivityLimits.saturated_excess` the light beyond a range.

    Returns
    -------
    tuple of float
        Lowest and highest percent positive met; the unchanged one is among them.
    """
    sample = gated.sample
    column = sample.column(marker)
    rows, detector = thinned(cells.rows, _MOST), sample.channels[column].detector
    unchanged = 100 * float(np.mean(sample.events[rows, column] > reach.as_is))
    spillover = sample.spillover
    if spillover is None or detector not in spillover.detectors:
        return unchanged, unchanged
    stained = sample.events[np.ix_(rows, matrix_columns(sample, spillover))]
    percents = [unchanged]
    for sign, cut in ((-1, reach.less), (1, reach.more)):
        weights = changed_weights(spillover, detector, sign * limits.spillover_change)
        percents.append(100 * float(np.mean(stained @ weights > cut)))
    hidden = hidden_light(sample, stained, detector, excess=limits.saturated_excess)
    if hidden is not None:
        whole = sample.events[rows, column] + hidden
        percents.append(100 * float(np.mean(whole > reach.as_is)))
    return min(percents), max(percents)
