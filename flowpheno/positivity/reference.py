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
    """

    name: str
    mask: EventMask


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
    if is_own(mask, judged, limits):
        name, mask = f"other {name}", mask & ~judged
    enough = np.count_nonzero(mask) >= limits.minimum_events
    return Counterpart(name=name, mask=mask) if enough else None


def shift(gated: GatedTube, marker: Marker, mask: EventMask, reference: EventMask) -> float:
    """Measure a shift in log10 between two populations of a tube.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    marker : Marker
        A stained marker.
    mask, reference : EventMask
        The population, and its normal counterpart; neither empty.

    Returns
    -------
    float
        Difference of the medians in decades; defined for medians at or below zero too.
    """
    values = gated.decades.of(marker)
    return float(np.median(values[spaced(mask)]) - np.median(values[spaced(reference)]))


def overlap(
    gated: GatedTube,
    marker: Marker,
    mask: EventMask,
    reference: EventMask,
    limits: PositivityLimits,
) -> float:
    """Measure how much of a population lies where its normal counterpart does.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    marker : Marker
        A stained marker.
    mask, reference : EventMask
        The population, and its normal counterpart; neither empty.
    limits : PositivityLimits
        Quantiles that bound the counterpart.

    Returns
    -------
    float
        Fraction, 0 to 1, of its events within them, bounds included. It rests on ranks alone, and
        so means the same on a relative scale.
    """
    column = gated.sample.column(marker)
    normal = gated.sample.events[spaced(reference), column]
    low, high = np.percentile(normal, [limits.overlap_low, limits.overlap_high])
    values = gated.sample.events[spaced(mask), column]
    return float(np.mean((values >= low) & (values <= high)))


def strong(
    gated: GatedTube, marker: Marker, mask: EventMask, limits: PositivityLimits
) -> tuple[bool | None, bool]:
    """Hold a marker against the intensity criterion of WHO-HAEM5.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    marker : Marker
        A stained marker.
    mask : EventMask
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
        if is_own(reference, mask, limits):
            reference = reference & ~mask
        if name and np.count_nonzero(reference) >= limits.minimum_events:
            normal = factor * float(np.median(gated.sample.events[spaced(reference), column]))
            upper = np.percentile(
                gated.sample.events[spaced(mask), column], limits.strong_quantile
            )
            return bool(upper > limits.strong_share * normal), name != rule.reference
    return None, False
