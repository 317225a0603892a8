"""Anchors: cells every marrow holds, found without knowing any channel's threshold.

An over-clustering of the tube is enough to recognise the lymphocytes (brightest CD45, lowest
side scatter, no B or precursor antigen) and the granulocytes (high side scatter). All later
numbers are distances from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.gating.kmeans import assign_clusters
from flowpheno.marker import Marker

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask, EventMatrix, Matrix
    from flowpheno.gating.decades import Decades
    from flowpheno.gating.limits import GatingLimits

CD45, SSC, CD3, CYCD3 = Marker("CD45"), Marker("SSC"), Marker("CD3"), Marker("cyCD3")
NOT_ON_T = tuple(
    Marker(m)
    for m in (
        "CD19",
        "CD10",
        "CD34",
        "CD20",
        "CD22",
        "cyCD79a",
        "TdT",
        "CD117",
        "CD33",
        "CD13",
        "cyMPO",
    )
)
_NOT_ON_GRANULOCYTES = tuple(Marker(m) for m in ("CD19", "CD22", "cyCD79a", "CD34", "TdT"))
_CLUSTERED = (
    *NOT_ON_T,
    CD45,
    CD3,
    CYCD3,
    Marker("CD7"),
    Marker("CD38"),
    Marker("CD15"),
    Marker("CD14"),
)
_SCATTER_WEIGHT = 1.5
_COARSE = 25
_PER_COARSE = 1200
_PER_CLUSTER = 20
_FEWEST = 25
NOISE = 0.4
"""Decades under which a value is background of the detector."""
_FLOOR = 0.05
"""Quantile of the clusters that stands for the lowest one."""
_ALIKE_CD45, _ALIKE_SSC, ALIKE_MARKER = 0.25, 0.3, 0.6
"""Decades within which clusters are of one kind."""
_ROUNDS = 20


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Anchors:
    """Where the internal populations lie.

    Attributes
    ----------
    cluster : ndarray of int
        Cluster of each event, shape ``(n_events,)``; -1 outside the parent.
    medians : Matrix
        Cluster medians in decades, shape ``(n_clusters, n_columns)``, columns of `Decades`.
    sizes : ndarray of int
        Events of each cluster.
    lymphocytes : EventMask
        T cells (and NK): the negative control of most markers.
    granulocytes : EventMask
        Cells of high side scatter.
    low_scatter : EventMask
        Cells of lymphoid side scatter.
    scatter_border : float
        Side scatter (decades) that ends `low_scatter`.
    """

    cluster: np.ndarray[tuple[int], np.dtype[np.int32]]
    medians: Matrix
    sizes: np.ndarray[tuple[int], np.dtype[np.int64]]
    lymphocytes: EventMask
    granulocytes: EventMask
    low_scatter: EventMask
    scatter_border: float


def find_anchors(decades: Decades, parent: EventMask, limits: GatingLimits) -> Anchors | None:
    """Find lymphocytes, granulocytes and the border of low side scatter.

    Parameters
    ----------
    decades : Decades
        The tube.
    parent : EventMask
        Nucleated single cells.
    limits : GatingLimits
        Parameters.

    Returns
    -------
    Anchors or None
        None where the tube has no CD45 or no side scatter, or too few events.
    """
    if CD45 not in decades or SSC not in decades or np.count_nonzero(parent) < 2 * _FEWEST:
        return None
    cluster, medians, sizes = _over_cluster(decades, parent, limits)
    t_clusters = _lymphocyte_clusters(decades, medians, sizes)
    if t_clusters.size == 0:
        return None
    scatter = decades.of(SSC)
    lymphocytes = _settle(decades, cluster, t_clusters, medians)
    lymphocytes = _without_antigens(decades, parent, lymphocytes, limits)
    if np.count_nonzero(lymphocytes) < _FEWEST:
        return None
    home = float(np.median(scatter[lymphocytes]))
    high = medians[:, decades.columns[SSC]] > home + limits.granulocyte_gap
    for marker in _NOT_ON_GRANULOCYTES:  # large blasts may be as granular
        if marker in decades:
            dark = float(np.median(decades.of(marker)[lymphocytes]))
            high &= medians[:, decades.columns[marker]] < dark + limits.granulocyte_antigen
    granulocytes = np.isin(cluster, np.flatnonzero(high & (sizes >= _FEWEST)))
    border = home + limits.side_scatter_span
    if np.count_nonzero(granulocytes) >= limits.minimum_control:
        top = float(np.median(scatter[granulocytes]))
        border = home + limits.side_scatter_share * (top - home)
        granulocytes = parent & (scatter > border) & granulocytes
    return Anchors(
        cluster=cluster,
        medians=medians,
        sizes=sizes,
        lymphocytes=lymphocytes,
        granulocytes=granulocytes,
        low_scatter=parent & (scatter < border),
        scatter_border=border,
    )


def _without_antigens(
    decades: Decades, parent: EventMask, lymphocytes: EventMask, limits: GatingLimits
) -> EventMask:
    """Replace lymphocytes that bear what T cells lack, where zero means that they lack it.

    Where nearly all cells are blasts, the cluster most like T cells may be one of blasts. Cells
    without any such antigen stand in then, those with more CD45 and less side scatter first.
    """
    limit = limits.counts_negative if decades.counts else limits.light_negative
    stained = [m for m in NOT_ON_T if m in decades]
    if not (decades.counts or decades.compensated) or all(
        np.median(decades.of(m)[lymphocytes]) < limit for m in stained
    ):
        return lymphocytes
    bare = parent.copy()
    for marker in stained:
        bare &= decades.of(marker) < limit
    rows = np.flatnonzero(bare)
    alike = decades.of(CD45)[rows] - _SCATTER_WEIGHT * decades.of(SSC)[rows]
    best = rows[np.argsort(-alike, kind="stable")][: max(len(rows) // 2, _FEWEST)]
    chosen = np.zeros_like(parent)
    chosen[best] = True
    return chosen


def _over_cluster(
    decades: Decades, parent: EventMask, limits: GatingLimits
) -> tuple[
    np.ndarray[tuple[int], np.dtype[np.int32]],
    Matrix,
    np.ndarray[tuple[int], np.dtype[np.int64]],
]:
    """Cluster twice: the second time on a sample in which rare cells are not drowned."""
    names = [m for m in (*_CLUSTERED, SSC) if m in decades]
    rows = np.flatnonzero(parent)
    columns = np.array([decades.columns[m] for m in names])
    space = decades.values[np.ix_(rows, columns)]
    space[:, names.index(SSC)] *= _SCATTER_WEIGHT
    order = _stable_order(space)
    rng = np.random.default_rng(limits.seed)
    first = order[_thin(len(order), limits.cluster_events, rng)]
    n_coarse = clusters_for(space[first], most=_COARSE)
    home = assign_clusters(space, first, n_coarse, seed=limits.seed)
    chosen = []
    for part in range(n_coarse):
        members = order[home[order] == part]
        chosen.append(members[_thin(len(members), _PER_COARSE, rng)])
    second = np.concatenate(chosen)
    k = clusters_for(space[second], most=limits.clusters)
    label = assign_clusters(space, second, k, seed=limits.seed)
    cluster = np.full(len(parent), -1, np.int32)
    cluster[rows] = label
    table = decades.values[rows]
    medians = np.full((k, table.shape[1]), np.nan)
    for index in range(k):
        members = table[label == index]
        if len(members):
            medians[index] = np.median(members, axis=0)
    return cluster, medians, np.bincount(label, minlength=k).astype(np.int64)


def clusters_for(space: EventMatrix, *, most: int) -> int:
    """Choose how many clusters some events allow.

    Parameters
    ----------
    space : EventMatrix
        Events, equal ones beside each other, shape ``(n, m)``.
    most : int
        Clusters wanted.

    Returns
    -------
    int
        At least 1; no more than there are different events, and twenty events for each.
    """
    different = 1 + int(np.count_nonzero((space[1:] != space[:-1]).any(axis=1)))
    return max(min(most, len(space) // _PER_CLUSTER, different), 1)


def _stable_order(space: EventMatrix) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Order events by value, so that a permuted file is clustered the same."""
    order = np.argsort(space[:, -1], kind="stable")
    first = space[order, -1]
    equal = np.concatenate([[False], first[1:] == first[:-1], [False]])
    tied = np.flatnonzero(equal[1:] | equal[:-1])  # the other columns decide among these alone
    order[tied] = order[tied][np.lexsort(space[order[tied]].T)]
    return order


