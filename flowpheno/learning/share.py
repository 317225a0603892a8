"""Probabilities for the share of blasts that a specimen itself has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from flowpheno.arrays import Values

_STEPS = 50


def for_own_share(probability: Values, prior: float, certain: float) -> Values:
    """Turn probabilities for the mixture of the training into those for one specimen.

    A cell that is a blast as likely as not where half of the cells are blasts hardly is one where
    they are one in a thousand. The share of blasts is that under which the specimen's
    probabilities are likeliest; its labels are not needed.

    Parameters
    ----------
    probability : Values
        Calibrated for the training specimens, 0 to 1, shape ``(n,)``.
    prior : float
        Share of blasts in the training specimens, above 0 and below 1.
    certain : float
        No probability is taken to be nearer to 0 or 1 than this.

    Returns
    -------
    Values
        0 to 1, shape ``(n,)``, in the same order of size; empty without cells.

    References
    ----------
    Saerens M, Latinne P, Decaestecker C. Neural Computation 2002;14:21, whose fixed point this is.
    """
    if not len(probability):
        return probability
    held = np.clip(probability, certain, 1 - certain)
    ratio = held / (1 - held) * (1 - prior) / prior
    share = _likeliest_share(ratio - 1)
    return np.asarray(share * ratio / (share * ratio + 1 - share))


def _likeliest_share(excess: Values) -> float:
    """Find where the likelihood of a mixture, concave in its share, ceases to rise."""
    low, high = 1 / (2 * len(excess)), 1 - 1 / (2 * len(excess))
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if np.mean(excess / (1 + middle * excess)) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
