"""Call markers of a population: positive, negative, or why neither can be said."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.finding import ReasonCode
from flowpheno.marker import DYES, CutoffKind, Mode
from flowpheno.phenotype import Call, MarkerCall, Phenotype
from flowpheno.positivity.cells import judged, spaced
from flowpheno.positivity.control import Reach, antigen_of, find_control
from flowpheno.positivity.expression import intensity_call, qualify
from flowpheno.positivity.negative import end_of_tube
from flowpheno.positivity.rating import rate
from flowpheno.positivity.ratio import above_control
from flowpheno.positivity.reference import find_counterpart, overlap, shift, strong
from flowpheno.positivity.sensitivity import percent_range
from flowpheno.positivity.spread import positive_spread
from flowpheno.positivity.yardstick import Yardsticks
from flowpheno.statistics import wilson_percent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flowpheno.gating import GatedTube
    from flowpheno.marker import Antigen, Marker, Vocabulary
    from flowpheno.population import Population
    from flowpheno.positivity.cells import Judged
    from flowpheno.positivity.control import Control, ControlStain
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
    fmo: Mapping[Marker, ControlStain] | None = None,
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
    fmo : mapping of Marker to ControlStain or None
        Control tubes, see `call_marker`.

    Returns
    -------
    Phenotype
        One call for each stained antigen; a marker the tube does not hold is not in it.
    """
    return call_phenotypes(gated, (population,), vocabulary, limits, therapy=therapy, fmo=fmo)[0]


def call_phenotypes(
    gated: GatedTube,
    populations: Iterable[Population],
    vocabulary: Vocabulary,
    limits: PositivityLimits,
    *,
    therapy: Iterable[Therapy] = (),
    fmo: Mapping[Marker, ControlStain] | None = None,
) -> tuple[Phenotype, ...]:
    """Call every stained marker of several populations, each control measured once.

    Parameters
    ----------
    gated : GatedTube
        The tube with its internal populations.
    populations : iterable of Population
        What is judged.
    vocabulary : Vocabulary
        Control populations, mode and cut-off of each marker.
    limits : PositivityLimits
        Parameters.
    therapy : iterable of Therapy
        Treatment that hides antigens.
    fmo : mapping of Marker to ControlStain or None
        Control tubes, see `call_marker`.

    Returns
    -------
    tuple of Phenotype
        One for each population, in their order.
    """
    masked = {limits.masks[t].marker: limits.masks[t].code for t in therapy if t in limits.masks}
    stained = [
        antigen_of(vocabulary, marker)
        for marker in gated.sample.markers
        if marker not in DYES and marker in gated.decades.transforms
    ]
    yardsticks, controls = Yardsticks(gated, limits), fmo or {}
    phenotypes = []
    for population in populations:
        cells = judged(population.mask)
        calls: dict[Marker, MarkerCall] = {}
        for antigen in stained:
            fmo_of = controls.get(antigen.name)
            call = _call(gated, cells, antigen, limits, yardsticks=yardsticks, fmo=fmo_of)
            parts = set(antigen.name.split("+"))
            if hidden := sorted(parts & set(masked)):
                call = _masked(call, ReasonCode(masked[hidden[0]]))
            calls[antigen.name] = call
        phenotypes.append(Phenotype(population=population.name, calls=calls, scheme=limits.scheme))
    return tuple(phenotypes)


