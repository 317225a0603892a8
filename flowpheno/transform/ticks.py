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
        Zero and the decades that do not crowd about it as major ticks, 2 to 9 of each as minor
        ones; ascending.
    """
    ends = transform.apply(np.array([low, high], np.float64))
    least = _LEAST_GAP * (float(ends[1] - ends[0]) or 1.0)
    zero = float(transform.apply(np.array([0.0]))[0])
    top = max(abs(low), abs(high), 1.0)
    decades = 10.0 ** np.arange(int(np.floor(np.log10(top))) + 1)
    # the scales are odd about zero; a logarithmic one has no place for it
    clear = ~(np.abs(transform.apply(decades) - zero) < least)
    shown = decades[clear]
    middle = [] if np.isnan(zero) else [0.0]
    values = np.concatenate([-shown[::-1], middle, shown])
    values = values[(values >= low) & (values <= high)]
    steps = np.outer(shown, np.arange(2, 10)).ravel()
    inside = np.concatenate([-steps[::-1], steps])
    inside = inside[(inside >= low) & (inside <= high)]
    return Ticks(
        major=tuple(transform.apply(values).tolist()),
        minor=tuple(transform.apply(inside).tolist()),
        labels=tuple(_label(value) for value in values.tolist()),
    )


def _label(value: float) -> str:
    if value == 0:
        return "0"
    exponent = round(float(np.log10(abs(value))))
    return ("\N{MINUS SIGN}" if value < 0 else "") + "10" + str(exponent).translate(_SUPERSCRIPT)
