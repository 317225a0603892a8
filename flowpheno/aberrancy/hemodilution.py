"""Marrow, or blood drawn into it: the signs of dilution."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.finding import Finding, ReasonCode, Severity

if TYPE_CHECKING:
    from flowpheno.aberrancy.limits import AberrancyLimits
    from flowpheno.gating import GatedTube


def check_hemodilution(gated: GatedTube, limits: AberrancyLimits) -> tuple[Finding, ...]:
    """Find a specimen without the cells that only marrow holds.

    Parameters
    ----------
    gated : GatedTube
        The tube with its hematogones.
    limits : AberrancyLimits
        Parameters.

    Returns
    -------
    tuple of Finding
        ``HEMODILUTED`` where nucleated red cells, CD34+ cells and hematogones are all nearly
        absent; empty where one of them is there, or the tube cannot tell.
    """
    n = int(np.count_nonzero(gated.nucleated))
    needed = ("erythroid", "progenitors", "hematogones")
    if (
        n == 0
        or any(name not in gated.populations for name in needed)
        or "CD34" not in gated.cutpoints
    ):
        return ()
    shares = {name: 100 * gated.populations[name].n / n for name in needed}
    borders = (limits.diluted_erythroid, limits.diluted_progenitors, limits.diluted_hematogones)
    if any(share >= border for share, border in zip(shares.values(), borders, strict=True)):
        return ()
    if gated.populations["blasts"].n:
        return ()  # an infiltrated marrow lacks them too
    text = ", ".join(f"{name} {share:.2f} %" for name, share in shares.items())
    return (
        Finding(
            code=ReasonCode.HEMODILUTED,
            severity=Severity.BLOCKING,
            stage="aberrancy.hemodilution",
            message=f"hardly any cell that only marrow holds: {text} of nucleated cells",
            value=shares["erythroid"],
        ),
    )
