"""Figures that describe how alike two phenotypes are; none decides.

They come from the distribution of each marker. Distances between joint distributions (energy
distance, the error of a classifier) need the events of both sides, which a profile does not keep.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.comparison.shift import MarkerShift

_NAN = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Similarity:
    """How alike two phenotypes are.

    Attributes
    ----------
    n_comparable : int
        Comparable markers the figures rest on.
    n_categories : int
        Those called positive or negative on both sides.
    agreement_percent : float
        Share of these with the same category; NaN if there are none.
    kappa : float
        Cohen's kappa of the categories; NaN if there are none, or one side has one category only.
    mean_shift_log10 : float
        Mean absolute shift; NaN without comparable markers.
    mean_wasserstein, largest_wasserstein : float
        Wasserstein-1 distance over markers, log10; NaN without comparable markers.
    """

    n_comparable: int
    n_categories: int
    agreement_percent: float
    kappa: float
    mean_shift_log10: float
    mean_wasserstein: float
    largest_wasserstein: float


def measure_similarity(shifts: Sequence[MarkerShift]) -> Similarity:
    """Describe how alike two phenotypes are.

    Parameters
    ----------
    shifts : sequence of MarkerShift
        Markers at two time points; those not comparable are passed over.

    Returns
    -------
    Similarity
        The figures.

    References
    ----------
    .. [1] Cohen J. A coefficient of agreement for nominal scales. Educ Psychol Meas.
       1960;20:37-46.
    """
    comparable = [shift for shift in shifts if shift.comparable]
    truths = [(s.diagnosis.truth, s.relapse.truth) for s in comparable]
    pairs = [(a, b) for a, b in truths if a is not None and b is not None]
    distances = [shift.wasserstein for shift in comparable]
    agreement = float(np.mean([a == b for a, b in pairs])) if pairs else _NAN
    return Similarity(
        n_comparable=len(comparable),
        n_categories=len(pairs),
        agreement_percent=100 * agreement,
        kappa=_kappa(pairs, agreement),
        mean_shift_log10=_mean([abs(shift.delta_log10) for shift in comparable]),
        mean_wasserstein=_mean(distances),
        largest_wasserstein=max(distances, default=_NAN),
    )


def _kappa(pairs: Sequence[tuple[bool, bool]], agreement: float) -> float:
    """Agreement beyond chance; not defined where chance alone agrees in full."""
    if not pairs:
        return _NAN
    earlier, later = np.mean(pairs, axis=0)
    chance = earlier * later + (1 - earlier) * (1 - later)
    return _NAN if chance == 1 else float((agreement - chance) / (1 - chance))


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else _NAN
