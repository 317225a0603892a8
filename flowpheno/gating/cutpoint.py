"""Cut points: where a marker stops being negative, beside a negative control of the tube."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.density import density
from flowpheno.statistics import robust_sd

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask
    from flowpheno.gating.decades import Decades
    from flowpheno.gating.limits import GatingLimits
    from flowpheno.marker import Marker


class CutMethod(StrEnum):
    """How a cut point was found."""

    VALLEY = "density valley above the control"
    CONTROL = "upper end of the control"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutpoint:
    """Where a marker stops being negative in one tube.

    Attributes
    ----------
    marker : Marker
        The marker.
    decade : float
        Position in decades.
    linear : float
        The same as intensity on the scale of the sample.
    control : str
        Population it stands beside.
    method : CutMethod
        How it was found.
    control_median : float
        Median of the control, decades.
    control_end : float
        Upper end of the control, decades: the larger of its quantile and median + SDs.
    """

    marker: Marker
    decade: float
    linear: float
    control: str
    method: CutMethod
    control_median: float
    control_end: float


def find_cutpoint(
    decades: Decades,
    marker: Marker,
    control: tuple[str, EventMask],
    parent: EventMask,
    limits: GatingLimits,
) -> Cutpoint:
    """Find where a marker stops being negative.

    Parameters
    ----------
    decades : Decades
        The tube.
    marker : Marker
        A stained marker.
    control : tuple of str and EventMask
        Name and events of its negative control; not empty.
    parent : EventMask
        Events among which a valley is looked for: the control's scatter class.
    limits : GatingLimits
        Parameters.

    Returns
    -------
    Cutpoint
        At the density valley above the control where there is one, else at the control's end.
    """
    name, negative = control
    values = decades.of(marker)
    median = float(np.median(values[negative]))
    end = _control_end(decades, marker, negative, limits)
    cut, method = end, CutMethod.CONTROL
    valley = density(values[parent], bandwidth=limits.bandwidth).valley_above(median)
    clear = median + limits.valley_share * (end - median)
    if valley is not None and valley.depth <= limits.valley_depth and valley.position > clear:
        cut, method = valley.position, CutMethod.VALLEY
    return Cutpoint(
        marker=marker,
        decade=cut,
        linear=float(decades.linear(marker, np.array([cut]))[0]),
        control=name,
        method=method,
        control_median=median,
        control_end=end,
    )


def _control_end(
    decades: Decades, marker: Marker, control: EventMask, limits: GatingLimits
) -> float:
    """End of the negative, measured on linear intensity: noise is symmetric there."""
    linear = decades.linear(marker, decades.of(marker)[control].astype(np.float64))
    end = max(
        float(np.percentile(linear, limits.control_quantile)),
        float(np.median(linear)) + limits.control_sd * robust_sd(linear),
    )
    return float(decades.decade(marker, np.array([end]))[0])
