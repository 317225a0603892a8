"""What shows where a marker stops being negative: its control, a valley, a mixture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.density import density
from flowpheno.gating.confidence import stability
from flowpheno.gating.mixture import fit_mixture, split_mixture
from flowpheno.statistics import robust_sd

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask, EventMatrix
    from flowpheno.density import Density, Valley
    from flowpheno.gating.decades import Decades
    from flowpheno.gating.limits import GatingLimits
    from flowpheno.gating.mixture import Split
    from flowpheno.marker import Marker

_TOP = 0.99
"""Quantile at which the brightest component of a mixture begins its search."""
_UPWARDS = 0.5
"""Decades above the control at which it begins at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A negative control of a marker, decades.

    Attributes
    ----------
    median : float
        Its median.
    quantile : float
        The quantile that ends it.
    deviations : float
        Median + standard deviations.
    """

    median: float
    quantile: float
    deviations: float

    @property
    def end(self) -> float:
        """Upper end: the larger of both, decades."""
        return max(self.quantile, self.deviations)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Evidence:
    """Independent estimates of where a marker stops being negative.

    Attributes
    ----------
    ordered : EventMatrix
        Finite decades of the parent, ascending, shape ``(n,)``.
    control : Control
        Beside which it stands.
    valley : Valley or None
        A density valley that is deep enough and above the control.
    stable : float
        Share of what is positive by the valley that stays so when the events are drawn again.
    no_valley : str
        Why there is none; empty where there is one.
    split : Split or None
        Where the components of a mixture part, if any lie above the control.
    no_mixture : str
        Why they do not show positive cells; empty where they do.
    """

    ordered: EventMatrix
    control: Control
    valley: Valley | None
    stable: float
    no_valley: str
    split: Split | None
    no_mixture: str

    @property
    def mixed(self) -> Split | None:
        """The mixture where it shows positive cells."""
        return None if self.no_mixture else self.split


def gather_evidence(
    decades: Decades,
    marker: Marker,
    negative: EventMask,
    parent: EventMask,
    limits: GatingLimits,
) -> Evidence:
    """Look for a valley and a mixture above a control.

    Parameters
    ----------
    decades : Decades
        The tube.
    marker : Marker
        A stained marker.
    negative : EventMask
        Events of its negative control; not empty.
    parent : EventMask
        Events among which positive ones are looked for.
    limits : GatingLimits
        Parameters.

    Returns
    -------
    Evidence
        Without valley and mixture for an empty parent.
    """
    values = decades.of(marker)
    control = _control(decades, marker, values[negative], limits)
    inside = values[parent]
    ordered = np.sort(inside[np.isfinite(inside)])
    valley = density(ordered, bandwidth=limits.bandwidth).valley_above(control.median)
    no_valley = _no_valley(valley, control, limits)
    split = _split(ordered, control)
    found = None if no_valley else valley
    return Evidence(
        ordered=ordered,
        control=control,
        valley=found,
        stable=0.0 if found is None else _stability(ordered, found, control, limits),
        no_valley=no_valley,
        split=split,
        no_mixture=_no_mixture(split, control, len(ordered), limits),
    )


def _control(
    decades: Decades, marker: Marker, values: EventMatrix, limits: GatingLimits
) -> Control:
    """Measure the negative on linear intensity: noise is symmetric there.

    A few cells of another kind among the control must not end it where they lie; a small control
    has no outer quantile, only a spread.
    """
    linear = decades.linear(marker, values.astype(np.float64))
    near = linear <= np.median(linear) + limits.cut.foreign_sd * robust_sd(linear)
    if np.mean(near) >= 1 - limits.cut.foreign_share:
        linear = linear[near]
    spread = np.median(linear) + limits.control_sd * robust_sd(linear)
    few = len(linear) < limits.minimum_control
    ends = np.array([spread if few else np.percentile(linear, limits.control_quantile), spread])
    quantile, deviations = decades.decade(marker, ends)
    return Control(
        median=float(np.median(values)), quantile=float(quantile), deviations=float(deviations)
    )


def _no_valley(valley: Valley | None, control: Control, limits: GatingLimits) -> str:
    """Why a valley cannot be the cut; empty where it can."""
    if valley is None:
        return "no mode above the control"
    if valley.depth > limits.valley_depth:
        return f"valley {1 - valley.depth:.0%} deep"
    clear = control.median + limits.valley_share * (control.end - control.median)
    return "" if valley.position > clear else "valley inside the control"


def _stability(
    ordered: EventMatrix, valley: Valley, control: Control, limits: GatingLimits
) -> float:
    """How far a valley stays where it is when the events are drawn again."""

    def find_again(curve: Density) -> float | None:
        other = curve.valley_above(control.median)
        unusable = _no_valley(other, control, limits)
        return None if other is None or unusable else other.position

    return stability(
        ordered,
        valley.position,
        find_again,
        bandwidth=limits.bandwidth,
        replicates=limits.cut.replicates,
        seed=limits.seed,
    )


def _split(ordered: EventMatrix, control: Control) -> Split | None:
    """Part three components: of the control, of bright cells, and of what lies between."""
    if len(ordered) == 0:
        return None
    top = max(float(ordered[int(_TOP * (len(ordered) - 1))]), control.end + _UPWARDS)
    starts = np.array([control.median, (control.end + top) / 2, top])
    return split_mixture(fit_mixture(ordered, starts), control.end)


def _no_mixture(split: Split | None, control: Control, n: int, limits: GatingLimits) -> str:
    """Why a mixture shows no positive cells; empty where it does."""
    if split is None or split.weight * n < limits.cut.mixture_events:
        return "no component of positive cells"
    if split.weight < limits.cut.mixture_weight:
        return f"positive component holds {split.weight:.2%} of the cells"
    if split.separation < limits.cut.mixture_separation:
        return f"components {split.separation:.1f} SD apart"
    # a mixture only raises the cut: it can turn no negative marker positive
    return "" if split.position > control.end else "components part inside the control"
