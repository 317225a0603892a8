"""One marker at two time points: what may be compared, by how much it moved, what that is called.

Internal lymphocytes correct the staining of markers they express. On every other marker their
median is noise around zero: it says nothing of the gain of the channel and corrects nothing. There
the smallest shift that is called stands well above staining drift.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.comparison.values import N_QUANTILES, MarkerProfile, Profile
from flowpheno.finding import ReasonCode
from flowpheno.phenotype import Call, MarkerCall, Qualifier

if TYPE_CHECKING:
    from flowpheno.arrays import Values
    from flowpheno.marker import Marker
    from flowpheno.panel.comparison import AnchorLimits, ComparisonLimits

_LEVELS = np.linspace(0, 1, N_QUANTILES)
_NAN = float("nan")
_LN10 = float(np.log(10))
_MASKS = frozenset(
    {
        ReasonCode.CD19_MASKED,
        ReasonCode.CD20_MASKED_RITUXIMAB,
        ReasonCode.CD22_MASKED_INOTUZUMAB,
        ReasonCode.CD38_MASKED_DARATUMUMAB,
    }
)
_CALL_REASONS = _MASKS | {
    ReasonCode.COMP_SENSITIVE,
    ReasonCode.SCALE_RELATIVE,
    ReasonCode.COMP_MATRIX_MISSING,
    ReasonCode.RANGE_NOT_REACHED,
    ReasonCode.RANGE_EXCEEDED,
}


class ShiftCall(StrEnum):
    """What happened to a marker between two time points."""

    STABLE = "STABLE"
    UP = "UP"
    MARKED_UP = "MARKED_UP"
    DOWN = "DOWN"
    MARKED_DOWN = "MARKED_DOWN"
    GAIN = "GAIN"
    LOSS = "LOSS"
    HETEROGENEITY = "HETEROGENEITY"
    NOT_COMPARABLE = "NOT_COMPARABLE"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkerShift:
    """One marker at two time points.

    Attributes
    ----------
    marker : Marker
        Canonical name.
    call : ShiftCall
        What happened.
    diagnosis, relapse : MarkerCall
        Calls at both times; not reported where it was not measured.
    delta_log10 : float
        Median at relapse against diagnosis, log10; NaN if not comparable.
    low, high : float
        Its 95 % bootstrap interval, log10; NaN if not comparable.
    anchor_log10 : float or None
        Shift of the internal lymphocytes that was taken off; None where they cannot say.
    wasserstein : float
        Wasserstein-1 distance of the two distributions, log10; NaN if not comparable.
    reshaped : bool
        Whether the distribution changed its shape, whatever became of its median.
    reasons : tuple of ReasonCode
        Why it is not comparable; empty if it is.
    """

    marker: Marker
    call: ShiftCall
    diagnosis: MarkerCall
    relapse: MarkerCall
    delta_log10: float = _NAN
    low: float = _NAN
    high: float = _NAN
    anchor_log10: float | None = None
    wasserstein: float = _NAN
    reshaped: bool = False
    reasons: tuple[ReasonCode, ...] = ()

    @property
    def comparable(self) -> bool:
        """Whether anything can be said."""
        return self.call is not ShiftCall.NOT_COMPARABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """One marker at one time."""

    call: MarkerCall
    kept: MarkerProfile

    @property
    def log10(self) -> Values:
        """Quantiles on the asinh scale, in log10."""
        heights: Values = np.array(self.kept.quantiles) / self.kept.cofactor
        return np.arcsinh(heights) / _LN10


def compare_marker(
    marker: Marker,
    diagnosis: Profile,
    relapse: Profile,
    limits: ComparisonLimits,
    *,
    rng: np.random.Generator,
) -> MarkerShift:
    """Compare one marker at two time points.

    Parameters
    ----------
    marker : Marker
        Canonical name.
    diagnosis, relapse : Profile
        The earlier and the later population.
    limits : ComparisonLimits
        From which distance a shift is called, and when none is.
    rng : Generator
        For the bootstrap.

    Returns
    -------
    MarkerShift
        The shift, or why there is none to be had.
    """
    calls = diagnosis.phenotype.call(marker), relapse.phenotype.call(marker)
    sides = [
        _Side(call=call, kept=profile.markers[marker])
        for call, profile in zip(calls, (diagnosis, relapse), strict=True)
        if marker in profile.markers
    ]
    reasons = {*diagnosis.limited, *relapse.limited}
    reasons |= {reason for call in calls for reason in call.reasons if reason in _CALL_REASONS}
    if len(sides) < len(calls):
        reasons.add(ReasonCode.MARKER_MISSING)
    else:
        reasons |= _refusals((sides[0], sides[1]), limits)
    if reasons <= {ReasonCode.COMP_SENSITIVE}:
        anchor = _anchor_shift(marker, (sides[0].kept, sides[1].kept), limits.anchor)
        if anchor is not None and abs(anchor[0]) > limits.anchor.maximum_shift:
            return _not_comparable(marker, calls, {*reasons, ReasonCode.ANCHOR_SHIFTED})
        found = _measured(marker, (sides[0], sides[1]), anchor, limits, rng=rng)
        if not reasons or _plainly(found, limits):
            return found
    return _not_comparable(marker, calls, reasons)


def _plainly(found: MarkerShift, limits: ComparisonLimits) -> bool:
    """Whether a marker moved too far for the matrix to matter: from, or to, a certain call.

    A matrix slightly wrong may light a dark population, and cannot darken one so bright.
    """
    brighter = found.relapse if found.delta_log10 > 0 else found.diagnosis
    certain = ReasonCode.COMP_SENSITIVE not in brighter.reasons
    return certain and abs(found.delta_log10) >= limits.marked_from


def _not_comparable(
    marker: Marker, calls: tuple[MarkerCall, MarkerCall], reasons: set[ReasonCode]
) -> MarkerShift:
    return MarkerShift(
        marker=marker,
        call=ShiftCall.NOT_COMPARABLE,
        diagnosis=calls[0],
        relapse=calls[1],
        reasons=tuple(sorted(reasons)),
    )


def _refusals(sides: tuple[_Side, _Side], limits: ComparisonLimits) -> set[ReasonCode]:
    """Why two measurements of one marker cannot be compared."""
    reasons = set()
    if min(side.kept.n for side in sides) < limits.minimum_events:
        reasons.add(ReasonCode.TOO_FEW_EVENTS)
    dyes = {side.kept.fluorochrome for side in sides} - {None}  # not known is not different
    if len(dyes) > 1:
        reasons.add(ReasonCode.FLUOROCHROME_DIFFERS)
    return reasons


def _anchor_shift(
    marker: Marker, kept: tuple[MarkerProfile, MarkerProfile], limits: AnchorLimits
) -> tuple[float, float] | None:
    """Shift of the lymphocytes and its standard error, log10; None where they cannot say."""
    earlier, later = kept[0].anchor, kept[1].anchor
    if marker not in limits.markers or earlier is None or later is None:
        return None
    heights = earlier.median / kept[0].cofactor, later.median / kept[1].cofactor
    error = float(np.hypot(earlier.error, later.error))
    if (
        min(earlier.n, later.n) < limits.minimum_events
        or min(heights) < limits.minimum_cofactors
        or error > limits.maximum_error
    ):
        return None
    shift = (np.arcsinh(heights[1]) - np.arcsinh(heights[0])) / _LN10
    return float(shift), error


def _measured(
    marker: Marker,
    sides: tuple[_Side, _Side],
    anchor: tuple[float, float] | None,
    limits: ComparisonLimits,
    *,
    rng: np.random.Generator,
) -> MarkerShift:
    """Measure and name the shift of a comparable marker."""
    shift, error = (0.0, 0.0) if anchor is None else anchor
    earlier, later = (side.log10 for side in sides)
    delta = float(np.median(later) - np.median(earlier)) - shift
    resampled = [_medians(side, limits.bootstrap, rng) for side in sides]
    drawn = resampled[1] - resampled[0] - shift - rng.normal(0, error, limits.bootstrap)
    low, high = np.quantile(drawn, [0.025, 0.975])
    reshaped = _reshaped(sides, limits)
    distance = _wasserstein(earlier, later - shift)
    call = _name(sides, (delta, distance), reshaped=reshaped, limits=limits)
    if abs(delta) >= limits.shift_from and low <= 0 <= high:  # chance alone can explain it
        return _not_comparable(marker, (sides[0].call, sides[1].call), {ReasonCode.TOO_FEW_EVENTS})
    return MarkerShift(
        marker=marker,
        call=call,
        diagnosis=sides[0].call,
        relapse=sides[1].call,
        delta_log10=delta,
        low=min(float(low), delta),
        high=max(float(high), delta),
        anchor_log10=None if anchor is None else shift,
        wasserstein=distance,
        reshaped=reshaped,
    )


def _medians(side: _Side, size: int, rng: np.random.Generator) -> Values:
    """Medians of resamples of the population, log10.

    Drawn from the stored quantiles: the median of n draws is the quantile at the median of n
    uniform numbers, which is beta distributed; no resample has to be made.
    """
    half = (side.kept.n + 1) / 2
    return np.interp(rng.beta(half, half, size), _LEVELS, side.log10)


def _name(
    sides: tuple[_Side, _Side],
    moved: tuple[float, float],
    *,
    reshaped: bool,
    limits: ComparisonLimits,
) -> ShiftCall:
    """Name a shift; a category that changes while the median stays is a change of shape.

    So is a median that moves while the events do not: between two modes of nearly equal size it
    jumps from one to the other at a small change of their shares.
    """
    delta, distance = moved
    before, after = (side.call.truth for side in sides)
    changed = None not in {before, after} and before is not after
    if abs(delta) < limits.shift_from:
        return ShiftCall.HETEROGENEITY if changed or reshaped else ShiftCall.STABLE
    if changed:
        return ShiftCall.GAIN if after else ShiftCall.LOSS
    if distance < limits.moved_share * abs(delta):
        return ShiftCall.HETEROGENEITY
    marked = abs(delta) >= limits.marked_from
    if delta > 0:
        return ShiftCall.MARKED_UP if marked else ShiftCall.UP
    return ShiftCall.MARKED_DOWN if marked else ShiftCall.DOWN


def _reshaped(sides: tuple[_Side, _Side], limits: ComparisonLimits) -> bool:
    """Whether one mode became two, or the spread of the positive events changed."""
    earlier, later = (side.log10 - np.median(side.log10) for side in sides)
    if _wasserstein(earlier, later) < limits.wasserstein.same:
        return False  # words may differ at a cut-off; the distributions do not
    partial = [Qualifier.PARTIAL in side.call.qualifiers for side in sides]
    spreads = [_spread(side, limits.minimum_events) for side in sides]
    if partial[0] != partial[1]:
        return True
    known = [spread for spread in spreads if spread is not None and spread > 0]
    return len(known) == len(sides) and max(known) > limits.heterogeneity_ratio * min(known)


def _spread(side: _Side, minimum_events: int) -> float | None:
    """SD of the positive events, log10; None where they are no population."""
    if side.call.call is not Call.POSITIVE or side.call.cutoff is None:
        return None
    values = np.array(side.kept.quantiles)
    positive = values[values > max(side.call.cutoff, 0.0)]
    if side.kept.n * positive.size / values.size < minimum_events:
        return None
    return float(np.std(np.log10(positive)))


def _wasserstein(earlier: Values, later: Values) -> float:
    """Wasserstein-1 distance of two distributions given by their quantiles."""
    apart = np.abs(later - earlier)
    return float(np.mean(apart[:-1] + apart[1:]) / 2)  # trapezoids of even width
