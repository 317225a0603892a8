"""Call markers of a population: positive, negative, or why neither can be said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.finding import ReasonCode
from flowpheno.marker import DYES, CutoffKind, Mode
from flowpheno.phenotype import Call, MarkerCall, Phenotype
from flowpheno.positivity.control import antigen_of, find_control
from flowpheno.positivity.expression import end_of_negative, intensity_call, qualify, strong
from flowpheno.positivity.sensitivity import percent_range
from flowpheno.statistics import Interval, wilson_percent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flowpheno.arrays import EventMask
    from flowpheno.gating import GatedTube
    from flowpheno.marker import Antigen, Marker, Vocabulary
    from flowpheno.population import Population
    from flowpheno.positivity.control import Control
    from flowpheno.positivity.limits import PositivityLimits
    from flowpheno.specimen import Therapy


def call_phenotype(
    gated: GatedTube,
    population: Population,
    vocabulary: Vocabulary,
    limits: PositivityLimits,
    *,
    therapy: Iterable[Therapy] = (),
) -> Phenotype:
    """Call every stained marker of one population.

    Parameters
    ----------
    gated : GatedTube
        The tube with its internal populations.
    population : Population
        What is judged.
    vocabulary : Vocabulary
        Control populations, mode and cut-off of each marker.
    limits : PositivityLimits
        Parameters.
    therapy : iterable of Therapy
        Treatment that hides antigens.

    Returns
    -------
    Phenotype
        One call for each stained antigen; a marker the tube does not hold is not in it.
    """
    masked = {limits.masks[t].marker: limits.masks[t].code for t in therapy if t in limits.masks}
    calls: dict[Marker, MarkerCall] = {}
    for marker in gated.sample.markers:
        if marker in DYES or marker not in gated.decades.transforms:
            continue
        call = call_marker(gated, population, antigen_of(vocabulary, marker), limits)
        parts = set(marker.split("+"))
        if hidden := sorted(parts & set(masked)):
            call = _masked(call, ReasonCode(masked[hidden[0]]))
        calls[marker] = call
    return Phenotype(population=population.name, calls=calls)


def call_marker(
    gated: GatedTube, population: Population, antigen: Antigen, limits: PositivityLimits
) -> MarkerCall:
    """Call one marker of one population.

    Parameters
    ----------
    gated : GatedTube
        The tube with its internal populations.
    population : Population
        What is judged.
    antigen : Antigen
        The marker's entry in the vocabulary.
    limits : PositivityLimits
        Parameters.

    Returns
    -------
    MarkerCall
        Not evaluable for fewer events than `PositivityLimits.minimum_events`, or without a
        negative control.
    """
    marker, mask = antigen.name, population.mask
    column = gated.sample.column(marker)
    n = population.n
    median = float(np.median(gated.sample.events[mask, column])) if n else None
    if n < limits.minimum_events:
        return MarkerCall(
            marker=marker,
            call=Call.NOT_EVALUABLE,
            median=median,
            n=n,
            reasons=(ReasonCode.TOO_FEW_EVENTS,),
        )
    if antigen.mode is Mode.INTENSITY:
        return intensity_call(gated, population, antigen, limits)
    control = find_control(gated, antigen, limits)
    if control is None:
        return MarkerCall(
            marker=marker,
            call=Call.NOT_EVALUABLE,
            median=median,
            n=n,
            reasons=(ReasonCode.NEG_CONTROL_TOO_SMALL,),
        )
    return _threshold_call(gated, mask, antigen, control, limits)


def _threshold_call(
    gated: GatedTube,
    mask: EventMask,
    antigen: Antigen,
    control: Control,
    limits: PositivityLimits,
) -> MarkerCall:
    reasons = control.reasons
    column = gated.sample.column(antigen.name)
    values = gated.sample.events[mask, column].astype(np.float64)
    cut = end_of_negative(gated.sample.events[control.mask, column], limits)
    n = len(values)
    percent = wilson_percent(int(np.count_nonzero(values > cut)), n)
    scheme = limits.schemes[limits.scheme]
    threshold = (
        scheme.cytoplasmic if antigen.cutoff_kind is CutoffKind.CYTOPLASMIC else scheme.surface
    )
    call = Call.POSITIVE if percent.estimate >= threshold else Call.NEGATIVE
    if percent.low < threshold <= percent.high and percent.low != percent.high:
        call = Call.BORDERLINE
    low, high = percent_range(gated, antigen.name, mask, control.mask, limits)
    if (low >= threshold) != (high >= threshold):
        call, reasons = Call.BORDERLINE, (*reasons, ReasonCode.COMP_SENSITIVE)
    is_strong, substituted = strong(gated, antigen.name, mask, limits)
    if substituted and ReasonCode.REF_SUBSTITUTED not in reasons:
        reasons = (*reasons, ReasonCode.REF_SUBSTITUTED)
    return MarkerCall(
        marker=antigen.name,
        call=call,
        qualifiers=qualify(gated, antigen, mask, cut, percent, limits)
        if call is Call.POSITIVE
        else (),
        percent=Interval(percent.estimate, percent.low, percent.high),
        median=float(np.median(values)),
        shift_log10=None,
        control=control.name,
        cutoff=cut,
        n=n,
        strong=is_strong,
        reasons=reasons,
    )


def _masked(call: MarkerCall, code: ReasonCode) -> MarkerCall:
    return MarkerCall(
        marker=call.marker,
        call=Call.NOT_EVALUABLE,
        median=call.median,
        n=call.n,
        reasons=(*call.reasons, code),
    )
