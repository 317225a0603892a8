"""How strongly a marker is expressed: end of the negative, shifts, qualifiers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.finding import ReasonCode
from flowpheno.phenotype import Call, MarkerCall, Qualifier
from flowpheno.positivity.cells import spaced
from flowpheno.positivity.control import is_own
from flowpheno.positivity.reference import find_counterpart, overlap, shift
from flowpheno.positivity.spread import is_bimodal, positive_spread
from flowpheno.statistics import robust_sd, wilson_percent

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask, EventMatrix, Values
    from flowpheno.gating import GatedTube
    from flowpheno.marker import Antigen
    from flowpheno.population import Population
    from flowpheno.positivity.limits import PositivityLimits
    from flowpheno.positivity.reference import Counterpart

_STAND_IN = "T"


def end_of_negative(
    control: EventMatrix | Values,
    limits: PositivityLimits,
    *,
    beyond: float | None = None,
    relative: bool = False,
) -> float:
    """Find the intensity above which an event is positive.

    Parameters
    ----------
    control : EventMatrix or Values
        Linear intensities of the negative control, shape ``(n_control,)``; not empty.
    limits : PositivityLimits
        Parameters.
    beyond : float or None
        End of a control tube, see `end_of_tube`; None without one.
    relative : bool
        Whether the scale is relative: ranks count there, and a distance in SDs means nothing.

    Returns
    -------
    float
        The largest of a quantile, of median plus robust SDs, and of `beyond`; linear.
    """
    values = np.asarray(control, np.float64)
    ends = [float(np.percentile(values, limits.control_quantile))]
    if not relative:
        ends.append(float(np.median(values)) + limits.control_sd * robust_sd(values))
    if beyond is not None:
        ends.append(beyond)
    return max(ends)


def end_of_tube(fmo: EventMatrix, limits: PositivityLimits) -> float | None:
    """Find how far cells of a control tube reach, stained with all but one marker.

    Parameters
    ----------
    fmo : EventMatrix
        Their intensities in the channel of that marker, linear, compensated, shape ``(n,)``.
    limits : PositivityLimits
        Parameters.

    Returns
    -------
    float or None
        A quantile, linear; None for fewer cells than a control must have.
    """
    values = np.asarray(fmo, np.float64)
    if len(values) < limits.minimum_control:
        return None
    return float(np.percentile(values, limits.control_tube_quantile))


def intensity_call(
    gated: GatedTube, population: Population, antigen: Antigen, limits: PositivityLimits
) -> MarkerCall:
    """Call a marker that has no clean negative cell by its shift against a reference.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    population : Population
        What is judged; not empty.
    antigen : Antigen
        The marker's entry in the vocabulary; its reference is ``T`` or a precursor stage.
    limits : PositivityLimits
        Parameters.

    Returns
    -------
    MarkerCall
        Not evaluable on a relative scale, where only the overlap stands, or without a reference to
        be negative against.
    """
    mask, marker = population.mask, antigen.name
    linear = gated.sample.events[spaced(mask), gated.sample.column(marker)]
    nothing = MarkerCall(
        marker=marker,
        call=Call.NOT_EVALUABLE,
        median=float(np.median(linear)),
        n=population.n,
    )
    counterpart = find_counterpart(gated, antigen, mask, limits)
    if counterpart is not None:
        within = overlap(gated, marker, mask, counterpart.mask, limits)
        nothing = replace(nothing, reference=counterpart.name, overlap=within)
    if gated.decades.relative:
        return replace(nothing, reasons=(ReasonCode.SCALE_RELATIVE,))
    if counterpart is None:
        return _against_substitute(gated, nothing, mask, limits)
    delta = shift(gated, marker, mask, counterpart.mask)
    dim = limits.cd45_dim_log10 if marker == "CD45" else limits.dim_log10
    absent = delta <= limits.absent_log10
    return replace(
        nothing,
        call=Call.NEGATIVE if absent else Call.POSITIVE,
        qualifiers=() if absent else tuple(_level(delta, dim, limits)),
        shift_log10=delta,
    )


def _against_substitute(
    gated: GatedTube, nothing: MarkerCall, mask: EventMask, limits: PositivityLimits
) -> MarkerCall:
    """T cells stand in: being above them is positive, not being above them says nothing."""
    stand_in = gated.mask(_STAND_IN)
    if np.count_nonzero(stand_in) < limits.minimum_events:
        return replace(nothing, reasons=(ReasonCode.NEG_CONTROL_TOO_SMALL,))
    if is_own(stand_in, mask, limits):
        return replace(nothing, reasons=(ReasonCode.OWN_CONTROL,))
    column = gated.sample.column(nothing.marker)
    linear, control = gated.sample.events[mask, column], gated.sample.events[stand_in, column]
    cut = end_of_negative(control, limits)
    percent = wilson_percent(int(np.count_nonzero(linear > cut)), len(linear))
    positive = percent.estimate >= limits.schemes[limits.scheme].surface
    return replace(
        nothing,
        call=Call.POSITIVE if positive else Call.NOT_EVALUABLE,
        percent=percent,
        cutoff=cut,
        control=_STAND_IN,
        reasons=(ReasonCode.REF_SUBSTITUTED,),
    )


def qualify(
    gated: GatedTube,
    found: MarkerCall,
    mask: EventMask,
    counterpart: Counterpart | None,
    limits: PositivityLimits,
) -> tuple[Qualifier, ...]:
    """Say how a positive marker is expressed.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    found : MarkerCall
        What was measured: percent, cut-off, spread and shift.
    mask : EventMask
        The population.
    counterpart : Counterpart or None
        Its normal counterpart, if there is one.
    limits : PositivityLimits
        Parameters.

    Returns
    -------
    tuple of Qualifier
        Partial, heterogeneous, dim or bright; empty where nothing stands out.
    """
    values = gated.decades.of(found.marker)[spaced(mask)].astype(np.float64)
    qualifiers = []
    share = found.percent.estimate if found.percent is not None else 100.0
    divided = limits.partial_low <= share <= limits.partial_high
    if divided and is_bimodal(values, limits):
        qualifiers.append(Qualifier.PARTIAL)
    elif divided or _is_broad(gated, found, counterpart, limits):
        qualifiers.append(Qualifier.HETEROGENEOUS)
    if found.shift_log10 is not None:
        qualifiers += _level(found.shift_log10, limits.dim_log10, limits)
    return tuple(qualifiers)


def _is_broad(
    gated: GatedTube,
    found: MarkerCall,
    counterpart: Counterpart | None,
    limits: PositivityLimits,
) -> bool:
    """Whether positive events spread widely, or more widely than those of normal cells."""
    if found.spread_log10 is None:
        return False
    if found.spread_log10 > limits.heterogeneous_log10:
        return True
    if counterpart is None or found.cutoff is None:
        return False
    normal = positive_spread(gated, found.marker, counterpart.mask, found.cutoff, limits)
    return normal is not None and found.spread_log10 > limits.heterogeneous_ratio * normal


def _level(delta: float, dim: float, limits: PositivityLimits) -> list[Qualifier]:
    if delta <= dim:
        return [Qualifier.DIM]
    return [Qualifier.BRIGHT] if delta >= limits.bright_log10 else []
