"""Scales defined by their inverse, mirrored about the place of zero; the forward map is solved."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np

from flowpheno.transform.lookup import lookup_of

if TYPE_CHECKING:
    from collections.abc import Hashable

    from flowpheno.arrays import Values
    from flowpheno.transform.base import Intensities
    from flowpheno.transform.lookup import Lookup

_MOST_STEPS = 60
_STEPS_FROM_TABLE = 2
_CLOSE = 1e-15
_LARGEST_SINGLE = float(np.finfo(np.float32).max)


class Curve(Protocol):
    """Intensity as a convex, ascending function of the position, from zero upwards."""

    @property
    def zero(self) -> float:
        """Position of intensity 0."""

    def intensity(self, position: Values, /) -> Values:
        """Give the intensity at positions not below `zero`.

        Parameters
        ----------
        position : array
            Any shape.

        Returns
        -------
        array
            Same shape.
        """

    def slope(self, position: Values, /) -> Values:
        """Give the derivative of the intensity.

        Parameters
        ----------
        position : array
            Any shape.

        Returns
        -------
        array
            Same shape, above 0.
        """

    def above(self, intensity: Values, /) -> Values:
        """Give a position not below that of an intensity, from which Newton comes down.

        Parameters
        ----------
        intensity : array
            Not negative, any shape.

        Returns
        -------
        array
            Same shape.
        """


@dataclass(frozen=True, slots=True)
class Biexponential:
    """The curve ``a e^(b y) - c e^(-d y) + f`` that logicle and FlowJo's scale share.

    Attributes
    ----------
    a, b, c, d, f : float
        Its coefficients.
    zero : float
        Position of intensity 0.
    """

    a: float
    b: float
    c: float
    d: float
    f: float
    zero: float

    def intensity(self, position: Values) -> Values:
        """Intensity at positions not below `zero`.

        Parameters
        ----------
        position : array
            Positions, any shape.

        Returns
        -------
        array
            Same shape.
        """
        rising = self.a * np.exp(self.b * position)
        return np.asarray(rising - self.c * np.exp(-self.d * position) + self.f)

    def slope(self, position: Values) -> Values:
        """Give the derivative of the intensity.

        Parameters
        ----------
        position : array
            Positions, any shape.

        Returns
        -------
        array
            Same shape, above 0.
        """
        rising = self.a * self.b * np.exp(self.b * position)
        return np.asarray(rising + self.c * self.d * np.exp(-self.d * position))

    def above(self, intensity: Values) -> Values:
        """Position that is not below the one of an intensity.

        Parameters
        ----------
        intensity : array
            Not negative, any shape.

        Returns
        -------
        array
            Same shape; the falling term is taken for its largest value.
        """
        falling = self.c * np.exp(-self.d * self.zero)
        return np.asarray(np.log((intensity - self.f + falling) / self.a) / self.b)


class Mirrored:
    """A scale on a curve, mirrored about the place of zero; subclasses hold the curve."""

    __slots__ = ()
    curve: Curve

    @property
    def zero(self) -> float:
        """Position of intensity 0."""
        return self.curve.zero

    def apply(self, events: Intensities) -> Intensities:
        """Map linear intensities to the scale.

        Parameters
        ----------
        events : array
            Linear intensities.

        Returns
        -------
        array
            Same shape and floating type. Single precision is off by less than 2e-7 of the scale,
            double precision by rounding.
        """
        return apply_mirrored(self.curve, events)

    def invert(self, scaled: Intensities) -> Intensities:
        """Map positions on the scale back to linear intensities.

        Parameters
        ----------
        scaled : array
            Positions; 0 to 1 is the range shown.

        Returns
        -------
        array
            Same shape and floating type, linear intensities.
        """
        return invert_mirrored(self.curve, scaled)


def falling_rate(rising: float, width: float) -> float:
    """Find the rate of the falling term, for which the curve is flattest at zero.

    Parameters
    ----------
    rising : float
        Rate of the rising term, *b*.
    width : float
        Linear region as a share of the scale, not negative.

    Returns
    -------
    float
        *d* of ``2 (ln d - ln b) + width (d + b) = 0``; *b* itself without a linear region.
    """
    from scipy.optimize import brentq  # noqa: PLC0415 - slow to import

    if width == 0:
        return rising

    log_rising = math.log(rising)
    rate = brentq(
        lambda d: 2 * (math.log(d) - log_rising) + width * (d + rising), 1e-12, rising, xtol=1e-14
    )
    return float(rate)


def table_of(curve: Curve) -> Lookup:
    """Tabulate a curve, or take its table again.

    Parameters
    ----------
    curve : Curve
        From zero upwards; hashable.

    Returns
    -------
    Lookup
        For single precision.
    """
    return lookup_of(cast("Hashable", curve), curve.zero, solve)


def invert_mirrored(curve: Curve, scaled: Intensities) -> Intensities:
    """Map positions to intensities.

    Parameters
    ----------
    curve : Curve
        From zero upwards; below it is mirrored.
    scaled : array
        Positions, any shape.

    Returns
    -------
    array
        Same shape and floating type; infinite where the intensity exceeds all numbers.
    """
    positions = np.asarray(scaled, np.float64)
    below = positions < curve.zero
    with np.errstate(over="ignore"):
        size = curve.intensity(np.where(below, 2 * curve.zero - positions, positions))
        return np.asarray(np.where(below, -size, size), scaled.dtype)


def apply_mirrored(curve: Curve, events: Intensities) -> Intensities:
    """Map intensities to positions.

    Parameters
    ----------
    curve : Curve
        From zero upwards; below it is mirrored. Hashable.
    events : array
        Linear intensities, any shape.

    Returns
    -------
    array
        Same shape and floating type. Single precision is read off a table whose error is bounded
        by `lookup.BOUND` of the scale; double precision is solved to rounding. What is not finite
        stays what it is.
    """
    values = np.asarray(events)
    table = table_of(curve)
    if values.dtype == np.float32:
        return table.apply(values)
    x = np.asarray(values, np.float64)
    size = np.abs(x)
    start = np.asarray(table.apply(np.minimum(size, _LARGEST_SINGLE).astype(np.float32)), float)
    with np.errstate(invalid="ignore", over="ignore"):
        for _ in range(_STEPS_FROM_TABLE):
            start = np.maximum(_step(curve, start, size), curve.zero)
        far = size > _LARGEST_SINGLE
        if far.any():
            start = np.where(far & np.isfinite(size), solve(curve, np.where(far, size, 0)), start)
    y = np.where(x < 0, 2 * curve.zero - start, start)
    return np.asarray(np.where(np.isfinite(x), y, x), values.dtype)


def solve(curve: Curve, intensity: Values) -> Values:
    """Find positions by Newton's method, which cannot diverge on a convex curve.

    Parameters
    ----------
    curve : Curve
        From zero upwards.
    intensity : array
        Not negative, finite, any shape.

    Returns
    -------
    array
        Same shape, double precision.
    """
    x = np.ravel(intensity)
    y = curve.above(x)
    active = np.arange(x.size)
    for _ in range(_MOST_STEPS):
        before = y[active]
        y[active] = np.maximum(_step(curve, before, x[active]), curve.zero)
        active = active[np.abs(y[active] - before) > _CLOSE * (1 + np.abs(before))]
        if not active.size:
            break
    return y.reshape(np.shape(intensity))


def _step(curve: Curve, position: Values, intensity: Values) -> Values:
    return np.asarray(position - (curve.intensity(position) - intensity) / curve.slope(position))
