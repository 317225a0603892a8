"""Dying cells where no dye shows them: small, and glowing in every channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.marker import Marker
from flowpheno.qc.noise import noise_below_zero, stained
from flowpheno.qc.saturation import saturated
from flowpheno.sample import Scale

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask, EventMatrix
    from flowpheno.sample import Sample

FSC, SSC = Marker("FSC"), Marker("SSC")


@dataclass(frozen=True, slots=True, kw_only=True)
class DyingLimits:
    """When a specimen holds many dying cells.

    Attributes
    ----------
    source : str
        Citation or tag.
    darkest_channels : int
        Channels, the darkest of each event, that show its autofluorescence.
    least_channels : int
        Channels whose noise must be known.
    glow_sd : float
        SDs of noise that the autofluorescence of a dying cell exceeds.
    antigen_sd : float
        SDs of noise of an antigen that living lymphoid cells carry in some channel.
    size_share : float
        Share of the forward scatter of living lymphoid cells, below which a cell has shrunk.
    maximum_percent : float
        Percent of such cells from which no small population may be called aberrant.
    """

    source: str
    darkest_channels: int
    least_channels: int
    glow_sd: float
    antigen_sd: float
    size_share: float
    maximum_percent: float


def check_dying(sample: Sample, cells: EventMask, limits: DyingLimits) -> tuple[Finding, ...]:
    """Look for a cloud of small glowing cells.

    Their number is only a sign: large cells that die stay larger than living lymphocytes. Nothing
    is left out, since small living cells with many antigens are among them.

    Parameters
    ----------
    sample : Sample
        Compensated.
    cells : EventMask
        Events that quality control keeps.
    limits : DyingLimits
        Parameters.

    Returns
    -------
    tuple of Finding
        ``DEAD_CELLS_NOT_EXCLUDED`` where the cloud is large; empty also where the tube cannot
        tell: without forward scatter, on a relative scale, or with too few channels.
    """
    if not sample.has(FSC) or sample.scale is Scale.RELATIVE:
        return ()
    column = sample.column(FSC)
    size = sample.events[:, column]
    judged = cells & ~saturated(size, sample.channels[column].range)
    light = _light(sample, judged, limits)
    if light is None:
        return ()
    darkest = np.partition(light, limits.darkest_channels - 1, axis=1)
    glows = darkest[:, : limits.darkest_channels].mean(axis=1) >= limits.glow_sd
    lymphoid = _lymphoid(sample, judged & ~glows, light.max(axis=1), limits.antigen_sd)
    if not lymphoid.any():
        return ()
    small = size < limits.size_share * float(np.median(size[lymphoid]))
    dying = int(np.count_nonzero(judged & glows & small))
    percent = 100 * dying / int(np.count_nonzero(judged))
    if percent < limits.maximum_percent:
        return ()
    return (
        Finding(
            code=ReasonCode.DEAD_CELLS_NOT_EXCLUDED,
            severity=Severity.BLOCKING,
            stage="qc.dying",
            message=f"{percent:.1f} % of cells are small and glow in every channel, as dying "
            "cells do, and no dead-cell dye was used",
            value=percent,
        ),
    )


def _lymphoid(sample: Sample, dark: EventMask, brightest: EventMatrix, sd: float) -> EventMask:
    """Cells that do not glow but carry an antigen, of low side scatter: debris carries none."""
    alike = dark & (brightest > sd)
    if not alike.any() or not sample.has(SSC):
        return alike
    side = sample.events[:, sample.column(SSC)]
    return np.asarray(alike & (side <= np.median(side[alike])))


def _light(sample: Sample, judged: EventMask, limits: DyingLimits) -> EventMatrix | None:
    """Light of each event in SDs of noise, channels in columns; None if that is not known."""
    columns = stained(sample)
    noise = noise_below_zero(sample, columns, judged)
    known = np.flatnonzero(np.isfinite(noise))
    if len(known) < limits.least_channels:
        return None
    light = [sample.events[:, columns[place]] / np.float32(noise[place]) for place in known]
    return np.stack(light, axis=1)
