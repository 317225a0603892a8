"""Decade ticks of a scale, for plots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from flowpheno.transform.base import Transform

_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_LEAST_GAP = 0.045


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticks:
    """Where an axis is marked.

    Attributes
    ----------
    major, minor : tuple of float
        Positions on the scale.
    labels : tuple of str
        One for each major tick, such as ``"10³"``.
    """

    major: tuple[float, ...]
    minor: tuple[float, ...]
    labels: tuple[str, ...]


def decade_ticks(transform: Transform, low: float, high: float) -> Ticks:
    """Mark the decades between two intensities.

    Parameters
    ----------
    transform : Transform
        Scale of the axis.
    low, high : float
        Ends of the axis, linear intensities.

    Returns
    -------
    Ticks
        Zero and the decades as major ticks where they do not crowd, 2 to 9 of each as minor ones.
    """
    top = max(abs(low), abs(high), 1.0)
    decades = [10.0**k for k in range(int(np.floor(np.log10(top))) + 1)]
    values = [-v for v in reversed(decades)] + [0.0] + decades
    ends = transform.apply(np.array([low, high], np.float64))
    width = float(ends[1] - ends[0]) or 1.0
    major: list[float] = []
    labels: list[str] = []
    zero = float(transform.apply(np.array([0.0]))[0])
    for value in values:
        position = float(transform.apply(np.array([value], np.float64))[0])
        crowded = value != 0 and abs(position - zero) < _LEAST_GAP * width
        if low <= value <= high and not crowded:
            major.append(position)
            labels.append(_label(value))
    steps = np.array([s * m * 10.0**k for s in (-1, 1) for k in range(len(decades)) for m in range(2, 10)])
    inside = steps[(steps >= low) & (steps <= high)]
    minor = tuple(float(v) for v in transform.apply(inside))
    return Ticks(major=tuple(major), minor=minor, labels=tuple(labels))


def _label(value: float) -> str:
    if value == 0:
        return "0"
    exponent = round(float(np.log10(abs(value))))
    return ("−" if value < 0 else "") + "10" + str(exponent).translate(_SUPERSCRIPT)
