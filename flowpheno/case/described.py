"""Each kind of evidence in words: flow, morphology, immunohistochemistry, never mixed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from flowpheno.case.values import TissueEvidence
from flowpheno.panel.case import FlowDone
from flowpheno.statistics import Interval, wilson_percent
from flowpheno.verdict import SpecimenVerdict

if TYPE_CHECKING:
    from flowpheno.panel.case import CaseLimits, CaseSpecimen
    from flowpheno.verdict import Verdict

_NAN = float("nan")


def tissue_text(specimen: CaseSpecimen) -> str:
    """Put what immunohistochemistry showed into words.

    Parameters
    ----------
    specimen : CaseSpecimen
        What the case file says.

    Returns
    -------
    str
        Markers positive and negative; empty if there is none.
    """
    parts = [f"positive: {', '.join(specimen.ihc)}"] if specimen.ihc else []
    parts += [f"negative: {', '.join(specimen.ihc_negative)}"] if specimen.ihc_negative else []
    return "; ".join(parts)


def tissue_evidence(specimen: CaseSpecimen, limits: CaseLimits) -> TissueEvidence:
    """Say what immunohistochemistry shows; a marker not listed was not reported.

    Parameters
    ----------
    specimen : CaseSpecimen
        What the case file says.
    limits : CaseLimits
        Which markers support B-precursor ALL.

    Returns
    -------
    TissueEvidence
        Never part of a flow verdict.
    """
    if not specimen.ihc and not specimen.ihc_negative:
        return TissueEvidence.NOT_ASSESSED
    rules, shown = limits.tissue, set(specimen.ihc)
    if shown & rules.lineage and shown & rules.immaturity:
        return TissueEvidence.SUPPORTS_BCP_ALL
    return TissueEvidence.INCONCLUSIVE


def morphology_text(specimen: CaseSpecimen, limits: CaseLimits) -> str:
    """Put what the microscope showed into words, with an interval only where cells were counted.

    Parameters
    ----------
    specimen : CaseSpecimen
        What the case file says.
    limits : CaseLimits
        Words.

    Returns
    -------
    str
        Empty if there is no morphology.
    """
    seen = specimen.morphology
    if seen is None:
        return ""
    parts = []
    if seen.blast_percent is not None:
        interval = _counted(seen.blast_percent, seen.cells)
        parts.append(f"{seen.blast_percent:g} % blasts by morphology; {_ci(interval, limits)}")
        if (
            seen.blast_percent >= limits.relapse_percent
            and specimen.flow is not FlowDone.PERFORMED
        ):
            parts.append(limits.sentences.hematogones)
    return "; ".join([*parts, seen.note] if seen.note else parts)


def flow_text(verdict: Verdict, limits: CaseLimits) -> str:
    """Put the numbers of a flow verdict into words.

    Parameters
    ----------
    verdict : Verdict
        What flow says.
    limits : CaseLimits
        Words.

    Returns
    -------
    str
        Percent with its denominator and interval, or the limit of detection of a negative; empty
        if nothing was counted.
    """
    percent, of = verdict.blast_percent, verdict.denominator
    if verdict.verdict is SpecimenVerdict.NO_ABERRANT_B_PRECURSOR:
        known = not math.isnan(verdict.lod_percent)
        return f"< {verdict.lod_percent:.3g} % of {of} (LOD)" if known else "LOD not stated"
    if math.isnan(percent.estimate):
        return ""
    return f"{percent.estimate:.3g} % of {of}; {_ci(percent, limits)}"


def _ci(interval: Interval, limits: CaseLimits) -> str:
    if math.isnan(interval.low) or math.isnan(interval.high):
        return limits.sentences.no_interval
    return f"95 % CI {interval.low:.3g}-{interval.high:.3g} %"


def _counted(percent: float, cells: int | None) -> Interval:
    """Interval of a percentage of a counted number of cells; NaN bounds where none is given."""
    if cells is None:
        return Interval(percent, _NAN, _NAN)
    return wilson_percent(round(percent * cells / 100), cells)
