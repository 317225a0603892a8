"""Marrow, or blood drawn into it: the signs of dilution."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.finding import Finding, ReasonCode, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

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
        ``HEMODILUTED`` where nucleated red cells, CD34+ cells and hematogones are nearly absent,
        or red cells are few and granulocytes nearly all mature, as in blood: a marrow full of
        hematogones keeps some of them however much blood was drawn with it. Empty where
        neither holds, or the tube cannot tell.
    """
    n = int(np.count_nonzero(gated.nucleated))
    if n == 0 or gated.mask("blasts").any():
        return ()  # an infiltrated marrow lacks them too
    shares = {name: 100 * p.n / n for name, p in gated.populations.items()}
    few = _without_precursors(gated, shares, limits) or _of_mature_granulocytes(shares, limits)
    if not few:
        return ()
    return (
        Finding(
            code=ReasonCode.HEMODILUTED,
            severity=Severity.BLOCKING,
            stage="aberrancy.hemodilution",
            message=f"hardly any cell that only marrow holds: {few}",
            value=shares["erythroid"],
        ),
    )


def _without_precursors(
    gated: GatedTube, shares: Mapping[str, float], limits: AberrancyLimits
) -> str:
    borders = {
        "erythroid": limits.diluted_erythroid,
        "progenitors": limits.diluted_progenitors,
        "hematogones": limits.diluted_hematogones,
    }
    if not borders.keys() <= shares.keys() or "CD34" not in gated.cutpoints:
        return ""
    if any(shares[name] >= border for name, border in borders.items()):
        return ""
    return ", ".join(f"{name} {shares[name]:.2f} %" for name in borders) + " of nucleated"


def _of_mature_granulocytes(shares: Mapping[str, float], limits: AberrancyLimits) -> str:
    """Compare granulocytes among themselves: their number says little after chemotherapy."""
    total, red = shares.get("gran", 0.0), shares.get("erythroid", np.inf)
    if "gran_immature" not in shares or total < limits.diluted_granulocytes:
        return ""
    immature = 100 * shares["gran_immature"] / total
    if red >= limits.diluted_erythroid_mature or immature >= limits.diluted_immature:
        return ""
    return f"{immature:.1f} % of granulocytes immature, erythroid {red:.2f} % of nucleated"
