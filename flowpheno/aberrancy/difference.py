"""In what a cluster of B-lineage cells differs from normal cells of its stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.aberrancy.evidence import Aberrancy, AberrancyKind
from flowpheno.marker import Marker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flowpheno.aberrancy.limits import AberrancyLimits
    from flowpheno.aberrancy.template import NormalTemplate
    from flowpheno.arrays import Values
    from flowpheno.gating import GatedTube

_BACKBONE = frozenset({"CD19", "CD10", "CD34", "CD20", "CD45"})

_SENSITIVE = "; a slightly different spillover matrix would make it none"


def cluster_aberrancies(
    template: NormalTemplate,
    medians: Values,
    limits: AberrancyLimits,
    *,
    moves: Callable[[Marker], Values] | None = None,
) -> tuple[Aberrancy, ...]:
    """Compare a cluster with normal cells of its stage, marker by marker.

    Parameters
    ----------
    template : NormalTemplate
        The template.
    medians : Values
        Medians of the cluster in decades, shape ``(m,)``.
    limits : AberrancyLimits
        Parameters.
    moves : callable or None
        How far the median of a marker may lie elsewhere, decades, shape ``(k,)``; None if it is
        taken as it is.

    Returns
    -------
    tuple of Aberrancy
        Markers outside the percentiles of normal cells matched on the other backbone markers,
        and shifted enough; the largest first. Those that are so with none of the moves are
        `Aberrancy.sensitive`.
    """
    backbone = [i for i, m in enumerate(template.markers) if m in _BACKBONE]
    found = []
    for index, marker in enumerate(template.markers):
        others = [i for i in backbone if i != index]
        distance = np.square(template.reference[:, others] - medians[others]).sum(axis=1)
        k = min(limits.neighbours, len(distance))
        normal = template.reference[np.argpartition(distance, k - 1)[:k], index]
        low, middle, high = np.percentile(
            normal, [limits.percentile_low, 50, limits.percentile_high]
        )
        delta = float(medians[index] - middle)
        if abs(delta) < limits.aberrant_log10 or low <= medians[index] <= high:
            continue
        elsewhere = medians[index] + (np.zeros(1) if moves is None else moves(Marker(marker)))
        deltas = np.append((elsewhere - middle) * np.sign(delta), abs(delta))
        within = (elsewhere >= low) & (elsewhere <= high)
        sensitive = bool(within.any() or deltas.min() < limits.aberrant_log10)
        kind = AberrancyKind.OVER if delta > 0 else AberrancyKind.UNDER
        if set(marker.split("+")) <= set(limits.cross_lineage) and delta > 0:
            kind = AberrancyKind.CROSS_LINEAGE
        found.append(
            Aberrancy(
                marker=Marker(marker),
                kind=kind,
                delta_log10=delta,
                strong=bool(deltas.min() >= limits.strong_log10),
                sensitive=sensitive,
                text=f"{marker} {delta:+.2f} log10 against {k} normal cells of the same stage"
                + (_SENSITIVE if sensitive else ""),
            )
        )
    return tuple(sorted(found, key=lambda a: -abs(a.delta_log10 or 0.0)))


def independent(
    gated: GatedTube, found: Sequence[Aberrancy], limits: AberrancyLimits
) -> list[Aberrancy]:
    """Drop what may be spill of a larger aberrancy: such a pair counts once.

    Parameters
    ----------
    gated : GatedTube
        The tube, whose spillover tells which channels see each other.
    found : sequence of Aberrancy
        The largest first.
    limits : AberrancyLimits
        Parameters.

    Returns
    -------
    list of Aberrancy
        All of them where there is no spillover matrix.
    """
    sample, spillover = gated.sample, gated.sample.spillover
    kept: list[Aberrancy] = []
    for aberrancy in found:
        if spillover is None:
            kept.append(aberrancy)
            continue
        here = sample.channels[sample.column(aberrancy.marker)].detector
        linked = False
        for other in kept:
            there = sample.channels[sample.column(other.marker)].detector
            if here in spillover.detectors and there in spillover.detectors:
                a, b = spillover.detectors.index(here), spillover.detectors.index(there)
                spill = max(spillover.matrix[a, b], spillover.matrix[b, a])
                linked |= bool(spill > limits.independent_spill)
        if not linked:
            kept.append(aberrancy)
    return kept
