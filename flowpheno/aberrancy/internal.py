"""Internal evidence: what a tube can say of its precursors without a normal template.

At best it shows that something is wrong; it can never show that nothing is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.aberrancy.continuum import measure_continuum
from flowpheno.aberrancy.evidence import Aberrancy, AberrancyCall, AberrancyKind, Detection
from flowpheno.aberrancy.pieces import aberrant_pieces
from flowpheno.aberrancy.signs import (
    asynchronous,
    cross_lineage,
    dim_cd38,
    dim_cd45,
    is_evidence,
    restricted,
)
from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.marker import Marker

if TYPE_CHECKING:
    from flowpheno.aberrancy.evidence import Continuum
    from flowpheno.aberrancy.limits import AberrancyLimits
    from flowpheno.arrays import EventMask
    from flowpheno.gating import GatedTube


def detect_internally(
    gated: GatedTube, limits: AberrancyLimits, *, known_bcp_all: bool
) -> Detection:
    """Judge the B precursors of a tube by evidence inside the tube.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    limits : AberrancyLimits
        Parameters.
    known_bcp_all : bool
        Lowers the share of nucleated cells from which evidence counts; never adds evidence.

    Returns
    -------
    Detection
        Not evaluable where the B lineage could not be gated.
    """
    n_events = gated.sample.n_events
    score = np.full(n_events, np.nan, np.float32)
    nothing = np.zeros(n_events, bool)
    finding = Finding(
        code=ReasonCode.NO_NORMAL_TEMPLATE,
        severity=Severity.BLOCKING,
        stage="aberrancy.internal",
        message="no normal template: internal evidence only, a negative cannot be given",
    )
    if "B_lineage" not in gated.populations:
        return Detection(
            call=AberrancyCall.NOT_EVALUABLE,
            blasts=nothing,
            aberrancies=(),
            continuum=None,
            score=score,
            method="internal",
            findings=(finding,),
        )
    candidate = gated.mask("B_precursors")
    continuum = measure_continuum(gated, limits)
    if continuum.present:  # normal precursors are among them: the blasts must be told apart first
        apart = aberrant_pieces(gated, candidate, limits)
        if _percent(gated, apart.mask) >= needed_percent(limits, known_bcp_all=known_bcp_all):
            return Detection(
                call=AberrancyCall.ABERRANT,
                blasts=apart.mask | apart.siblings,
                aberrancies=apart.aberrancies,
                continuum=continuum,
                score=score,
                method="internal",
                findings=(finding,),
            )
    found = internal_evidence(gated, candidate, continuum, limits)
    call = _call(gated, candidate, found, limits, known_bcp_all=known_bcp_all)
    flagged = call in {AberrancyCall.ABERRANT, AberrancyCall.SUSPICIOUS}
    return Detection(
        call=call,
        blasts=candidate if flagged else nothing,
        aberrancies=found,
        continuum=continuum,
        score=score,
        method="internal",
        findings=(finding,),
    )


def internal_evidence(
    gated: GatedTube, candidate: EventMask, continuum: Continuum, limits: AberrancyLimits
) -> tuple[Aberrancy, ...]:
    """List in which ways a population is not what normal precursors are.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    candidate : EventMask
        B-lineage events that are neither mature nor plasma cells.
    continuum : Continuum
        Maturation of the tube's precursors.
    limits : AberrancyLimits
        Parameters.

    Returns
    -------
    tuple of Aberrancy
        Empty for too few events; on a relative scale only shares and ranks are used.
    """
    if np.count_nonzero(candidate) < limits.mention_events:
        return ()
    found = [
        *cross_lineage(gated, candidate, limits),
        *asynchronous(gated, candidate, limits),
        *restricted(gated, candidate, limits),
    ]
    if not gated.decades.relative:
        found += [*dim_cd45(gated, candidate, limits), *dim_cd38(gated, candidate, limits)]
    if continuum.present is False:
        found.append(
            Aberrancy(
                marker=Marker("CD10 CD20 CD45"),
                kind=AberrancyKind.NO_CONTINUUM,
                delta_log10=None,
                strong=False,
                text=(
                    f"{continuum.late_percent:.1f} % of "
                    f"{continuum.n_cd10} CD10+ cells at later stages, Spearman(CD10, CD20) "
                    f"{continuum.spearman_cd20:.2f}"
                ),
            )
        )
    return tuple(found)


def _call(
    gated: GatedTube,
    candidate: EventMask,
    found: tuple[Aberrancy, ...],
    limits: AberrancyLimits,
    *,
    known_bcp_all: bool,
) -> AberrancyCall:
    if np.count_nonzero(candidate) < limits.mention_events:
        return AberrancyCall.NOT_ABERRANT
    percent = _percent(gated, candidate)
    if not is_evidence(found):
        many = percent >= limits.internal_many_percent
        return AberrancyCall.SUSPICIOUS if many else AberrancyCall.NOT_ABERRANT
    enough = percent >= needed_percent(limits, known_bcp_all=known_bcp_all)
    return AberrancyCall.ABERRANT if enough else AberrancyCall.SUSPICIOUS


def _percent(gated: GatedTube, mask: EventMask) -> float:
    return 100 * int(np.count_nonzero(mask)) / max(int(np.count_nonzero(gated.nucleated)), 1)


def needed_percent(limits: AberrancyLimits, *, known_bcp_all: bool) -> float:
    """Find the share of nucleated cells from which internal evidence counts.

    Parameters
    ----------
    limits : AberrancyLimits
        Parameters.
    known_bcp_all : bool
        Whether B-precursor ALL was established before.

    Returns
    -------
    float
        Percent.
    """
    return limits.internal_percent_known if known_bcp_all else limits.internal_percent
