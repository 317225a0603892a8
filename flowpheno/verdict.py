"""The verdict on a specimen: what the evidence allows one to say, and the evidence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from flowpheno.clonality import Clonality as Clonality  # noqa: PLC0414, TC001 - also found here
from flowpheno.lineage import Lineage as Lineage  # noqa: PLC0414, TC001 - also found here

if TYPE_CHECKING:
    from flowpheno.finding import ReasonCode
    from flowpheno.statistics import Interval


class SpecimenVerdict(StrEnum):
    """What can be said of one specimen; the meanings stand in ``panels/verdicts.yaml``."""

    CONFIRMED_BCP_ALL = "CONFIRMED_BCP_ALL"
    ABERRANT_LINEAGE_INCOMPLETE = "ABERRANT_LINEAGE_INCOMPLETE"
    POSITIVE_MRD = "POSITIVE_MRD"
    POSITIVE_LOW_UNQUANT = "POSITIVE_LOW_UNQUANT"
    SUSPICIOUS = "SUSPICIOUS"
    NO_ABERRANT_B_PRECURSOR = "NO_ABERRANT_B_PRECURSOR"
    NOT_B_PRECURSOR_BLASTS = "NOT_B_PRECURSOR_BLASTS"
    INDETERMINATE = "INDETERMINATE"
    NOT_ASSESSED = "NOT_ASSESSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What can be said of one specimen, with its numbers and limits.

    Attributes
    ----------
    verdict : SpecimenVerdict
        The verdict.
    reasons : tuple of ReasonCode
        Why, sorted; also what limits it.
    evidence : tuple of str
        Sentences a person can check: which events, which markers, how far, compared with what.
    limitations : tuple of str
        What the verdict does not say; the single-site sentence on every negative.
    n_blasts, n_nucleated : int
        Events of the aberrant population, and of all nucleated cells.
    denominator : str
        Name of what percentages of blasts and their limits refer to.
    blast_percent : Interval
        Percent of the denominator, with its 95 % interval; NaN without events.
    lod_percent, lloq_percent : float
        Limit of detection and of quantification, percent of the denominator; NaN without events.
    hematogone_percent : float
        Normal B precursors, percent of nucleated cells; NaN if not evaluable.
    clonality : Clonality
        Never more than light chains show.
    lineage : Lineage
        Lineage of the aberrant population, from markers measured.
    known_bcp_all : bool
        Whether the history said so.
    template : str
        Identifier of the normal template used; empty if none.
    n_denominator : int or None
        Events of the denominator; None where it is that of all nucleated cells.
    """

    verdict: SpecimenVerdict
    reasons: tuple[ReasonCode, ...]
    evidence: tuple[str, ...]
    limitations: tuple[str, ...]
    n_blasts: int
    n_nucleated: int
    denominator: str
    blast_percent: Interval
    lod_percent: float
    lloq_percent: float
    hematogone_percent: float
    clonality: Clonality
    lineage: Lineage
    known_bcp_all: bool
    template: str
    n_denominator: int | None = None

    @property
    def n_counted(self) -> int:
        """Events that the percentage of blasts refers to."""
        return self.n_nucleated if self.n_denominator is None else self.n_denominator
