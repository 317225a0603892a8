"""A mixture of normal distributions along one marker: negative cells, and positive ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

if TYPE_CHECKING:
    import numpy.typing as npt

    from flowpheno.arrays import EventMatrix, Matrix, Values

_BINS = 256
_TAIL = 0.0005
_MARGIN = 0.3
_ROUNDS = 300
_STILL = 1e-4
"""Decades: means that move less have settled."""
_NARROWEST = 0.03
"""Decades: a component is no narrower, or it would settle on one bin."""
_TINY = 1e-300


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Mixture:
    """Normal components of a distribution, by ascending mean.

    Attributes
    ----------
    weights, means, sds : Values
        Share, mean and standard deviation of each, shape ``(k,)``; all empty for no values.
    n : int
        Values it was fitted on.
    """

    weights: Values
    means: Values
    sds: Values
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Two groups of components, and where they part.

    Attributes
    ----------
    position : float
        Where both groups are equally likely.
    separation : float
        Ashman's D: distance of the means of the two groups in units of their common standard
        deviation; above 2 they are apart.
    weight : float
        Share of the upper group.
    error : float
        Share of both on the wrong side of `position`, for each of the upper group; 0 or more.

    References
    ----------
    .. [1] Ashman KM, Bird CM, Zepf SE. Detecting bimodality in astronomical datasets. Astron J.
       1994;108:2348-2361.
    """

    position: float
    separation: float
    weight: float
    error: float


def fit_mixture(ordered: EventMatrix | Values, starts: Values) -> Mixture:
    """Fit normal components by expectation maximisation, on a histogram.

    The histogram makes the fit the same for any order of the values, and quick. (scikit-learn's
    mixtures take no weights, hence none of histograms.)

    Parameters
    ----------
    ordered : array
        Decades, ascending, shape ``(n,)``, finite.
    starts : Values
        Means to begin with, ascending, shape ``(k,)``.

    Returns
    -------
    Mixture
        `k` components; none for no values.
    """
    if len(ordered) == 0:
        return Mixture(weights=np.empty(0), means=np.empty(0), sds=np.empty(0), n=0)
    low, high = (float(ordered[int(p * (len(ordered) - 1))]) for p in (_TAIL, 1 - _TAIL))
    edges = np.linspace(low - _MARGIN, high + _MARGIN, _BINS + 1)
    counts = np.diff(np.searchsorted(ordered, edges.astype(ordered.dtype)))
    centres = (edges[1:] + edges[:-1]) / 2
    weights, means, sds = _maximise(centres, counts.astype(np.float64), starts)
    order = np.argsort(means, kind="stable")
    return Mixture(weights=weights[order], means=means[order], sds=sds[order], n=len(ordered))


def split_mixture(mixture: Mixture, border: float) -> Split | None:
    """Find where the components below a border part from those above it.

    Parameters
    ----------
    mixture : Mixture
        Of all cells.
    border : float
        The mean of a positive component lies above it, such as the upper end of a control.

    Returns
    -------
    Split or None
        None where all components lie on one side.
    """
    above = mixture.means > border
    weight = float(mixture.weights[above].sum())
    if not above.any() or above.all() or not 0 < weight < 1:
        return None
    lower, upper = _moments(mixture, ~above), _moments(mixture, above)
    grid = np.linspace(lower[0], upper[0], _BINS)
    below, beyond = (_likelihood(mixture, which, grid) for which in (~above, above))
    ahead = np.flatnonzero(beyond > below)
    position = float(grid[ahead[0]]) if ahead.size else float(grid[-1])
    left = ndtr((position - mixture.means) / mixture.sds) * mixture.weights
    wrong = float(left[above].sum() + (mixture.weights - left)[~above].sum())
    common = np.sqrt((lower[1] + upper[1]) / 2)
    return Split(
        position=position,
        separation=float((upper[0] - lower[0]) / common),
        weight=weight,
        error=wrong / weight,
    )


def _maximise(centres: Values, counts: Values, starts: Values) -> tuple[Values, Values, Values]:
    """Move the components until their means settle."""
    means = np.asarray(starts, np.float64)
    sds = np.full(means.shape, max(float(np.diff(means).mean()) / 2, _NARROWEST))
    weights = np.full(means.shape, 1 / means.size)
    total = counts.sum()
    for _ in range(_ROUNDS):
        density = weights * _bell(centres, means, sds)
        member = density / (density.sum(axis=1, keepdims=True) + _TINY) * counts[:, np.newaxis]
        size = member.sum(axis=0) + _TINY
        before = means
        weights = size / total
        means = (member * centres[:, np.newaxis]).sum(axis=0) / size
        spread = (member * (centres[:, np.newaxis] - means) ** 2).sum(axis=0) / size
        sds = np.sqrt(spread + _NARROWEST**2)
        if np.abs(means - before).max() < _STILL:
            break
    return weights, means, sds


def _bell(positions: Values, means: Values, sds: Values) -> Matrix:
    """Density of each component at each position, but for a common factor."""
    scaled = (positions[:, np.newaxis] - means) / sds
    return np.asarray(np.exp(-0.5 * scaled**2) / sds)


def _likelihood(mixture: Mixture, which: npt.NDArray[np.bool_], positions: Values) -> Values:
    bells = _bell(positions, mixture.means[which], mixture.sds[which])
    return np.asarray((bells * mixture.weights[which]).sum(axis=1))


def _moments(mixture: Mixture, which: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Mean and variance of a group of components."""
    share = mixture.weights[which] / mixture.weights[which].sum()
    mean = float((share * mixture.means[which]).sum())
    square = (share * (mixture.sds[which] ** 2 + mixture.means[which] ** 2)).sum()
    return mean, float(square - mean**2)
