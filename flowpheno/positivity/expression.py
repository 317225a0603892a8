"""How strongly a marker is expressed: end of the negative, shifts, qualifiers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.finding import ReasonCode
from flowpheno.phenotype import Call, MarkerCall, Qualifier
from flowpheno.statistics import robust_sd, wilson_percent

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask, EventMatrix, Values
    from flowpheno.gating import GatedTube
    from flowpheno.marker import Antigen, Marker
    from flowpheno.population import Population
    from flowpheno.positivity.limits import PositivityLimits
    from flowpheno.statistics import Interval

_STAGE_REFERENCE = "hematogones"
_MIXTURE_EVENTS = 4000


def end_of_negative(
    control: EventMatrix,
    limits: PositivityLimits,
    *,
    beyond: float | None = None,
    relative: bool = False,
) -> float:
    """Find the intensity above which an event is positive.

    Parameters
    ----------
    control : EventMatrix
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
    return float(np.median(values[mask]) - np.median(values[reference]))


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
        Not evaluable on a relative scale, or without a reference to be negative against.
    """
    mask, marker = population.mask, antigen.name
    linear = gated.sample.events[mask, gated.sample.column(marker)]
    nothing = MarkerCall(
        marker=marker,
        call=Call.NOT_EVALUABLE,
        median=float(np.median(linear)),
        n=population.n,
    )
    if gated.decades.relative:
        return replace(nothing, reasons=(ReasonCode.SCALE_RELATIVE,))
    name = "T" if antigen.reference == "T" else _STAGE_REFERENCE
    reasons: tuple[ReasonCode, ...] = ()
    if np.count_nonzero(gated.mask(name)) < limits.minimum_events:
        name, reasons = "T", (ReasonCode.REF_SUBSTITUTED,)
    reference = gated.mask(name)
    if np.count_nonzero(reference) < limits.minimum_events:
        return replace(nothing, reasons=(ReasonCode.NEG_CONTROL_TOO_SMALL,))
    delta = shift(gated, marker, mask, reference)
    if reasons:
        control = gated.sample.events[reference, gated.sample.column(marker)]
        return _against_substitute(nothing, linear, control, limits)
    dim = limits.cd45_dim_log10 if marker == "CD45" else limits.dim_log10
    qualifiers: tuple[Qualifier, ...] = ()
    if delta <= dim:
        qualifiers = (Qualifier.DIM,)
    elif delta >= limits.bright_log10:
        qualifiers = (Qualifier.BRIGHT,)
    absent = delta <= limits.absent_log10
    return replace(
        nothing,
        call=Call.NEGATIVE if absent else Call.POSITIVE,
        qualifiers=() if absent else qualifiers,
        shift_log10=delta,
        reference=name,
    )


def _against_substitute(
    nothing: MarkerCall, linear: EventMatrix, control: EventMatrix, limits: PositivityLimits
) -> MarkerCall:
    """T cells stand in: being above them is positive, not being above them says nothing."""
    cut = end_of_negative(control, limits)
    percent = wilson_percent(int(np.count_nonzero(linear > cut)), len(linear))
    positive = percent.estimate >= limits.schemes[limits.scheme].surface
    return replace(
        nothing,
        call=Call.POSITIVE if positive else Call.NOT_EVALUABLE,
        percent=percent,
        cutoff=cut,
        control="T",
        reasons=(ReasonCode.REF_SUBSTITUTED,),
    )


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
        Whether it is in part above half of its normal counterpart; None where there is no such
        rule, no counterpart in the tube, or only a relative scale.
    bool
        Whether another population stood in for the counterpart.

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
        if name and np.count_nonzero(reference) >= limits.minimum_events:
            normal = factor * float(np.median(gated.sample.events[reference, column]))
            upper = np.percentile(gated.sample.events[mask, column], limits.strong_quantile)
            return bool(upper > limits.strong_share * normal), name != rule.reference
    return None, False


def qualify(
    gated: GatedTube,
    antigen: Antigen,
    mask: EventMask,
    cut: float,
    percent: Interval,
    limits: PositivityLimits,
) -> tuple[Qualifier, ...]:
    """Say how a positive marker is expressed.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    antigen : Antigen
        The marker's entry in the vocabulary.
    mask : EventMask
        The population.
    cut : float
        Intensity above which an event is positive, linear.
    percent : Interval
        Percent positive.
    limits : PositivityLimits
        Parameters.

    Returns
    -------
    tuple of Qualifier
        Partial, heterogeneous, dim or bright; empty where nothing stands out.
    """
    marker = antigen.name
    values = gated.decades.of(marker)[mask].astype(np.float64)
    found = []
    spread = limits.partial_low <= percent.estimate <= limits.partial_high
    if spread and is_bimodal(values, limits):
        found.append(Qualifier.PARTIAL)
    elif spread:
        found.append(Qualifier.HETEROGENEOUS)
    else:
        column = gated.sample.column(marker)
        above = values[gated.sample.events[mask, column] > cut]
        if float(np.std(above)) > limits.heterogeneous_log10 and not gated.decades.relative:
            found.append(Qualifier.HETEROGENEOUS)
    reference = gated.mask(_STAGE_REFERENCE)
    if not gated.decades.relative and np.count_nonzero(reference) >= limits.minimum_events:
        delta = shift(gated, marker, mask, reference)
        if delta <= limits.dim_log10:
            found.append(Qualifier.DIM)
        elif delta >= limits.bright_log10:
            found.append(Qualifier.BRIGHT)
    return tuple(found)


def is_bimodal(values: Values, limits: PositivityLimits) -> bool:
    """Tell whether a marker splits a population into two modes.

    Parameters
    ----------
    values : Values
        Decades, shape ``(n,)``.
    limits : PositivityLimits
        Parameters.

    Returns
    -------
    bool
        Whether two Gaussian components beat one by BIC and lie apart; False for few values.
    """
    from sklearn.mixture import GaussianMixture  # noqa: PLC0415 - slow to import

    if len(values) < limits.minimum_events:
        return False
    step = max(len(values) // _MIXTURE_EVENTS, 1)
    column = np.sort(values)[::step].reshape(-1, 1)
    one = GaussianMixture(1, random_state=0).fit(column)
    two = GaussianMixture(2, random_state=0).fit(column)
    gap = abs(float(two.means_[0, 0] - two.means_[1, 0]))
    return (
        bool(one.bic(column) - two.bic(column) > limits.partial_bic)
        and gap >= limits.partial_gap_log10
    )
