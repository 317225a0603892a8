"""Clusters of flagged events."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from flowpheno.aberrancy.limits import AberrancyLimits
    from flowpheno.arrays import Matrix

_FITTED_EVENTS = 8000
_PER_COMPONENT = 15
_LEAST_VARIANCE = 0.01
_LEAST_WEIGHT = 1e-3
_ROUGH, _FINE = 1e-3, 1e-6
"""Gain of the bound, for each event, under which a fit has settled."""


def cluster_flagged(
    events: Matrix, limits: AberrancyLimits, *, fine: bool = False
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Split flagged events into clusters.

    Parameters
    ----------
    events : Matrix
        Decades, shape ``(n, m)``.
    limits : AberrancyLimits
        Parameters.
    fine : bool
        Whether to go on for every small gain, where clusters lie close and no later stage draws
        their borders.

    Returns
    -------
    ndarray of int
        Cluster of each event, shape ``(n,)``; all 0 for too few events to split.

    Notes
    -----
    A variational mixture with one variance for each marker: it uses as few clusters as the events
    ask for, and needs no reach, which would have to grow with the number of markers. Intensities
    under the background are set to it: noise about zero is wide in decades and tells nothing.
    """
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415 - slow to import
    from sklearn.mixture import BayesianGaussianMixture  # noqa: PLC0415 - slow to import

    k = min(limits.cluster_components, len(events) // _PER_COMPONENT)
    if k < 2:  # noqa: PLR2004 - one cluster is all of them
        return np.zeros(len(events), np.int64)
    lifted = np.maximum(events, limits.cluster_floor_log10)
    order = np.lexsort(lifted.T)
    fitted = lifted[order[:: max(-(-len(order) // _FITTED_EVENTS), 1)]]
    mixture = BayesianGaussianMixture(
        n_components=k,
        covariance_type="diag",
        reg_covar=_LEAST_VARIANCE,
        weight_concentration_prior=_LEAST_WEIGHT,
        max_iter=200,
        tol=(_FINE if fine else _ROUGH) * len(fitted),  # of the bound of all events together
        random_state=0,
    )
    with warnings.catch_warnings():  # a rough split will do: each cluster is judged by itself
        warnings.simplefilter("ignore", ConvergenceWarning)
        mixture.fit(fitted)
    return np.asarray(mixture.predict(lifted), np.int64)
