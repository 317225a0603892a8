"""Groups of alike cells within a population."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.gating.anchor import CD45, SSC, clusters_for
from flowpheno.gating.kmeans import assign_clusters
from flowpheno.marker import Marker

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.arrays import EventMask, Matrix, Values
    from flowpheno.gating.landmark import Landmarks

_B_STAGES = ("CD19", "CD10", "CD20", "CD34", "CD38")
_CLUSTERED = (
    *(Marker(m) for m in _B_STAGES),
    CD45,
    *(Marker(m) for m in ("CD22", "CD24", "TdT", "cyCD79a")),
    SSC,
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CellClusters:
    """Clusters of a population's cells.

    Attributes
    ----------
    label : ndarray of int
        Cluster of each event of the tube, shape ``(n_events,)``; -1 outside the population.
    medians : Matrix
        Of each cluster, decades, shape ``(n_clusters, n_columns)``; NaN for an empty cluster.
    columns : mapping of Marker to int
        Column of each marker in `medians`.
    """

    label: np.ndarray[tuple[int], np.dtype[np.int32]]
    medians: Matrix
    columns: Mapping[Marker, int]

    def medians_of(self, marker: Marker) -> Values:
        """Give the median of each cluster.

        Parameters
        ----------
        marker : Marker
            A marker of `columns`.

        Returns
        -------
        Values
            Decades, shape ``(n_clusters,)``.
        """
        return np.asarray(self.medians[:, self.columns[marker]], np.float64)

    def members(self, chosen: EventMask) -> EventMask:
        """Find the events of some clusters.

        Parameters
        ----------
        chosen : EventMask
            One for each cluster.

        Returns
        -------
        EventMask
            One for each event of the tube.
        """
        return np.concatenate([chosen, [False]])[self.label]  # -1 is the last


def cluster_cells(tube: Landmarks, parent: EventMask) -> CellClusters:
    """Cluster the cells of a population by its B-stage markers.

    Parameters
    ----------
    tube : Landmarks
        The tube.
    parent : EventMask
        The population.

    Returns
    -------
    CellClusters
        As many clusters as the events allow, up to the limits; none for no events.
    """
    decades, limits = tube.decades, tube.limits
    rows = np.flatnonzero(parent)
    label = np.full(len(parent), -1, np.int32)
    if len(rows) == 0:
        return CellClusters(
            label=label, medians=np.empty((0, len(decades.columns))), columns=decades.columns
        )
    columns = np.array([decades.columns[m] for m in _CLUSTERED if m in decades])
    space = decades.values[np.ix_(rows, columns)]
    order = np.lexsort(space.T)  # by value: a permuted file gives the same clusters
    if len(order) > limits.cluster_events:
        rng = np.random.default_rng(limits.seed)
        order = order[np.sort(rng.choice(len(order), limits.cluster_events, replace=False))]
    k = clusters_for(space[order], most=limits.b_clusters)
    own = assign_clusters(space, order, k, seed=limits.seed)
    label[rows] = own
    medians = np.full((k, decades.values.shape[1]), np.nan)
    for index in range(k):
        members = rows[own == index]
        if len(members):
            medians[index] = np.median(decades.values[members], axis=0)
    return CellClusters(label=label, medians=medians, columns=decades.columns)
