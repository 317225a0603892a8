"""Gates applied to a sample."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.gates.columns import plan_columns
from flowpheno.gates.gate import (
    Boolean,
    Ellipsoid,
    Operator,
    Polygon,
    Quadrants,
    Rectangle,
    Threshold,
)
from flowpheno.gates.strategy import populations_of
from flowpheno.population import Population

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from flowpheno.arrays import EventMask
    from flowpheno.gates.columns import Block
    from flowpheno.gates.gate import Gate, Interval
    from flowpheno.gates.strategy import Strategy
    from flowpheno.sample import Sample

_BLOCK = 65_536
"""Events gated at a time: their columns stay in the cache, and memory does not grow."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GateResults:
    """What gates hold.

    Attributes
    ----------
    populations : mapping of str to Population
        By id of gate or quadrant, in the order of the strategy. A mask is that of the gate
        within its parent; a root gate has the parent ``""``, which is all events.
    n_events : int
        Events of the sample.
    """

    populations: Mapping[str, Population]
    n_events: int

    def n_parent(self, gate: str) -> int:
        """Count the events of the parent of a gate.

        Parameters
        ----------
        gate : str
            Id of a gate or quadrant.

        Returns
        -------
        int
            Denominator of its percentage.
        """
        parent = self.populations[gate].parent
        return self.populations[parent].n if parent else self.n_events

    def percent_of_parent(self, gate: str) -> float:
        """Give the share of a gate in its parent.

        Parameters
        ----------
        gate : str
            Id of a gate or quadrant.

        Returns
        -------
        float
            0 to 100; NaN if the parent is empty.
        """
        n = self.n_parent(gate)
        return 100 * self.populations[gate].n / n if n else float("nan")


def evaluate(strategy: Strategy, sample: Sample) -> GateResults:
    """Apply gates to a sample.

    Parameters
    ----------
    strategy : Strategy
        The gates.
    sample : Sample
        As recorded; gates are stated on values divided by gain: where a file has gains that are
        not 1, read it with ``read_fcs(path, scaling="gain")``. Time is gated in the unit of
        ``$TIMESTEP``.

    Returns
    -------
    GateResults
        A population for each gate and quadrant; empty ones for a sample without events. An event
        whose value is not finite is in no gate but in complements.

    Raises
    ------
    GateError
        If the sample lacks a channel, or its state does not allow what a gate asks for.
    """
    plan = plan_columns(strategy, sample)
    order = strategy.in_order()
    names = [name for gate in strategy.gates for name in populations_of(gate)]
    masks = {name: np.zeros(sample.n_events, np.bool_) for name in names}
    for start in range(0, sample.n_events, _BLOCK):
        stop = min(start + _BLOCK, sample.n_events)
        for name, mask in _gate_block(order, plan.block(start, stop)).items():
            masks[name][start:stop] = mask
    parents = {name: gate.parent for gate in strategy.gates for name in populations_of(gate)}
    populations = {name: Population(name, parents[name], masks[name]) for name in names}
    return GateResults(populations=MappingProxyType(populations), n_events=sample.n_events)


def masks_of(
    gate: Gate, block: Block, done: Mapping[str, EventMask]
) -> Iterator[tuple[str, EventMask]]:
    """Give each population of one gate without regard to its parent.

    Parameters
    ----------
    gate : Gate
        The gate.
    block : Block
        Events, and the values of its dimensions.
    done : mapping of str to EventMask
        Populations that a Boolean gate refers to, within their parents.

    Yields
    ------
    str, EventMask
        Id of the gate or quadrant, and its events; shape ``(n,)``.
    """
    yield from _masks(gate, block, done)


def _gate_block(order: Iterable[Gate], block: Block) -> dict[str, EventMask]:
    masks: dict[str, EventMask] = {}
    for gate in order:
        for name, mask in _masks(gate, block, masks):
            masks[name] = mask & masks[gate.parent] if gate.parent else mask
    return masks


def _masks(
    gate: Gate, block: Block, done: Mapping[str, EventMask]
) -> Iterator[tuple[str, EventMask]]:
    match gate:
        case Threshold():
            yield gate.id, _within((gate.interval,), block)
        case Rectangle():
            yield gate.id, _within(gate.intervals, block)
        case Polygon():
            from flowpheno.gates.polygon import points_in_polygon  # noqa: PLC0415 - slow to import

            x, y = block.values(gate.x), block.values(gate.y)
            yield gate.id, points_in_polygon(x, y, gate.vertices)
        case Ellipsoid():
            yield gate.id, _near(gate, block)
        case Quadrants():
            for quadrant in gate.quadrants:
                yield quadrant.id, _within(gate.intervals(quadrant), block)
        case Boolean():
            yield gate.id, _joined(gate, done)


def _within(intervals: Iterable[Interval], block: Block) -> EventMask:
    inside = np.ones(len(block.events), np.bool_)
    for interval in intervals:
        values = block.values(interval.dimension)
        if interval.low is None and interval.high is None:
            inside &= ~np.isnan(values)
        if interval.low is not None:
            inside &= values >= interval.low
        if interval.high is not None:
            inside &= values < interval.high
    return inside


def _near(gate: Ellipsoid, block: Block) -> EventMask:
    """Mahalanobis distance; by the inverse, as a covariance need not be symmetric."""
    inverse = np.linalg.inv(np.array(gate.covariance))
    away = [
        block.values(dimension) - mean
        for dimension, mean in zip(gate.dimensions, gate.mean, strict=True)
    ]
    total = np.zeros(len(block.events))
    with np.errstate(invalid="ignore", over="ignore"):
        for row, left in zip(inverse, away, strict=True):
            for weight, right in zip(row, away, strict=True):
                total += weight * left * right
        return np.asarray(total <= gate.distance_square)


def _joined(gate: Boolean, done: Mapping[str, EventMask]) -> EventMask:
    masks = [
        ~done[reference.gate] if reference.complement else done[reference.gate]
        for reference in gate.references
    ]
    match gate.operator:
        case Operator.AND:
            return np.asarray(np.logical_and.reduce(masks))
        case Operator.OR:
            return np.asarray(np.logical_or.reduce(masks))
        case Operator.NOT:
            return np.asarray(~masks[0])
