"""Aberrant cells that the border of CD19 cuts in two: dim CD19 is met in other lineages too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.marker import Marker

if TYPE_CHECKING:
    from flowpheno.aberrancy.limits import AberrancyLimits
    from flowpheno.arrays import EventMask
    from flowpheno.gating import GatedTube

CD10, CD19 = Marker("CD10"), Marker("CD19")


def check_border(
    gated: GatedTube, blasts: EventMask, non_b: EventMask, limits: AberrancyLimits
) -> tuple[Finding, ...]:
    """Find blasts that pile up above the cut of CD19 and go on below it.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    blasts, non_b : EventMask
        Aberrant B precursors, and immature cells outside the B lineage.
    limits : AberrancyLimits
        Parameters.

    Returns
    -------
    tuple of Finding
        ``CD19_BORDER_CROSSED`` where much of the blasts lies just above the cut, and immature
        cells lie just below it: t(8;21) AML with dim CD19 looks so. Empty without blasts or CD19,
        and where most of the blasts carry CD10, which those do not.
    """
    cut = gated.cutpoints.get(CD19)
    n = int(np.count_nonzero(blasts))
    cells = int(np.count_nonzero(gated.nucleated))
    if cut is None or 100 * n < max(limits.border_least_percent * cells, 1):
        return ()
    if _carry_cd10(gated, blasts, limits):
        return ()
    distance = gated.decades.of(CD19) - cut.decade
    near = limits.border_log10
    above = int(np.count_nonzero(blasts & (distance > 0) & (distance <= near)))
    below = int(np.count_nonzero(non_b & (distance <= 0) & (distance > -near)))
    few = above < max(limits.mention_events, limits.border_percent / 100 * n)
    if few or below < limits.border_below_share * above:
        return ()
    share = 100 * above / n
    return (
        Finding(
            code=ReasonCode.CD19_BORDER_CROSSED,
            severity=Severity.WARNING,
            stage="aberrancy.border",
            message=(
                f"{share:.0f} % of {n} aberrant events lie within {near:g} log10 above the cut of "
                f"CD19, and {below} immature cells as near below it"
            ),
            value=share,
        ),
    )


def _carry_cd10(gated: GatedTube, blasts: EventMask, limits: AberrancyLimits) -> bool:
    cut = gated.cutpoints.get(CD10)
    if cut is None or gated.decades.relative:
        return False
    share = np.mean(gated.decades.of(CD10)[blasts] > max(cut.decade, cut.control_end))
    return bool(100 * share >= limits.border_cd10_percent)
