"""Blasts of another lineage: a frank AML is never "no aberrant B precursor"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.marker import Marker
from flowpheno.population import Population

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.aberrancy.limits import AberrancyLimits
    from flowpheno.arrays import EventMask
    from flowpheno.gating import GatedTube

CD45 = Marker("CD45")
_IMMATURE = ("CD34", "CD117", "TdT")
_T = ("cyCD3", "CD3")
_KNOWN = ("B_lineage", "gran", "mono", "basophils", "pDC")
_LINEAGE = ("cyCD3", "cyMPO", "CD7", "CD33", "CD13")


def find_non_b_blasts(gated: GatedTube, limits: AberrancyLimits) -> Population:
    """Find CD45-dim cells of low side scatter outside the B lineage that look immature.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    limits : AberrancyLimits
        Parameters.

    Returns
    -------
    Population
        Named ``"non_B_blasts"``; empty where the tube has no anchors or no marker that tells.
    """
    nothing = np.zeros(gated.sample.n_events, bool)
    anchors = gated.anchors
    if anchors is None:
        return Population("non_B_blasts", "nucleated", nothing)
    outside = gated.nucleated.copy()
    for known in _KNOWN:
        outside &= ~gated.mask(known)
    home = float(np.median(gated.decades.of(CD45)[anchors.lymphocytes]))
    cd45 = gated.decades.of(CD45)
    dim = cd45 < home + limits.non_b_cd45_log10
    # normal marrow holds few cells between erythroid and lymphoid CD45 at low side scatter
    region = anchors.low_scatter & dim & ~gated.mask("erythroid") & ~gated.mask("lymphocytes")
    region &= CD45 in gated.decades.transforms
    blasts = outside & (
        _any_positive(gated, _IMMATURE) | (dim & _any_positive(gated, _LINEAGE)) | region
    )
    return Population("non_B_blasts", "nucleated", _dominant(gated, blasts, limits))


def _dominant(gated: GatedTube, blasts: EventMask, limits: AberrancyLimits) -> EventMask:
    """Without normal progenitors beside T blasts, or T cells beside myeloid ones."""
    for name in _T:
        cut = gated.cutpoints.get(Marker(name))
        if cut is None:
            continue
        positive = gated.decades.of(cut.marker) > cut.decade
        parts = sorted((blasts & positive, blasts & ~positive), key=np.count_nonzero)
        if np.count_nonzero(parts[0]) <= limits.non_b_minor_share * np.count_nonzero(parts[1]):
            return parts[1]
    return blasts


def _any_positive(gated: GatedTube, names: Sequence[str]) -> EventMask:
    """Events above the cut point of any of these markers."""
    positive = np.zeros(gated.sample.n_events, bool)
    for name in names:
        cut = gated.cutpoints.get(Marker(name))
        if cut is not None:
            positive |= gated.decades.of(cut.marker) > max(cut.decade, cut.control_median)
    return positive