def _thin(
    n: int, most: int, rng: np.random.Generator
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    if n <= most:
        return np.arange(n)
    return np.sort(rng.choice(n, most, replace=False))


def _lymphocyte_clusters(
    decades: Decades, medians: Matrix, sizes: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Rank clusters by how much they look like T cells; keep the best and its like."""
    usable = sizes >= _FEWEST
    if not usable.any():
        return np.empty(0, np.int64)

    def above_floor(marker: Marker) -> Matrix:
        column = medians[:, decades.columns[marker]]
        return np.asarray(column - np.nanquantile(column[usable], _FLOOR))

    score = above_floor(CD45) - _SCATTER_WEIGHT * np.maximum(above_floor(SSC), 0)
    for marker in NOT_ON_T:
        if marker in decades:
            score -= 0.5 * np.maximum(above_floor(marker), 0)
    for marker in (CD3, CYCD3):
        if marker in decades:
            score += 0.5 * above_floor(marker)
    score[~usable] = -np.inf
    return np.flatnonzero(usable & _like(int(np.argmax(score)), decades, medians))


def _settle(
    decades: Decades,
    cluster: np.ndarray[tuple[int], np.dtype[np.int32]],
    start: np.ndarray[tuple[int], np.dtype[np.int64]],
    medians: Matrix,
) -> EventMask:
    """Move the window of CD45 and side scatter onto its own medians: no border of a cluster stays.

    Events of every cluster that bears no more of another lineage than the first ones count. CD45
    alone tells too little: without side scatter, a constant here, the clusters stay.
    """
    chosen = np.isin(cluster, start)
    if np.ptp(decades.of(SSC)) == 0:
        return np.asarray(chosen)
    bears = _bears_no_more(start, decades, medians)
    within = np.concatenate([bears, [False]])[cluster]
    cd45, scatter = decades.of(CD45), decades.of(SSC)
    for _ in range(_ROUNDS):
        near = np.abs(cd45 - np.median(cd45[chosen])) < _ALIKE_CD45
        near &= np.abs(scatter - np.median(scatter[chosen])) < _ALIKE_SSC
        near &= within
        if np.count_nonzero(near) < _FEWEST or np.array_equal(near, chosen):
            break
        chosen = near
    return np.asarray(chosen)


def _bears_no_more(
    start: np.ndarray[tuple[int], np.dtype[np.int64]], decades: Decades, medians: Matrix
) -> EventMask:
    alike = np.isfinite(medians[:, decades.columns[CD45]])
    for marker in NOT_ON_T:
        if marker in decades:
            column = np.maximum(medians[:, decades.columns[marker]], NOISE)
            alike &= column - np.median(column[start]) < ALIKE_MARKER
    for marker in (CD3, CYCD3):
        if marker in decades:
            column = medians[:, decades.columns[marker]]
            alike &= column > np.median(column[start]) - ALIKE_MARKER
    return np.asarray(alike)


def _like(best: int, decades: Decades, medians: Matrix) -> EventMask:
    """Clusters that lie where the best one does, shape ``(n_clusters,)``."""

    def distance(marker: Marker) -> Matrix:
        column = medians[:, decades.columns[marker]]
        return np.asarray(np.abs(column - column[best]))

    alike = np.asarray((distance(CD45) < _ALIKE_CD45) & (distance(SSC) < _ALIKE_SSC))
    for marker in NOT_ON_T:  # below the best cluster is noise, not less of the antigen
        if marker in decades:
            column = np.maximum(medians[:, decades.columns[marker]], NOISE)
            alike &= column - max(medians[best, decades.columns[marker]], NOISE) < ALIKE_MARKER
    for marker in (CD3, CYCD3):
        if marker in decades:
            column = medians[:, decades.columns[marker]]
            alike &= column > column[best] - ALIKE_MARKER
    return alike
