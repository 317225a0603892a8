"""A population beside its normal counterpart in the tube: shift, overlap, intensity criterion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.positivity.cells import spaced
from flowpheno.positivity.control import is_own

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask
    from flowpheno.gating import GatedTube
    from flowpheno.marker import Antigen, Marker
    from flowpheno.positivity.cells import Judged
    from flowpheno.positivity.limits import PositivityLimits

STAGES = "hematogones"
"""Normal B precursors of the tube."""
_GATED_AS = {"T": "T", "gran_mature": "gran"}
"""References that are no stage of B precursors, as the gating tree knows them."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Counterpart:
    """Normal cells that a level is compared with.

    Attributes
    ----------
    name : str
        Population; ``"other T"`` where the cells that are judged are T cells themselves.
    mask : EventMask
        Membership.
    apart : bool
        Whether cells that are judged were left out of it, so that it is theirs alone.
    """

    name: str
    mask: EventMask
    apart: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """Where normal cells lie on a marker.

    Attributes
    ----------
    median : float
        Decades.
    low, high : float
        Quantiles that bound them, on the scale of the sample.
    """

    median: float
    low: float
    high: float


def find_counterpart(
    gated: GatedTube, antigen: Antigen, judged: EventMask, limits: PositivityLimits
) -> Counterpart | None:
    """Choose the normal counterpart of a population for one marker.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    antigen : Antigen
        Its entry in the vocabulary names the reference; B precursors where it names none.
    judged : EventMask
        The population; it is never its own counterpart.
    limits : PositivityLimits
        Parameters.

    Returns
    -------
    Counterpart or None
        None where too few cells are left.
    """
    name = _GATED_AS.get(antigen.reference, STAGES)
    mask = gated.mask(name)
    apart = is_own(mask, judged, limits)
    if apart:
        name, mask = f"other {name}", mask & ~judged
    enough = np.count_nonzero(mask) >= limits.minimum_events
    return Counterpart(name=name, mask=mask, apart=apart) if enough else None


def level_of(
    gated: GatedTube, marker: Marker, normal: EventMask, limits: PositivityLimits
) -> Level:
    """Measure where normal cells lie on a marker.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    marker : Marker
        A stained marker.
    normal : EventMask
        The cells; not empty.
    limits : PositivityLimits
        Quantiles that bound them.

    Returns
    -------
    Level
        Median and bounds.
    """
    rows = spaced(normal)
    linear = gated.sample.events[rows, gated.sample.column(marker)]
    low, high = np.percentile(linear, [limits.overlap_low, limits.overlap_high])
    median = float(np.median(gated.decades.of(marker)[rows]))
    return Level(median=median, low=float(low), high=float(high))


def shift(gated: GatedTube, marker: Marker, cells: Judged, normal: Level) -> float:
    """Measure a shift in log10 between a population and its normal counterpart.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    marker : Marker
        A stained marker.
    cells : Judged
        The population; not empty.
    normal : Level
        Of the counterpart.

    Returns
    -------
    float
        Difference of the medians in decades; defined for medians at or below zero too.
    """
    return float(np.median(gated.decades.of(marker)[cells.some])) - normal.median


def overlap(gated: GatedTube, marker: Marker, cells: Judged, normal: Level) -> float:
    """Measure how much of a population lies where its normal counterpart does.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    marker : Marker
        A stained marker.
    cells : Judged
        The population; not empty.
    normal : Level
        Of the counterpart.

    Returns
    -------
    float
        Fraction, 0 to 1, of its events within them, bounds included. It rests on ranks alone, and
        so means the same on a relative scale.
    """
    values = gated.sample.events[cells.some, gated.sample.column(marker)]
    return float(np.mean((values >= normal.low) & (values <= normal.high)))


def strong(
    gated: GatedTube, marker: Marker, cells: Judged, limits: PositivityLimits
) -> tuple[bool | None, bool]:
    """Hold a marker against the intensity criterion of WHO-HAEM5.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    marker : Marker
        A stained marker.
    cells : Judged
        The population; not empty.
    limits : PositivityLimits
        Parameters.

    Returns
    -------
    bool or None
        Whether in part above half of the normal counterpart; None if that cannot be said.
    bool
        Whether a substitute stood in for the counterpart.

    References
    ----------
    .. [1] Khoury JD, et al. The 5th edition of the WHO classification: lymphoid, leukaemias of
       ambiguous lineage. Leukemia. 2022;36:1703. The quartile encodes "in part" (project default).
    """
    rule = limits.strong_references.get(marker)
    if rule is None or gated.decades.relative:
        return None, False
    column = gated.sample.column(marker)
    for name, factor in ((rule.reference, 1.0), (rule.substitute, rule.factor)):
        reference = gated.mask(name)
        if is_own(reference, cells.mask, limits):
            reference = reference & ~cells.mask
        if name and np.count_nonzero(reference) >= limits.minimum_events:
            normal = factor * float(np.median(gated.sample.events[spaced(reference), column]))
            upper = np.percentile(gated.sample.events[cells.some, column], limits.strong_quantile)
            return bool(upper > limits.strong_share * normal), name != rule.reference
    return None, False
