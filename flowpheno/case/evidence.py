"""Where each specimen stands in the course of the disease, and how its flow bears on it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from flowpheno.case.stated import WHOLE
from flowpheno.panel.case import Phase
from flowpheno.verdict import SpecimenVerdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.panel.case import Case, CaseLimits, CaseSpecimen, Remission
    from flowpheno.verdict import Verdict

_NAN = float("nan")


class Bearing(StrEnum):
    """How a flow verdict bears on the case; the order of the members is from worst to best."""

    RELAPSE = "relapse"
    LIKELY = "likely"
    MRD = "mrd"
    OPEN = "open"
    NEGATIVE = "negative"


POSITIVE = frozenset({Bearing.RELAPSE, Bearing.LIKELY, Bearing.MRD})
"""Bearings of a specimen in which the leukaemia was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One specimen with its flow verdict and its place in the course of the disease.

    Attributes
    ----------
    specimen : CaseSpecimen
        What the case file says.
    flow : Verdict
        What flow says.
    episode : int
        Recorded remissions before it; 0 before the first.
    bearing : Bearing
        How it bears on the case.
    """

    specimen: CaseSpecimen
    flow: Verdict
    episode: int
    bearing: Bearing

    @property
    def counts(self) -> bool:
        """Whether it may say anything of a relapse."""
        return self.specimen.phase is not Phase.DIAGNOSIS


def order_specimens(case: Case) -> tuple[CaseSpecimen, ...]:
    """Put specimens on the time line: by date where all are dated, else by order.

    Parameters
    ----------
    case : Case
        A case.

    Returns
    -------
    tuple of CaseSpecimen
        Earliest first; equal places as in the file.
    """
    dated = [s.date for s in case.specimens if s.date is not None]
    if len(dated) == len(case.specimens):
        return tuple(sorted(case.specimens, key=lambda s: (s.date or dated[0], s.order or 0)))
    return tuple(sorted(case.specimens, key=lambda s: s.order or 0))


def count_remissions(case: Case, specimen: CaseSpecimen) -> int:
    """Count the recorded remissions that certainly came before a specimen.

    Parameters
    ----------
    case : Case
        A case.
    specimen : CaseSpecimen
        One of its specimens.

    Returns
    -------
    int
        Remissions; one that cannot be placed against the specimen is not counted.
    """
    places = [s.id for s in order_specimens(case)]
    return sum(_is_before(remission, specimen, places) for remission in case.remissions)


def bearing_of(verdict: Verdict, *, after_remission: bool, limits: CaseLimits) -> Bearing:
    """Say how a flow verdict bears on the case.

    Parameters
    ----------
    verdict : Verdict
        What flow says.
    after_remission : bool
        Whether a remission was recorded before; without one there is no relapse.
    limits : CaseLimits
        Percentages of nucleated cells.

    Returns
    -------
    Bearing
        A percentage that is not known never confirms a relapse.
    """
    match verdict.verdict:
        case SpecimenVerdict.CONFIRMED_BCP_ALL | SpecimenVerdict.ABERRANT_LINEAGE_INCOMPLETE:
            least, most = nucleated_percent(verdict)
            if most < limits.likely_percent:
                return Bearing.MRD
            if not after_remission:
                return Bearing.OPEN
            complete = verdict.verdict is SpecimenVerdict.CONFIRMED_BCP_ALL
            enough = least >= limits.relapse_percent
            return Bearing.RELAPSE if complete and enough else Bearing.LIKELY
        case SpecimenVerdict.POSITIVE_MRD | SpecimenVerdict.POSITIVE_LOW_UNQUANT:
            return Bearing.MRD
        case SpecimenVerdict.NO_ABERRANT_B_PRECURSOR:
            return Bearing.NEGATIVE
        case _:
            return Bearing.OPEN


def nucleated_percent(verdict: Verdict) -> tuple[float, float]:
    """Give blasts as percent of nucleated cells, whatever the report's denominator is.

    Parameters
    ----------
    verdict : Verdict
        What flow says.

    Returns
    -------
    tuple of float
        Least and most, equal where cells were counted. Every other denominator is a part of the
        nucleated cells, so that a percentage of it is an upper bound; NaN where nothing is known.
    """
    stated = verdict.blast_percent.estimate
    if verdict.denominator == WHOLE:
        return stated, stated
    if verdict.n_nucleated:
        counted = 100 * verdict.n_blasts / verdict.n_nucleated
        return counted, counted
    return _NAN, stated


def diagnosis_missing(evidence: Sequence[Evidence]) -> bool:
    """Tell whether the phenotype at diagnosis is not available.

    Parameters
    ----------
    evidence : sequence of Evidence
        Specimens of a case.

    Returns
    -------
    bool
        True unless flow assessed a specimen of the diagnosis.
    """
    return not any(
        e.specimen.phase is Phase.DIAGNOSIS and e.flow.verdict is not SpecimenVerdict.NOT_ASSESSED
        for e in evidence
    )


def _is_before(remission: Remission, specimen: CaseSpecimen, places: list[str]) -> bool:
    """Whether a remission came before a specimen; the day of the remission belongs to it."""
    if remission.date is not None and specimen.date is not None:
        return specimen.date > remission.date
    if remission.after is None:
        return False
    return places.index(specimen.id) > places.index(remission.after)
