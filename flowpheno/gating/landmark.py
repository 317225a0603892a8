"""Positions on the channels of one tube, and which events lie at a level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.density import density
from flowpheno.gating.definition import Landmark
from flowpheno.gating.membership import Membership, known
from flowpheno.gating.spread import positive

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.arrays import EventMask, EventMatrix, Values
    from flowpheno.gating.anchor import Anchors
    from flowpheno.gating.cutpoint import Cutpoint
    from flowpheno.gating.decades import Decades
    from flowpheno.gating.definition import Level, PopulationDefinitions
    from flowpheno.gating.limits import GatingLimits
    from flowpheno.gating.spread import Spread
    from flowpheno.marker import Marker


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Landmarks:
    """A tube in which every landmark can be found.

    Attributes
    ----------
    decades : Decades
        The tube.
    anchors : Anchors
        Its lymphocytes and side scatter.
    cutpoints : mapping of Marker to Cutpoint
        Of its stained markers.
    spread : Spread
        Noise that bright neighbours leave in a channel.
    definitions : PopulationDefinitions
        Levels.
    limits : GatingLimits
        Parameters.
    blank : frozenset of Marker
        Backbone channels that the tube lacks and a constant stands for.
    """

    decades: Decades
    anchors: Anchors
    cutpoints: Mapping[Marker, Cutpoint]
    spread: Spread
    definitions: PopulationDefinitions
    limits: GatingLimits
    blank: frozenset[Marker]

    def has(self, marker: Marker, name: str) -> bool:
        """Say whether a level of a marker can be told in this tube.

        Parameters
        ----------
        marker : Marker
            The marker.
        name : str
            The level.

        Returns
        -------
        bool
            False where the marker is not stained, or a landmark of the level is not known.
        """
        level = self.definitions.level(marker, name)
        if level is None or marker not in self.decades or marker in self.blank:
            return False
        return not level.landmarks & _OF_A_CUT or marker in self.cutpoints

    def at(self, marker: Marker, name: str, parent: EventMask) -> Membership:
        """Find the events at a level.

        Parameters
        ----------
        marker : Marker
            A marker for which `has` is true.
        name : str
            The level.
        parent : EventMask
            Cells whose valley is meant where the level asks for one.

        Returns
        -------
        Membership
            Events of the whole tube at the level.
        """
        held = known(np.ones(len(self.decades.values), bool))
        level, values = self._level(marker, name), self.decades.of(marker)
        for landmark, offset in level.above.items():
            held &= self._beyond((landmark, offset), marker, values, parent)
        for landmark, offset in level.up_to.items():
            held -= self._beyond((landmark, offset), marker, values, parent)
        return held

    def _beyond(
        self, bound: tuple[Landmark, float], marker: Marker, values: EventMatrix, parent: EventMask
    ) -> Membership:
        """Find the events above a bound; from the cut on only beyond what neighbours explain."""
        landmark, offset = bound
        above = _above(values, self._border(landmark, marker, parent).moved(offset))
        if landmark is not Landmark.CUT or offset < 0:
            return above
        beyond = positive(self.decades, self.cutpoints[marker], self.spread)
        return Membership(
            certain=above.certain & beyond, mask=above.mask & beyond, possible=above.possible
        )

    def between(
        self,
        marker: Marker,
        name: str,
        values: EventMatrix | Values,
        parent: EventMask,
        *,
        reach: float = 0.0,
    ) -> Membership:
        """Find which values of a marker lie at a level, such as medians of clusters.

        Parameters
        ----------
        marker : Marker
            A marker for which `has` is true.
        name : str
            The level.
        values : Values
            Decades, shape ``(n,)``.
        parent : EventMask
            Cells whose valley is meant where the level asks for one.
        reach : float
            Decades by which the borders are less certain than their estimates.

        Returns
        -------
        Membership
            One for each value.
        """
        level = self._level(marker, name)
        held = known(np.ones(len(values), bool))
        for landmark, offset in level.above.items():
            border = self._border(landmark, marker, parent).moved(offset)
            held &= _above(values, border.widened(reach))
        for landmark, offset in level.up_to.items():
            border = self._border(landmark, marker, parent).moved(offset)
            held -= _above(values, border.widened(reach))
        return held

    def borders(self, marker: Marker, name: str, parent: EventMask) -> tuple[float, float]:
        """Give the ends of a level.

        Parameters
        ----------
        marker : Marker
            A marker for which `has` is true.
        name : str
            The level.
        parent : EventMask
            Cells whose valley is meant where the level asks for one.

        Returns
        -------
        tuple of float
            Decades; infinite where the level has no such end.
        """
        level, (low, high) = self._level(marker, name), (-np.inf, np.inf)
        for landmark, offset in level.above.items():
            low = self._border(landmark, marker, parent).at + offset
        for landmark, offset in level.up_to.items():
            high = self._border(landmark, marker, parent).at + offset
        return float(low), float(high)

    def _level(self, marker: Marker, name: str) -> Level:
        level = self.definitions.level(marker, name)
        if level is None:
            raise KeyError(f"{marker} has no level {name}")
        return level

    def _border(self, landmark: Landmark, marker: Marker, parent: EventMask) -> _Border:
        """Position of a landmark in decades, and between which it may lie."""
        values, error = self.decades.of(marker), self.limits.landmark_error
        if landmark is Landmark.LYMPHOCYTES:
            return _about(float(np.median(values[self.anchors.lymphocytes])), error)
        if landmark is Landmark.BORDER:
            return _about(self.anchors.scatter_border, error)
        cut = self.cutpoints[marker]
        if landmark is Landmark.CONTROL:
            return _about(cut.control_median, error)
        if landmark is Landmark.CONTROL_END:
            return _about(cut.control_end, error)
        found = _Border(cut.decade, *cut.interval)
        if landmark is Landmark.VALLEY and parent.any():
            return self._valley(values[parent], found)
        return found

    def _valley(self, values: EventMatrix, cut: _Border) -> _Border:
        """Deepest valley above the lowest mode; the cut where there is one mode."""
        curve = density(values, bandwidth=self.limits.split_bandwidth)
        modes = curve.modes()
        valley = curve.valley_above(float(modes[0])) if modes.size else None
        if valley is None or valley.depth > self.limits.valley_depth:
            return cut
        reach = self.limits.split_bandwidth
        return _about(valley.position, reach)


@dataclass(frozen=True, slots=True)
class _Border:
    """A border in decades, and the least and most it may be."""

    at: float
    least: float
    most: float

    def widened(self, reach: float) -> _Border:
        return _Border(self.at, self.least - reach, self.most + reach)

    def moved(self, offset: float) -> _Border:
        return _Border(self.at + offset, self.least + offset, self.most + offset)


def _about(position: float, error: float) -> _Border:
    return _Border(position, position - error, position + error)


def _above(values: EventMatrix | Values, border: _Border) -> Membership:
    return Membership(
        certain=np.asarray(values > border.most),
        mask=np.asarray(values > border.at),
        possible=np.asarray(values > border.least),
    )


_OF_A_CUT = frozenset({Landmark.CUT, Landmark.CONTROL, Landmark.CONTROL_END, Landmark.VALLEY})
