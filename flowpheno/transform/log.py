"""Logarithm of Gating-ML 2.0, for values that are above zero."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import TransformError

if TYPE_CHECKING:
    from flowpheno.transform.base import Intensities


@dataclass(frozen=True, slots=True)
class Log:
    """Parametrised logarithm of Gating-ML 2.0: ``log10(x / T) / M + 1``.

    Attributes
    ----------
    T : float
        Linear intensity of the top of the scale.
    M : float
        Decades of the scale.
    """

    T: float = 262_144.0
    M: float = 4.5

    def __post_init__(self) -> None:
        if not all(math.isfinite(value) and value > 0 for value in (self.T, self.M)):
            raise TransformError(f"log: T {self.T} and M {self.M} must be above 0")

    def apply(self, events: Intensities) -> Intensities:
        """Map linear intensities to the scale.

        Parameters
        ----------
        events : array
            Linear intensities.

        Returns
        -------
        array
            Same shape and floating type; NaN, which no gate holds, for what is not above 0.
        """
        x = np.asarray(events, np.float64)
        with np.errstate(invalid="ignore"):
            logarithm = np.log10(np.where(x > 0, x, np.nan))
        return np.asarray((logarithm - math.log10(self.T)) / self.M + 1, events.dtype)

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
        with np.errstate(over="ignore"):
            return np.asarray(self.T * 10 ** ((y - 1) * self.M), scaled.dtype)
