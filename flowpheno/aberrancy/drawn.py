"""Blasts that a person drew: what their markers say of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.aberrancy.continuum import measure_continuum
from flowpheno.aberrancy.evidence import AberrancyCall
from flowpheno.aberrancy.internal import internal_evidence, needed_percent
from flowpheno.aberrancy.signs import is_evidence
from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.marker import Marker
from flowpheno.phenotype import Call
from flowpheno.population import Population

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from collections.abc import Set as AbstractSet

    from flowpheno.aberrancy.evidence import Detection
    from flowpheno.aberrancy.limits import AberrancyLimits
    from flowpheno.arrays import EventMask
    from flowpheno.gating import GatedTube
    from flowpheno.phenotype import Phenotype

BLASTS, HEMATOGONES, NON_B = "blasts", "hematogones", "non_B_blasts"
"""Populations that are found among those of the gating."""

_CANDIDATES = frozenset({"B_lineage", "B_precursors"})
"""Populations through which a drawn gate makes any cell a candidate."""
_B_ANTIGENS = tuple(Marker(m) for m in ("CD19", "CD22", "cyCD22", "cyCD79a"))
_MOST = 0.5
"""Share of drawn cells from which they are what was found: the greater part decides."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """What was found in a tube without drawn blasts.

    Attributes
    ----------
    detection : Detection
        Of the search among B precursors, as they are or as a person drew them.
    non_b : Population
        Blasts outside the B lineage.
    b_lineage : EventMask
        The B lineage by its markers, before a person drew any of it.
    """

    detection: Detection
    non_b: Population
    b_lineage: EventMask


def blasts_by_hand(
    gated: GatedTube,
    drawn: Mapping[str, EventMask],
    found: Found,
    describe: Callable[[Population], Phenotype],
    limits: AberrancyLimits,
    *,
    known_bcp_all: bool,
) -> tuple[Detection, Population]:
    """Let drawn blasts count, and no drawn gate confirm without markers of the B lineage.

    Drawn ``blasts`` are judged as `judge_drawn_blasts` says. Those measured not to be of the B
    lineage take the place of ``non_B_blasts``; the search among B precursors then stands as it
    is. Where a person drew the B lineage or its precursors, what is aberrant among them is
    suspicious only, unless it is of the B lineage by its markers: a B antigen is positive, and
    at least half of the cells lie in the B lineage that was found. (Cells that glow, such as
    granulocytes, may be called positive for an antigen they do not have.)

    Parameters
    ----------
    gated : GatedTube
        The tube, drawn populations in place.
    drawn : mapping of str to EventMask
        What a person drew, by population.
    found : Found
        What was found without drawn blasts.
    describe : callable
        Calls the markers of a population.
    limits : AberrancyLimits
        Parameters.
    known_bcp_all : bool
        Lowers the share of nucleated cells from which evidence counts.

    Returns
    -------
    Detection
        With `GATE_BLASTS_UNSUPPORTED` among its findings where markers do not support it.
    Population
        Blasts outside the B lineage.
    """
    detection, non_b = _of_b_lineage_only(found, set(drawn), describe), found.non_b
    found = replace(found, detection=detection)
    if NON_B in drawn:
        non_b = Population(NON_B, "nucleated", drawn[NON_B] & gated.nucleated)
    if BLASTS not in drawn:
        return detection, non_b
    blasts = Population(BLASTS, "nucleated", drawn[BLASTS] & gated.nucleated)
    phenotype = describe(blasts)
    if blasts.n and _lacks_b_antigen(phenotype):
        why = f"{blasts.n} drawn blasts show no B antigen: they count as blasts of another lineage"
        detection = replace(
            detection, findings=(*detection.findings, _unsupported(why, blasts.mask))
        )
        either = blasts.mask | non_b.mask if NON_B in drawn else blasts.mask.copy()
        return detection, Population(NON_B, "nucleated", either)
    judged = judge_drawn_blasts(
        gated, blasts, phenotype, found, limits, known_bcp_all=known_bcp_all
    )
    return judged, non_b


def is_b_lineage(cells: Population, phenotype: Phenotype, b_lineage: EventMask) -> bool:
    """Tell whether cells were shown to be of the B lineage.

    Parameters
    ----------
    cells : Population
        The cells.
    phenotype : Phenotype
        Their markers.
    b_lineage : EventMask
        The B lineage by its markers.

    Returns
    -------
    bool
        Whether CD19, CD22 or CD79a is positive, and at least half of the cells are in
        `b_lineage`; not, where nothing was stained or decided.
    """
    positive = any(phenotype.call(marker).call is Call.POSITIVE for marker in _B_ANTIGENS)
    return positive and _mostly(cells.mask, b_lineage)


def judge_drawn_blasts(
    gated: GatedTube,
    drawn: Population,
    phenotype: Phenotype,
    found: Found,
    limits: AberrancyLimits,
    *,
    known_bcp_all: bool,
) -> Detection:
    """Let the cells that a person calls blasts take the place of those that were found.

    Their number is the person's; their call is that of their markers. They are aberrant if at
    least half of them were found aberrant by the search, or if they are of the B lineage
    (`is_b_lineage`) and show the evidence that makes B precursors aberrant, in the same quantity.
    All else is suspicious, whatever the search said: a drawn gate finds disease, it does not
    confirm it. Fewer than are mentioned (`AberrancyLimits.mention_events`) are background of a
    gate, and no blasts.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    drawn : Population
        The cells.
    phenotype : Phenotype
        Their markers.
    found : Found
        What was found without them.
    limits : AberrancyLimits
        Parameters.
    known_bcp_all : bool
        Lowers the share of nucleated cells from which evidence counts.

    Returns
    -------
    Detection
        With `GATE_BLASTS_UNSUPPORTED` where the cells are not aberrant by their markers.
    """
    mask, n, search = drawn.mask, drawn.n, found.detection
    if n < limits.mention_events:
        nobody = np.zeros_like(mask)
        return replace(search, call=AberrancyCall.NOT_ABERRANT, blasts=nobody, aberrancies=())
    if search.call is AberrancyCall.ABERRANT and _mostly(mask, search.blasts):
        return replace(search, blasts=mask)
    continuum = search.continuum or measure_continuum(gated, limits)
    gateable = "B_lineage" in gated.populations  # else the tube has no cells to judge by
    evidence = internal_evidence(gated, mask, continuum, limits) if gateable else ()
    percent = 100 * n / max(int(np.count_nonzero(gated.nucleated)), 1)
    needed = needed_percent(limits, known_bcp_all=known_bcp_all)
    judged = replace(
        search, call=AberrancyCall.ABERRANT, blasts=mask, aberrancies=evidence, method="internal"
    )
    lacking = []
    if not is_b_lineage(drawn, phenotype, found.b_lineage):
        lacking.append("not of the B lineage by their markers")
    if not is_evidence(evidence):
        lacking.append(f"{len(evidence)} sign(s) of aberrancy")
    if percent < needed:
        lacking.append(f"{percent:.3g} % of nucleated cells, {needed:g} % needed without more")
    if not lacking:
        return judged
    why = f"{n} drawn blasts are not shown to be aberrant: {'; '.join(lacking)}"
    return _suspicious_only(judged, why)


def _of_b_lineage_only(
    found: Found, drawn: AbstractSet[str], describe: Callable[[Population], Phenotype]
) -> Detection:
    """Hold back what is aberrant in a drawn B lineage without being of the B lineage."""
    detection = found.detection
    if detection.call is not AberrancyCall.ABERRANT or not _CANDIDATES & drawn:
        return detection
    blasts = Population(BLASTS, "nucleated", detection.blasts.copy())
    if is_b_lineage(blasts, describe(blasts), found.b_lineage):
        return detection
    why = f"{blasts.n} cells of a drawn gate are not of the B lineage by their markers"
    return _suspicious_only(detection, why)


def _lacks_b_antigen(phenotype: Phenotype) -> bool:
    """No B antigen is positive, and one is negative or none was stained."""
    calls = {phenotype.call(marker).call for marker in _B_ANTIGENS}
    undecided = calls - {Call.NEGATIVE, Call.NOT_REPORTED}
    return Call.POSITIVE not in calls and (Call.NEGATIVE in calls or not undecided)


def _suspicious_only(detection: Detection, why: str) -> Detection:
    """Take back that cells are aberrant: a person put them there, their markers do not say it."""
    findings = (*detection.findings, _unsupported(why, detection.blasts))
    return replace(detection, call=AberrancyCall.SUSPICIOUS, findings=findings)


def _unsupported(why: str, drawn: EventMask) -> Finding:
    return Finding(
        code=ReasonCode.GATE_BLASTS_UNSUPPORTED,
        severity=Severity.BLOCKING,
        stage="aberrancy.drawn",
        message=why,
        value=float(np.count_nonzero(drawn)),
    )


def _mostly(cells: EventMask, others: EventMask) -> bool:
    both = int(np.count_nonzero(cells & others))
    return 0 < both >= _MOST * int(np.count_nonzero(cells))
