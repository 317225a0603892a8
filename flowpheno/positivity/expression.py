"""How strongly a marker is expressed: shifts and qualifiers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.finding import ReasonCode
from flowpheno.phenotype import Call, MarkerCall, Qualifier
from flowpheno.positivity.cells import spaced
from flowpheno.positivity.control import is_own
from flowpheno.positivity.negative import end_of_negative
from flowpheno.positivity.reference import find_counterpart, overlap, shift
from flowpheno.positivity.spread import is_bimodal, positive_spread
from flowpheno.statistics import wilson_percent

if TYPE_CHECKING:
    from flowpheno.gating import GatedTube
    from flowpheno.marker import Antigen
    from flowpheno.positivity.cells import Judged
    from flowpheno.positivity.limits import PositivityLimits
    from flowpheno.positivity.reference import Counterpart
    from flowpheno.positivity.yardstick import Yardsticks

_STAND_IN = "T"


def intensity_call(
    gated: GatedTube,
    cells: Judged,
    antigen: Antigen,
    limits: PositivityLimits,
    yardsticks: Yardsticks,
) -> MarkerCall:
    """Call a marker that has no clean negative cell by its shift against a reference.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    cells : Judged
        What is judged; not empty.
    antigen : Antigen
        The marker's entry in the vocabulary; its reference is ``T`` or a precursor stage.
    limits : PositivityLimits
        Parameters.
    yardsticks : Yardsticks
        Of the tube.

    Returns
    -------
    MarkerCall
        Not evaluable on a relative scale, where only the overlap stands, or without a reference to
        be negative against.
    """
    marker = antigen.name
    linear = gated.sample.events[cells.some, gated.sample.column(marker)]
    nothing = MarkerCall(
        marker=marker,
        call=Call.NOT_EVALUABLE,
        median=float(np.median(linear)),
        n=len(cells.rows),
    )
    counterpart = find_counterpart(gated, antigen, cells.mask, limits)
    if counterpart is not None:
        within = overlap(gated, marker, cells, yardsticks.normal(marker, counterpart))
        nothing = replace(nothing, reference=counterpart.name, overlap=within)
    if gated.decades.relative:
        return replace(nothing, reasons=(ReasonCode.SCALE_RELATIVE,))
    if counterpart is None:
        return _against_substitute(gated, nothing, cells, limits)
    delta = shift(gated, marker, cells, yardsticks.normal(marker, counterpart))
    dim = limits.cd45_dim_log10 if marker == "CD45" else limits.dim_log10
    absent = delta <= limits.absent_log10
    return replace(
        nothing,
        call=Call.NEGATIVE if absent else Call.POSITIVE,
        qualifiers=() if absent else tuple(_level(delta, dim, limits)),
        shift_log10=delta,
    )


def _against_substitute(
    gated: GatedTube, nothing: MarkerCall, cells: Judged, limits: PositivityLimits
) -> MarkerCall:
    """T cells stand in: being above them is positive, not being above them says nothing."""
    stand_in = gated.mask(_STAND_IN)
    if np.count_nonzero(stand_in) < limits.minimum_events:
        return replace(nothing, reasons=(ReasonCode.NEG_CONTROL_TOO_SMALL,))
    if is_own(stand_in, cells.mask, limits):
        return replace(nothing, reasons=(ReasonCode.OWN_CONTROL,))
    column = gated.sample.column(nothing.marker)
    linear = gated.sample.events[cells.rows, column]
    cut = end_of_negative(gated.sample.events[stand_in, column], limits)
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
    cells: Judged,
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
    cells : Judged
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
    values = gated.decades.of(found.marker)[cells.some].astype(np.float64)
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
    others = spaced(counterpart.mask)
    normal = positive_spread(gated, found.marker, others, found.cutoff, limits)
    return normal is not None and found.spread_log10 > limits.heterogeneous_ratio * normal


def _level(delta: float, dim: float, limits: PositivityLimits) -> list[Qualifier]:
    if delta <= dim:
        return [Qualifier.DIM]
    return [Qualifier.BRIGHT] if delta >= limits.bright_log10 else []
