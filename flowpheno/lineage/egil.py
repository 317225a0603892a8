"""EGIL: points for each lineage with what unmeasured markers could add, and maturation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flowpheno.lineage.stage import stage_text
from flowpheno.matching import at_least, evaluate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from flowpheno.marker import Marker
    from flowpheno.panel.scores import Egil, EgilItem, EgilSwitches
    from flowpheno.phenotype import Phenotype


@dataclass(frozen=True, slots=True, kw_only=True)
class EgilScore:
    """EGIL points.

    Attributes
    ----------
    b, t, myeloid : float
        Points of the markers shown positive.
    b_range, t_range, myeloid_range : tuple of float
        Lowest and highest points that the unknown markers still allow.
    biphenotypic : bool or None
        Whether two lineages exceed the cut-off; None while unknown markers could decide.
    biphenotypic_as_measured : bool
        The same, taking what is unknown as worth no points.
    """

    b: float
    t: float
    myeloid: float
    b_range: tuple[float, float]
    t_range: tuple[float, float]
    myeloid_range: tuple[float, float]
    biphenotypic: bool | None
    biphenotypic_as_measured: bool


def egil_score(measured: Phenotype, egil: Egil) -> EgilScore:
    """Count EGIL points.

    Parameters
    ----------
    measured : Phenotype
        Of the blasts.
    egil : Egil
        The table.

    Returns
    -------
    EgilScore
        Points, zero for a phenotype without calls.

    References
    ----------
    .. [1] Bene MC et al. Proposals for the immunological classification of acute leukemias.
       Leukemia. 1995;9:1783-1786.
    """
    b = _range(measured, egil.b, egil.switches)
    t = _range(measured, egil.t, egil.switches)
    myeloid = _range(measured, egil.myeloid, egil.switches)
    above = egil.biphenotypic_above
    ranges = (b, t, myeloid)
    return EgilScore(
        b=b[0],
        t=t[0],
        myeloid=myeloid[0],
        b_range=b,
        t_range=t,
        myeloid_range=myeloid,
        biphenotypic=at_least(2, (_exceeds(points, above) for points in ranges)),
        biphenotypic_as_measured=sum(low > above for low, _ in ranges) > 1,
    )


def egil_stage(measured: Phenotype, egil: Egil) -> str:
    """Name the EGIL stage of maturation.

    Parameters
    ----------
    measured : Phenotype
        Of the blasts.
    egil : Egil
        The stages.

    Returns
    -------
    str
        Such as ``"B-II or B-III (cyIgM not done)"``; both lineages if both are shown; says so
        if neither is.
    """
    found = [
        stage_text(staging.stages, measured)
        for staging in (egil.b_stages, egil.t_stages)
        if evaluate(staging.precondition, measured)
    ]
    return "; ".join(found) or "no stage: neither B nor T lineage is shown"


def _range(
    measured: Phenotype, items: Sequence[EgilItem], switches: EgilSwitches
) -> tuple[float, float]:
    cells = [
        _points(measured, item, switches)
        for item in items
        if item.switch != "lysozyme" or switches.lysozyme
    ]
    return sum(low for low, _ in cells), sum(high for _, high in cells)


def _points(measured: Phenotype, item: EgilItem, switches: EgilSwitches) -> tuple[float, float]:
    """Points of one cell of the table: lowest and highest that are possible."""
    inside = at_least(1, _truths(measured, item.any_of))
    surface = bool(item.surface and measured.call(item.surface).truth)
    if inside or (surface and inside is False):  # both were stained, the cell has the antigen
        return item.points, item.points
    if inside is False:
        return 0.0, 0.0
    if not surface:
        return 0.0, item.points
    governed = item.switch == "cd22_surface_points"
    return (switches.cd22_surface_points if governed else item.points), item.points


def _truths(measured: Phenotype, markers: Iterable[Marker]) -> list[bool | None]:
    return [measured.call(marker).truth for marker in markers]


def _exceeds(points: tuple[float, float], limit: float) -> bool | None:
    """Whether more than `limit` points are there; on the limit is not above it."""
    low, high = points
    return True if low > limit else None if high > limit else False
