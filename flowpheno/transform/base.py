"""What every transform can do."""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

Intensities: TypeAlias = npt.NDArray[np.floating[Any]]
"""Numbers of any shape; the floating type is kept."""


class Transform(Protocol):
    """A monotone, invertible map from linear intensity to a display scale."""

    def apply(self, events: Intensities, /) -> Intensities:
        """Map linear intensities to the scale.

        Parameters
        ----------
        events : array
            Linear intensities, any shape.

        Returns
        -------
        array
            Same shape and floating type; empty for empty input.
        """

    def invert(self, scaled: Intensities, /) -> Intensities:
        """Map the scale back to linear intensities.

        Parameters
        ----------
        scaled : array
            Positions on the scale, any shape.

        Returns
        -------
        array
            Same shape, linear intensities.
        """
