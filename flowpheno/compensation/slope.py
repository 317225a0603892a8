"""The line through two populations, robustly and with its error."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from flowpheno.arrays import Matrix, Values

_ROUNDS = 50
_SETTLED = 1e-9
_MAD_TO_SD = 1.4826
_TINY = 1e-12


class Slopes(NamedTuple):
    """Lines of several detectors on one.

    Attributes
    ----------
    slope, error : Values
        Slope of each, and its standard error.
    """

    slope: Values
    error: Values


class _Middle(NamedTuple):
    """Robust middle of a population: of the stained detector, of the others, of residuals."""

    stained: Values
    others: Values
    variance: Values


def slopes_between(
    stained: tuple[Values, Values], others: tuple[Matrix, Matrix], *, tuning: float
) -> Slopes:
    """Fit lines that pass through the middle of the negative and of the positive events.

    Both populations are centred on the line by Tukey's biweight of the residuals. As what is
    positive was not decided by the residual, noise in the stained detector does not flatten the
    line as it would in a regression on it, and a background common to both is no matter.

    Parameters
    ----------
    stained : tuple of Values
        Negative and positive events in the stained detector, linear, at least one each.
    others : tuple of Matrix
        The same events in the other detectors, shapes ``(n, m)``.
    tuning : float
        Residual, in robust SDs of its population, from which an event has no weight.

    Returns
    -------
    Slopes
        Shapes ``(m,)``. The errors are those of sampling; they know nothing of a background that
        differs between negative and positive events.

    References
    ----------
    .. [1] Wald A. The fitting of straight lines if both variables are subject to error. Ann Math
       Stat. 1940;11:284-300.
    .. [2] Huber PJ. Robust statistics. Wiley; 1981, chapter 6.
    """
    ends = [
        _Middle(np.full(y.shape[1], np.median(x)), np.median(y, axis=0), np.zeros(y.shape[1]))
        for x, y in zip(stained, others, strict=True)
    ]
    slope = _between(ends)
    for _ in range(_ROUNDS):
        before = slope
        ends = [_middle(x, y, slope, tuning) for x, y in zip(stained, others, strict=True)]
        slope = _between(ends)
        if np.all(np.abs(slope - before) <= _SETTLED):
            break
    distance = ends[1].stained - ends[0].stained
    return Slopes(slope, np.sqrt(ends[0].variance + ends[1].variance) / np.abs(distance))


def _between(ends: list[_Middle]) -> Values:
    negative, positive = ends
    distance = positive.stained - negative.stained
    return np.asarray((positive.others - negative.others) / distance, np.float64)


def _middle(x: Values, y: Matrix, slope: Values, tuning: float) -> _Middle:
    """Weigh the events by how near they are to the middle of their population's residuals."""
    residual = y - x[:, np.newaxis] * slope
    centre = np.median(residual, axis=0)
    spread = _MAD_TO_SD * np.median(np.abs(residual - centre), axis=0)
    scale = tuning * np.maximum(spread, _TINY * (1 + np.abs(centre)))
    for _ in range(_ROUNDS):
        weight = _weights((residual - centre) / scale)
        moved = np.average(residual, axis=0, weights=weight)
        settled = np.all(np.abs(moved - centre) <= _SETTLED * scale)
        centre = moved
        if settled:
            break
    share = (residual - centre) / scale
    weight = _weights(share)
    total = weight.sum(axis=0)
    inside = np.abs(share) < 1
    slope_of_score = np.where(inside, (1 - share**2) * (1 - 5 * share**2), 0).sum(axis=0)
    score = ((weight * (residual - centre)) ** 2).sum(axis=0)
    return _Middle(
        stained=(weight * x[:, np.newaxis]).sum(axis=0) / total,
        others=(weight * y).sum(axis=0) / total,
        variance=np.asarray(score / np.maximum(slope_of_score, _TINY) ** 2),
    )


def _weights(share: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Tukey's biweight of residuals in units of the place where it ends."""
    return np.where(np.abs(share) < 1, (1 - share**2) ** 2, 0.0)
