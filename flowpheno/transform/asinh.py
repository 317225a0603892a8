"""Inverse hyperbolic sine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import TransformError

if TYPE_CHECKING:
    from flowpheno.transform.base import Intensities


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
