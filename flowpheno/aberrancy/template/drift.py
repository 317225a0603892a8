"""How far a tube's internal cells lie from those of a template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.aberrancy.template.staining import anchor_medians

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flowpheno.aberrancy.limits import AberrancyLimits
    from flowpheno.arrays import Values
    from flowpheno.gating import GatedTube
    from flowpheno.marker import Marker


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Drift:
    """How far a tube's internal cells lie from the template's.

    Attributes
    ----------
    applied : Values
        Decades subtracted from each marker, shape ``(m,)``; 0 where the drift is small.
    largest : float
        Largest drift met, decades; 0 where nothing could be measured.
    marker : str
        Marker of the largest drift.
    """

    applied: Values
    largest: float
    marker: str


_ON_T = ("CD45", "CD38", "CD58", "CD81", "CD44", "CD99")
_ON_B = ("CD19", "CD20", "CD22", "cyCD79a", "HLADR", "CD24")


def drift(
    gated: GatedTube,
    markers: Sequence[Marker],
    anchors: Mapping[str, Values],
    limits: AberrancyLimits,
) -> Drift:
    """Measure drift on internal lymphocytes: T cells for CD45 and others, B for B antigens.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    markers : sequence of Marker
        Columns.
    anchors : mapping of str to Values
        Medians of the template.
    limits : AberrancyLimits
        Parameters.

    Returns
    -------
    Drift
        Markers that internal lymphocytes do not carry are never moved.
    """
    here = anchor_medians(gated, markers, limits)
    applied = np.zeros(len(markers))
    largest, at = 0.0, ""
    for index, marker in enumerate(markers):
        name = "T" if marker in _ON_T else "B_mature" if marker in _ON_B else ""
        if not name:
            continue
        gap = here[name][index] - anchors[name][index]
        if np.isnan(gap):
            continue
        if abs(gap) > abs(largest):
            largest, at = float(gap), marker
        if abs(gap) > limits.drift_apply_log10:
            applied[index] = gap
    return Drift(applied=applied, largest=largest, marker=at)
