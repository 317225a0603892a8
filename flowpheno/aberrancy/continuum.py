"""The maturation continuum of normal precursors: CD10 falls while CD20 and CD45 rise.

Descriptive: its absence supports, and never decides (early regeneration lacks it too).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.aberrancy.evidence import Continuum
from flowpheno.marker import Marker

if TYPE_CHECKING:
    from flowpheno.aberrancy.limits import AberrancyLimits
    from flowpheno.arrays import EventMask, EventMatrix
    from flowpheno.gating import GatedTube

CD10, CD20, CD34, CD45 = (Marker(m) for m in ("CD10", "CD20", "CD34", "CD45"))
_BRIGHT_QUARTILE = 75


def measure_continuum(gated: GatedTube, limits: AberrancyLimits) -> Continuum:
    """Measure whether the CD10+ precursors of a tube mature.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    limits : AberrancyLimits
        Parameters.

    Returns
    -------
    Continuum
        Not evaluable (`Continuum.present` None) without CD10 and CD45, or with too few cells.
    """
    nan = float("nan")
    if CD10 not in gated.cutpoints or CD45 not in gated.decades.transforms:
        return Continuum(
            n_cd10=0, late_percent=nan, spearman_cd20=nan, spearman_cd45=nan, present=None
        )
    cd10, cd45 = gated.decades.of(CD10), gated.decades.of(CD45)
    rows = gated.mask("B_lineage") & (cd10 > gated.cutpoints[CD10].decade)
    n = int(np.count_nonzero(rows))
    if n < limits.continuum_events:
        return Continuum(
            n_cd10=n, late_percent=nan, spearman_cd20=nan, spearman_cd45=nan, present=None
        )
    with_cd45 = _spearman(cd10[rows], cd45[rows])
    with_cd20 = (
        _spearman(cd10[rows], gated.decades.of(CD20)[rows]) if CD20 in gated.decades else nan
    )
    late = _late_percent(gated, rows, limits)
    present = (
        late >= limits.continuum_late_percent
        or with_cd20 <= limits.continuum_spearman
        or with_cd45 <= limits.continuum_spearman_cd45
    )
    return Continuum(
        n_cd10=n,
        late_percent=late,
        spearman_cd20=with_cd20,
        spearman_cd45=with_cd45,
        present=bool(present),
    )


def _late_percent(gated: GatedTube, rows: EventMask, limits: AberrancyLimits) -> float:
    """Percent of CD10+ cells that left the brightest CD10 and its CD45 in the normal direction."""
    cd10, cd45 = gated.decades.of(CD10)[rows], gated.decades.of(CD45)[rows]
    bright = cd10 >= np.percentile(cd10, _BRIGHT_QUARTILE)
    step = limits.continuum_step_log10
    late = (cd10 <= np.median(cd10[bright]) - step) & (cd45 >= np.median(cd45[bright]) + step)
    if CD34 in gated.cutpoints:
        late &= gated.decades.of(CD34)[rows] <= gated.cutpoints[CD34].decade
    return 100 * float(np.mean(late))


def _spearman(a: EventMatrix, b: EventMatrix) -> float:
    from scipy.stats import rankdata  # noqa: PLC0415 - slow to import

    ranks = np.corrcoef(rankdata(a), rankdata(b))
    return float(ranks[0, 1])
