"""Blasts among normal precursors of one tube, told apart without a template.

The precursors are split into pieces; a piece that shows what no normal stage shows is aberrant.
The missing continuum is no sign here: every piece of a continuum lacks one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.aberrancy.cluster import cluster_flagged
from flowpheno.aberrancy.signs import (
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
    from flowpheno.arrays import EventMask
    from flowpheno.gating import GatedTube


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pieces:
    """Aberrant pieces of the precursors.

    Attributes
    ----------
    mask : EventMask
        Their events, shape ``(n_events,)``.
    aberrancies : tuple of Aberrancy
        Signs of the largest of them.
    """

    mask: EventMask
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
    nothing = Pieces(mask=np.zeros_like(candidate), aberrancies=())
    rows = np.flatnonzero(candidate)
    if gated.decades.relative or len(rows) < limits.continuum_events:
        return nothing
    columns = [
        i
        for m, i in gated.decades.columns.items()
        if m in gated.decades.transforms and m not in DYES
    ]
    labels = cluster_flagged(
        gated.decades.values[np.ix_(rows, np.array(columns))].astype(np.float64), limits
    )
    pieces = []
    for label in range(int(labels.max()) + 1):
        piece = np.zeros_like(candidate)
        piece[rows[labels == label]] = True
        if np.count_nonzero(piece) >= limits.continuum_events // 10:
            pieces.append(piece)
    brightest = _brightest(gated, pieces)
    mask, largest = np.zeros_like(candidate), 0
    signs: tuple[Aberrancy, ...] = ()
    for piece in pieces:
        found = _signs(gated, piece, limits, brightest)
        if is_evidence(found):
            mask |= piece
            if np.count_nonzero(piece) > largest:
                signs, largest = found, int(np.count_nonzero(piece))
    return Pieces(mask=mask, aberrancies=signs)


def _brightest(gated: GatedTube, pieces: list[EventMask]) -> float | None:
    if CD38 not in gated.decades or not pieces:
        return None
    return max(float(np.median(gated.decades.of(CD38)[piece])) for piece in pieces)


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
