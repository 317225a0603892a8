"""Axes of a figure: labels, decade ticks, nothing else."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.plotdata import AxisScale
from flowpheno.report.palette import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from flowpheno.plotdata import Axis

_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_NEAREST = 0.045  # of the axis: labels closer than this would touch
_STEPS = np.arange(2, 10)


def dress_x(axes: Axes, axis: Axis) -> None:
    """Label the x axis and set its ticks.

    Parameters
    ----------
    axes : Axes
        Drawn in positions 0 to 1.
    axis : Axis
        What it shows.
    """
    plain(axes)
    major, names, minor = ticks(axis)
    axes.set_xlim(0, 1)
    axes.set_xticks(major, names)
    axes.set_xticks(minor, minor=True)
    axes.set_xlabel(axis.label, fontsize=9.5, color=INK, parse_math=False)


def dress_y(axes: Axes, axis: Axis, *, few: bool = False) -> None:
    """Label the y axis and set its ticks.

    Parameters
    ----------
    axes : Axes
        Drawn in positions 0 to 1.
    axis : Axis
        What it shows.
    few : bool
        Whether there is room for few ticks only.
    """
    plain(axes)
    major, names, minor = ticks(axis)
    axes.set_ylim(0, 1)
    if few:
        major, names, minor = major[::2], names[::2], []
    axes.set_yticks(major, names)
    axes.set_yticks(minor, minor=True)
    axes.set_ylabel(axis.label, fontsize=9.5, color=INK, parse_math=False)


def plain(axes: Axes) -> None:
    """Take away what is not data.

    Parameters
    ----------
    axes : Axes
        Any axes.
    """
    axes.tick_params(labelsize=8, colors=INK, length=3.5, width=0.7)
    axes.tick_params(which="minor", length=2, width=0.5)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_linewidth(0.7)


def ticks(axis: Axis) -> tuple[list[float], list[str], list[float]]:
    """Place the ticks of an axis.

    Parameters
    ----------
    axis : Axis
        Any axis.

    Returns
    -------
    positions : list of float
        Of the labelled ticks, 0 to 1 along the axis.
    names : list of str
        Their labels: 0 and powers of ten, or round numbers on a linear axis.
    minor : list of float
        Positions of the ticks between.
    """
    if axis.scale is AxisScale.LINEAR:
        return _linear_ticks(axis)
    top = math.ceil(math.log10(max(abs(axis.low), axis.high)))
    decades = 10.0 ** np.arange(0, top + 1)
    values = _within(axis, np.concatenate([[0.0], decades[::-1], -decades[::-1]]))
    positions: list[float] = []
    names: list[str] = []
    for value, place in zip(values, axis.position(values), strict=True):
        if all(abs(place - taken) > _NEAREST for taken in positions):
            positions.append(float(place))
            names.append(_power(value))
    between = _within(axis, np.outer(decades[1:], _STEPS).ravel())
    order = np.argsort(positions)
    return (
        [positions[i] for i in order],
        [names[i] for i in order],
        [float(p) for p in axis.position(np.concatenate([between, _within(axis, -between)]))],
    )


def _linear_ticks(axis: Axis) -> tuple[list[float], list[str], list[float]]:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - used here alone

    values = _within(axis, np.asarray(MaxNLocator(5).tick_values(axis.low, axis.high)))
    thousands = axis.high >= 10_000  # noqa: PLR2004 - five digits do not fit beside each other
    names = [f"{v / 1000:g}k" if thousands and v else f"{v:g}" for v in values]
    return [float(p) for p in axis.position(values)], names, []


def _within(axis: Axis, values: np.ndarray) -> np.ndarray:
    inside: np.ndarray = values[(values >= axis.low) & (values <= axis.high)]
    return inside


def _power(value: float) -> str:
    if value == 0:
        return "0"
    sign = "−" if value < 0 else ""
    return f"{sign}10{str(round(math.log10(abs(value)))).translate(_SUPERSCRIPT)}"
