"""The scales of FlowCytometryTools: hlog, tlog and glog, forward and back.

They are here to read data that were put on them. Gating-ML's hyperlog is another scale: its
parameters are T, W, M and A.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import TransformError

if TYPE_CHECKING:
    from flowpheno.transform.base import Intensities

_LN10 = math.log(10)
_DECADES = math.log10(2**18)
_NEWTON_STEPS = 60
_CLOSE = 1e-13


@dataclass(frozen=True, slots=True)
class Hlog:
    """Hyperlog in base 10: linear about zero, logarithmic far from it, odd.

    Attributes
    ----------
    b : float
        Where linear turns into logarithmic; larger is later.
    r : float
        Place of the top of the scale.
    d : float
        Decades of the top of the scale: ``10 ** d`` is put at `r`.

    References
    ----------
    .. [1] Bagwell CB. Hyperlog: a flexible log-like transform for negative, zero, and positive
       valued data. Cytometry A. 2005;64A(1):34-42.
    """

    b: float = 500.0
    r: float = 10_000.0
    d: float = _DECADES

    def __post_init__(self) -> None:
        if not (self.b > 0 and self.r > 0 and self.d > 0):
            raise TransformError(f"hlog: b {self.b}, r {self.r}, d {self.d} must be positive")

    def apply(self, events: Intensities) -> Intensities:
        """Map linear intensities to the scale.

        Parameters
        ----------
        events : array
            Linear intensities.

        Returns
        -------
        array
            Same shape and floating type.
        """
        x = np.asarray(events, np.float64)
        size = np.abs(x)
        u = np.log1p(size) / _LN10  # above the root of a convex function: Newton comes down to it
        for _ in range(_NEWTON_STEPS):
            beyond = np.expm1(_LN10 * u)  # exact about zero, where 10**u - 1 is not
            step = (beyond + self.b * u - size) / (_LN10 * (beyond + 1) + self.b)
            u -= step
            if not (np.abs(step) > _CLOSE * (1 + u)).any():  # written so that NaN ends it
                break
        return np.asarray(np.sign(x) * u * self.r / self.d, events.dtype)

    def invert(self, scaled: Intensities) -> Intensities:
        """Map the scale back to linear intensities.

        Parameters
        ----------
        scaled : array
            Positions on the scale.

        Returns
        -------
        array
            Same shape and floating type.
        """
        u = np.asarray(scaled, np.float64) * (self.d / self.r)
        sign = np.where(u < 0, -1.0, 1.0)
        return np.asarray(sign * 10.0 ** (sign * u) + self.b * u - sign, scaled.dtype)


@dataclass(frozen=True, slots=True)
class Tlog:
    """Logarithm in base 10, cut off below a threshold: what was below it is lost.

    Attributes
    ----------
    th : float
        Smaller values are taken for it.
    r : float
        Place of the top of the scale.
    d : float
        Decades of the top of the scale: ``10 ** d`` is put at `r`.
    """

    th: float = 1.0
    r: float = 10_000.0
    d: float = _DECADES

    def __post_init__(self) -> None:
        if not (self.th > 0 and self.r > 0 and self.d > 0):
            raise TransformError(f"tlog: th {self.th}, r {self.r}, d {self.d} must be positive")

    def apply(self, events: Intensities) -> Intensities:
        """Map linear intensities to the scale.

        Parameters
        ----------
        events : array
            Linear intensities.

        Returns
        -------
        array
            Same shape and floating type.
        """
        x = np.maximum(np.asarray(events, np.float64), self.th)
        return np.asarray(np.log10(x) * (self.r / self.d), events.dtype)

    def invert(self, scaled: Intensities) -> Intensities:
        """Map the scale back to linear intensities, none below the threshold.

        Parameters
        ----------
        scaled : array
            Positions on the scale.

        Returns
        -------
        array
            Same shape and floating type.
        """
        x = 10.0 ** (np.asarray(scaled, np.float64) * (self.d / self.r))
        return np.asarray(np.maximum(x, self.th), scaled.dtype)


@dataclass(frozen=True, slots=True)
class Glog:
    """Generalised logarithm in base e: ``log(x + sqrt(x ** 2 + l))``.

    Attributes
    ----------
    l : float
        Square of the intensity about which it turns from linear to logarithmic.
    """

    l: float  # noqa: E741 - its name where it comes from

    def __post_init__(self) -> None:
        if not self.l > 0:
            raise TransformError(f"glog: l {self.l} must be positive")

    def apply(self, events: Intensities) -> Intensities:
        """Map linear intensities to the scale.

        Parameters
        ----------
        events : array
            Linear intensities.

        Returns
        -------
        array
            Same shape and floating type.
        """
        root = math.sqrt(self.l)  # by asinh: the sum cancels for negative values
        x = np.asarray(events, np.float64)
        return np.asarray(np.arcsinh(x / root) + math.log(root), events.dtype)

    def invert(self, scaled: Intensities) -> Intensities:
        """Map the scale back to linear intensities.

        Parameters
        ----------
        scaled : array
            Positions on the scale.

        Returns
        -------
        array
            Same shape and floating type.
        """
        root = math.sqrt(self.l)
        y = np.asarray(scaled, np.float64)
        return np.asarray(root * np.sinh(y - math.log(root)), scaled.dtype)
