"""Negative controls: which cells of the tube lack a marker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.gating.anchor import ALIKE_MARKER, CD45, NOISE, NOT_ON_T
from flowpheno.marker import Marker

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask
    from flowpheno.gating.anchor import Anchors
    from flowpheno.gating.decades import Decades
    from flowpheno.gating.limits import GatingLimits

_ON_T = frozenset(
    Marker(m)
    for m in (
        "CD3",
        "cyCD3",
        "CD7",
        "CD2",
        "CD5",
        "CD4",
        "CD8",
        "CD56",
        "TCRab",
        "TCRgd",
        "CD4+CD8",
    )
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class NegativeControls:
    """Cells that lack markers.

    Attributes
    ----------
    lymphocytes, others : EventMask
        Control of most markers, and of those of T and NK cells.
    others_name : str
        What `others` are.
    faint : EventMask
        Low-scatter cells without CD45: nucleated red cells mostly. Empty where there are few.
    """

    lymphocytes: EventMask
    others: EventMask
    others_name: str
    faint: EventMask


def find_controls(decades: Decades, anchors: Anchors, limits: GatingLimits) -> NegativeControls:
    """Find the negative controls of a tube.

    Parameters
    ----------
    decades : Decades
        The tube.
    anchors : Anchors
        Its lymphocytes and granulocytes.
    limits : GatingLimits
        Parameters.

    Returns
    -------
    NegativeControls
        Granulocytes as control of T and NK markers, or what else has low side scatter.
    """
    enough = np.count_nonzero(anchors.granulocytes) >= limits.minimum_control
    others = anchors.granulocytes if enough else anchors.low_scatter & ~anchors.lymphocytes
    home = float(np.median(decades.of(CD45)[anchors.lymphocytes]))
    faint = anchors.low_scatter & (decades.of(CD45) < home - limits.faint_cd45)
    faint &= _bare(decades, anchors)
    if np.count_nonzero(faint) < limits.minimum_control:
        faint = np.zeros_like(faint)
    return NegativeControls(
        lymphocytes=anchors.lymphocytes,
        others=others,
        others_name="gran" if enough else "low side scatter",
        faint=faint,
    )


def _bare(decades: Decades, anchors: Anchors) -> EventMask:
    """Cells of clusters without an antigen of B cells or precursors: blasts may lack CD45 too."""
    bare = np.isfinite(anchors.medians[:, decades.columns[CD45]])
    for marker in NOT_ON_T:
        if marker in decades:
            home = max(float(np.median(decades.of(marker)[anchors.lymphocytes])), NOISE)
            bare &= anchors.medians[:, decades.columns[marker]] - home < ALIKE_MARKER
    return np.asarray(np.concatenate([bare, [False]])[anchors.cluster])


def control_of(
    marker: Marker, decades: Decades, controls: NegativeControls, limits: GatingLimits
) -> tuple[str, EventMask]:
    """Choose the negative control of a marker.

    Parameters
    ----------
    marker : Marker
        A stained marker.
    decades : Decades
        The tube.
    controls : NegativeControls
        Of the tube.
    limits : GatingLimits
        Parameters.

    Returns
    -------
    str
        Its name.
    EventMask
        Its events. Where most of them lie on the floor of a logarithmic amplifier their spread is
        not known; cells without CD45 join them then, if they are hardly brighter.
    """
    if marker in _ON_T and controls.others.any():
        return controls.others_name, controls.others
    values = decades.of(marker)
    home = values[controls.lymphocytes]
    on_floor = float(np.mean(home <= values.min()))
    if on_floor < limits.floor_share or not controls.faint.any():
        return "T", controls.lymphocytes
    if np.median(values[controls.faint]) - np.median(home) > limits.floor_gap:
        return "T", controls.lymphocytes
    return "T and cells without CD45", controls.lymphocytes | controls.faint
