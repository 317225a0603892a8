"""Internal evidence: what a tube can say of its precursors without a normal template.

At best it shows that something is wrong; it can never show that nothing is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.aberrancy.continuum import measure_continuum
from flowpheno.aberrancy.evidence import Aberrancy, AberrancyCall, AberrancyKind, Detection
from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.marker import Marker

if TYPE_CHECKING:
    from flowpheno.aberrancy.evidence import Continuum
    from flowpheno.aberrancy.limits import AberrancyLimits
    from flowpheno.arrays import EventMask
    from flowpheno.gating import GatedTube

CD10, CD20, CD34, CD38, CD45 = (Marker(m) for m in ("CD10", "CD20", "CD34", "CD38", "CD45"))


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
    if gated.b_lineage is None:
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
        *_cross_lineage(gated, candidate, limits),
        *_asynchronous(gated, candidate, limits),
    ]
    if not gated.decades.relative:
        found += [*_dim_cd45(gated, candidate, limits), *_dim_cd38(gated, candidate, limits)]
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
    n_nucleated = int(np.count_nonzero(gated.nucleated))
    n = int(np.count_nonzero(candidate))
    if n < limits.mention_events or n_nucleated == 0:
        return AberrancyCall.NOT_ABERRANT
    needed = limits.internal_percent_known if known_bcp_all else limits.internal_percent
    other = sum(a.kind is not AberrancyKind.NO_CONTINUUM for a in found)
    percent = 100 * n / n_nucleated
    if len(found) < 2 or other == 0:  # noqa: PLR2004 - two independent lines of evidence
        many = percent >= limits.internal_many_percent
        return AberrancyCall.SUSPICIOUS if many else AberrancyCall.NOT_ABERRANT
    return AberrancyCall.ABERRANT if percent >= needed else AberrancyCall.SUSPICIOUS


def _cross_lineage(
    gated: GatedTube, candidate: EventMask, limits: AberrancyLimits
) -> list[Aberrancy]:
    found = []
    foreign = set(limits.cross_lineage)
    for marker, cut in gated.cutpoints.items():
        parts = set(marker.split("+"))
        if not parts <= foreign:  # a combined channel counts only if every part is foreign
            continue
        rows = candidate
        if parts & set(limits.only_without_cd34):
            if CD34 not in gated.cutpoints:
                continue
            rows = candidate & (gated.decades.of(CD34) <= gated.cutpoints[CD34].decade)
        n = int(np.count_nonzero(rows))
        if n < limits.mention_events:
            continue
        positive = (
            gated.decades.of(marker)[rows] > cut.control_end + limits.internal_cross_margin_log10
        )
        percent = 100 * float(np.mean(positive))
        if percent >= limits.cross_lineage_percent:
            found.append(
                Aberrancy(
                    marker=marker,
                    kind=AberrancyKind.CROSS_LINEAGE,
                    delta_log10=None,
                    strong=False,
                    text=f"{marker} on {percent:.0f} % of {n} B precursors, "
                    f"judged against {cut.control}",
                )
            )
    return found


def _asynchronous(
    gated: GatedTube, candidate: EventMask, limits: AberrancyLimits
) -> list[Aberrancy]:
    """CD34 with CD20; CD34 without CD10: normal precursors pass neither."""
    found: list[Aberrancy] = []
    if CD34 not in gated.cutpoints:
        return found
    cd34 = candidate & (gated.decades.of(CD34) > gated.cutpoints[CD34].decade)
    n34 = int(np.count_nonzero(cd34))
    if CD20 in gated.cutpoints:
        both = cd34 & (gated.decades.of(CD20) > gated.cutpoints[CD20].control_end)
        percent = 100 * np.count_nonzero(both) / max(int(np.count_nonzero(candidate)), 1)
        if percent >= limits.internal_asynchronous_percent:
            found.append(
                _asynchrony(
                    "CD34 CD20", f"CD34 and CD20 together on {percent:.0f} % of the precursors"
                )
            )
    if CD10 in gated.cutpoints and n34 >= limits.mention_events:
        without = cd34 & (gated.decades.of(CD10) <= gated.cutpoints[CD10].decade)
        percent = 100 * np.count_nonzero(without) / n34
        enough = 100 * n34 / np.count_nonzero(candidate) >= limits.internal_asynchronous_percent
        if percent >= limits.internal_cd10_absent_percent and enough:
            found.append(
                _asynchrony("CD34 CD10", f"{percent:.0f} % of {n34} CD34+ B precursors lack CD10")
            )
    return found


def _asynchrony(markers: str, text: str) -> Aberrancy:
    return Aberrancy(
        marker=Marker(markers),
        kind=AberrancyKind.ASYNCHRONOUS,
        delta_log10=None,
        strong=False,
        text=text,
    )


def _dim_cd45(gated: GatedTube, candidate: EventMask, limits: AberrancyLimits) -> list[Aberrancy]:
    cd45 = gated.decades.of(CD45)
    delta = float(np.median(cd45[candidate]) - np.median(cd45[gated.mask("lymphocytes")]))
    if not delta <= limits.internal_cd45_log10:  # NaN without lymphocytes
        return []
    text = f"CD45 {delta:+.2f} log10 against the lymphocytes of the tube"
    return [
        Aberrancy(
            marker=CD45, kind=AberrancyKind.UNDER, delta_log10=delta, strong=False, text=text
        )
    ]


def _dim_cd38(gated: GatedTube, candidate: EventMask, limits: AberrancyLimits) -> list[Aberrancy]:
    if CD38 not in gated.decades:
        return []
    cd38 = gated.decades.of(CD38)
    level = float(np.median(cd38[candidate]))
    plasma, t = gated.mask("plasma"), gated.mask("T")
    if np.count_nonzero(plasma) >= limits.mention_events * 5:
        delta, name = level - float(np.median(cd38[plasma])), "plasma cells"
        low = delta <= limits.internal_cd38_plasma_log10
    elif np.count_nonzero(t) >= limits.anchor_events:
        delta, name = level - float(np.median(cd38[t])), "T cells"
        low = delta < limits.internal_cd38_log10
    else:
        return []
    if not low:
        return []
    text = f"CD38 {delta:+.2f} log10 against {name}: below the bright level of normal precursors"
    return [
        Aberrancy(
            marker=CD38, kind=AberrancyKind.UNDER, delta_log10=delta, strong=False, text=text
        )
    ]
