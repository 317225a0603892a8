"""Linear scale, for scatter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import TransformError

if TYPE_CHECKING:
    from flowpheno.transform.base import Intensities


@dataclass(frozen=True, slots=True)
class Linear:
    """Scale by a constant.

    Attributes
    ----------
    top : float
        Linear intensity that maps to 1.
    """

    top: float = 262_144.0

    def __post_init__(self) -> None:
        if not (np.isfinite(self.top) and self.top > 0):
            raise TransformError(f"linear: top {self.top} is not above 0")

    def apply(self, events: Intensities) -> Intensities:
        """Divide by `top`.

        Parameters
        ----------
        events : array
            Linear intensities.

        Returns
        -------
        array
            Same shape and floating type, dimensionless.
        """
        return events / events.dtype.type(self.top)

    def invert(self, scaled: Intensities) -> Intensities:
        """Multiply by `top`.

        Parameters
        ----------
        scaled : array
            Dimensionless positions.

        Returns
        -------
        array
            Same shape, linear intensities.
        """
        return scaled * scaled.dtype.type(self.top)
