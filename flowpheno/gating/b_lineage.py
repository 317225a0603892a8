"""The B-lineage gate: CD19, or CD22 with CD10 or CD24, or cytoplasmic CD79a.

CD19 alone would lose the blasts that dropped it after CD19 therapy (domain rule 8.12).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.gating.anchor import CD45, SSC, clusters_for
from flowpheno.gating.kmeans import assign_clusters
from flowpheno.marker import Marker

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.arrays import EventMask
    from flowpheno.gating.anchor import Anchors
    from flowpheno.gating.cutpoint import Cutpoint
    from flowpheno.gating.decades import Decades
    from flowpheno.gating.limits import GatingLimits

CD19, CD22, CD10, CD24 = (Marker(m) for m in ("CD19", "CD22", "CD10", "CD24"))
CD20, CD34, CD38, CYCD79A = (Marker(m) for m in ("CD20", "CD34", "CD38", "cyCD79a"))
TDT = Marker("TdT")
_BACKBONE = (CD19, CD10, CD20, CD34, CD38, CD45, CD22, CD24, TDT, CYCD79A, SSC)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class BLineage:
    """The B lineage of a tube and its parts.

    Attributes
    ----------
    gate : EventMask
        All B-lineage events.
    mature, plasma, precursors : EventMask
        Its parts; together they are `gate`.
    by : tuple of str
        The rules that could be used, such as ``"CD19"`` or ``"CD22 with CD10"``.
    """

    gate: EventMask
    mature: EventMask
    plasma: EventMask
    precursors: EventMask
    by: tuple[str, ...]


def gate_b_lineage(
    decades: Decades,
    anchors: Anchors,
    cutpoints: Mapping[Marker, Cutpoint],
    limits: GatingLimits,
) -> BLineage | None:
    """Gate the B lineage and split it into mature, plasma and precursor cells.

    Parameters
    ----------
    decades : Decades
        The tube.
    anchors : Anchors
        Its internal populations.
    cutpoints : mapping of Marker to Cutpoint
        Its cut points.
    limits : GatingLimits
        Parameters.

    Returns
    -------
    BLineage or None
        None where none of the rules can be applied to the tube's markers.
    """
    gate = np.zeros(len(decades.values), bool)
    by = []

    def _positive(marker: Marker) -> EventMask:
        return np.asarray(decades.of(marker) > cutpoints[marker].decade)

    if CD19 in cutpoints:
        gate |= _positive(CD19)
        by.append("CD19")
    for partner in (CD10, CD24):
        if CD22 in cutpoints and partner in cutpoints:
            gate |= _positive(CD22) & _positive(partner)
            by.append(f"CD22 with {partner}")
    if CYCD79A in cutpoints:
        gate |= _positive(CYCD79A)
        by.append("cyCD79a")
    if not by:
        return None
    gate &= anchors.low_scatter
    mature, plasma = _split(decades, anchors, cutpoints, gate, limits)
    return BLineage(
        gate=gate, mature=mature, plasma=plasma, precursors=gate & ~mature & ~plasma, by=tuple(by)
    )


def _split(
    decades: Decades,
    anchors: Anchors,
    cutpoints: Mapping[Marker, Cutpoint],
    gate: EventMask,
    limits: GatingLimits,
) -> tuple[EventMask, EventMask]:
    """Cluster the gate; a cluster is mature or plasma by its medians."""
    rows = np.flatnonzero(gate)
    mature, plasma = np.zeros_like(gate), np.zeros_like(gate)
    if len(rows) == 0:
        return mature, plasma
    names = [m for m in _BACKBONE if m in decades]
    columns = np.array([decades.columns[m] for m in names])
    space = decades.values[np.ix_(rows, columns)]
    order = np.lexsort(space.T)  # by value: a permuted file gives the same clusters
    if len(order) > limits.cluster_events:
        rng = np.random.default_rng(limits.seed)
        order = order[np.sort(rng.choice(len(order), limits.cluster_events, replace=False))]
    k = clusters_for(space[order], most=limits.b_clusters)
    label = assign_clusters(space, order, k, seed=limits.seed)
    for index in range(k):
        members = rows[label == index]
        if len(members) == 0:
            continue
        medians = {m: float(np.median(decades.of(m)[members])) for m in names}
        if _is_mature(medians, anchors, decades, cutpoints, limits):
            mature[members] = True
        elif _is_plasma(medians, cutpoints, limits):
            # few blasts may be in a cluster of plasma cells: each event must be as bright
            bright = cutpoints[CD38].control_median + limits.plasma_cd38
            plasma[members] = decades.of(CD38)[members] > bright
    return mature, plasma


def _is_mature(
    medians: Mapping[Marker, float],
    anchors: Anchors,
    decades: Decades,
    cutpoints: Mapping[Marker, Cutpoint],
    limits: GatingLimits,
) -> bool:
    """CD45 nearly as bright as T cells, no CD10, CD34, TdT; CD20 bright where it is stained."""
    home = float(np.median(decades.of(CD45)[anchors.lymphocytes]))
    if medians[CD45] < home - limits.mature_cd45:
        return False
    if any(m in medians and medians[m] > cutpoints[m].decade for m in (CD34, TDT)):
        return False
    if CD10 in medians and medians[CD10] > cutpoints[CD10].decade:
        return False
    return CD20 not in medians or medians[CD20] > cutpoints[CD20].decade


def _is_plasma(
    medians: Mapping[Marker, float], cutpoints: Mapping[Marker, Cutpoint], limits: GatingLimits
) -> bool:
    """CD38 far above lymphocytes, no CD20, CD10, CD34."""
    if CD38 not in medians or medians[CD38] < cutpoints[CD38].control_median + limits.plasma_cd38:
        return False
    return not any(
        m in medians and medians[m] > cutpoints[m].decade for m in (CD20, CD10, CD34, TDT)
    )
