"""Whether the specimen can carry an answer: enough cells, the flow, its age."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.fcs.moment import acquired
from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.qc.clock import clock_of, seconds_a_tick

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask, Values
    from flowpheno.sample import Sample
    from flowpheno.specimen import Specimen

_STAGE = "qc.adequacy"
_HOURS = 24
_SPAN = 100
"""Events over which a rate is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdequacyLimits:
    """What a specimen needs.

    Attributes
    ----------
    source : str
        Citation or tag.
    fewest_cells : int
        Cells below which no population can be described.
    fewest_cell_percent : float
        Percent of all events that are cells, below which the specimen is clotted or necrotic.
    fastest_per_second : float
        Events a second above which cells coincide.
    maximum_age_hours : float
        Hours from the aspiration to the acquisition.
    """

    source: str
    fewest_cells: int
    fewest_cell_percent: float
    fastest_per_second: float
    maximum_age_hours: float


def check_adequacy(raw: Sample, cells: EventMask, limits: AdequacyLimits) -> tuple[Finding, ...]:
    """Judge the number of cells and the rate at which they came.

    How far down a negative reaches is said elsewhere, from the limit of detection.

    Parameters
    ----------
    raw : Sample
        As acquired.
    cells : EventMask
        Events that quality control keeps.
    limits : AdequacyLimits
        Parameters.

    Returns
    -------
    tuple of Finding
        Too few cells, mostly no cells, the event rate.
    """
    n_cells = int(np.count_nonzero(cells))
    findings = []
    if n_cells < limits.fewest_cells:
        findings.append(
            _finding(
                ReasonCode.TOO_FEW_EVENTS,
                f"{n_cells} of {raw.n_events} events are cells: too few to describe populations",
                n_cells,
            )
        )
    percent = 100 * n_cells / raw.n_events if raw.n_events else 100.0
    if percent < limits.fewest_cell_percent:
        findings.append(
            _finding(
                ReasonCode.CLOTTED_OR_NECROTIC,
                f"only {percent:.1f} % of the events are living single cells",
                percent,
            )
        )
    return (*findings, *_rate(raw, limits))


def check_age(raw: Sample, specimen: Specimen, limits: AdequacyLimits) -> tuple[Finding, ...]:
    """Judge how long after the aspiration the tube was acquired; no date is told.

    Parameters
    ----------
    raw : Sample
        With the keywords of its file.
    specimen : Specimen
        With the date it was taken, if that is known.
    limits : AdequacyLimits
        Parameters.

    Returns
    -------
    tuple of Finding
        ``SAMPLE_AGE_GT_72H`` where it certainly was too late, a day being all that is known of the
        aspiration; ``SOURCE_CONFLICT`` where it was acquired before it was taken; else empty.
    """
    began = acquired(raw.keywords)
    try:
        taken = date.fromisoformat(specimen.date[:10])
    except ValueError:
        return ()
    if began is None:
        return ()
    days = (began.date() - taken).days
    if days < 0:
        message = "the file was acquired before the specimen was taken: one of the dates is wrong"
        return (_finding(ReasonCode.SOURCE_CONFLICT, message, days),)
    if (days - 1) * _HOURS < limits.maximum_age_hours:
        return ()
    message = f"the tube was acquired {days} days after the specimen was taken"
    return (_finding(ReasonCode.SAMPLE_AGE_GT_72H, message, days),)


def _rate(raw: Sample, limits: AdequacyLimits) -> list[Finding]:
    """Events a second, median over the run; where nothing says how long a tick is, that."""
    clock = clock_of(raw, least_events=1)
    if isinstance(clock, str) or raw.n_events < limits.fewest_cells:
        return []
    seconds = seconds_a_tick(raw)
    spans = _spans(clock.time)
    if seconds is None or not spans.size or np.median(spans) <= 0:
        why = "$TIMESTEP is not known" if seconds is None else "Time does not advance"
        message = f"no event rate: {why}"
        return [_finding(ReasonCode.QC_STEP_NOT_POSSIBLE, message, None, Severity.NOTE)]
    rate = _SPAN / (float(np.median(spans)) * seconds)
    if rate <= limits.fastest_per_second:
        return [_finding(ReasonCode.STEP_LOG, f"{rate:.0f} events a second", rate, Severity.NOTE)]
    message = f"{rate:.0f} events a second: cells coincide"
    return [_finding(ReasonCode.DOUBLET_EXCESS, message, rate)]


def _spans(time: Values) -> Values:
    ordered = np.sort(time)
    return ordered[_SPAN:] - ordered[:-_SPAN]


def _finding(
    code: ReasonCode, message: str, value: float | None, severity: Severity = Severity.WARNING
) -> Finding:
    return Finding(code=code, severity=severity, stage=_STAGE, message=message, value=value)
