"""Cut points: where a marker stops being negative, beside a negative control of the tube."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.gating.confidence import agreement
from flowpheno.gating.evidence import gather_evidence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.arrays import EventMask
    from flowpheno.gating.decades import Decades
    from flowpheno.gating.evidence import Evidence
    from flowpheno.gating.limits import GatingLimits
    from flowpheno.marker import Marker

_STAGE = "gating.cutpoint"


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
        At the density valley above the control where there is one, and it stays when the events
        are drawn again; else where a mixture of negative and positive cells is equally either,
        if it parts them clearly above the control; else at the valley all the same, or at the
        control's end, so that a marker without positive cells keeps it.
    """
    evidence = gather_evidence(decades, marker, control[1], parent, limits)
    method, decade, reason = _choose(evidence, limits)
    return Cutpoint(
        marker=marker,
        decade=decade,
        linear=float(decades.linear(marker, np.array([decade]))[0]),
        control=control[0],
        method=method,
        control_median=evidence.control.median,
        control_end=evidence.control.end,
        confidence=_confidence(evidence, method, decade, limits),
        reason=reason,
        interval=_interval(evidence, method, decade, limits.bandwidth),
    )


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
    of_method = {
        method: [c for c in cutpoints.values() if c.method is method] for method in CutMethod
    }
    least = limits.cut.confidence
    doubtful = [c for c in cutpoints.values() if c.confidence < least]
    kinds = (
        (
            of_method[CutMethod.CONTROL],
            "no populations apart: cut at the upper end of the control (confidence) for",
        ),
        (
            of_method[CutMethod.MIXTURE],
            "no density valley: cut by a mixture of populations (confidence) for",
        ),
        (
            [c for c in doubtful if c.method is not CutMethod.CONTROL],
            f"cut points of a confidence below {least:g} for",
        ),
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


def _choose(evidence: Evidence, limits: GatingLimits) -> tuple[CutMethod, float, str]:
    """Choose an estimate; say why it is no valley."""
    mixed, valley = evidence.mixed, evidence.valley
    steady = evidence.stable >= limits.cut.stability
    if valley is not None and (steady or mixed is None):
        return CutMethod.VALLEY, valley.position, ""
    reason = evidence.no_valley or "valley moves when the events are drawn again"
    if mixed is not None:
        return CutMethod.MIXTURE, mixed.position, reason
    return CutMethod.CONTROL, evidence.control.end, f"{reason}; {evidence.no_mixture}"


def _confidence(
    evidence: Evidence, method: CutMethod, decade: float, limits: GatingLimits
) -> float:
    """How clear the cut is, times how far other estimates agree with it."""
    ordered, control, mixed = evidence.ordered, evidence.control, evidence.mixed
    if method is CutMethod.CONTROL:
        ends = agreement(ordered, control.quantile, [control.deviations])
        return limits.cut.control_confidence * ends
    apart = 0.0 if mixed is None else max(1 - mixed.error, 0.0)
    if method is CutMethod.MIXTURE or evidence.valley is None:
        return apart * agreement(ordered, decade, [control.end])
    others = [control.end] if evidence.split is None else [control.end, evidence.split.position]
    clear = max(1 - evidence.valley.depth, apart)
    return clear * evidence.stable * agreement(ordered, decade, others)


def _interval(
    evidence: Evidence, method: CutMethod, decade: float, reach: float
) -> tuple[float, float]:
    """Span the estimates; smoothing alone moves the best one by its kernel's width."""
    control = evidence.control
    estimates = [decade - reach, decade + reach]
    if evidence.mixed is not None:
        estimates.append(evidence.mixed.position)
    if method is CutMethod.CONTROL:
        estimates += [control.quantile, control.deviations]
    elif method is CutMethod.MIXTURE:
        estimates.append(control.end)
    return min(estimates), max(estimates)
