"""Inverse hyperbolic sine."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import TransformError

if TYPE_CHECKING:
    from flowpheno.transform.base import Intensities


_LN10 = math.log(10)


@dataclass(frozen=True, slots=True)
class Asinh:
    """Inverse hyperbolic sine: linear about zero, logarithmic far from it.

    Attributes
    ----------
    cofactor : float
        Linear intensity at which the scale turns logarithmic; 150 suits fluorescence on an
        18-bit scale, 5 ion counts.
    """

    cofactor: float = 150.0

    def __post_init__(self) -> None:
        if not (np.isfinite(self.cofactor) and self.cofactor > 0):
            raise TransformError(f"asinh: cofactor {self.cofactor} is not above 0")

    def apply(self, events: Intensities) -> Intensities:
        """Map linear intensities to asinh units.

        Parameters
        ----------
        events : array
            Linear intensities.

        Returns
        -------
        array
            ``asinh(x / cofactor)``, same shape and floating type.

        Examples
        --------
        >>> f"{Asinh(150).apply(np.array([1000.0]))[0]:.6f}"
        '2.595845'
        """
        return np.arcsinh(events / events.dtype.type(self.cofactor))

    def invert(self, scaled: Intensities) -> Intensities:
        """Map asinh units back to linear intensities.

        Parameters
        ----------
        scaled : array
            Asinh units.

        Returns
        -------
        array
            Same shape, linear intensities.
        """
        return np.sinh(scaled) * scaled.dtype.type(self.cofactor)


@dataclass(frozen=True, slots=True)
class ParametrisedAsinh:
    """Inverse hyperbolic sine of Gating-ML 2.0: 0 to 1 as logicle has it.

    Attributes
    ----------
    T : float
        Linear intensity of the top of the scale.
    M : float
        Decades a logarithmic scale would have.
    A : float
        Additional decades of negative values.

    References
    ----------
    .. [1] Gating-ML 2.0, section 6.2.3.
    """

    T: float = 262_144.0
    M: float = 4.5
    A: float = 0.0

    def __post_init__(self) -> None:
        sensible = all(map(math.isfinite, (self.T, self.M, self.A)))
        if not (sensible and self.T > 0 and self.M > 0 and 0 <= self.A <= self.M):
            raise TransformError(
                f"asinh: T {self.T}, M {self.M}, A {self.A} must satisfy T > 0, M > 0, 0 <= A <= M"
            )

    @property
    def zero(self) -> float:
        """Position of intensity 0."""
        return self.A / (self.M + self.A)

    def apply(self, events: Intensities) -> Intensities:
        """Map linear intensities to the scale.

        Parameters
        ----------
        events : array
            Linear intensities.

        Returns
        -------
        array
            Same shape and floating type; 1 at `T` but for a term of ``10 ** (-2 M)``.
        """
        x = np.asarray(events, np.float64) * (math.sinh(self.M * _LN10) / self.T)
        y = (np.arcsinh(x) + self.A * _LN10) / ((self.M + self.A) * _LN10)
        return np.asarray(y, events.dtype)

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
        y = np.asarray(scaled, np.float64) * ((self.M + self.A) * _LN10) - self.A * _LN10
        with np.errstate(over="ignore"):
            return np.asarray(np.sinh(y) * self.T / math.sinh(self.M * _LN10), scaled.dtype)
