"""Residual disease over time as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flowpheno.verdict import SpecimenVerdict

if TYPE_CHECKING:
    from flowpheno.case import CaseVerdict, TimelineRow
    from flowpheno.statistics import Interval

_NEGATIVE = frozenset({SpecimenVerdict.NO_ABERRANT_B_PRECURSOR})
_OPEN = frozenset({SpecimenVerdict.INDETERMINATE, SpecimenVerdict.NOT_ASSESSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class MrdPoint:
    """One specimen of a series.

    Attributes
    ----------
    name : str
        Of the specimen.
    when : str
        Date, or what stands for it.
    step : int
        Place in time, from 0; equal for specimens of one procedure.
    percent : Interval
        Aberrant cells of the denominator with their 95 % interval, 0 to 100; NaN without a count.
    lod_percent : float
        Limit of detection; NaN if not known.
    denominator : str
        What the percentage refers to; percentages of two denominators do not compare.
    negative : bool or None
        Whether nothing aberrant was found; None if that was not assessed.
    remark : str
        Where it was taken.
    """

    name: str
    when: str
    step: int
    percent: Interval
    lod_percent: float
    denominator: str
    negative: bool | None
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MrdSeries:
    """Residual disease of a patient over time, by flow.

    Attributes
    ----------
    points : tuple of MrdPoint
        In time order.
    thresholds : tuple of (float, str)
        Percent and name of lines that a protocol draws; none if not given.
    """

    points: tuple[MrdPoint, ...]
    thresholds: tuple[tuple[float, str], ...] = ()


def mrd_series(case: CaseVerdict, *, thresholds: tuple[tuple[float, str], ...] = ()) -> MrdSeries:
    """Take the flow percentages of a case.

    Parameters
    ----------
    case : CaseVerdict
        The case.
    thresholds : tuple of (float, str)
        Percent and name of lines to be drawn.

    Returns
    -------
    MrdSeries
        A point for each specimen, also for those without flow.
    """
    return MrdSeries(points=tuple(map(_point, case.timeline)), thresholds=thresholds)


def _point(row: TimelineRow) -> MrdPoint:
    negative = None if row.verdict in _OPEN else row.verdict in _NEGATIVE
    return MrdPoint(
        name=row.specimen,
        when=row.date or f"step {row.step + 1}",
        step=row.step,
        percent=row.blast_percent,
        lod_percent=row.lod_percent,
        denominator=row.denominator,
        negative=negative,
        remark=row.site,
    )
