"""What the populations of a tube are held against, measured once for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowpheno.positivity.negative import reach_of
from flowpheno.positivity.reference import level_of

if TYPE_CHECKING:
    from flowpheno.gating import GatedTube
    from flowpheno.marker import Marker
    from flowpheno.positivity.control import Control, Reach
    from flowpheno.positivity.limits import PositivityLimits
    from flowpheno.positivity.reference import Counterpart, Level


class Yardsticks:
    """Negative controls and normal counterparts of one tube.

    Those that leave out the cells that are judged are theirs alone, and measured each time.

    Parameters
    ----------
    gated : GatedTube
        The tube with its internal populations.
    limits : PositivityLimits
        Parameters.
    """

    def __init__(self, gated: GatedTube, limits: PositivityLimits) -> None:
        self._gated, self._limits = gated, limits
        self._negatives: dict[tuple[Marker, str], Reach] = {}
        self._normals: dict[tuple[Marker, str], Level] = {}

    def negative(self, marker: Marker, control: Control) -> Reach:
        """Say where the negative of a marker ends.

        Parameters
        ----------
        marker : Marker
            A stained marker.
        control : Control
            Its negative control.

        Returns
        -------
        Reach
            Linear intensities, see `reach_of`.
        """
        key = (marker, control.name)
        if control.apart or key not in self._negatives:
            self._negatives[key] = reach_of(self._gated, marker, control, self._limits)
        return self._negatives[key]

    def normal(self, marker: Marker, counterpart: Counterpart) -> Level:
        """Say where a normal counterpart lies on a marker.

        Parameters
        ----------
        marker : Marker
            A stained marker.
        counterpart : Counterpart
            The normal cells.

        Returns
        -------
        Level
            Median and bounds, see `level_of`.
        """
        key = (marker, counterpart.name)
        if counterpart.apart or key not in self._normals:
            self._normals[key] = level_of(self._gated, marker, counterpart.mask, self._limits)
        return self._normals[key]
