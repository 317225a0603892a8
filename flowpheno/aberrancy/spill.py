"""How far a population moves on a marker if the matrix is slightly wrong, or light was cut off."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.compensation import changed_weights, hidden_light, matrix_columns
from flowpheno.finding import ReasonCode
from flowpheno.positivity.cells import thinned

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flowpheno.aberrancy.limits import AberrancyLimits
    from flowpheno.arrays import Values
    from flowpheno.finding import Finding
    from flowpheno.gating import GatedTube
    from flowpheno.marker import Marker

_MOST = 5_000
"""Cells for a median."""


def for_matrix(limits: AberrancyLimits, doubts: Iterable[Finding]) -> AberrancyLimits:
    """Ask more of an aberrancy where the matrix is doubted.

    Parameters
    ----------
    limits : AberrancyLimits
        `AberrancyLimits.matrix_change_doubted` takes the place of the change for a matrix that
        nothing speaks against.
    doubts : iterable of Finding
        Of the matrix.

    Returns
    -------
    AberrancyLimits
        The same where there is no ``COMP_DOUBTFUL``.
    """
    if all(finding.code is not ReasonCode.COMP_DOUBTFUL for finding in doubts):
        return limits
    return replace(limits, matrix_change=limits.matrix_change_doubted)


def moved_by_spill(
    gated: GatedTube,
    rows: np.ndarray[tuple[int], np.dtype[np.intp]],
    marker: Marker,
    limits: AberrancyLimits,
) -> Values:
    """Measure how far a median moves with the coefficients into its channel changed.

    Parameters
    ----------
    gated : GatedTube
        The tube; its sample carries the matrix it was compensated by.
    rows : ndarray of int
        Events of the population; not empty.
    marker : Marker
        A stained marker.
    limits : AberrancyLimits
        `AberrancyLimits.matrix_change` is the relative change, down and up,
        `AberrancyLimits.saturated_excess` the light beyond the range of saturated neighbours.

    Returns
    -------
    Values
        Moves in decades, shape ``(2,)``, or ``(3,)`` where a neighbour is saturated; zero where
        the matrix does not know the channel, or there is none.
    """
    sample = gated.sample
    spillover = sample.spillover
    detector = sample.channels[sample.column(marker)].detector
    if spillover is None or detector not in spillover.detectors:
        return np.zeros(2)
    few = thinned(rows, _MOST)
    light = sample.events[np.ix_(few, matrix_columns(sample, spillover))].astype(np.float64)
    home = float(np.median(gated.decades.of(marker)[few]))
    medians = [
        float(np.median(light @ changed_weights(spillover, detector, sign * limits.matrix_change)))
        for sign in (-1, 1)
    ]
    hidden = hidden_light(sample, light, detector, excess=limits.saturated_excess)
    if hidden is not None:
        medians.append(float(np.median(sample.events[few, sample.column(marker)] + hidden)))
    return np.asarray(gated.decades.decade(marker, np.array(medians)) - home, np.float64)
