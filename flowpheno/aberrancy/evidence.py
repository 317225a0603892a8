"""What the search for aberrant B precursors found, so that a person can disagree."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask, EventMatrix
    from flowpheno.finding import Finding
    from flowpheno.marker import Marker


class AberrancyCall(StrEnum):
    """What can be said of a cluster of B-lineage cells."""

    ABERRANT = "aberrant"
    SUSPICIOUS = "suspicious"
    NOT_ABERRANT = "not_aberrant"
    NOT_EVALUABLE = "not_evaluable"


class AberrancyKind(StrEnum):
    """In which way cells differ from their normal counterpart."""

    OVER = "over-expression"
    UNDER = "under-expression"
    CROSS_LINEAGE = "cross-lineage marker"
    ASYNCHRONOUS = "asynchronous expression"
    NO_CONTINUUM = "no maturation continuum"
    RESTRICTED = "light-chain restriction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aberrancy:
    """One difference from normal.

    Attributes
    ----------
    marker : Marker
        Marker, or markers joined by a blank.
    kind : AberrancyKind
        Direction.
    delta_log10 : float or None
        Size in decades; None where it is a share or a correlation.
    strong : bool
        Whether it counts alone.
    text : str
        The difference with its numbers, and what it was compared with.
    sensitive : bool
        Whether a slightly different spillover matrix, or other cells of the population, would make
        it none.
    """

    marker: Marker
    kind: AberrancyKind
    delta_log10: float | None
    strong: bool
    text: str
    sensitive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Continuum:
    """Whether CD10+ B precursors mature, as normal ones do.

    Attributes
    ----------
    n_cd10 : int
        CD10+ precursors.
    late_percent : float
        Percent of them at later stages; NaN if not evaluable.
    spearman_cd20, spearman_cd45 : float
        Rank correlation of CD10 with CD20 and with CD45; NaN if not stained.
    present : bool or None
        None where there are too few cells or markers.
    """

    n_cd10: int
    late_percent: float
    spearman_cd20: float
    spearman_cd45: float
    present: bool | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Detection:
    """The aberrant, or most nearly aberrant, B-lineage cells of a tube.

    Attributes
    ----------
    call : AberrancyCall
        What can be said of them.
    blasts : EventMask
        The events; empty unless aberrant or suspicious.
    dying : EventMask or None
        Events like them that are dying, not counted among them; None where none were told apart.
    aberrancies : tuple of Aberrancy
        Every difference found, the largest first.
    continuum : Continuum or None
        Maturation of the precursors; None without a B lineage.
    score : EventMatrix
        Abnormality of each event, shape ``(n_events,)``; above 0 is flagged; NaN outside the B
        lineage and without a template.
    method : str
        ``"template"`` or ``"internal"``.
    findings : tuple of Finding
        Limits of the search.
    """

    call: AberrancyCall
    blasts: EventMask
    aberrancies: tuple[Aberrancy, ...]
    continuum: Continuum | None
    score: EventMatrix
    method: str
    findings: tuple[Finding, ...]
    dying: EventMask | None = None
