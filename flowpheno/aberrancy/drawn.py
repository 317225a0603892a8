"""Blasts that a person drew: what their markers say of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.aberrancy.continuum import measure_continuum
from flowpheno.aberrancy.evidence import AberrancyCall
from flowpheno.aberrancy.internal import internal_evidence, needed_percent
from flowpheno.aberrancy.signs import is_evidence
from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.marker import Marker
from flowpheno.phenotype import Call

if TYPE_CHECKING:
    from flowpheno.aberrancy.evidence import Detection
    from flowpheno.aberrancy.limits import AberrancyLimits
    from flowpheno.arrays import EventMask
    from flowpheno.gating import GatedTube
    from flowpheno.phenotype import Phenotype

_B_ANTIGENS = tuple(Marker(m) for m in ("CD19", "CD22", "cyCD22", "cyCD79a"))
_MOST = 0.5
"""Share of the drawn cells from which they are those that the search found."""


def shows_b_antigen(phenotype: Phenotype) -> bool:
    """Tell whether cells were shown to be of the B lineage.

    Parameters
    ----------
    phenotype : Phenotype
        Their markers.

    Returns
    -------
    bool
        Whether CD19, CD22 or CD79a is positive; not, where it was not stained or not decided.
    """
    return any(phenotype.call(marker).call is Call.POSITIVE for marker in _B_ANTIGENS)


def judge_drawn_blasts(
    gated: GatedTube,
    drawn: EventMask,
    found: Detection,
    limits: AberrancyLimits,
    *,
    known_bcp_all: bool,
) -> Detection:
    """Let the cells that a person calls blasts take the place of those that were found.

    Their number is the person's; their call is that of their markers. They are aberrant if the
    same evidence that makes B precursors aberrant holds for them, in the same quantity, or if at
    least half of them were found aberrant by the search. All else is suspicious, whatever the
    search said: a drawn gate finds disease, it does not confirm it. Fewer than are mentioned
    (`AberrancyLimits.mention_events`) are background of a gate, and no blasts.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    drawn : EventMask
        The cells; they were shown to carry a B antigen.
    found : Detection
        What the search found in the tube.
    limits : AberrancyLimits
        Parameters.
    known_bcp_all : bool
        Lowers the share of nucleated cells from which evidence counts.

    Returns
    -------
    Detection
        With `GATE_BLASTS_UNSUPPORTED` where the cells are not aberrant by their markers.
    """
    n = int(np.count_nonzero(drawn))
    if n < limits.mention_events:
        nobody = np.zeros_like(drawn)
        return replace(found, call=AberrancyCall.NOT_ABERRANT, blasts=nobody, aberrancies=())
    if _was_found(drawn, found):
        return replace(found, blasts=drawn)
    continuum = found.continuum or measure_continuum(gated, limits)
    evidence = internal_evidence(gated, drawn, continuum, limits)
    percent = 100 * n / max(int(np.count_nonzero(gated.nucleated)), 1)
    enough = percent >= needed_percent(limits, known_bcp_all=known_bcp_all)
    judged = replace(
        found, call=AberrancyCall.ABERRANT, blasts=drawn, aberrancies=evidence, method="internal"
    )
    if is_evidence(evidence) and enough:
        return judged
    why = (
        f"{percent:.3g} % of nucleated cells"
        if is_evidence(evidence)
        else f"signs of aberrancy: {len(evidence)}"
    )
    return suspicious_only(judged, f"{n} drawn blasts are not shown to be aberrant ({why})")


def suspicious_only(detection: Detection, why: str) -> Detection:
    """Take back that cells are aberrant: a person put them there, their markers do not say it.

    Parameters
    ----------
    detection : Detection
        Of cells that a drawn gate holds.
    why : str
        What is missing; a sentence without its full stop.

    Returns
    -------
    Detection
        Suspicious, with `GATE_BLASTS_UNSUPPORTED`, which forbids a negative.
    """
    finding = unsupported(why, detection.blasts)
    return replace(
        detection, call=AberrancyCall.SUSPICIOUS, findings=(*detection.findings, finding)
    )


def unsupported(why: str, drawn: EventMask) -> Finding:
    """Say that drawn blasts are not shown to be what they were called.

    Parameters
    ----------
    why : str
        What is missing; a sentence without its full stop.
    drawn : EventMask
        The cells.

    Returns
    -------
    Finding
        `GATE_BLASTS_UNSUPPORTED`; its value is the number of cells.
    """
    return Finding(
        code=ReasonCode.GATE_BLASTS_UNSUPPORTED,
        severity=Severity.BLOCKING,
        stage="aberrancy.drawn",
        message=why,
        value=float(np.count_nonzero(drawn)),
    )


def _was_found(drawn: EventMask, found: Detection) -> bool:
    if found.call is not AberrancyCall.ABERRANT:
        return False
    both = int(np.count_nonzero(drawn & found.blasts))
    return both >= _MOST * int(np.count_nonzero(drawn))
