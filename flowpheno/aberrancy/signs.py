"""Signs that B precursors are not normal, each from inside the tube."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.aberrancy.evidence import Aberrancy, AberrancyKind
from flowpheno.marker import Marker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.aberrancy.limits import AberrancyLimits
    from flowpheno.arrays import EventMask
    from flowpheno.gating import GatedTube

CD10, CD20, CD34, CD38, CD45 = (Marker(m) for m in ("CD10", "CD20", "CD34", "CD38", "CD45"))
KAPPA, LAMBDA = Marker("sIgK"), Marker("sIgL")


def is_evidence(found: Sequence[Aberrancy]) -> bool:
    """Tell whether signs suffice: two, and not the missing continuum alone.

    Parameters
    ----------
    found : sequence of Aberrancy
        Signs of one population.

    Returns
    -------
    bool
        Whether they make it aberrant.
    """
    other = sum(a.kind is not AberrancyKind.NO_CONTINUUM for a in found)
    return len(found) >= 2 and other >= 1  # noqa: PLR2004 - two independent lines of evidence


def cross_lineage(
    gated: GatedTube, candidate: EventMask, limits: AberrancyLimits
) -> list[Aberrancy]:
    """Find markers of other lineages on B precursors.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    candidate : EventMask
        The population; not empty.
    limits : AberrancyLimits
        Parameters.

    Returns
    -------
    list of Aberrancy
        Empty where there is no such sign, or the tube cannot show it.
    """
    found = []
    foreign = set(limits.cross_lineage)
    for marker, cut in gated.cutpoints.items():
        parts = set(marker.split("+"))
        if not parts <= foreign:  # a combined channel counts only if every part is foreign
            continue
        rows = candidate
        if parts & set(limits.only_without_cd34):
            if CD34 not in gated.cutpoints:
                continue
            rows = candidate & (gated.decades.of(CD34) <= gated.cutpoints[CD34].decade)
        n = int(np.count_nonzero(rows))
        if n < limits.mention_events:
            continue
        positive = (
            gated.decades.of(marker)[rows] > cut.control_end + limits.internal_cross_margin_log10
        )
        percent = 100 * float(np.mean(positive))
        if percent >= limits.cross_lineage_percent:
            found.append(
                Aberrancy(
                    marker=marker,
                    kind=AberrancyKind.CROSS_LINEAGE,
                    delta_log10=None,
                    strong=False,
                    text=f"{marker} on {percent:.0f} % of {n} B precursors, "
                    f"judged against {cut.control}",
                )
            )
    return found


def asynchronous(
    gated: GatedTube, candidate: EventMask, limits: AberrancyLimits
) -> list[Aberrancy]:
    """Find CD34 with CD20, and CD34 without CD10: normal precursors pass neither.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    candidate : EventMask
        The population; not empty.
    limits : AberrancyLimits
        Parameters.

    Returns
    -------
    list of Aberrancy
        Empty where there is no such sign, or the tube cannot show it.
    """
    found: list[Aberrancy] = []
    if CD34 not in gated.cutpoints:
        return found
    cd34 = candidate & (gated.decades.of(CD34) > gated.cutpoints[CD34].decade)
    n34 = int(np.count_nonzero(cd34))
    if CD20 in gated.cutpoints:
        both = cd34 & (gated.decades.of(CD20) > gated.cutpoints[CD20].control_end)
        percent = 100 * np.count_nonzero(both) / max(int(np.count_nonzero(candidate)), 1)
        if percent >= limits.internal_asynchronous_percent:
            found.append(
                _asynchrony(
                    "CD34 CD20", f"CD34 and CD20 together on {percent:.0f} % of the precursors"
                )
            )
    if CD10 in gated.cutpoints and n34 >= limits.mention_events:
        without = cd34 & (gated.decades.of(CD10) <= gated.cutpoints[CD10].decade)
        percent = 100 * np.count_nonzero(without) / n34
        enough = 100 * n34 / np.count_nonzero(candidate) >= limits.internal_asynchronous_percent
        if percent >= limits.internal_cd10_absent_percent and enough:
            found.append(
                _asynchrony("CD34 CD10", f"{percent:.0f} % of {n34} CD34+ B precursors lack CD10")
            )
    return found


def _asynchrony(markers: str, text: str) -> Aberrancy:
    return Aberrancy(
        marker=Marker(markers),
        kind=AberrancyKind.ASYNCHRONOUS,
        delta_log10=None,
        strong=False,
        text=text,
    )


def dim_cd45(gated: GatedTube, candidate: EventMask, limits: AberrancyLimits) -> list[Aberrancy]:
    """Find CD45 at half of the lymphocytes' or less.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    candidate : EventMask
        The population; not empty.
    limits : AberrancyLimits
        Parameters.

    Returns
    -------
    list of Aberrancy
        Empty where there is no such sign, or the tube cannot show it.
    """
    cd45, lymphocytes = gated.decades.of(CD45), gated.mask("lymphocytes")
    if not lymphocytes.any():
        return []
    delta = float(np.median(cd45[candidate]) - np.median(cd45[lymphocytes]))
    if delta > limits.internal_cd45_log10:
        return []
    text = f"CD45 {delta:+.2f} log10 against the lymphocytes of the tube"
    return [
        Aberrancy(
            marker=CD45, kind=AberrancyKind.UNDER, delta_log10=delta, strong=False, text=text
        )
    ]


def dim_cd38(
    gated: GatedTube,
    candidate: EventMask,
    limits: AberrancyLimits,
    *,
    brightest: float | None = None,
) -> list[Aberrancy]:
    """Find CD38 below the bright level of normal precursors.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    candidate : EventMask
        The population; not empty.
    limits : AberrancyLimits
        Parameters.
    brightest : float or None
        CD38 (decades) of the brightest precursors of the tube, where they were told apart.

    Returns
    -------
    list of Aberrancy
        Empty where there is no such sign, or the tube cannot show it.
    """
    if CD38 not in gated.decades:
        return []
    cd38 = gated.decades.of(CD38)
    level = float(np.median(cd38[candidate]))
    plasma, t = gated.mask("plasma"), gated.mask("T")
    if brightest is not None and level - brightest <= limits.internal_cd38_within_log10:
        delta, name, low = level - brightest, "the brightest precursors of the tube", True
    elif np.count_nonzero(plasma) >= limits.mention_events * 5:
        delta, name = level - float(np.median(cd38[plasma])), "plasma cells"
        low = delta <= limits.internal_cd38_plasma_log10
    elif np.count_nonzero(t) >= limits.anchor_events:
        delta, name = level - float(np.median(cd38[t])), "T cells"
        low = delta < limits.internal_cd38_log10
    else:
        return []
    if not low:
        return []
    text = f"CD38 {delta:+.2f} log10 against {name}: below the bright level of normal precursors"
    return [
        Aberrancy(
            marker=CD38, kind=AberrancyKind.UNDER, delta_log10=delta, strong=False, text=text
        )
    ]


def restricted(gated: GatedTube, candidate: EventMask, limits: AberrancyLimits) -> list[Aberrancy]:
    """Find one surface light chain on nearly all cells: no normal B population is so.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    candidate : EventMask
        The population; not empty.
    limits : AberrancyLimits
        Parameters.

    Returns
    -------
    list of Aberrancy
        Empty where both chains or none are shown, or they were not stained.
    """
    if KAPPA not in gated.cutpoints or LAMBDA not in gated.cutpoints:
        return []
    percents = {
        chain: 100
        * float(np.mean(gated.decades.of(chain)[candidate] > gated.cutpoints[chain].decade))
        for chain in (KAPPA, LAMBDA)
    }
    most, least = sorted(percents, key=percents.__getitem__, reverse=True)
    if (
        percents[most] < limits.internal_restricted_percent
        or percents[least] > 100 - limits.internal_restricted_percent
    ):
        return []
    n = int(np.count_nonzero(candidate))
    text = f"{most} on {percents[most]:.0f} %, {least} on {percents[least]:.0f} % of {n} cells"
    return [
        Aberrancy(
            marker=most, kind=AberrancyKind.RESTRICTED, delta_log10=None, strong=False, text=text
        )
    ]
