"""A search with the patient's diagnosis at hand: it adds to what was found, and hides nothing.

That cells are like the blasts of the diagnosis does not make them aberrant: the diagnosis may
hold normal precursors among its blasts, and regenerating marrow is full of these. They must
differ from the normal template, or show the signs that make B precursors aberrant without one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.aberrancy.diagnosis import DiagnosisProfile, find_alike, shared_markers
from flowpheno.aberrancy.difference import show_aberrant
from flowpheno.aberrancy.evidence import Aberrancy, AberrancyCall
from flowpheno.aberrancy.signs import asynchronous, cross_lineage, dim_cd38, dim_cd45, is_evidence
from flowpheno.aberrancy.template import b_lineage_events, drift
from flowpheno.finding import Finding, ReasonCode, Severity

if TYPE_CHECKING:
    from flowpheno.aberrancy.evidence import Detection
    from flowpheno.aberrancy.limits import AberrancyLimits
    from flowpheno.aberrancy.template import NormalTemplate
    from flowpheno.arrays import EventMask
    from flowpheno.gating import GatedTube

_HALF = 0.5


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Comparators:
    """What cells of a specimen are compared with.

    Attributes
    ----------
    template : NormalTemplate or None
        Normal marrows; without them a negative cannot be given.
    diagnosis : tuple of DiagnosisProfile
        The patient's own diagnosis, a profile for each of its tubes that holds blasts.
    diagnosis_given : bool
        Whether there is a diagnosis, with blasts in it or not.
    """

    template: NormalTemplate | None = None
    diagnosis: tuple[DiagnosisProfile, ...] = ()
    diagnosis_given: bool = False


def with_diagnosis(
    detection: Detection, gated: GatedTube, against: Comparators, limits: AberrancyLimits
) -> Detection:
    """Add the cells that are like the blasts of the diagnosis to what a search found.

    Parameters
    ----------
    detection : Detection
        Of the search without it.
    gated : GatedTube
        The tube.
    against : Comparators
        The diagnosis; the template only if the search used it.
    limits : AberrancyLimits
        Parameters.

    Returns
    -------
    Detection
        Never a weaker call than that of `detection`.
    """
    if not against.diagnosis_given:
        return detection
    if not against.diagnosis or detection.call is AberrancyCall.NOT_EVALUABLE:
        return _said(detection, ReasonCode.DX_NOT_COMPARABLE, _NO_BLASTS)
    profile = max(against.diagnosis, key=lambda p: len(shared_markers(gated, p)))
    template = against.template if detection.method == "template" else None
    alike = find_alike(gated, profile, template, limits)
    if not alike.markers:
        shared = ", ".join(shared_markers(gated, profile)) or "nothing"
        return _said(
            detection,
            ReasonCode.DX_NOT_COMPARABLE,
            f"not compared with the diagnosis {profile.name}: stained alike {shared}",
        )
    n = int(np.count_nonzero(alike.events))
    message = (
        f"{n} cells are like the blasts of the diagnosis {profile.name} in "
        f"{', '.join(alike.markers)}"
    )
    if n < limits.mention_events:
        return _said(detection, ReasonCode.STEP_LOG, message)
    found, shown = _differences(gated, alike.events, template, limits)
    call = AberrancyCall.SUSPICIOUS
    # without normal marrows nobody knows how many such cells are normal
    enough = limits.lod_events if template is not None else limits.diagnosis_alone_events
    if shown and n >= enough:
        call = AberrancyCall.ABERRANT
    merged = _merge(detection, alike.events, found, call)
    return _said(merged, ReasonCode.DX_PHENOTYPE_FOUND, message, float(n))


_NO_BLASTS = "not compared with the diagnosis: no aberrant B precursors were found in it"


def _differences(
    gated: GatedTube,
    cells: EventMask,
    template: NormalTemplate | None,
    limits: AberrancyLimits,
) -> tuple[tuple[Aberrancy, ...], bool]:
    """In what the cells are not normal, and whether that shows that they are not."""
    if template is None:
        signs = (
            *cross_lineage(gated, cells, limits),
            *asynchronous(gated, cells, limits),
            *dim_cd45(gated, cells, limits),
            *dim_cd38(gated, cells, limits),
        )
        return signs, is_evidence(signs)
    within = cells & gated.mask("B_lineage")
    if not within.any():
        return (), False
    moved = drift(gated, template.markers, template.anchors, limits)
    events = b_lineage_events(gated, template.markers) - moved.applied
    alike = events[within[gated.mask("B_lineage")]]
    return show_aberrant(gated, template, np.flatnonzero(within), alike, limits)


def _merge(
    detection: Detection,
    alike: EventMask,
    found: tuple[Aberrancy, ...],
    call: AberrancyCall,
) -> Detection:
    """Join both searches; the stronger call says which cells count."""
    before = detection.call
    if before is AberrancyCall.ABERRANT and call is not AberrancyCall.ABERRANT:
        return detection
    if call is before:
        blasts = alike if _is_coarse(detection, alike) else alike | detection.blasts
        return replace(detection, blasts=blasts, aberrancies=found or detection.aberrancies)
    return replace(detection, call=call, blasts=alike, aberrancies=found)


def _is_coarse(detection: Detection, alike: EventMask) -> bool:
    """Without a template all precursors were taken, normal ones too: the cells alike are finer."""
    if detection.method != "internal":
        return False
    if detection.call is AberrancyCall.SUSPICIOUS:
        return True
    return bool(
        np.count_nonzero(alike & detection.blasts) >= _HALF * np.count_nonzero(detection.blasts)
    )


def _said(
    detection: Detection, code: ReasonCode, message: str, value: float | None = None
) -> Detection:
    finding = Finding(
        code=code,
        severity=Severity.NOTE,
        stage="aberrancy.follow_up",
        message=message,
        value=value,
    )
    return replace(detection, findings=(*detection.findings, finding))
