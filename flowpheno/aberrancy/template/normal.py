"""A normal template: where the B-lineage cells of blast-free marrows lie, in one panel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.arrays import Matrix, Values
    from flowpheno.marker import Marker


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class NormalTemplate:
    """Normal B-lineage events of one panel.

    Attributes
    ----------
    name : str
        Identifier shown in results.
    markers : tuple of Marker
        Columns, in order.
    fluorochromes : mapping of str to str
        By marker; a file stained otherwise does not fit.
    normals : tuple of str
        Marrows it was built from.
    left_out : tuple of str
        Marrows named as not normal after all.
    cytometers : tuple of str
        Cytometers the marrows were measured on (``$CYT``), sorted; empty where no file says it.
    weights, means, covariances : array
        Gaussian mixture over decades: ``(k,)``, ``(k, m)``, ``(k, m, m)``.
    threshold : float
        Negative log density above which an event is flagged.
    levels : Values
        Steps above the threshold, shape ``(l,)``, ascending from 0.
    rates : Values
        Share (0 to 1) of a marrow's normal events to be expected above each step, shape ``(l,)``:
        mean of held-out marrows plus twice their spread.
    reference : Matrix
        Normal events in decades, shape ``(n, m)``; those of the first of `normals` first.
    sizes : tuple of int
        How many of them each of `normals` gave; empty where it is not known.
    anchors : mapping of str to Values
        Medians of internal populations in decades, shape ``(m,)``; NaN where too small.
    """

    name: str
    markers: tuple[Marker, ...]
    fluorochromes: Mapping[str, str]
    normals: tuple[str, ...]
    left_out: tuple[str, ...]
    cytometers: tuple[str, ...]
    weights: Values
    means: Matrix
    covariances: np.ndarray[tuple[int, int, int], np.dtype[np.float64]]
    threshold: float
    levels: Values
    rates: Values
    reference: Matrix
    sizes: tuple[int, ...]
    anchors: Mapping[str, Values]

    def surprise(self, events: Matrix) -> Values:
        """Score events by how far they are from normal.

        Parameters
        ----------
        events : Matrix
            Decades, shape ``(n, m)``, columns as `markers`.

        Returns
        -------
        Values
            Negative log density, shape ``(n,)``.
        """
        return mixture_surprise((self.weights, self.means, self.covariances), events)

    def marrow_medians(
        self, rows: np.ndarray[tuple[int], np.dtype[np.intp]], column: int, *, least: int
    ) -> Values:
        """Medians of some normal events, marrow by marrow.

        Parameters
        ----------
        rows : ndarray of int
            Rows of `reference`.
        column : int
            Column of `markers`.
        least : int
            Fewest events of a marrow for a median.

        Returns
        -------
        Values
            Decades, one for each marrow with so many; empty where `sizes` is.
        """
        ends = np.cumsum(self.sizes)
        home = np.searchsorted(ends, rows, side="right")
        each = (self.reference[rows[home == marrow], column] for marrow in range(len(ends)))
        return np.array([np.median(values) for values in each if len(values) >= least])


Density: TypeAlias = tuple[
    "Values", "Matrix", np.ndarray[tuple[int, int, int], np.dtype[np.float64]]
]
"""Weights, means and covariances of a Gaussian mixture."""


def mixture_surprise(density: Density, events: Matrix) -> Values:
    """Negative log density of events under a Gaussian mixture.

    Parameters
    ----------
    density : tuple
        Weights, means and covariances.
    events : Matrix
        Shape ``(n, m)``.

    Returns
    -------
    Values
        Shape ``(n,)``.
    """
    from scipy.special import logsumexp  # noqa: PLC0415 - slow to import

    parts = [
        np.log(weight) + log_normal(events, mean, covariance)
        for weight, mean, covariance in zip(*density, strict=True)
    ]
    return np.asarray(-logsumexp(np.stack(parts), axis=0))


def log_normal(events: Matrix, mean: Values, covariance: Matrix) -> Values:
    """Log density of a multivariate normal distribution.

    Parameters
    ----------
    events : Matrix
        Shape ``(n, m)``.
    mean : Values
        Shape ``(m,)``.
    covariance : Matrix
        Shape ``(m, m)``, positive definite.

    Returns
    -------
    Values
        Shape ``(n,)``.
    """
    from scipy.linalg import solve_triangular  # noqa: PLC0415 - slow to import

    lower = np.linalg.cholesky(covariance)
    whitened = solve_triangular(lower, (events - mean).T, lower=True)
    constant = 0.5 * len(mean) * np.log(2 * np.pi) + np.log(np.diag(lower)).sum()
    return np.asarray(-0.5 * np.square(whitened).sum(axis=0) - constant)
