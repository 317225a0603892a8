"""Logicle: the biexponential scale of Parks, Roederer and Moore.

The scale is defined by its inverse, ``x = a e^(b y) - c e^(-d y) + f``. Below zero it is
mirrored, as the reference implementation does: the bare formula is far off there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from flowpheno.errors import TransformError
from flowpheno.transform.curve import Biexponential, Mirrored, falling_rate

_LN10 = math.log(10)


@dataclass(frozen=True, slots=True)
class Logicle(Mirrored):
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
    curve : Curve
        The scale as it is computed.

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
    curve: Biexponential = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        sensible = math.isfinite(self.T) and self.T > 0 and math.isfinite(self.M) and self.M > 0
        if not (sensible and 0 <= 2 * self.W <= self.M):
            raise TransformError(
                f"logicle: T {self.T}, W {self.W}, M {self.M} must satisfy T > 0, 0 <= 2 W <= M"
            )
        if not -self.W <= self.A <= self.M - 2 * self.W:
            raise TransformError(f"logicle: A {self.A} lies outside -W to M - 2 W")
        object.__setattr__(self, "curve", self._solve())

    def _solve(self) -> Biexponential:

        w = self.W / (self.M + self.A)
        x2 = self.A / (self.M + self.A)
        x1, x0 = x2 + w, x2 + 2 * w
        b = (self.M + self.A) * _LN10
        d = falling_rate(b, w)
        ca = math.exp(x0 * (b + d))
        mf = math.exp(b * x1) - ca / math.exp(d * x1)
        a = self.T / (math.exp(b) - mf - ca / math.exp(d))
        return Biexponential(a, b, ca * a, d, -mf * a, x1)
