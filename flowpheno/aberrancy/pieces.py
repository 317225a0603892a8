"""Blasts among normal precursors of one tube, told apart without a template.

The precursors are split into pieces; a piece that shows what no normal stage shows is aberrant.
The missing continuum is no sign here: every piece of a continuum lacks one. Where blasts bear a
marker in part, those without it show nothing by themselves: they are told by all their other
markers, which are those of an aberrant piece.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.aberrancy.cluster import cluster_flagged
from flowpheno.aberrancy.evidence import AberrancyKind
from flowpheno.aberrancy.signs import (
    CD10,
    CD38,
    CD45,
    asynchronous,
    cross_lineage,
    dim_cd38,
    dim_cd45,
    is_evidence,
)
from flowpheno.marker import DYES

if TYPE_CHECKING:
    from flowpheno.aberrancy.evidence import Aberrancy
    from flowpheno.aberrancy.limits import AberrancyLimits
    from flowpheno.arrays import EventMask, Values
    from flowpheno.gating import GatedTube
    from flowpheno.marker import Marker

_IN_PART = frozenset({AberrancyKind.CROSS_LINEAGE, AberrancyKind.ASYNCHRONOUS})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pieces:
    """Aberrant pieces of the precursors.

    Attributes
    ----------
    mask : EventMask
        Their events, shape ``(n_events,)``.
    siblings : EventMask
        Events of pieces that differ from one of them in nothing but a marker that betrays it.
    aberrancies : tuple of Aberrancy
        Signs of the largest of them.
    """

    mask: EventMask
    siblings: EventMask
    aberrancies: tuple[Aberrancy, ...]


def aberrant_pieces(gated: GatedTube, candidate: EventMask, limits: AberrancyLimits) -> Pieces:
    """Find the pieces of a population that are not a normal stage.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    candidate : EventMask
        B precursors, normal ones among them.
    limits : AberrancyLimits
        Parameters.

    Returns
    -------
    Pieces
        Empty on a relative scale, where distances mean nothing, and for too few events.
    """
    none = np.zeros_like(candidate)
    nothing = Pieces(mask=none, siblings=none, aberrancies=())
    rows = np.flatnonzero(candidate)
    if gated.decades.relative or len(rows) < limits.continuum_events:
        return nothing
    columns = {
        m: i
        for m, i in gated.decades.columns.items()
        if m in gated.decades.transforms and m not in DYES
    }
    values = gated.decades.values[np.ix_(rows, np.array(list(columns.values())))]
    labels = cluster_flagged(values.astype(np.float64), limits, fine=True)
    pieces, levels = [], []
    for label in range(int(labels.max()) + 1):
        piece = np.zeros_like(candidate)
        piece[rows[labels == label]] = True
        if np.count_nonzero(piece) >= limits.continuum_events // 10:
            pieces.append(piece)
            median = np.median(values[labels == label], axis=0)
            levels.append(np.maximum(median, limits.cluster_floor_log10))
    brightest = _brightest(gated, pieces)
    signs = [_signs(gated, piece, limits, brightest) for piece in pieces]
    aberrant = [i for i, found in enumerate(signs) if is_evidence(found)]
    if not aberrant:
        return nothing
    mask, siblings = none.copy(), none.copy()
    for i in aberrant:
        mask |= pieces[i]
        betraying = np.array([_names(signs[i], marker) for marker in columns])
        for piece, level in zip(pieces, levels, strict=True):
            if _is_sibling(levels[i] - level, betraying, limits):
                siblings |= piece
    largest = max(aberrant, key=lambda i: int(np.count_nonzero(pieces[i])))
    return Pieces(mask=mask, siblings=siblings & ~mask, aberrancies=signs[largest])


def _names(signs: tuple[Aberrancy, ...], marker: Marker) -> bool:
    """Whether a marker of another lineage or stage betrays cells, in part of them at least."""
    named = (a.marker.split() for a in signs if a.kind in _IN_PART)
    return any(marker in markers for markers in named)


def _is_sibling(lacks: Values, betraying: EventMask, limits: AberrancyLimits) -> bool:
    """Whether a piece lies like another on every marker, but lacks one that betrays that.

    One that has more of a marker is no sibling: CD10 where the aberrant piece has none is normal.
    """
    differ = np.abs(lacks) > limits.internal_sibling_log10
    telling = differ & betraying & (lacks > 0)
    return bool(np.count_nonzero(differ) <= 1 and np.array_equal(differ, telling))


def _brightest(gated: GatedTube, pieces: list[EventMask]) -> float | None:
    """CD38 of the brightest piece with CD10: plasma cells among precursors are no measure."""
    if CD38 not in gated.decades or CD10 not in gated.cutpoints:
        return None
    cut = gated.cutpoints[CD10].decade
    with_cd10 = (p for p in pieces if np.median(gated.decades.of(CD10)[p]) > cut)
    return max((float(np.median(gated.decades.of(CD38)[p])) for p in with_cd10), default=None)


def _signs(
    gated: GatedTube, piece: EventMask, limits: AberrancyLimits, brightest: float | None
) -> tuple[Aberrancy, ...]:
    """Signs of one piece; late stages lose CD38 too, but not while CD45 is dim."""
    cd45 = dim_cd45(gated, piece, limits)
    immature = any((a.delta_log10 or 0) <= limits.internal_piece_cd45_log10 for a in cd45)
    reference = brightest if immature and CD45 in gated.decades.transforms else None
    return (
        *cross_lineage(gated, piece, limits),
        *asynchronous(gated, piece, limits),
        *cd45,
        *(dim_cd38(gated, piece, limits, brightest=reference) if immature else ()),
    )
