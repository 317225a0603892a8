"""Cut points: where a marker stops being negative, beside a negative control of the tube."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.density import density
from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.gating.confidence import agreement, stability
from flowpheno.gating.mixture import fit_mixture, split_mixture
from flowpheno.statistics import robust_sd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.arrays import EventMask, EventMatrix
    from flowpheno.density import Density, Valley
    from flowpheno.gating.decades import Decades
    from flowpheno.gating.limits import GatingLimits
    from flowpheno.gating.mixture import Split
    from flowpheno.marker import Marker

_STAGE = "gating.cutpoint"
_TOP = 0.99
"""Quantile at which the brightest component of a mixture begins its search."""
_UPWARDS = 0.5
"""Decades above the control at which it begins at least."""


class CutMethod(StrEnum):
    """How a cut point was found; the first that can be used counts."""

    VALLEY = "density valley above the control"
    MIXTURE = "mixture of negative and positive cells"
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
    confidence : float
        0 to 1, no probability: how clear the cut is, times how far independent estimates agree
        with it. Clear is an empty valley (1 - its depth), or a mixture without events on the
        wrong side of the cut; a valley is as clear as the clearer of both, times its stability
        when the events are drawn again; the control's end is as clear as the limits allow.
        Estimates agree where the same events of the parent are positive by them: valley,
        mixture, end of the control; for the latter, its quantile and its SDs.
    reason : str
        Why it is no valley; empty where it is one.
    interval : tuple of float
        Least and greatest of the estimates, decades; `decade` lies between.
    """

    marker: Marker
    decade: float
    linear: float
    control: str
    method: CutMethod
    control_median: float
    control_end: float
    confidence: float = 1.0
    reason: str = ""
    interval: tuple[float, float] = (np.nan, np.nan)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Control:
    """The negative control of a marker, decades."""

    median: float
    quantile: float
    deviations: float

    @property
    def end(self) -> float:
        return max(self.quantile, self.deviations)

    def ends(self, method: CutMethod) -> tuple[float, ...]:
        """Estimates of a cut that it gives: none beside a valley, both where it decides alone."""
        if method is CutMethod.VALLEY:
            return ()
        return (self.quantile, self.deviations) if method is CutMethod.CONTROL else (self.end,)


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
        At the density valley above the control where there is one; else where a mixture of
        negative and positive cells is equally either, if it parts them clearly; else at the
        control's end, so that a marker without positive cells keeps it.
    """
    name, negative = control
    values = decades.of(marker)
    beside = _control(decades, marker, values[negative], limits)
    inside = values[parent]
    ordered = np.sort(inside[np.isfinite(inside)])
    valley = density(ordered, bandwidth=limits.bandwidth).valley_above(beside.median)
    split = _split(ordered, beside)
    refused = _no_mixture(split, beside, len(ordered), limits)
    mixed = None if refused else split
    position = _accepted(valley, beside, limits)
    stable = _stability(ordered, position, beside, limits)
    decade, method, reason = beside.end, CutMethod.CONTROL, ""
    if position is not None and (mixed is None or stable >= limits.cut.stability):
        decade, method = position, CutMethod.VALLEY
    else:
        reason = _no_valley(valley, limits)
        if mixed is not None:
            decade, method = mixed.position, CutMethod.MIXTURE
        else:
            reason = f"{reason}; {refused}"
    others = [] if mixed is None else [mixed.position]
    found = Cutpoint(
        marker=marker,
        decade=decade,
        linear=float(decades.linear(marker, np.array([decade]))[0]),
        control=name,
        method=method,
        control_median=beside.median,
        control_end=beside.end,
        reason=reason,
        interval=_interval(decade, [*others, *beside.ends(method)], limits.bandwidth),
    )
    depth = 1.0 if valley is None else valley.depth
    clear = max(1 - depth, 0.0 if mixed is None else 1 - mixed.error) * stable
    confidence = _confidence(found, ordered, beside, split, clear, limits)
    return replace(found, confidence=confidence)


def cut_findings(
    cutpoints: Mapping[Marker, Cutpoint], limits: GatingLimits
) -> tuple[Finding, ...]:
    """Name the markers whose cut is a fallback, or a valley or mixture that is not clear.

    Parameters
    ----------
    cutpoints : mapping of Marker to Cutpoint
        Of one tube.
    limits : GatingLimits
        Holds the confidence that a cut should have.

    Returns
    -------
    tuple of Finding
        At most one for each kind of cut, each with its markers and their confidence.
    """
    control = [c for c in cutpoints.values() if c.method is CutMethod.CONTROL]
    mixture = [c for c in cutpoints.values() if c.method is CutMethod.MIXTURE]
    doubtful = [
        c
        for c in cutpoints.values()
        if c.method is not CutMethod.CONTROL and c.confidence < limits.cut.confidence
    ]
    kinds = (
        (control, "no populations apart: cut at the upper end of the control (confidence) for"),
        (mixture, "no density valley: cut by a mixture of populations (confidence) for"),
        (doubtful, f"cut points of a confidence below {limits.cut.confidence:g} for"),
    )
    return tuple(_finding(text, cuts) for cuts, text in kinds if cuts)


def _finding(text: str, cuts: list[Cutpoint]) -> Finding:
    named = ", ".join(f"{c.marker} ({c.confidence:.2f})" for c in cuts)
    return Finding(
        code=ReasonCode.CUT_UNCERTAIN,
        severity=Severity.NOTE,
        stage=_STAGE,
        message=f"{text} {named}",
        value=float(len(cuts)),
    )


def _control(
    decades: Decades, marker: Marker, values: EventMatrix, limits: GatingLimits
) -> _Control:
    """Measure the negative on linear intensity: noise is symmetric there."""
    linear = decades.linear(marker, values.astype(np.float64))
    ends = np.array(
        [
            np.percentile(linear, limits.control_quantile),
            np.median(linear) + limits.control_sd * robust_sd(linear),
        ]
    )
    quantile, deviations = decades.decade(marker, ends)
    return _Control(
        median=float(np.median(values)), quantile=float(quantile), deviations=float(deviations)
    )


def _split(ordered: EventMatrix, control: _Control) -> Split | None:
    """Part three components: of the control, of bright cells, and of what lies between."""
    if len(ordered) == 0:
        return None
    top = max(float(ordered[int(_TOP * (len(ordered) - 1))]), control.end + _UPWARDS)
    starts = np.array([control.median, (control.end + top) / 2, top])
    return split_mixture(fit_mixture(ordered, starts), control.end)


def _accepted(valley: Valley | None, control: _Control, limits: GatingLimits) -> float | None:
    """Position of a valley that is deep enough and above the control."""
    clear = control.median + limits.valley_share * (control.end - control.median)
    if valley is None or valley.depth > limits.valley_depth or valley.position <= clear:
        return None
    return valley.position


def _interval(decade: float, others: list[float], reach: float) -> tuple[float, float]:
    """Span the estimates; smoothing alone moves the best one by its kernel's width."""
    estimates = [decade - reach, decade + reach, *others]
    return min(estimates), max(estimates)


