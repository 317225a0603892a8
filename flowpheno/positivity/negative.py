"""Where the negative ends in a channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.compensation import changed_weights, matrix_columns
from flowpheno.positivity.cells import spaced
from flowpheno.positivity.control import Reach
from flowpheno.statistics import robust_sd

if TYPE_CHECKING:
    from flowpheno.arrays import EventMatrix, Values
    from flowpheno.gating import GatedTube
    from flowpheno.marker import Marker
    from flowpheno.positivity.control import Control
    from flowpheno.positivity.limits import PositivityLimits


def end_of_negative(
    control: EventMatrix | Values,
    limits: PositivityLimits,
    *,
    beyond: float | None = None,
    relative: bool = False,
) -> float:
    """Find the intensity above which an event is positive.

    Parameters
    ----------
    control : EventMatrix or Values
        Linear intensities of the negative control, shape ``(n_control,)``; not empty.
    limits : PositivityLimits
        Parameters.
    beyond : float or None
        End of a control tube, see `end_of_tube`; None without one.
    relative : bool
        Whether the scale is relative: ranks count there, and a distance in SDs means nothing.

    Returns
    -------
    float
        The largest of a quantile, of median plus robust SDs, and of `beyond`; linear.
    """
    values = np.asarray(control, np.float64)
    ends = [float(np.percentile(values, limits.control_quantile))]
    if not relative:
        ends.append(float(np.median(values)) + limits.control_sd * robust_sd(values))
    if beyond is not None:
        ends.append(beyond)
    return max(ends)


def end_of_tube(fmo: EventMatrix, limits: PositivityLimits) -> float | None:
    """Find how far cells of a control tube reach, stained with all but one marker.

    Parameters
    ----------
    fmo : EventMatrix
        Their intensities in the channel of that marker, linear, compensated, shape ``(n,)``.
    limits : PositivityLimits
        Parameters.

    Returns
    -------
    float or None
        A quantile, linear; None for fewer cells than a control must have.
    """
    values = np.asarray(fmo, np.float64)
    if len(values) < limits.minimum_control:
        return None
    return float(np.percentile(values, limits.control_tube_quantile))


def reach_of(
    gated: GatedTube, marker: Marker, control: Control, limits: PositivityLimits
) -> Reach:
    """Find where the negative ends, also with the coefficients into its channel changed.

    Parameters
    ----------
    gated : GatedTube
        The tube; its sample is compensated and still carries the matrix it was compensated by.
    marker : Marker
        A stained marker.
    control : Control
        Its negative control; not empty. The end of a control tube moves with the coefficients.
    limits : PositivityLimits
        `PositivityLimits.spillover_change` is the relative change, up and down.

    Returns
    -------
    Reach
        Three times the same where nothing spills into the channel.
    """
    sample, relative = gated.sample, gated.decades.relative
    rows, beyond = spaced(control.mask), control.beyond
    values = sample.events[rows, sample.column(marker)]
    as_is = end_of_negative(
        values, limits, beyond=None if beyond is None else beyond.as_is, relative=relative
    )
    detector = sample.channels[sample.column(marker)].detector
    spillover = sample.spillover
    if spillover is None or detector not in spillover.detectors:
        return Reach(as_is=as_is, less=as_is, more=as_is)
    blank = sample.events[np.ix_(rows, matrix_columns(sample, spillover))]
    less, more = (
        end_of_negative(
            blank @ changed_weights(spillover, detector, sign * limits.spillover_change),
            limits,
            beyond=end,
            relative=relative,
        )
        for sign, end in (
            (-1, None if beyond is None else beyond.less),
            (1, None if beyond is None else beyond.more),
        )
    )
    return Reach(as_is=as_is, less=less, more=more)
