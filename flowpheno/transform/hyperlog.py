"""Hyperlog of Gating-ML 2.0: linear about zero, logarithmic far from it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import TransformError
from flowpheno.transform.curve import Mirrored

if TYPE_CHECKING:
    from flowpheno.arrays import Values

_LN10 = math.log(10)


@dataclass(frozen=True, slots=True)
class _LinearExponential:
    """The curve ``a e^(b y) + c y - f``."""

    a: float
    b: float
    c: float
    f: float
    zero: float

    def intensity(self, position: Values) -> Values:
        return np.asarray(self.a * np.exp(self.b * position) + self.c * position - self.f)

    def slope(self, position: Values) -> Values:
        return np.asarray(self.a * self.b * np.exp(self.b * position) + self.c)

    def above(self, intensity: Values) -> Values:
        """Leave out either term where it is smallest, and take the better of both."""
        least = self.a * math.exp(self.b * self.zero)
        linear = (intensity + self.f - least) / self.c
        rest = intensity + self.f - self.c * self.zero
        return np.asarray(np.minimum(linear, np.log(rest / self.a) / self.b))


@dataclass(frozen=True, slots=True)
class Hyperlog(Mirrored):
    """Hyperlog scale of Gating-ML 2.0: 0 to 1 between the lowest value and full scale.

    Attributes
    ----------
    T : float
        Linear intensity of the top of the scale.
    W : float
        Decades of the linear region about zero, above 0.
    M : float
        Decades a logarithmic scale would have.
    A : float
        Additional decades of negative values.
    curve : Curve
        The scale as it is computed.

    References
    ----------
    .. [1] Bagwell CB. Hyperlog: a flexible log-like transform for negative, zero, and positive
       valued data. Cytometry A. 2005;64A(1):34-42.
    .. [2] Gating-ML 2.0, section 6.2.5.
    """

    T: float = 262_144.0
    W: float = 0.5
    M: float = 4.5
    A: float = 0.0
    curve: _LinearExponential = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        sensible = math.isfinite(self.T) and self.T > 0 and math.isfinite(self.M) and self.M > 0
        if not (sensible and 0 < 2 * self.W <= self.M):
            raise TransformError(
                f"hyperlog: T {self.T}, W {self.W}, M {self.M} must satisfy T > 0, 0 < 2 W <= M"
            )
        if not -self.W <= self.A <= self.M - 2 * self.W:
            raise TransformError(f"hyperlog: A {self.A} lies outside -W to M - 2 W")
        object.__setattr__(self, "curve", self._solve())

    def _solve(self) -> _LinearExponential:
        w = self.W / (self.M + self.A)
        x2 = self.A / (self.M + self.A)
        x1, x0 = x2 + w, x2 + 2 * w
        b = (self.M + self.A) * _LN10
        c = math.exp(b * x0) / w
        f = math.exp(b * x1) + c * x1
        a = self.T / (math.exp(b) + c - f)
        return _LinearExponential(a, b, c * a, f * a, x1)
