"""Call markers of a population: positive, negative, or why neither can be said."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.finding import ReasonCode
from flowpheno.marker import DYES, CutoffKind, Mode
from flowpheno.phenotype import Call, MarkerCall, Phenotype
from flowpheno.positivity.control import antigen_of, find_control
from flowpheno.positivity.expression import (
    end_of_negative,
    end_of_tube,
    intensity_call,
    qualify,
    strong,
)
from flowpheno.positivity.ratio import above_control
from flowpheno.positivity.sensitivity import percent_range
from flowpheno.statistics import wilson_percent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flowpheno.arrays import EventMask, EventMatrix
    from flowpheno.gating import GatedTube
    from flowpheno.marker import Antigen, Marker, Vocabulary
    from flowpheno.population import Population
    from flowpheno.positivity.control import Control
    from flowpheno.positivity.limits import PositivityLimits
    from flowpheno.specimen import Therapy
    from flowpheno.statistics import Interval


def call_phenotype(
    gated: GatedTube,
    population: Population,
    vocabulary: Vocabulary,
    limits: PositivityLimits,
    *,
    therapy: Iterable[Therapy] = (),
    fmo: Mapping[Marker, EventMatrix] | None = None,
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
    fmo : mapping of Marker to EventMatrix or None
        Intensities of control tubes, see `call_marker`.

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
        antigen = antigen_of(vocabulary, marker)
        call = call_marker(gated, population, antigen, limits, fmo=(fmo or {}).get(marker))
        parts = set(marker.split("+"))
        if hidden := sorted(parts & set(masked)):
            call = _masked(call, ReasonCode(masked[hidden[0]]))
        calls[marker] = call
    return Phenotype(population=population.name, calls=calls)


def call_marker(
    gated: GatedTube,
    population: Population,
    antigen: Antigen,
    limits: PositivityLimits,
    *,
    fmo: EventMatrix | None = None,
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
    fmo : EventMatrix or None
        Intensities of the cells of a control tube in the channel of the marker, which they were
        not stained for (FMO, isotype, process control): linear, compensated, shape ``(n,)``. It
        can only raise the cut-off of cells of the tube, never stand in for them.

    Returns
    -------
    MarkerCall
        Not evaluable for fewer events than `PositivityLimits.minimum_events`, or without a
        negative control in the tube. A control tube of too few cells is not used, and said to
        be too small.
    """
    nothing = _nothing(gated, population, antigen)
    if population.n < limits.minimum_events:
        return replace(nothing, reasons=(ReasonCode.TOO_FEW_EVENTS,))
    if antigen.mode is Mode.INTENSITY:
        return intensity_call(gated, population, antigen, limits)
    control = find_control(gated, antigen, limits)
    if control is None:
        return replace(nothing, reasons=(ReasonCode.NEG_CONTROL_TOO_SMALL,))
    if fmo is not None:
        control = _with_tube(control, fmo, limits)
    return _threshold_call(gated, population.mask, antigen, control, limits)


def _nothing(gated: GatedTube, population: Population, antigen: Antigen) -> MarkerCall:
    n, column = population.n, gated.sample.column(antigen.name)
    return MarkerCall(
        marker=antigen.name,
        call=Call.NOT_EVALUABLE,
        median=float(np.median(gated.sample.events[population.mask, column])) if n else None,
        n=n,
    )


def _with_tube(control: Control, fmo: EventMatrix, limits: PositivityLimits) -> Control:
    beyond = end_of_tube(fmo, limits)
    if beyond is None:
        return replace(control, reasons=(*control.reasons, ReasonCode.NEG_CONTROL_TOO_SMALL))
    return replace(control, name=f"{control.name}+control tube", beyond=beyond)


def _threshold_call(
    gated: GatedTube,
    mask: EventMask,
    antigen: Antigen,
    control: Control,
    limits: PositivityLimits,
) -> MarkerCall:
    column = gated.sample.column(antigen.name)
    values = gated.sample.events[mask, column].astype(np.float64)
    negative = gated.sample.events[control.mask, column]
    relative = gated.decades.relative
    cut = end_of_negative(negative, limits, beyond=control.beyond, relative=relative)
    percent = wilson_percent(int(np.count_nonzero(values > cut)), len(values))
    flips = percent_range(gated, antigen.name, mask, control.mask, limits, beyond=control.beyond)
    call, reasons = _by_percent(antigen, percent, flips, limits)
    reasons = (*control.reasons, *reasons)
    is_strong, substituted = strong(gated, antigen.name, mask, limits)
    if substituted and ReasonCode.REF_SUBSTITUTED not in reasons:
        reasons = (*reasons, ReasonCode.REF_SUBSTITUTED)
    above = above_control(values, negative, relative=relative)
    return MarkerCall(
        marker=antigen.name,
        call=call,
        qualifiers=qualify(gated, antigen, mask, cut, percent, limits)
        if call is Call.POSITIVE
        else (),
        percent=percent,
        median=float(np.median(values)),
        control=control.name,
        cutoff=cut,
        n=len(values),
        strong=is_strong,
        reasons=reasons,
        rmfi=above.rmfi,
        stain_index=above.stain_index,
    )


def _by_percent(
    antigen: Antigen,
    percent: Interval,
    flips: tuple[float, float],
    limits: PositivityLimits,
) -> tuple[Call, tuple[ReasonCode, ...]]:
    """Call a percentage, unless its interval or another spillover would call it otherwise."""
    scheme = limits.schemes[limits.scheme]
    threshold = (
        scheme.cytoplasmic if antigen.cutoff_kind is CutoffKind.CYTOPLASMIC else scheme.surface
    )
    if (flips[0] >= threshold) != (flips[1] >= threshold):
        return Call.BORDERLINE, (ReasonCode.COMP_SENSITIVE,)
    if percent.low < threshold <= percent.high and percent.low != percent.high:
        return Call.BORDERLINE, ()
    return Call.POSITIVE if percent.estimate >= threshold else Call.NEGATIVE, ()


def _masked(call: MarkerCall, code: ReasonCode) -> MarkerCall:
    return MarkerCall(
        marker=call.marker,
        call=Call.NOT_EVALUABLE,
        median=call.median,
        n=call.n,
        reasons=(*call.reasons, code),
    )
