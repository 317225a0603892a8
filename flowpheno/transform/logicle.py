"""Logicle: the biexponential scale of Parks, Roederer and Moore.

The scale is defined by its inverse, ``x = a e^(b y) - c e^(-d y) + f``; the forward map is found
on a table and polished by Newton's method. Below the linear region the scale is mirrored, as the
reference implementation does: the bare formula is far off there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import TransformError

if TYPE_CHECKING:
    from flowpheno.arrays import Values
    from flowpheno.transform.base import Intensities

_LN10 = math.log(10)
_TABLE = 8192
_NEWTON = 3
_BEYOND = 2.0
"""How far above full scale the table reaches, in units of the scale."""


@dataclass(frozen=True, slots=True)
class Logicle:
    """Logicle scale of Gating-ML 2.0: 0 to 1 between the lowest value and full scale.

    Attributes
    ----------
    T : float
        Linear intensity of the top of the scale.
    W : float
        Decades of the linear region about zero.
    M : float
        Decades a logarithmic scale would have.
    A : float
        Additional decades of negative values.

    References
    ----------
    .. [1] Moore WA, Parks DR. Update for the logicle data scale including operational code
       implementations. Cytometry A. 2012;81(4):273-277.
    .. [2] Gating-ML 2.0, section 6.2.4.
    """

    T: float = 262_144.0
    W: float = 0.5
    M: float = 4.5
    A: float = 0.0
    _coefficients: tuple[float, float, float, float, float, float] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        if not (self.T > 0 and self.M > 0 and 0 <= 2 * self.W <= self.M):
            raise TransformError(f"logicle: T {self.T}, W {self.W}, M {self.M} must satisfy T > 0, 0 <= 2 W <= M")
        if not -self.W <= self.A <= self.M - 2 * self.W:
            raise TransformError(f"logicle: A {self.A} lies outside -W to M - 2 W")
        object.__setattr__(self, "_coefficients", self._solve())

    def _solve(self) -> tuple[float, float, float, float, float, float]:
        """Coefficients a, b, c, d, f of the biexponential, and x1, the position of zero."""
        from scipy.optimize import brentq  # noqa: PLC0415 - slow to import

        w = self.W / (self.M + self.A)
        x2 = self.A / (self.M + self.A)
        x1, x0 = x2 + w, x2 + 2 * w
        b = (self.M + self.A) * _LN10
        d = b
        if w > 0:
            d = float(brentq(lambda t: 2 * (math.log(t) - math.log(b)) + w * (t + b), 1e-12, b, xtol=1e-14))
        ca = math.exp(x0 * (b + d))
        mf = math.exp(b * x1) - ca / math.exp(d * x1)
        a = self.T / (math.exp(b) - mf - ca / math.exp(d))
        return a, b, ca * a, d, -mf * a, x1

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
        y = np.asarray(scaled, np.float64)
        x1 = self._coefficients[5]
        below = y < x1
        mirrored = np.where(below, 2 * x1 - y, y)
        x = self._biexponential(mirrored)
        return np.asarray(np.where(below, -x, x), scaled.dtype)

    def apply(self, events: Intensities) -> Intensities:
        """Map linear intensities to the scale.

        Parameters
        ----------
        events : array
            Linear intensities; values beyond the table's reach are put at its end.

        Returns
        -------
        array
            Same shape and floating type; 1 at `T`.
        """
        a, b, c, d, _, x1 = self._coefficients
        x = np.asarray(events, np.float64)
        size = np.abs(x)
        grid = np.linspace(x1, 1 + _BEYOND, _TABLE)
        y = np.interp(size, self._biexponential(grid), grid)
        for _ in range(_NEWTON):
            slope = a * b * np.exp(b * y) + c * d * np.exp(-d * y)
            y = np.clip(y - (self._biexponential(y) - size) / slope, x1, 1 + _BEYOND)
        return np.asarray(np.where(x < 0, 2 * x1 - y, y), events.dtype)

    def _biexponential(self, y: Values) -> Values:
        a, b, c, d, f, _ = self._coefficients
        return np.asarray(a * np.exp(b * y) - c * np.exp(-d * y) + f)
