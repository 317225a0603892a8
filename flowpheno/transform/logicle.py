"""Logicle: the biexponential scale of Parks, Roederer and Moore.

The scale is defined by its inverse, ``x = a e^(b y) - c e^(-d y) + f``; the forward map is found
on a table and polished by Newton's method. Below the linear region the scale is mirrored, as the
reference implementation does: the bare formula is far off there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import TransformError

if TYPE_CHECKING:
    from flowpheno.arrays import Values
    from flowpheno.transform.base import Intensities

_LN10 = math.log(10)
_NODES = 16_384
_BLOCK = 65_536
_NEWTON_NODES = 40
_NEWTON_DOUBLE = 2
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
        sensible = math.isfinite(self.T) and self.T > 0 and math.isfinite(self.M) and self.M > 0
        if not (sensible and 0 <= 2 * self.W <= self.M):
            raise TransformError(
                f"logicle: T {self.T}, W {self.W}, M {self.M} must satisfy T > 0, 0 <= 2 W <= M"
            )
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
            d = float(
                brentq(
                    lambda t: 2 * (math.log(t) - math.log(b)) + w * (t + b), 1e-12, b, xtol=1e-14
                )
            )
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
            Same shape and floating type; 1 at `T`. Off by less than 1e-7 of the scale for
            float32, which is read off a table, and 1e-12 for float64.
        """
        values = np.asarray(events)
        scaled = np.empty(values.shape, values.dtype)
        flat_in, flat_out = values.reshape(-1), scaled.reshape(-1)
        for start in range(0, flat_in.size, _BLOCK):  # a block stays in the processor's cache
            part = slice(start, start + _BLOCK)
            flat_out[part] = self._forward(flat_in[part])
        return scaled

    def _forward(self, x: Intensities) -> Values:
        """Positions of one block, double precision."""
        size = np.abs(x, dtype=np.float64)
        table = _table(self)
        place = np.arcsinh(size / table.scale) * (_NODES / table.top)
        np.minimum(place, _NODES, out=place)
        left = np.where(np.isnan(place), 0, place).astype(np.int32)  # NaN stays NaN
        y = table.position[left] + (place - left) * table.step[left]
        if x.dtype == np.float64:
            y = self._polish(y, size, _NEWTON_DOUBLE)
        return np.asarray(np.where(x < 0, 2 * self._coefficients[5] - y, y))

    def _polish(self, y: Values, x: Values, steps: int) -> Values:
        """Newton's method: the map is convex above zero, so that it cannot diverge."""
        a, b, c, d, _, x1 = self._coefficients
        for _ in range(steps):
            slope = a * b * np.exp(b * y) + c * d * np.exp(-d * y)
            y = np.clip(y - (self._biexponential(y) - x) / slope, x1, 1 + _BEYOND)
        return y

    def _biexponential(self, y: Values) -> Values:
        a, b, c, d, f, _ = self._coefficients
        return np.asarray(a * np.exp(b * y) - c * np.exp(-d * y) + f)


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """Positions at equal steps of ``arcsinh(x / scale)``, on which the scale is nearly linear."""

    scale: float
    top: float
    position: Values
    step: Values


@lru_cache(maxsize=64)
def _table(transform: Logicle) -> _Table:
    """Tabulate the forward map; the nodes are exact."""
    a, b, _, _, _, x1 = transform._coefficients  # noqa: SLF001 - same module
    scale = 2 * a
    highest = float(transform.invert(np.array([1 + _BEYOND]))[0])
    top = math.asinh(highest / scale)
    x = scale * np.sinh(np.linspace(0, top, _NODES + 1))
    start = np.clip(np.log1p(x / a) / b, x1, 1 + _BEYOND)
    y = transform._polish(start, x, _NEWTON_NODES)  # noqa: SLF001 - same module
    return _Table(scale, top, y, np.append(np.diff(y), 0.0))
