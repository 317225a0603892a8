"""Two channels of a tube as a picture that can be drawn on: places from 0 to 1 along each side."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from flowpheno.arrays import freeze
from flowpheno.errors import GateError
from flowpheno.gates import FROM_FILE, UNCOMPENSATED, Dimension, Interval, Rectangle, Strategy
from flowpheno.gates.channel import find_channel
from flowpheno.gates.columns import Block, plan_columns
from flowpheno.plotdata.axis import Axis, axis_of, channel_label
from flowpheno.sample import ChannelKind
from flowpheno.transform import Linear, decade_ticks

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask, Matrix, Values
    from flowpheno.sample import Sample

BINS = 160
"""Bins along each side of the picture."""

Point: TypeAlias = tuple[float, float]
"""Places along x and y, 0 to 1 between the ends of the axes."""

_STAINED = frozenset({ChannelKind.FLUORESCENCE, ChannelKind.MASS})
_TICKS = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Side:
    """One axis.

    Attributes
    ----------
    dimension : Dimension
        What a gate that is drawn here looks at: channel, compensation and scale.
    axis : Axis
        Its ends, linear.
    along : Values
        Place of each event, shape ``(n_events,)``.
    """

    dimension: Dimension
    axis: Axis
    along: Values

    def on_scale(self, places: Values) -> Values:
        """Give places as positions on the scale of the gate.

        Parameters
        ----------
        places : Values
            Places along the axis.

        Returns
        -------
        Values
            Same shape.
        """
        low, high = self._ends()
        return np.asarray(low + np.asarray(places, np.float64) * (high - low))

    def places(self, on_scale: Values, of: Dimension) -> Values:
        """Find where positions on the scale of a gate lie along this axis.

        Parameters
        ----------
        on_scale : Values
            Positions on the scale of `of`.
        of : Dimension
            What the gate looks at; its scale may be another one than that of the axis.

        Returns
        -------
        Values
            Same shape; exact where the scales are the same.
        """
        values = np.asarray(on_scale, np.float64)
        if of.transform == self.dimension.transform:
            low, high = self._ends()
            return np.asarray((values - low) / (high - low))
        linear = values if of.transform is None else np.asarray(of.transform.invert(values))
        return self.axis.position(linear)

    def ticks(self) -> tuple[list[tuple[float, str]], list[float]]:
        """Mark the axis.

        Returns
        -------
        list of (float, str)
            Places with labels: decades, or round numbers on a linear axis.
        list of float
            Places between.
        """
        axis = self.axis
        if axis.transform is None:
            return _round_ticks(axis), []
        found = decade_ticks(axis.transform, axis.low, axis.high)
        major, minor = (
            self.places(np.array(at), self.dimension).tolist() for at in (found.major, found.minor)
        )
        return list(zip(major, found.labels, strict=True)), minor

    def _ends(self) -> tuple[float, float]:
        ends = np.array([self.axis.low, self.axis.high])
        scale = self.dimension.transform
        low, high = (ends if scale is None else np.asarray(scale.apply(ends))).tolist()
        return low, high


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plane:
    """Two axes.

    Attributes
    ----------
    x, y : Side
        The axes.
    block : Block
        All events, with their positions on both scales: what is drawn here is counted at once.
    """

    x: Side
    y: Side
    block: Block

    def density(self, mask: EventMask) -> bytes:
        """Bin events.

        Parameters
        ----------
        mask : EventMask
            Those that are shown, shape ``(n_events,)``.

        Returns
        -------
        bytes
            `BINS` x `BINS` shades, rows from the bottom: 0 for no event, 255 for the fullest bin,
            logarithmic between. What lies beyond an end is in the outermost bin.
        """
        known = mask & np.isfinite(self.x.along) & np.isfinite(self.y.along)
        x, y = (
            np.clip(side.along[known] * BINS, 0, BINS - 1).astype(np.int64)
            for side in (self.x, self.y)
        )
        counts = np.bincount(y * BINS + x, minlength=BINS * BINS)
        shades = np.log1p(counts) / max(np.log1p(counts.max(initial=0)), 1e-9)
        return bytes(np.ceil(255 * shades).astype(np.uint8))

    def on_scale(self, points: Matrix) -> Matrix:
        """Give points as positions on the scales of a gate.

        Parameters
        ----------
        points : Matrix
            Shape ``(n, 2)``, places.

        Returns
        -------
        Matrix
            Same shape.
        """
        return np.column_stack([self.x.on_scale(points[:, 0]), self.y.on_scale(points[:, 1])])


def channels_of(sample: Sample) -> list[tuple[str, str]]:
    """List what can be an axis.

    Parameters
    ----------
    sample : Sample
        A tube.

    Returns
    -------
    list of (str, str)
        Detector and label of every channel but time.
    """
    return [
        (c.detector, channel_label(c)) for c in sample.channels if c.kind is not ChannelKind.TIME
    ]


def make_plane(sample: Sample, x: str, y: str) -> Plane:
    """Lay out two channels.

    Parameters
    ----------
    sample : Sample
        As recorded, divided by gain.
    x, y : str
        Detectors, labels or markers.

    Returns
    -------
    Plane
        Fluorescence compensated by the matrix of the file, on logicle; mass on asinh; the rest
        linear.

    Raises
    ------
    GateError
        If there is no such channel, both are the same, or one is time.
    """
    columns = [find_channel(sample, name, gate="that is drawn") for name in (x, y)]
    if columns[0] == columns[1]:
        raise GateError(f"both axes show {sample.channels[columns[0]].detector}")
    laid_out = [_lay_out(sample, column) for column in columns]
    block = _block(sample, [dimension for dimension, _ in laid_out])
    sides = [_side(dimension, axis, block.values(dimension)) for dimension, axis in laid_out]
    kept: dict[Dimension | tuple[str, str] | int, Values] = {
        side.dimension: block.values(side.dimension) for side in sides
    }
    lean = Block(plan=block.plan, events=block.events, _done=kept)
    return Plane(x=sides[0], y=sides[1], block=lean)


def _lay_out(sample: Sample, column: int) -> tuple[Dimension, Axis]:
    """Choose axis and scale of a channel by its values, as gates are evaluated on them."""
    channel = sample.channels[column]
    if channel.kind is ChannelKind.TIME:
        raise GateError(f"{channel.detector} is time, which is not gated here")
    stained = channel.kind in _STAINED
    plain = Dimension(
        channel=channel.detector, compensation=FROM_FILE if stained else UNCOMPENSATED
    )
    values = _block(sample, [plain]).values(plain)
    shown = replace(
        sample,
        channels=(channel,),
        events=freeze(values.astype(np.float32)[:, None]),
        spillover=None,
        compensated=True,
    )
    axis = axis_of(shown, 0)
    scale = None if isinstance(axis.transform, Linear) else axis.transform
    return replace(plain, transform=scale), axis


def _side(dimension: Dimension, axis: Axis, values: Values) -> Side:
    side = Side(dimension=dimension, axis=axis, along=values)
    return replace(side, along=side.places(values, dimension))


def _block(sample: Sample, dimensions: list[Dimension]) -> Block:
    intervals = tuple(Interval(dimension=dimension) for dimension in dimensions)
    gates = Strategy(gates=(Rectangle(id="shown", intervals=intervals),))
    return plan_columns(gates, sample).block(0, sample.n_events)


def _round_ticks(axis: Axis) -> list[tuple[float, str]]:
    span = axis.high - axis.low
    power = 10.0 ** np.floor(np.log10(span / _TICKS))
    step = next(power * n for n in (1, 2, 5, 10) if span / (power * n) <= _TICKS)
    values = np.arange(np.ceil(axis.low / step), np.floor(axis.high / step) + 1) * step
    labels = [f"{v / 1000:g}K" if span > 10_000 else f"{v:g}" for v in values.tolist()]  # noqa: PLR2004 - thousands
    return list(zip(axis.position(values).tolist(), labels, strict=True))
