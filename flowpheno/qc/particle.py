"""What is no cell at all: beads, bright in every channel, and air, dark in every one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.marker import Marker
from flowpheno.qc.noise import noise_below_zero, stained
from flowpheno.qc.saturation import saturated
from flowpheno.qc.step import Step, not_possible
from flowpheno.sample import Scale

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask
    from flowpheno.sample import Sample

_SCATTER = (Marker("FSC"), Marker("SSC"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticleLimits:
    """When an event is a bead or air.

    Attributes
    ----------
    source : str
        Citation or tag.
    least_channels : int
        Channels that must agree: no cell is bright, or dark, in so many.
    bead_share : float
        Share of full scale that a bead exceeds in each.
    dark_sd : float
        SDs of noise that air does not exceed on average.
    warn_percent : float
        Percent of events from which they are a warning.
    """

    source: str
    least_channels: int
    bead_share: float
    dark_sd: float
    warn_percent: float


def check_particles(
    raw: Sample, sample: Sample, parent: EventMask, limits: ParticleLimits
) -> Step:
    """Take out beads and air bubbles.

    Parameters
    ----------
    raw : Sample
        As acquired: a bead is bright in every detector, whatever the matrix makes of it.
    sample : Sample
        Compensated: air is off the scale of a scatter and has not even autofluorescence.
    parent : EventMask
        Events that passed the steps before.
    limits : ParticleLimits
        Parameters.

    Returns
    -------
    Step
        ``"no_particles"``; keeps everything where there are too few channels of fluorescence, or
        on a relative scale.
    """
    columns = stained(sample)
    n = sample.n_events
    if sample.scale is Scale.RELATIVE or len(columns) < limits.least_channels or not parent.any():
        why = "too few channels of fluorescence on a linear scale" if parent.any() else "no events"
        return not_possible("no_particles", n, why)
    tops = np.array([raw.channels[column].range for column in columns], np.float32)
    tops = np.maximum(tops, raw.events[parent][:, columns].max(axis=0))  # values off $PnR
    beads = parent & (raw.events[:, columns] > limits.bead_share * tops).all(axis=1)
    air = parent & _dark(sample, columns, parent, limits)
    air &= np.logical_or.reduce([_off_scale(raw, marker) for marker in _SCATTER])
    n_beads, n_air = int(np.count_nonzero(beads)), int(np.count_nonzero(air))
    return Step(
        name="no_particles",
        keep=~(beads | air),
        note=f"{n_beads} beads, {n_air} air",
        findings=_findings(n_beads, n_air, int(np.count_nonzero(parent)), limits),
    )


def _dark(
    sample: Sample, columns: list[int], parent: EventMask, limits: ParticleLimits
) -> EventMask:
    """Events without light on average over the channels; none where no noise is known."""
    noise = noise_below_zero(sample, columns, parent)
    if not np.isfinite(noise).any():
        return np.zeros(sample.n_events, bool)
    # a marker that every cell carries shows no noise of its own, and best of all what is a cell
    noise = np.where(np.isfinite(noise), noise, np.nanmedian(noise))
    light = np.zeros(sample.n_events)
    for column, spread in zip(columns, noise, strict=True):
        light += sample.events[:, column] / spread
    return np.asarray(light / len(columns) < limits.dark_sd)


def _off_scale(raw: Sample, marker: Marker) -> EventMask:
    if not raw.has(marker):
        return np.zeros(raw.n_events, bool)
    column = raw.column(marker)
    return saturated(raw.events[:, column], raw.channels[column].range)


def _findings(
    n_beads: int, n_air: int, n_parent: int, limits: ParticleLimits
) -> tuple[Finding, ...]:
    if n_beads + n_air == 0:
        return ()
    percent = 100 * (n_beads + n_air) / n_parent
    many = percent >= limits.warn_percent
    return (
        Finding(
            code=ReasonCode.STEP_LOG,
            severity=Severity.WARNING if many else Severity.NOTE,
            stage="qc.particle",
            message=f"{n_beads} events are bright in every channel (beads) and {n_air} dark in "
            f"every one but off the scale of scatter (air): {percent:.2f} %, left out",
            value=percent,
        ),
    )
