"""Positive and negative events of a single-stain control."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.compensation.split import end_of_negative, split_populations, within_negative
from flowpheno.errors import CompensationError
from flowpheno.fcs.spillover import changes_nothing
from flowpheno.sample import ChannelKind, Measure, Scale
from flowpheno.statistics import robust_sd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.arrays import EventMask, Matrix, Values
    from flowpheno.compensation.control import Control
    from flowpheno.compensation.limits import ControlLimits
    from flowpheno.sample import Sample

_SMALLEST = 1.0
"""Intensity below which a ratio of intensities means nothing."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Populations:
    """Events that carry a dye, and events like them that do not.

    Attributes
    ----------
    positive, negative : Matrix
        Linear intensities in the detectors asked for, shape ``(n, n_detectors)``.
    negative_from : str
        Where the negative events are from, in words.
    decades : float
        From the end of the negative events to the median of the positive ones, in the dye's own
        detector.
    saturated_percent : float
        Percent of the control's events left out since a detector was saturated.
    warning : str
        What is doubtful about the choice; empty if nothing.
    """

    positive: Matrix
    negative: Matrix
    negative_from: str
    decades: float
    saturated_percent: float
    warning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Events:
    """Usable events of a sample."""

    light: Matrix
    scatter: Matrix
    saturated_percent: float


def draw_populations(
    control: Control,
    unstained: Sample | None,
    detectors: Sequence[str],
    limits: ControlLimits,
) -> Populations:
    """Choose the events of a control between which spill is measured.

    Parameters
    ----------
    control : Control
        A single-stain control.
    unstained : Sample or None
        Events without any dye.
    detectors : sequence of str
        ``$PnN`` of the detectors asked for; that of the control among them.
    limits : ControlLimits
        Parameters.

    Returns
    -------
    Populations
        Saturated events and those with values that are not finite left out.

    Raises
    ------
    CompensationError
        If a sample is compensated, not linear, or lacks a detector, or if there are too few
        positive or negative events.
    """
    events = _usable(control.sample, detectors, limits)
    blank = None if unstained is None else _usable(unstained, detectors, limits)
    own = list(detectors).index(control.detector)
    positive, negative = _told_apart(control, events.light[:, own], blank, own, limits)
    positive = _of_one_scatter(events.scatter, positive, limits)
    chosen, origin, warning = _negatives(events, positive, negative, blank, limits)
    if len(chosen) < limits.least_events:
        without = "" if blank is not None else ", and no unstained control"
        raise CompensationError(
            f"{_name(control)}: {len(chosen)} negative events{without}, "
            f"needed are {limits.least_events}"
        )
    light = events.light[positive]
    end = max(end_of_negative(chosen[:, own], limits), _SMALLEST)
    return Populations(
        positive=light,
        negative=chosen,
        negative_from=origin,
        decades=float(np.log10(max(float(np.median(light[:, own])), _SMALLEST) / end)),
        saturated_percent=events.saturated_percent,
        warning=warning,
    )


def _name(control: Control) -> str:
    return f"control {control.sample.name} of {control.detector}"


def _usable(sample: Sample, detectors: Sequence[str], limits: ControlLimits) -> _Events:
    """Take the finite, unsaturated events of a sample."""
    if sample.scale is not Scale.LINEAR:
        raise CompensationError(f"control {sample.name} is not linear")
    own = sample.spillover
    if sample.compensated and not (own is not None and changes_nothing(own)):
        raise CompensationError(f"control {sample.name} is compensated already")
    places = {channel.detector: index for index, channel in enumerate(sample.channels)}
    missing = [name for name in detectors if name not in places]
    if missing:
        raise CompensationError(f"control {sample.name} has no detector {', '.join(missing)}")
    columns = [places[name] for name in detectors]
    scatter = [
        index
        for index, channel in enumerate(sample.channels)
        if channel.kind is ChannelKind.SCATTER and channel.measure is Measure.AREA
    ]
    events = sample.events[np.isfinite(sample.events[:, columns + scatter]).all(axis=1)]
    full = np.array([sample.channels[index].range for index in columns])
    saturated = np.any(events[:, columns] >= limits.saturated_share * full, axis=1)
    kept = events[~saturated].astype(np.float64)
    return _Events(
        light=kept[:, columns],
        scatter=kept[:, scatter],
        saturated_percent=100 * float(saturated.mean()) if len(saturated) else 0.0,
    )


