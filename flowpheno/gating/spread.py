"""Spillover spreading: negative cells that are bright in a neighbour need a higher cut.

Compensation takes the light of a neighbour away on average; the noise of that light stays, with a
variance in proportion to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.gating.noise import fit_noise, measure_noise

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.arrays import EventMask, EventMatrix, Values
    from flowpheno.gating.cutpoint import Cutpoint
    from flowpheno.gating.decades import Decades
    from flowpheno.gating.limits import GatingLimits
    from flowpheno.marker import Marker
    from flowpheno.sample import Sample


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class MarkerSpread:
    """Noise of negative events in the channel of one marker.

    Attributes
    ----------
    variance : float
        Without light of a neighbour, squared linear intensity.
    slopes : mapping of Marker to float
        What a unit of a neighbour's linear intensity adds to it; only those above 0.
    deviations : float
        Standard deviations of the noise that end the negative.
    """

    variance: float
    slopes: Mapping[Marker, float]
    deviations: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Spread:
    """Spillover spreading of a tube; empty where nothing is known of it.

    Attributes
    ----------
    markers : mapping of Marker to MarkerSpread
        Of the markers into which a neighbour was seen to spread.
    """

    markers: Mapping[Marker, MarkerSpread] = field(default_factory=dict)


def estimate_spread(
    sample: Sample,
    decades: Decades,
    cutpoints: Mapping[Marker, Cutpoint],
    parent: EventMask,
    limits: GatingLimits,
) -> Spread:
    """Measure how the noise of negative events grows with the light of each neighbour.

    Negative events are taken in bins of a neighbour's intensity. Only their lower half about
    the densest part counts: dim expression adds events above it, noise adds as many below it. A
    bin whose densest part lies towards the cut holds positive events, and is left out; so is a
    marker that the control itself expresses. How the slopes of a marker's neighbours relate to
    each other is known from the matrix; how large they are is fitted.

    Parameters
    ----------
    sample : Sample
        Compensated, with the matrix used.
    decades : Decades
        The same in decades.
    cutpoints : mapping of Marker to Cutpoint
        Of the tube.
    parent : EventMask
        Cells of one kind of background light: the scatter class of the control.
    limits : GatingLimits
        Parameters.

    Returns
    -------
    Spread
        Empty where the sample came without a matrix, is not compensated, or is on a relative
        scale.

    References
    ----------
    .. [1] Nguyen R, Perfetto S, Mahnke YD, Chattopadhyay P, Roederer M. Quantifying spillover
       spreading for comparing instrument performance and aiding in multicolor panel design.
       Cytometry A. 2013;83:306-315.
    """
    ways = _ways(sample, decades)
    if not ways:
        return Spread()
    whole = parent & np.isfinite(decades.values).all(axis=1)
    rows = _thinned(decades.values, np.flatnonzero(whole), limits.spread.events)
    linear = {m: decades.linear(m, decades.of(m)[rows].astype(np.float64)) for m in ways}
    found = {}
    for marker, emitters in ways.items():
        if marker not in cutpoints or not emitters:
            continue
        light = np.column_stack([np.maximum(linear[e], 0) for e in emitters])
        levels = np.column_stack([decades.of(e)[rows] for e in emitters])
        bounds = _bounds(decades, cutpoints[marker], limits)
        seen = light @ np.array(list(emitters.values()))
        noise = fit_noise(measure_noise(linear[marker], seen, levels, bounds, limits), limits)
        if noise is not None and _is_negative(decades, cutpoints[marker], noise[0], limits):
            slopes = {e: float(noise[1:] @ way) for e, way in emitters.items()}
            slopes = {e: slope for e, slope in slopes.items() if slope > 0}
            found[marker] = MarkerSpread(
                variance=float(noise[0]), slopes=slopes, deviations=limits.control_sd
            )
    return Spread(markers={m: noise for m, noise in found.items() if noise.slopes})


def threshold(decades: Decades, cutpoint: Cutpoint, spread: Spread) -> EventMatrix:
    """Give the decades above which each event is positive.

    Parameters
    ----------
    decades : Decades
        The tube.
    cutpoint : Cutpoint
        Of the marker.
    spread : Spread
        Of the tube.

    Returns
    -------
    EventMatrix
        The cut, or the median of the control and standard deviations of the noise expected of
        the event, whichever is higher; shape ``(n_events,)``, decades.
    """
    return _threshold(decades, cutpoint, spread, np.arange(len(decades.values)))


def positive(decades: Decades, cutpoint: Cutpoint, spread: Spread) -> EventMask:
    """Tell which events are positive beyond what bright neighbours explain.

    Parameters
    ----------
    decades : Decades
        The tube.
    cutpoint : Cutpoint
        Of the marker.
    spread : Spread
        Of the tube.

    Returns
    -------
    EventMask
        Events above `threshold`, shape ``(n_events,)``.
    """
    values = decades.of(cutpoint.marker)
    above = np.asarray(values > cutpoint.decade)
    if cutpoint.marker in spread.markers:
        rows = np.flatnonzero(above)
        above[rows] = values[rows] > _threshold(decades, cutpoint, spread, rows)
    return above


def _threshold(
    decades: Decades,
    cutpoint: Cutpoint,
    spread: Spread,
    rows: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> EventMatrix:
    cut = np.full(len(rows), cutpoint.decade, np.float32)
    noise = spread.markers.get(cutpoint.marker)
    if noise is None:
        return cut
    variance = np.full(len(rows), noise.variance)
    for emitter, slope in noise.slopes.items():
        light = decades.linear(emitter, decades.of(emitter)[rows].astype(np.float64))
        variance += slope * np.fmax(light, 0)  # light that is no number adds nothing
    median = decades.linear(cutpoint.marker, np.array([cutpoint.control_median]))[0]
    end = median + noise.deviations * np.sqrt(variance)
    return np.fmax(cut, decades.decade(cutpoint.marker, end).astype(np.float32))


def _ways(sample: Sample, decades: Decades) -> dict[Marker, dict[Marker, Values]]:
    """Find by which ways light of each emitter becomes noise of each marker.

    Noise of a detector grows with all light it sees, and compensation passes it on by the square
    of its coefficient: what the marker's own detector sees of the emitter is the first way; what
    the other detectors see of it, and compensation brings in, is the second.
    """
    spillover = sample.spillover
    if spillover is None or not sample.compensated or decades.relative:
        return {}
    seen = np.maximum(spillover.matrix, 0)
    try:
        brought = np.linalg.inv(spillover.matrix) ** 2
    except np.linalg.LinAlgError:  # of a matrix that the file was not compensated with
        return {}
    stained = {
        c.marker: spillover.detectors.index(c.detector)
        for c in sample.channels
        if c.marker is not None
        and c.marker in decades.transforms
        and c.detector in spillover.detectors
    }
    ways: dict[Marker, dict[Marker, Values]] = {}
    for marker, own in stained.items():
        passed = brought[:, own].copy()
        passed[own] = 0
        ways[marker] = {
            emitter: np.array([seen[row, own] * brought[own, own], seen[row] @ passed])
            for emitter, row in stained.items()
            if row != own and seen[row, own] > 0
        }
    return ways


def _bounds(decades: Decades, cutpoint: Cutpoint, limits: GatingLimits) -> tuple[float, float]:
    """Linear intensities below which the middle of a negative bin, and its events, must lie."""
    median, cut = cutpoint.control_median, cutpoint.decade
    middle = median + limits.valley_share * (cut - median)
    centre, end = decades.linear(cutpoint.marker, np.array([middle, cut]))
    return float(centre), float(end)


def _is_negative(
    decades: Decades, cutpoint: Cutpoint, variance: float, limits: GatingLimits
) -> bool:
    """Tell whether the control lacks the marker; dim expression of it would pass for noise."""
    median = decades.linear(cutpoint.marker, np.array([cutpoint.control_median]))[0]
    return bool(median <= limits.control_sd * np.sqrt(variance))


def _thinned(
    table: EventMatrix, rows: np.ndarray[tuple[int], np.dtype[np.int64]], most: int
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Choose events by their own digits: the same in any order of events and of channels."""
    if len(rows) <= most:
        return rows
    bits = np.ascontiguousarray(table[rows], np.float32).view(np.uint32)
    mixed = bits * np.uint32(2654435761)
    mixed ^= mixed >> np.uint32(15)
    mixed *= np.uint32(2246822519)
    chosen = np.argpartition(mixed.sum(axis=1, dtype=np.uint32), most)[:most]
    return rows[np.sort(chosen)]
