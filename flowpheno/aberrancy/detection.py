"""Against a normal template: which B-lineage events are abnormal, and in what.

Events improbable under the template are flagged, clustered, and each cluster's markers are
compared with the normal events nearest to it in the *other* markers: matching on all of them
would hide the aberrancy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.aberrancy.continuum import measure_continuum
from flowpheno.aberrancy.evidence import AberrancyCall, Detection
from flowpheno.aberrancy.suspect import RANK, BLineage, find_suspects
from flowpheno.aberrancy.template import (
    b_lineage_events,
    cytometer_of,
    drift,
    fluorochromes_of,
    template_markers,
)
from flowpheno.finding import Finding, ReasonCode, Severity

if TYPE_CHECKING:
    from flowpheno.aberrancy.limits import AberrancyLimits
    from flowpheno.aberrancy.template import NormalTemplate
    from flowpheno.gating import GatedTube

_NOTHING = AberrancyCall.NOT_ABERRANT


def template_mismatch(
    gated: GatedTube, template: NormalTemplate, limits: AberrancyLimits
) -> Finding | None:
    """Tell why a template may not be used on a tube.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    template : NormalTemplate
        The template.
    limits : AberrancyLimits
        Parameters.

    Returns
    -------
    Finding or None
        ``TEMPLATE_MISMATCH`` with the reason; None where it fits.
    """
    message, value = "", None
    if "B_lineage" not in gated.populations:
        message = "the B lineage cannot be gated"
    elif gated.decades.relative:
        message = "the file is on a relative scale"
    elif missing := sorted(set(template.markers) - set(template_markers(gated))):
        message = f"not stained: {', '.join(missing)}"
    else:
        here = fluorochromes_of(gated)
        differ = [
            m
            for m in template.markers
            if template.fluorochromes.get(m) and here[m] and template.fluorochromes[m] != here[m]
        ]
        moved = drift(gated, template.markers, template.anchors, limits)
        cytometer = cytometer_of(gated)
        if template.cytometers and cytometer and cytometer not in template.cytometers:
            message = f"measured on {cytometer}, its marrows on {', '.join(template.cytometers)}"
        elif differ:
            message = f"other fluorochrome: {', '.join(differ)}"
        elif abs(moved.largest) > limits.drift_abort_log10:
            value = moved.largest
            message = (
                f"{moved.marker} of internal lymphocytes lies {value:+.2f} log10 from the template"
            )
    if not message:
        return None
    return Finding(
        code=ReasonCode.TEMPLATE_MISMATCH,
        severity=Severity.BLOCKING,
        stage="aberrancy.detection",
        message=f"template {template.name} does not fit: {message}",
        value=value,
    )


def detect_against_template(
    gated: GatedTube, template: NormalTemplate, limits: AberrancyLimits
) -> Detection:
    """Find the B-lineage events that are not normal.

    Parameters
    ----------
    gated : GatedTube
        A tube for which `template_mismatch` gives None.
    template : NormalTemplate
        The template.
    limits : AberrancyLimits
        Parameters.

    Returns
    -------
    Detection
        The union of the aberrant clusters, or the most suspicious one.
    """
    rows = np.flatnonzero(gated.mask("B_lineage"))
    moved = drift(gated, template.markers, template.anchors, limits)
    events = b_lineage_events(gated, template.markers) - moved.applied
    surprise = template.surprise(events) if len(rows) else np.empty(0)
    score = np.full(gated.sample.n_events, np.nan, np.float32)
    score[rows] = surprise - template.threshold
    suspects = find_suspects(
        BLineage(gated=gated, template=template, events=events, surprise=surprise), limits
    )
    call = max((s.call for s in suspects), key=RANK.__getitem__, default=_NOTHING)
    chosen = [s for s in suspects if s.call is call]
    blasts = np.zeros(gated.sample.n_events, bool)
    for suspect in chosen:
        blasts[rows[suspect.members]] = True
    aberrancies = max(chosen, key=lambda s: s.count).aberrancies if chosen else ()
    findings = _drift_findings(moved.largest, moved.marker, limits)
    precursors = gated.mask("B_precursors")
    n = int(np.count_nonzero(gated.nucleated))
    share = 100 * int(np.count_nonzero(precursors)) / max(n, 1)
    if call is _NOTHING and share >= limits.internal_many_percent:
        call, blasts = AberrancyCall.SUSPICIOUS, precursors.copy()
        findings = (*findings, _many(share))
    elif call is AberrancyCall.SUSPICIOUS and any(not a.sensitive for a in aberrancies):
        share = 100 * int(np.count_nonzero(blasts)) / max(n, 1)
        if share >= limits.internal_many_percent:  # with its number, the one aberrancy suffices
            call, findings = AberrancyCall.ABERRANT, (*findings, _many(share, like_normal=False))
    return Detection(
        call=call,
        blasts=blasts,
        aberrancies=aberrancies,
        continuum=measure_continuum(gated, limits),
        score=score,
        method="template",
        findings=findings,
    )


def _many(share: float, *, like_normal: bool = True) -> Finding:
    what = "like normal ones of a stage" if like_normal else "aberrant"
    return Finding(
        code=ReasonCode.PRECURSORS_MANY,
        severity=Severity.WARNING,
        stage="aberrancy.detection",
        message=(
            f"B precursors, {what}, are {share:.0f} % of nucleated cells: more than a normal "
            "marrow holds"
        ),
        value=share,
    )


def _drift_findings(largest: float, marker: str, limits: AberrancyLimits) -> tuple[Finding, ...]:
    if abs(largest) <= limits.drift_apply_log10:
        return ()
    return (
        Finding(
            code=ReasonCode.STEP_LOG,
            severity=Severity.NOTE,
            stage="aberrancy.detection",
            message=f"{marker} moved by {-largest:+.2f} log10 to the template's lymphocytes",
            value=largest,
        ),
    )
