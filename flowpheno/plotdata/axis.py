"""An axis of a plot: what is measured, on which scale, from where to where."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from flowpheno.sample import Channel, ChannelKind, Measure, Sample, Scale
from flowpheno.transform import Asinh, Logicle

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from flowpheno.arrays import EventMask, Values
    from flowpheno.transform import Transform

_DECADES = 4.5  # M: width of a logicle scale, as flow software has it (Parks 2006)
_TAIL_PERCENTILE = 5.0  # of the negative values: where the linear part ends (Parks 2006)
_WIDTH_WITHOUT_TAIL = 0.5
_NARROWEST, _WIDEST = 0.1, 1.5  # W beyond these hides the negatives or the dim
_MASS_COFACTOR = 5.0  # ion counts (Bendall 2011)
_UPPER_PERCENTILE = 99.9
_ENOUGH = 100_000  # events: an axis needs no more, and a percentile of all of them takes longest
_HEADROOM = 1.2
_LETTER = {Measure.AREA: "A", Measure.HEIGHT: "H", Measure.WIDTH: "W"}


class AxisScale(StrEnum):
    """How intensities are laid out along an axis."""

    LINEAR = "linear"
    LOGICLE = "logicle"
    ASINH = "asinh"
    OF_GATE = "of_gate"  # as the gate shown has it


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """One axis.

    Attributes
    ----------
    label : str
        Marker and fluorochrome, such as ``"CD19 PE-Cy7"``.
    scale : AxisScale
        How it is laid out.
    low, high : float
        Ends, in linear data units; ``low < high``.
    parameters : mapping of str to float
        ``T, W, M, A`` of logicle, ``cofactor`` of asinh; empty for the others.
    """

    label: str
    scale: AxisScale
    low: float
    high: float
    parameters: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ValueError(f"axis {self.label}: {self.low} is not below {self.high}")

    def position(self, values: npt.ArrayLike) -> Values:
        """Say where intensities lie along the axis.

        Parameters
        ----------
        values : array_like of float
            Linear intensities, any shape.

        Returns
        -------
        Values
            Same shape; 0 at `low`, 1 at `high`, outside that beyond the ends.
        """
        ends = self._display(np.array([self.low, self.high]))
        exact = np.asarray(values)
        if exact.dtype != np.float32:  # events stay single: a picture needs no more
            exact = exact.astype(np.float64)
        shown = self._display(exact)
        along: Values = (shown - ends[0]) / (ends[1] - ends[0])
        return along

    def _display(self, values: npt.NDArray[np.floating[Any]]) -> Values:
        transform = self.transform
        if transform is None:
            return np.asarray(values, dtype=np.float64)
        shown = np.asarray(transform.apply(np.atleast_1d(values)), dtype=np.float64)
        return shown.reshape(values.shape)

    @property
    def transform(self) -> Transform | None:
        """Scale of the axis.

        Returns
        -------
        Transform or None
            None for linear, which needs none.
        """
        match self.scale:
            case AxisScale.LINEAR:
                return None
            case AxisScale.LOGICLE:
                return Logicle(**self.parameters)
            case AxisScale.ASINH:
                return Asinh(**self.parameters)
            case AxisScale.OF_GATE:
                raise ValueError("the scale of a gate is known to a GateAxis only")


@dataclass(frozen=True, slots=True, kw_only=True)
class GateAxis(Axis):
    """An axis on the scale of the gate that is shown; never stored.

    Attributes
    ----------
    of_gate : Transform
        The scale of the gate.
    """

    of_gate: Transform

    @property
    def transform(self) -> Transform:
        """Scale of the axis."""
        return self.of_gate


def axis_of(sample: Sample, column: int, mask: EventMask | None = None) -> Axis:
    """Choose the axis on which a channel is shown.

    Parameters
    ----------
    sample : Sample
        Compensated events.
    column : int
        Which channel.
    mask : EventMask, optional
        Events that matter; all of them if not given.

    Returns
    -------
    Axis
        Logicle for fluorescence, its linear width estimated from the negative values of the
        events; asinh for mass; linear for the rest and for data on a relative scale. Without
        events the range of the detector alone decides.

    References
    ----------
    .. [1] Parks DR, Roederer M, Moore WA. A new "logicle" display method. Cytometry A.
       2006;69:541-551.
    """
    channel = sample.channels[column]
    rows = np.arange(sample.n_events) if mask is None else np.flatnonzero(mask)
    measured = sample.events[rows[:: max(1, rows.size // _ENOUGH)], column]
    values = measured[np.isfinite(measured)].astype(np.float64)
    if sample.scale is Scale.RELATIVE:
        return _relative(channel, values)
    match channel.kind:
        case ChannelKind.FLUORESCENCE:
            return _logicle(channel, values)
        case ChannelKind.MASS:
            return _asinh(channel, values)
        case _:
            return _linear(channel, values)


def sequence_axis(values: Values, *, label: str) -> Axis:
    """Make a linear axis that just holds some numbers.

    Parameters
    ----------
    values : Values
        What is to be shown; NaN is passed over.
    label : str
        What they are.

    Returns
    -------
    Axis
        From the smallest to the largest; 0 to 1 if there are none.
    """
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    return Axis(label=label, scale=AxisScale.LINEAR, low=low, high=max(high, _above(low)))


def channel_label(channel: Channel) -> str:
    """Name a channel as an axis does.

    Parameters
    ----------
    channel : Channel
        Any channel.

    Returns
    -------
    str
        Marker and fluorochrome; for scatter the property measured; the detector where no marker
        is known.
    """
    if channel.kind is ChannelKind.SCATTER:
        return f"{channel.marker or channel.detector}-{_LETTER[channel.measure]}"
    if channel.marker is None:
        return channel.detector
    named = channel.kind is not ChannelKind.MASS and channel.detector != channel.marker
    dye = channel.fluorochrome or (channel.detector if named else "")
    return f"{channel.marker} {dye}".strip()


def _relative(channel: Channel, values: Values) -> Axis:
    # Rescaled data keep no unit; the range of the detector says nothing about them.
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    label = f"{channel_label(channel)} (relative scale)"
    low, high = min(low, 0.0), max(high, 1.0)
    return Axis(label=label, scale=AxisScale.LINEAR, low=low, high=high)


def _linear(channel: Channel, values: Values) -> Axis:
    top = float(np.percentile(values, _UPPER_PERCENTILE)) if values.size else 0.0
    high = channel.range
    if top > 0 and not top <= high < 3 * _HEADROOM * top:
        high = _HEADROOM * top  # the range as declared would leave most of the plot empty
    label = channel_label(channel)
    return Axis(label=label, scale=AxisScale.LINEAR, low=0.0, high=max(high, _above(0.0)))


def _logicle(channel: Channel, values: Values) -> Axis:
    full = float(np.percentile(values, _UPPER_PERCENTILE)) if values.size else 0.0
    top = max(channel.range, full, 1.0)
    negative = values[values < 0]
    width = _WIDTH_WITHOUT_TAIL
    if negative.size:
        edge = abs(float(np.percentile(negative, _TAIL_PERCENTILE)))
        width = (_DECADES - math.log10(top / edge)) / 2
    width = min(max(width, _NARROWEST), _WIDEST)
    parameters = {"T": top, "W": width, "M": _DECADES, "A": 0.0}
    low = float(np.asarray(Logicle(**parameters).invert(np.zeros(1)))[0])
    label = channel_label(channel)
    return Axis(label=label, scale=AxisScale.LOGICLE, low=low, high=top, parameters=parameters)


def _asinh(channel: Channel, values: Values) -> Axis:
    top = float(np.percentile(values, _UPPER_PERCENTILE)) if values.size else 0.0
    return Axis(
        label=channel_label(channel),
        scale=AxisScale.ASINH,
        low=-_MASS_COFACTOR / 2,
        high=max(_HEADROOM * top, 100 * _MASS_COFACTOR),
        parameters={"cofactor": _MASS_COFACTOR},
    )


def _above(low: float) -> float:
    return low + max(1.0, abs(low))
