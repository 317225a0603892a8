"""What a matrix made of the events: too much taken off, too little, rows for columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.compensation.displaced import displaced_negatives
from flowpheno.compensation.doubt import doubt
from flowpheno.finding import ReasonCode, Severity
from flowpheno.marker import DYES
from flowpheno.sample import ChannelKind, Measure

if TYPE_CHECKING:
    from flowpheno.arrays import Matrix
    from flowpheno.compensation.limits import SpilloverLimits
    from flowpheno.fcs.spillover import Spillover
    from flowpheno.finding import Finding
    from flowpheno.sample import Sample

_MOST_EVENTS = 50_000
_LOW, _QUARTER = 5, 25
_SHOWN = 5
_CONTRADICTED = (
    doubt(
        "the events contradict the matrix: nothing that rests on it is proven",
        code=ReasonCode.COMP_CONTRADICTED,
        severity=Severity.BLOCKING,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Light:
    """Fluorescence of a sample as a share of full scale, finite events only."""

    names: tuple[str, ...]
    dyes: frozenset[str]
    values: Matrix


def check_compensated(sample: Sample, limits: SpilloverLimits) -> tuple[Finding, ...]:
    """Doubt a matrix by the events that were compensated by it.

    Parameters
    ----------
    sample : Sample
        Compensated, linear.
    limits : SpilloverLimits
        Parameters.

    Returns
    -------
    tuple of Finding
        ``COMP_DOUBTFUL`` for values far below zero (a transposed matrix is recognised), negative
        populations that another dye pulls below zero, and detectors that follow another one as
        closely as only spill makes them; ``COMP_CONTRADICTED`` besides, where that is so of many
        events or detectors. Nothing for few events.
    """
    light = _light(sample)
    findings = (
        *_displaced(light, sample.spillover, limits),
        *_pulled_below(light, limits),
        *_following(light, sample.spillover, limits),
    )
    return tuple(dict.fromkeys(findings))


def _light(sample: Sample) -> _Light:
    """Area channels of the matrix, or all stained ones; evenly spaced events of a large file."""
    named = set() if sample.spillover is None else set(sample.spillover.detectors)
    columns = [
        index
        for index, channel in enumerate(sample.channels)
        if channel.kind is ChannelKind.FLUORESCENCE
        and (channel.detector in named or (not named and channel.measure is Measure.AREA))
    ]
    events = sample.events[:: max(1, sample.n_events // _MOST_EVENTS)][:, columns]
    full = np.array([max(sample.channels[index].range, 1.0) for index in columns])
    finite = events[np.isfinite(events).all(axis=1)].astype(np.float64)
    lit = [sample.channels[index] for index in columns]
    return _Light(
        names=tuple(channel.detector for channel in lit),
        dyes=frozenset(channel.detector for channel in lit if channel.marker in DYES),
        values=finite / full,
    )


def _percent_displaced(values: Matrix, limits: SpilloverLimits) -> float:
    if not values.size:
        return 0.0
    return 100 * float(np.mean((values < -limits.displaced_share).any(axis=1)))


def _displaced(
    light: _Light, spillover: Spillover | None, limits: SpilloverLimits
) -> tuple[Finding, ...]:
    """Values so far below zero that only a wrong matrix takes them there."""
    percent = _percent_displaced(light.values, limits)
    if percent < limits.displaced_percent:
        return ()
    worst = light.names[int((light.values < -limits.displaced_share).sum(axis=0).argmax())]
    message = (
        f"{percent:.1f} % of events lie far below zero after compensation, most of them in "
        f"{worst}: the matrix takes off too much or is that of another setting"
    )
    if spillover is not None:
        turned = _transposed(light, spillover)
        if turned is not None and _percent_displaced(turned, limits) < percent / 10:
            message += "; its transpose would not: rows and columns may be exchanged"
    contradicted = percent >= limits.contradicted_percent
    return (doubt(message, percent), *(_CONTRADICTED if contradicted else ()))


def _transposed(light: _Light, spillover: Spillover) -> Matrix | None:
    """Compensate by the transposed matrix instead."""
    order = [spillover.detectors.index(name) for name in light.names]
    matrix = spillover.matrix[np.ix_(order, order)]
    if np.linalg.matrix_rank(matrix) < len(matrix):
        return None
    return np.asarray(light.values @ matrix @ np.linalg.solve(matrix.T, np.eye(len(matrix))))


def _pulled_below(light: _Light, limits: SpilloverLimits) -> tuple[Finding, ...]:
    """Negative populations below zero where another dye is bright."""
    found = displaced_negatives(light.values, limits)
    if not found:
        return ()
    pairs = [
        f"{light.names[one.detector]} by {-one.error:.3f} of {light.names[one.emitter]}"
        for one in found[:_SHOWN]
    ]
    message = (
        f"negative events lie below zero where another dye is bright, the matrix takes off too "
        f"much: {'; '.join(pairs)}"
    )
    contradicted = -found[0].error >= limits.contradicted_error
    return (doubt(message, -found[0].error), *(_CONTRADICTED if contradicted else ()))


def _following(
    light: _Light, spillover: Spillover | None, limits: SpilloverLimits
) -> tuple[Finding, ...]:
    """Detectors that follow each other as tightly as only spill makes them."""
    # not DNA and dead-cell dyes: cells take them up so alike that they follow everything
    pairs = [
        (first, second, rest)
        for first in range(len(light.names))
        for second, rest in _followers(light.values, first, limits)
        if not light.dyes & {light.names[first], light.names[second]}
    ]
    names = [f"{light.names[second]} follows {light.names[first]}" for first, second, _ in pairs]
    if len(pairs) >= limits.tight_pairs:
        message = (
            f"{len(pairs)} pairs of detectors follow each other as if not compensated, such as "
            f"{'; '.join(names[:_SHOWN])}"
        )
        return (doubt(message, float(len(pairs))), *_CONTRADICTED)
    # one pair may be two antigens of one cell, unless spill is known between them
    known = [
        (rest, name)
        for name, (first, second, rest) in zip(names, pairs, strict=True)
        if _spill(spillover, light.names[first], light.names[second]) >= limits.tight_least
    ]
    if not known:
        return ()
    shown = "; ".join(name for _, name in known[:_SHOWN])
    contradicted = max(rest for rest, _ in known) >= limits.contradicted_error
    found = doubt(f"the matrix takes off too little: {shown}", float(len(known)))
    return (found, *(_CONTRADICTED if contradicted else ()))


def _spill(spillover: Spillover | None, emitter: str, detector: str) -> float:
    if spillover is None:
        return 0.0
    order = spillover.detectors
    return float(spillover.matrix[order.index(emitter), order.index(detector)])


def _followers(values: Matrix, first: int, limits: SpilloverLimits) -> list[tuple[int, float]]:
    """Detectors whose quotient to a first one hardly varies among its bright events, and it."""
    if len(values) < limits.bright_events:
        return []
    light = values[:, first]
    border = max(float(np.percentile(light, limits.bright_percentile)), limits.bright_share)
    bright = light >= border
    if np.count_nonzero(bright) < limits.bright_events:
        return []
    quotients = values[bright] / light[bright, np.newaxis]
    low, quarter = np.percentile(quotients, [_LOW, _QUARTER], axis=0)
    tight = (low >= limits.tight_least) & (quarter <= limits.tight_ratio * low)
    return [(int(index), float(low[index])) for index in np.flatnonzero(tight) if index != first]
