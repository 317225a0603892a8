"""What of a tube a template is about: markers, dyes, internal cells, B-lineage events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.marker import DYES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.aberrancy.limits import AberrancyLimits
    from flowpheno.arrays import Matrix, Values
    from flowpheno.gating import GatedTube
    from flowpheno.marker import Marker

ANCHORS = ("T", "B_mature")
"""Internal populations that drift is measured on."""


def template_markers(gated: GatedTube) -> tuple[Marker, ...]:
    """Name the markers a template of this tube has.

    Parameters
    ----------
    gated : GatedTube
        The tube.

    Returns
    -------
    tuple of Marker
        Stained antigens in sorted order, without dyes.
    """
    return tuple(sorted(m for m in gated.decades.transforms if m not in DYES))


def fluorochromes_of(gated: GatedTube) -> dict[str, str]:
    """Name the fluorochrome of each marker.

    Parameters
    ----------
    gated : GatedTube
        The tube.

    Returns
    -------
    dict of str to str
        By marker; empty string where not known.
    """
    sample = gated.sample
    return {
        marker: sample.channels[sample.column(marker)].fluorochrome or ""
        for marker in template_markers(gated)
    }


def cytometer_of(gated: GatedTube) -> str:
    """Name the cytometer of a tube.

    Parameters
    ----------
    gated : GatedTube
        The tube.

    Returns
    -------
    str
        ``$CYT`` in lower case, blanks made one; empty where the file does not say.
    """
    return " ".join(gated.sample.keywords.get("$CYT", "").lower().split())


def anchor_medians(
    gated: GatedTube, markers: Sequence[Marker], limits: AberrancyLimits
) -> dict[str, Values]:
    """Measure where internal populations lie.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    markers : sequence of Marker
        Columns wanted.
    limits : AberrancyLimits
        Parameters.

    Returns
    -------
    dict of str to Values
        Medians in decades by population; NaN for a population that is too small.
    """
    medians = {}
    for name in ANCHORS:
        rows = gated.mask(name)
        enough = np.count_nonzero(rows) >= limits.anchor_events
        medians[name] = np.array(
            [np.median(gated.decades.of(m)[rows]) if enough else np.nan for m in markers], float
        )
    return medians


def b_lineage_events(gated: GatedTube, markers: Sequence[Marker]) -> Matrix:
    """Give the B-lineage events on a template's markers.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    markers : sequence of Marker
        Columns wanted, all stained.

    Returns
    -------
    Matrix
        Decades, shape ``(n_b_lineage, n_markers)``.
    """
    rows = np.flatnonzero(gated.mask("B_lineage"))
    columns = np.array([gated.decades.columns[m] for m in markers], np.intp)
    return gated.decades.values[np.ix_(rows, columns)].astype(np.float64)