def _told_apart(
    control: Control, own: Values, blank: _Events | None, column: int, limits: ControlLimits
) -> tuple[EventMask, EventMask]:
    """Tell positive from negative events; by the unstained control where all are alike."""
    split = split_populations(own, limits)
    dark = np.empty(0) if blank is None else blank.light[:, column]
    known = len(dark) >= limits.least_events
    if split is not None and known and split.negative.any():
        lower = float(np.median(own[split.negative]))
        if lower > end_of_negative(dark, limits):  # two populations, both stained
            split = None
    if split is not None:
        positive, negative = split.positive, split.negative
    elif known:
        positive, negative = _above_unstained(control, own, dark, limits)
    else:
        raise CompensationError(
            f"{_name(control)}: its {len(own)} usable events are not clearly two populations, and "
            "no unstained control tells which they are"
        )
    n_positive = int(np.count_nonzero(positive))
    if n_positive < limits.least_events:
        raise CompensationError(
            f"{_name(control)}: {n_positive} positive events, needed are {limits.least_events}"
        )
    return positive, negative


def _above_unstained(
    control: Control, own: Values, dark: Values, limits: ControlLimits
) -> tuple[EventMask, EventMask]:
    """Take for positive what is brighter than nearly all unstained events."""
    cut = max(end_of_negative(dark, limits), float(np.percentile(dark, limits.dark_percentile)))
    positive = np.asarray(own > cut)
    percent = 100 * float(np.mean(positive)) if len(own) else 0.0
    by_chance = 100 * float(np.mean(dark > cut))
    if percent * limits.contamination_percent < 100 * by_chance:
        raise CompensationError(
            f"{_name(control)}: {percent:.2g} % of its events are brighter than the unstained "
            f"control, of which {by_chance:.2g} % are; too few to tell"
        )
    return positive, ~positive & within_negative(own, dark, limits)


def _negatives(
    events: _Events,
    positive: EventMask,
    negative: EventMask,
    blank: _Events | None,
    limits: ControlLimits,
) -> tuple[Matrix, str, str]:
    """Choose negative events whose background is that of the positive ones."""
    reference = events.scatter[positive]
    alike = negative & _scatters_like(events.scatter, reference, limits)
    choices = [(events.light[alike], "the control, of like scatter", "")]
    if blank is not None:
        dark = blank.light[_scatters_like(blank.scatter, reference, limits)]
        choices.append((dark, "the unstained control, of like scatter", ""))
    warning = "few negative events scatter like the positive ones; their background may differ"
    choices.append((events.light[negative], "the control, of any scatter", warning))
    if blank is not None:
        choices.append((blank.light, "the unstained control, of any scatter", warning))
    for least in (limits.weak_events, limits.least_events):
        for chosen in choices:
            if len(chosen[0]) >= least:
                return chosen
    return max(choices, key=lambda chosen: len(chosen[0]))


def _of_one_scatter(scatter: Matrix, positive: EventMask, limits: ControlLimits) -> EventMask:
    """Leave out positive events that scatter like few others: dead cells, aggregates."""
    alike = positive & _scatters_like(scatter, scatter[positive], limits)
    return alike if np.count_nonzero(alike) >= limits.least_events else positive


def _scatters_like(scatter: Matrix, reference: Matrix, limits: ControlLimits) -> EventMask:
    """Tell which events scatter as most of some others do; all where scatter was not measured."""
    if not len(reference) or scatter.shape[1] != reference.shape[1]:
        return np.ones(len(scatter), np.bool_)
    alike = np.ones(len(scatter), np.bool_)
    for column in range(scatter.shape[1]):
        middle = float(np.median(reference[:, column]))
        reach = limits.scatter_sd * robust_sd(reference[:, column])
        alike &= np.abs(scatter[:, column] - middle) <= reach
    return alike
