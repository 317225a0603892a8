"""A scale whose ends hold everything beyond them, as a plot does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import TransformError

if TYPE_CHECKING:
    from flowpheno.transform.base import Intensities, Transform


@dataclass(frozen=True, slots=True)
class Clipped:
    """A scale that ends: what lies beyond an end is placed on it.

    Attributes
    ----------
    scale : Transform
        The scale between the ends.
    low, high : float
        Positions of the ends; either may be infinite.
    """

    scale: Transform
    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise TransformError(f"clipped: {self.low} is not below {self.high}")

    def apply(self, events: Intensities) -> Intensities:
        """Map linear intensities to the scale.

        Parameters
        ----------
        events : array
            Linear intensities.

        Returns
        -------
        array
            Same shape and floating type, within `low` and `high`; `low` for what the scale has no
            place for, such as 0 on a logarithmic one; NaN for NaN.
        """
        placed = np.clip(np.fmax(self.scale.apply(events), self.low), self.low, self.high)
        return np.asarray(np.where(np.isnan(events), np.nan, placed), events.dtype)

    def invert(self, scaled: Intensities) -> Intensities:
        """Map positions on the scale back to linear intensities.

        Parameters
        ----------
        scaled : array
            Positions.

        Returns
        -------
        array
            Same shape and floating type, linear intensities.
        """
        return self.scale.invert(scaled)
