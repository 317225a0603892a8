"""What a percentage of blasts refers to: nucleated cells, or a part of them that is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.marker import Marker

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask
    from flowpheno.gating import GatedTube
    from flowpheno.panel.mrd import Denominator

_ABSENT = "absent"
"""Level of ``populations.yaml`` below which a cell does not carry a marker."""


def count_denominator(gated: GatedTube, blasts: EventMask, rule: Denominator) -> int | None:
    """Count the events that a percentage refers to.

    Parameters
    ----------
    gated : GatedTube
        A tube with its populations.
    blasts : EventMask
        The aberrant cells; they are counted in every denominator.
    rule : Denominator
        Which cells it holds.

    Returns
    -------
    int or None
        Events, from those of `blasts` to all nucleated ones; None if the tube's markers cannot
        tell which cells these are.
    """
    if any(name not in gated.populations for name in rule.without):
        return None
    counted = gated.nucleated.copy()
    for name in rule.without:
        counted &= ~gated.mask(name)
    if rule.marker:
        marker, tube = Marker(rule.marker), gated.landmarks
        if tube is None or not tube.has(marker, _ABSENT):
            return None
        counted &= ~tube.at(marker, _ABSENT, gated.nucleated).mask
    return int(np.count_nonzero(counted | (blasts & gated.nucleated)))