def call_marker(
    gated: GatedTube,
    population: Population,
    antigen: Antigen,
    limits: PositivityLimits,
    *,
    fmo: ControlStain | None = None,
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
    fmo : ControlStain or None
        Cells of a control tube (FMO, isotype, process control). It can only raise the cut-off of
        cells of the tube, never stand in for them.

    Returns
    -------
    MarkerCall
        Not evaluable for fewer events than `PositivityLimits.minimum_events`, or without a
        negative control in the tube; a population that is its own control is judged against
        other cells, and not at all where there are none. On a relative scale cells that stand in
        for the control can show presence only: how they rank beside it is not known. A control
        tube of too few cells is not used, and said to be too small.
    """
    yardsticks = Yardsticks(gated, limits)
    cells = judged(population.mask)
    return _call(gated, cells, antigen, limits, yardsticks=yardsticks, fmo=fmo)


def _call(
    gated: GatedTube,
    cells: Judged,
    antigen: Antigen,
    limits: PositivityLimits,
    *,
    yardsticks: Yardsticks,
    fmo: ControlStain | None,
) -> MarkerCall:
    if len(cells.rows) < limits.minimum_events:
        return _nothing(gated, cells, antigen, ReasonCode.TOO_FEW_EVENTS)
    if antigen.mode is Mode.INTENSITY:
        return intensity_call(gated, cells, antigen, limits, yardsticks)
    control = find_control(gated, antigen, limits, judged=cells.mask)
    if control is None:
        own = find_control(gated, antigen, limits) is not None
        reason = ReasonCode.OWN_CONTROL if own else ReasonCode.NEG_CONTROL_TOO_SMALL
        return _nothing(gated, cells, antigen, reason)
    if fmo is not None:
        control = _with_tube(control, fmo, limits)
    return _threshold_call(gated, cells, antigen, control, limits, yardsticks)


def _nothing(gated: GatedTube, cells: Judged, antigen: Antigen, reason: ReasonCode) -> MarkerCall:
    n, column = len(cells.rows), gated.sample.column(antigen.name)
    values = gated.sample.events[cells.some, column]
    return MarkerCall(
        marker=antigen.name,
        call=Call.NOT_EVALUABLE,
        median=float(np.median(values)) if n else None,
        n=n,
        reasons=(reason,),
    )


def _with_tube(control: Control, fmo: ControlStain, limits: PositivityLimits) -> Control:
    as_is = end_of_tube(fmo.values, limits)
    if as_is is None:
        return replace(control, reasons=(*control.reasons, ReasonCode.NEG_CONTROL_TOO_SMALL))
    less, more = (
        None if values is None else end_of_tube(values, limits) for values in (fmo.less, fmo.more)
    )
    reach = Reach(
        as_is=as_is,
        less=as_is if less is None else less,
        more=as_is if more is None else more,
    )
    return replace(control, name=f"{control.name}+control tube", beyond=reach)


def _threshold_call(
    gated: GatedTube,
    cells: Judged,
    antigen: Antigen,
    control: Control,
    limits: PositivityLimits,
    yardsticks: Yardsticks,
) -> MarkerCall:
    column = gated.sample.column(antigen.name)
    whole = gated.sample.events[:, column]
    values = whole[cells.some]
    negative = whole[spaced(control.mask)]
    n = len(cells.rows)
    relative = gated.decades.relative
    reach = yardsticks.negative(antigen.name, control)
    cut = reach.as_is
    percent = wilson_percent(int(np.count_nonzero(whole[cells.rows] > cut)), n)
    flips = percent_range(gated, antigen.name, cells, reach, limits)
    call, reasons = _by_percent(antigen, percent, flips, limits)
    substitute = ReasonCode.REF_SUBSTITUTED in control.reasons
    if relative and substitute and call is Call.NEGATIVE:
        call, reasons = Call.NOT_EVALUABLE, (ReasonCode.SCALE_RELATIVE,)
    reasons = (*control.reasons, *reasons)
    is_strong, substituted = strong(gated, antigen.name, cells, limits)
    if substituted and ReasonCode.REF_SUBSTITUTED not in reasons:
        reasons = (*reasons, ReasonCode.REF_SUBSTITUTED)
    above = above_control(values, negative, relative=relative)
    found = MarkerCall(
        marker=antigen.name,
        call=call,
        percent=percent,
        median=float(np.median(values.astype(np.float64))),
        control=control.name,
        cutoff=cut,
        n=n,
        strong=is_strong,
        reasons=reasons,
        rmfi=above.rmfi,
        stain_index=above.stain_index,
        rating=None if call is Call.NOT_EVALUABLE else rate(percent, limits.rating),
        spread_log10=positive_spread(gated, antigen.name, cells.some, cut, limits),
    )
    return _beside_normal(gated, found, antigen, cells, limits, yardsticks)


def _beside_normal(
    gated: GatedTube,
    found: MarkerCall,
    antigen: Antigen,
    cells: Judged,
    limits: PositivityLimits,
    yardsticks: Yardsticks,
) -> MarkerCall:
    """Add how the population compares with its normal counterpart, where there is one."""
    normal = find_counterpart(gated, antigen, cells.mask, limits)
    if normal is not None:
        level = yardsticks.normal(found.marker, normal)
        relative = gated.decades.relative
        found = replace(
            found,
            shift_log10=None if relative else shift(gated, found.marker, cells, level),
            reference=normal.name,
            overlap=overlap(gated, found.marker, cells, level),
        )
    if found.call is not Call.POSITIVE:
        return found
    return replace(found, qualifiers=qualify(gated, found, cells, normal, limits))


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
