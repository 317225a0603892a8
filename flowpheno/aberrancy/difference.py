"""In what a cluster of B-lineage cells differs from normal cells, and whether that suffices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.aberrancy.evidence import Aberrancy, AberrancyKind
from flowpheno.aberrancy.spill import moved_by_spill

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from flowpheno.aberrancy.limits import AberrancyLimits
    from flowpheno.aberrancy.template import NormalTemplate
    from flowpheno.arrays import Matrix, Values
    from flowpheno.gating import GatedTube
    from flowpheno.marker import Marker

_BACKBONE = frozenset({"CD19", "CD10", "CD34", "CD20", "CD45"})

_ENOUGH = 2
"""Independent aberrancies."""
_MATURE = 0.5
"""Share of mature B cells from which a cluster is theirs."""
_WIDER = 10
"""Times the neighbours among which each marrow has some."""
_SENSITIVE = (
    "; a slightly different spillover matrix, or other cells of the kind, would make it none"
)


def show_aberrant(
    gated: GatedTube,
    template: NormalTemplate,
    rows: np.ndarray[tuple[int], np.dtype[np.intp]],
    events: Matrix,
    limits: AberrancyLimits,
) -> tuple[tuple[Aberrancy, ...], bool]:
    """Find every difference of a cluster, and tell whether they suffice.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    template : NormalTemplate
        The template.
    rows : ndarray of int
        Events of the cluster, shape ``(n,)``; not empty.
    events : Matrix
        The same in decades, drift taken off, shape ``(n, m)``.
    limits : AberrancyLimits
        Parameters.

    Returns
    -------
    tuple
        Differences, the largest first, and whether two of them are independent or one is strong.
        A lesser one (`lesser_aberrancies`) counts beside one other; one alone, however strong,
        makes no precursors of cells that are mature. What a slightly wrong matrix would unmake,
        or other cells of the same population could, shows nothing.
    """
    medians = np.median(events, axis=0)
    reach = 100 * limits.median_sd * 0.5 / np.sqrt(len(events))  # percent, of ranks about a median
    ends = np.percentile(events, [max(50 - reach, 0), min(50 + reach, 100)], axis=0) - medians

    def _moves(marker: Marker) -> Values:
        by_chance = ends[:, template.markers.index(marker)]
        return np.concatenate([moved_by_spill(gated, rows, marker, limits), by_chance])

    found = cluster_aberrancies(template, medians, limits, moves=_moves)
    apart = independent(gated, [a for a in found if not a.sensitive], limits)
    if not apart or len(apart) >= _ENOUGH:
        return found, bool(apart)
    lesser: tuple[Aberrancy, ...] = ()
    if len(rows) >= limits.lesser_events:
        known = {a.marker for a in found}
        lesser = lesser_aberrancies(template, medians, limits, moves=_moves, known=known)
        if len(independent(gated, (*apart, *lesser), limits)) >= _ENOUGH:
            return _by_size(*found, *lesser), True
    mature = bool(np.mean(gated.mask("B_mature")[rows]) > _MATURE)
    return found, apart[0].strong and not mature


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
    found = []
    for index, marker in enumerate(template.markers):
        normal = template.reference[_of_stage(template, medians, index, limits.neighbours), index]
        low, middle, high = np.percentile(
            normal, [limits.percentile_low, 50, limits.percentile_high]
        )
        delta = float(medians[index] - middle)
        if abs(delta) < limits.aberrant_log10 or low <= medians[index] <= high:
            continue
        elsewhere = medians[index] + (np.zeros(1) if moves is None else moves(marker))
        deltas = np.append((elsewhere - middle) * np.sign(delta), abs(delta))
        within = (elsewhere >= low) & (elsewhere <= high)
        sensitive = bool(within.any() or deltas.min() < limits.aberrant_log10)
        found.append(
            Aberrancy(
                marker=marker,
                kind=_kind(marker, delta, limits),
                delta_log10=delta,
                strong=bool(deltas.min() >= limits.strong_log10),
                sensitive=sensitive,
                text=f"{marker} {delta:+.2f} log10 against {len(normal)} normal cells of the same "
                "stage" + (_SENSITIVE if sensitive else ""),
            )
        )
    return _by_size(*found)


def lesser_aberrancies(
    template: NormalTemplate,
    medians: Values,
    limits: AberrancyLimits,
    *,
    moves: Callable[[Marker], Values],
    known: Collection[Marker],
) -> tuple[Aberrancy, ...]:
    """Find shifts too small for a cell to be abnormal, that no normal marrow shows of its cells.

    Single cells of a stage spread by 2-fold and more; their median differs little from one
    marrow to the next, and by how much the template tells.

    Parameters
    ----------
    template : NormalTemplate
        The template.
    medians : Values
        Medians of the cluster in decades, shape ``(m,)``.
    limits : AberrancyLimits
        Parameters.
    moves : callable
        How far the median of a marker may lie elsewhere, decades, shape ``(k,)``.
    known : collection of Marker
        Markers to leave out.

    Returns
    -------
    tuple of Aberrancy
        Shifts of at least ``lesser_log10`` and ``lesser_sd`` standard deviations of the medians of
        normal marrows, with each of the moves; the largest first. Empty where the template does
        not tell its marrows apart, or fewer than ``lesser_marrows`` have cells of the stage.
    """
    found = []
    for index, marker in enumerate(template.markers):
        if marker in known:
            continue
        stage = _of_stage(template, medians, index, limits.neighbours * _WIDER)
        levels = template.marrow_medians(stage, index, least=limits.mention_events)
        if len(levels) < limits.lesser_marrows:
            continue
        middle, sd = float(np.median(levels)), float(np.std(levels, ddof=1))
        delta = float(medians[index] - middle)
        elsewhere = np.append(medians[index] + moves(marker), medians[index])
        least = float(((elsewhere - middle) * np.sign(delta)).min())
        if least < max(limits.lesser_log10, limits.lesser_sd * sd):
            continue
        found.append(
            Aberrancy(
                marker=marker,
                kind=_kind(marker, delta, limits),
                delta_log10=delta,
                strong=False,
                text=f"{marker} {delta:+.2f} log10 against the same stage in {len(levels)} normal "
                f"marrows, whose medians differ by {sd:.2f} (SD)",
            )
        )
    return _by_size(*found)


def _of_stage(
    template: NormalTemplate, medians: Values, index: int, most: int
) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Rows of the normal events nearest to a cluster in the backbone markers other than one."""
    others = [i for i, m in enumerate(template.markers) if m in _BACKBONE and i != index]
    distance = np.square(template.reference[:, others] - medians[others]).sum(axis=1)
    k = min(most, len(distance))
    return np.argpartition(distance, k - 1)[:k]


def _by_size(*found: Aberrancy) -> tuple[Aberrancy, ...]:
    return tuple(sorted(found, key=lambda a: -abs(a.delta_log10 or 0.0)))


def _kind(marker: Marker, delta: float, limits: AberrancyLimits) -> AberrancyKind:
    if delta > 0 and set(marker.split("+")) <= set(limits.cross_lineage):
        return AberrancyKind.CROSS_LINEAGE
    return AberrancyKind.OVER if delta > 0 else AberrancyKind.UNDER


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
