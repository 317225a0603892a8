"""K-means that depends on the values alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from flowpheno.arrays import EventMatrix, Matrix

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
        Seed of scikit-learn, which draws where a cluster runs empty.

    Returns
    -------
    ndarray of int
        Cluster of each event, shape ``(n,)``.

    Notes
    -----
    The first centres are not drawn (`starting_centres`), so that half a file starts where the
    whole one does. One thread: sums in another order would give other borders on a machine with
    other cores, and files are judged in parallel anyway.
    """
    from sklearn.cluster import KMeans  # noqa: PLC0415 - slow to import
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - comes with scikit-learn

    wide = np.asarray(space, np.float64)  # scikit-learn widens single precision piecewise, slowly
    some = wide[fitted]
    first = starting_centres(some, k)
    means = KMeans(
        len(first), init=first, n_init=1, max_iter=_ROUNDS, tol=_TOLERANCE, random_state=seed
    )
    with threadpool_limits(1):
        return np.asarray(means.fit(some).predict(wide), np.int32)


def starting_centres(values: Matrix, k: int) -> Matrix:
    """Split the part that is widest, again and again, at its mean along its widest axis.

    Means and variances hardly change when a file is thinned or all its intensities grow, so
    neither do the centres.

    Parameters
    ----------
    values : Matrix
        Decades, shape ``(n, m)``, n at least 1.
    k : int
        Centres wanted.

    Returns
    -------
    Matrix
        Shape ``(k, m)``; fewer where fewer values differ.

    References
    ----------
    .. [1] Su T, Dy JG. In search of deterministic methods for initializing K-means and Gaussian
       mixture clustering. Intell Data Anal. 2007;11:319-338 (Var-Part).
    """
    parts = [np.arange(len(values))]
    spreads = [_spread(values)]
    while len(parts) < k:
        widest = int(np.argmax([spread.max() for spread in spreads]))
        axis = int(np.argmax(spreads[widest]))
        if spreads[widest][axis] <= 0:
            break
        rows = parts[widest]
        column = values[rows, axis]
        above = column > column.mean()
        if above.all() or not above.any():  # rounding of equal values
            spreads[widest][axis] = 0
            continue
        parts[widest], spreads[widest] = rows[above], _spread(values[rows[above]])
        parts.append(rows[~above])
        spreads.append(_spread(values[rows[~above]]))
    return np.array([values[rows].mean(axis=0) for rows in parts])


def _spread(values: Matrix) -> Matrix:
    """Sum of squares about the mean, each axis."""
    return np.asarray(((values - values.mean(axis=0)) ** 2).sum(axis=0))
