"""Gates that a person drew, on the scales they were drawn on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from flowpheno.gates import FROM_FILE, UNCOMPENSATED, Threshold, populations_of
from flowpheno.gates.channel import find_channel
from flowpheno.gates.columns import plan_columns
from flowpheno.gates.gate import dimensions_of
from flowpheno.plotdata.axis import Axis, AxisScale, GateAxis, channel_label
from flowpheno.plotdata.binning import BINS_1D, BINS_2D
from flowpheno.plotdata.gates import polygon_gate
from flowpheno.plotdata.outline import extent, outline
from flowpheno.plotdata.values import Curve, Density2D, Histogram1D, Overlay
from flowpheno.population import Population
from flowpheno.sample import ChannelKind
from flowpheno.transform import Clipped, Linear

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flowpheno.arrays import EventMask, Values
    from flowpheno.gates import Dimension, Gate, GateResults, Strategy
    from flowpheno.plotdata.outline import Ends
    from flowpheno.plotdata.panels import Plot
    from flowpheno.plotdata.values import Counts
    from flowpheno.plotdata.values import Gate as Outline
    from flowpheno.sample import Sample

_PERCENTILES = (0.1, 99.9)
_MARGIN = 0.05  # of the axis, beyond events and gate
_ALL = "all events"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Side:
    """One axis, and where events lie along it."""

    dimension: Dimension
    axis: Axis
    ends: Ends
    values: Values

    def linear(self, on_scale: npt.ArrayLike) -> Values:
        values = np.asarray(on_scale, np.float64)
        scale = self.dimension.transform
        return values if scale is None else np.asarray(scale.invert(values))

    def bins(self, n: int) -> npt.NDArray[np.int64]:
        """Bin of each event, the outermost for those beyond; -1 for what is not finite."""
        low, high = self.ends
        known = np.isfinite(self.values)
        along = (np.where(known, self.values, low) - low) / (high - low)
        return np.where(known, np.clip(np.floor(along * n), 0, n - 1), -1).astype(np.int64)


def drawn_gates(strategy: Strategy, sample: Sample, results: GateResults) -> Iterator[Plot]:
    """Show each gate over its parent.

    Parameters
    ----------
    strategy : Strategy
        The gates.
    sample : Sample
        What they were applied to.
    results : GateResults
        What they gave.

    Yields
    ------
    Plot
        A density with the outline for a gate of two dimensions; of more, the first two, with its
        population in colour; histograms of gate and parent for one; none for Boolean gates.
    """
    plan = plan_columns(strategy, sample)
    for gate in strategy.gates:
        dimensions = tuple(dict.fromkeys(dimensions_of(gate)))
        if not dimensions:
            continue
        parent = Population(_ALL, "", np.ones(sample.n_events, np.bool_))
        if gate.parent:
            parent = results.populations[gate.parent]
        block = plan.block(0, sample.n_events)
        sides = [
            _side(sample, gate, dimension, block.values(dimension), parent.mask)
            for dimension in dimensions[:2]
        ]
        if len(sides) == 1:
            yield _histogram(gate, sides[0], parent, results)
        else:
            yield _density(gate, (sides[0], sides[1]), parent, results, n=len(dimensions))


def _side(
    sample: Sample, gate: Gate, dimension: Dimension, values: Values, parent: EventMask
) -> _Side:
    """Choose an axis that holds most events and all of the gate."""
    shown = values[parent]
    shown = shown[np.isfinite(shown)]
    held = list(extent(gate, dimension))
    held += np.percentile(shown, _PERCENTILES).tolist() if shown.size else []
    low, high = (min(held), max(held)) if held else (0.0, 1.0)
    margin = _MARGIN * ((high - low) or max(abs(high), 1.0))
    ends = (low - margin, high + margin)
    scale = dimension.transform
    linear = np.array(ends) if scale is None else scale.invert(np.array(ends))
    scale = scale.scale if isinstance(scale, Clipped) else scale
    scale = None if isinstance(scale, Linear) else scale
    label, low, high = _label(sample, gate, dimension), float(linear[0]), float(linear[1])
    axis = (
        Axis(label=label, scale=AxisScale.LINEAR, low=low, high=high)
        if scale is None
        else GateAxis(label=label, scale=AxisScale.OF_GATE, low=low, high=high, of_gate=scale)
    )
    return _Side(dimension=dimension, axis=axis, ends=ends, values=values)


def _label(sample: Sample, gate: Gate, dimension: Dimension) -> str:
    channel = dimension.channel
    if isinstance(channel, str) and dimension.compensation in {FROM_FILE, UNCOMPENSATED}:
        found = sample.channels[find_channel(sample, channel, gate=gate.id)]
        return found.detector if found.kind is ChannelKind.SCATTER else channel_label(found)
    return f"{channel} ({dimension.compensation})"


def _density(
    gate: Gate, sides: tuple[_Side, _Side], parent: Population, results: GateResults, *, n: int
) -> Density2D:
    x, y = (side.bins(BINS_2D) for side in sides)
    bins = np.where((x < 0) | (y < 0), -1, x * BINS_2D + y)
    shape = (BINS_2D, BINS_2D)
    inside = [results.populations[name] for name in populations_of(gate)]
    flat = n == len(sides)
    return Density2D(
        name=gate.id,
        title=gate.id,
        x=sides[0].axis,
        y=sides[1].axis,
        counts=_count(bins, parent.mask, shape),
        parent=parent.name,
        n_parent=parent.n,
        overlays=tuple(
            Overlay(name=p.name, n=p.n, counts=_count(bins, p.mask, shape))
            for p in inside
            if not flat
        ),
        gates=tuple(_outlines(gate, sides, inside, parent)) if flat else (),
    )


def _outlines(
    gate: Gate, sides: tuple[_Side, _Side], inside: list[Population], parent: Population
) -> Iterator[Outline]:
    """Give the corners of each population in linear units, as plots have them."""
    x, y = sides
    for population in inside:
        corners = outline(gate, population.name, x.dimension, y.dimension, ends=(x.ends, y.ends))
        if len(corners):
            linear = x.linear(corners[:, 0]), y.linear(corners[:, 1])
            vertices = list(zip(linear[0].tolist(), linear[1].tolist(), strict=True))
            yield polygon_gate(vertices, inside=population, parent=parent)


def _histogram(gate: Gate, side: _Side, parent: Population, results: GateResults) -> Histogram1D:
    bins = side.bins(BINS_1D)
    shown = [*(results.populations[name] for name in populations_of(gate)), parent]
    cutoff, percent = None, float("nan")
    if isinstance(gate, Threshold):
        cutoff = float(side.linear(gate.value))
        share = results.percent_of_parent(gate.id)
        percent = share if gate.above else 100 - share
    return Histogram1D(
        name=gate.id,
        title=gate.id,
        x=side.axis,
        curves=tuple(
            Curve(name=p.name, n=p.n, counts=_count(bins, p.mask, (BINS_1D,))) for p in shown
        ),
        cutoff=cutoff,
        percent=percent,
    )


def _count(bins: npt.NDArray[np.int64], mask: EventMask, shape: tuple[int, ...]) -> Counts:
    held = bins[mask & (bins >= 0)]
    counts = np.bincount(held, minlength=int(np.prod(shape)))
    return counts.astype(np.uint32).reshape(shape)
