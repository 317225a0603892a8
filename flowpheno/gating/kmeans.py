"""K-means, the same on every machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from flowpheno.arrays import EventMatrix

_ROUNDS = 40
_TOLERANCE = 1e-3


def assign_clusters(
    space: EventMatrix, fitted: np.ndarray[tuple[int], np.dtype[np.int64]], k: int, *, seed: int
) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """Cluster events by k-means fitted on some of them.

    Parameters
    ----------
    space : EventMatrix
        Decades, shape ``(n, m)``.
    fitted : ndarray of int
        Rows the centres are fitted on.
    k : int
        Clusters.
    seed : int
        Seed of the starting centres.

    Returns
    -------
    ndarray of int
        Cluster of each event, shape ``(n,)``.

    Notes
    -----
    One thread: sums in another order would give other borders on a machine with other cores, and
    files are judged in parallel anyway.
    """
    from sklearn.cluster import KMeans  # noqa: PLC0415 - slow to import
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - comes with scikit-learn

    space = np.asarray(space, np.float64)  # scikit-learn widens single precision piecewise, slowly
    means = KMeans(k, n_init=1, max_iter=_ROUNDS, tol=_TOLERANCE, random_state=seed)
    with threadpool_limits(1):
        return np.asarray(means.fit(space[fitted]).predict(space), np.int32)
