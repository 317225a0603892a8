"""Positions on the channels of one tube, and which events lie at a level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.density import density
from flowpheno.gating.definition import Landmark
from flowpheno.gating.spread import positive

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.arrays import EventMask, Values
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

    def at(self, marker: Marker, name: str, parent: EventMask) -> tuple[EventMask, float]:
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
        EventMask
            Events of the whole tube at the level.
        float
            Confidence, 0 to 1; 1 where no cut point is asked for.
        """
        level = self._level(marker, name)
        low, high, confidence = self._bounds(marker, level, parent)
        values = self.decades.of(marker)
        held = np.asarray((values > low) & (values <= high))
        if marker in self.cutpoints and Landmark.CUT in level.landmarks:
            above = positive(self.decades, self.cutpoints[marker], self.spread)
            if level.above.get(Landmark.CUT) == 0:
                held &= above
            if level.up_to.get(Landmark.CUT) == 0:
                held = np.asarray(~above & (values > low))
        return held, confidence

    def medians_at(
        self, marker: Marker, name: str, medians: Values, parent: EventMask
    ) -> tuple[EventMask, float]:
        """Find the clusters whose median is at a level.

        Parameters
        ----------
        marker : Marker
            A marker for which `has` is true.
        name : str
            The level.
        medians : Values
            Of each cluster, decades.
        parent : EventMask
            Cells whose valley is meant where the level asks for one.

        Returns
        -------
        EventMask
            One for each cluster.
        float
            Confidence, 0 to 1.
        """
        low, high, confidence = self._bounds(marker, self._level(marker, name), parent)
        return np.asarray((medians > low) & (medians <= high)), confidence

    def _level(self, marker: Marker, name: str) -> Level:
        level = self.definitions.level(marker, name)
        if level is None:
            raise KeyError(f"{marker} has no level {name}")
        return level

    def _bounds(
        self, marker: Marker, level: Level, parent: EventMask
    ) -> tuple[float, float, float]:
        low, high, confidence = -np.inf, np.inf, 1.0
        for landmark, offset in level.above.items():
            position, sure = self._position(landmark, marker, parent)
            low, confidence = position + offset, min(confidence, sure)
        for landmark, offset in level.up_to.items():
            position, sure = self._position(landmark, marker, parent)
            high, confidence = position + offset, min(confidence, sure)
        return low, high, confidence

    def _position(
        self, landmark: Landmark, marker: Marker, parent: EventMask
    ) -> tuple[float, float]:
        """Position of a landmark in decades, and how sure it is."""
        values = self.decades.of(marker)
        if landmark is Landmark.LYMPHOCYTES:
            return float(np.median(values[self.anchors.lymphocytes])), 1.0
        if landmark is Landmark.BORDER:
            return self.anchors.scatter_border, 1.0
        cut = self.cutpoints[marker]
        if landmark is Landmark.CONTROL:
            return cut.control_median, 1.0
        if landmark is Landmark.CONTROL_END:
            return cut.control_end, 1.0
        if landmark is Landmark.VALLEY and parent.any():
            found = self._valley(values[parent])
            if found is not None:
                return found
        return cut.decade, cut.confidence

    def _valley(self, values: Values) -> tuple[float, float] | None:
        """Deepest valley above the lowest mode; None for one mode."""
        curve = density(values, bandwidth=self.limits.split_bandwidth)
        modes = curve.modes()
        valley = curve.valley_above(float(modes[0])) if modes.size else None
        if valley is None or valley.depth > self.limits.valley_depth:
            return None
        return valley.position, 1.0 - valley.depth


_OF_A_CUT = frozenset({Landmark.CUT, Landmark.CONTROL, Landmark.CONTROL_END, Landmark.VALLEY})
