"""Linear scale, for scatter and time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import TransformError

if TYPE_CHECKING:
    from flowpheno.transform.base import Intensities


@dataclass(frozen=True, slots=True)
class Linear:
    """Scale by a constant: ``(x + below) / (top + below)``, as Gating-ML 2.0 has it.

    Attributes
    ----------
    top : float
        Linear intensity that maps to 1.
    below : float
        How far below zero the scale begins; Gating-ML's A.
    """

    top: float = 262_144.0
    below: float = 0.0

    def __post_init__(self) -> None:
        if not (np.isfinite(self.top) and self.top > 0):
            raise TransformError(f"linear: top {self.top} is not above 0")
        if not (np.isfinite(self.below) and 0 <= self.below <= self.top):
            raise TransformError(f"linear: below {self.below} lies outside 0 to {self.top}")

    def apply(self, events: Intensities) -> Intensities:
        """Map linear intensities to the scale.

        Parameters
        ----------
        events : array
            Linear intensities.

        Returns
        -------
        array
            Same shape and floating type, dimensionless.
        """
        number = events.dtype.type
        return (events + number(self.below)) / number(self.top + self.below)

    def invert(self, scaled: Intensities) -> Intensities:
        """Map positions on the scale back to linear intensities.

        Parameters
        ----------
        scaled : array
            Dimensionless positions.

        Returns
        -------
        array
            Same shape, linear intensities.
        """
        number = scaled.dtype.type
        return scaled * number(self.top + self.below) - number(self.below)