def _no_valley(valley: Valley | None, limits: GatingLimits) -> str:
    if valley is None:
        return "no mode above the control"
    if valley.depth > limits.valley_depth:
        return f"valley {1 - valley.depth:.0%} deep"
    return "valley inside the control"


def _no_mixture(split: Split | None, control: _Control, n: int, limits: GatingLimits) -> str:
    """Why a mixture shows no positive cells; empty where it does."""
    if split is None or split.weight * n < limits.cut.mixture_events:
        return "no component of positive cells"
    if split.weight < limits.cut.mixture_weight:
        return f"positive component holds {split.weight:.2%} of the cells"
    if split.separation < limits.cut.mixture_separation:
        return f"components {split.separation:.1f} SD apart"
    # a mixture only raises the cut: it can turn no negative marker positive
    return "" if split.position > control.end else "components part inside the control"


def _stability(
    ordered: EventMatrix, position: float | None, control: _Control, limits: GatingLimits
) -> float:
    """How far a valley stays where it is when the events are drawn again; 0 for none."""
    if position is None:
        return 0.0

    def find_again(curve: Density) -> float | None:
        return _accepted(curve.valley_above(control.median), control, limits)

    return stability(
        ordered,
        position,
        find_again,
        bandwidth=limits.bandwidth,
        replicates=limits.cut.replicates,
        seed=limits.seed,
    )


def _confidence(
    found: Cutpoint,
    ordered: EventMatrix,
    control: _Control,
    estimates: tuple[Valley | None, Split | None],
    limits: GatingLimits,
) -> float:
    """How clear the cut is, times how far other estimates agree with it."""
    valley, split = estimates
    if found.method is CutMethod.CONTROL:
        ends = agreement(ordered, control.quantile, [control.deviations])
        return limits.cut.control_confidence * ends
    others = [control.end]
    if found.method is CutMethod.MIXTURE and split is not None:
        return max(1 - split.error, 0.0) * agreement(ordered, found.decade, others)
    if split is not None:
        others.append(split.position)

    def find_again(curve: Density) -> float | None:
        return _accepted(curve.valley_above(control.median), control, limits)

    stable = stability(
        ordered,
        found.decade,
        find_again,
        bandwidth=limits.bandwidth,
        replicates=limits.cut.replicates,
        seed=limits.seed,
    )
    clear = 0.0 if valley is None else 1 - valley.depth
    if not _no_mixture(split, control, len(ordered), limits) and split is not None:
        clear = max(clear, 1 - split.error)
    return clear * stable * agreement(ordered, found.decade, others)
