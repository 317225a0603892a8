"""Control tubes: cells stained without a marker (FMO, isotype, process control)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.compensation import changed_weights, compensate, matrix_columns
from flowpheno.errors import ManifestError
from flowpheno.positivity import ControlStain
from flowpheno.qc import quality_control
from flowpheno.sample import ChannelKind, Measure
from flowpheno.specimen import ControlTube
from flowpheno.transform.full_scale import with_full_scale

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flowpheno.arrays import EventMask
    from flowpheno.marker import Marker
    from flowpheno.panel.definitions import Definitions
    from flowpheno.sample import Channel, Sample
    from flowpheno.specimen import Specimen

_STAINED = frozenset({ChannelKind.FLUORESCENCE, ChannelKind.MASS})


def control_tube(sample: Sample, wanted: Sequence[str], tubes: Sequence[Sample]) -> ControlTube:
    """Make a control tube of a file.

    Parameters
    ----------
    sample : Sample
        The file, as read.
    wanted : sequence of str
        Markers that it lacks, as a person wrote them; the case does not matter.
    tubes : sequence of Sample
        Stained tubes of the same specimen.

    Returns
    -------
    ControlTube
        The control.

    Raises
    ------
    ManifestError
        If no tube stains a marker, or the control was not acquired as the tubes that do.
    """
    stained = {m.casefold(): m for tube in tubes for m in _channels(tube)}
    if unknown := [name for name in wanted if name.casefold() not in stained]:
        known = ", ".join(sorted(stained.values())) or "none"
        raise ManifestError(
            f"control for {', '.join(unknown)}, which no tube of the specimen stains ({known})"
        )
    markers = tuple(stained[name.casefold()] for name in wanted)
    for tube in tubes:
        for marker in markers:
            if channel := _channels(tube).get(marker):
                _check_acquired_alike(sample, tube, channel)
    return ControlTube(sample=sample, markers=markers)


def control_intensities(
    tube: Sample, specimen: Specimen, definitions: Definitions
) -> Mapping[Marker, ControlStain]:
    """Measure the control tubes of a specimen in the channels of one stained tube.

    Parameters
    ----------
    tube : Sample
        The stained tube.
    specimen : Specimen
        With its control tubes.
    definitions : Definitions
        Parameters of quality control, which the cells of a control pass too, and by how much
        the spillover is changed.

    Returns
    -------
    mapping of Marker to ControlStain
        The cells, of the markers of this tube that there is a control for. Several controls of
        one marker count together.
    """
    channels = _channels(tube)
    found: dict[Marker, list[ControlStain]] = {}
    for control in specimen.controls:
        markers = [marker for marker in control.markers if marker in channels]
        if not markers:
            continue
        sample = control.sample
        if specimen.already_compensated:
            sample = replace(sample, compensated=True)
        sample = with_full_scale(sample)
        compensated = compensate(sample)
        cells = quality_control(sample, compensated, definitions.qc).cells
        for marker in markers:
            detector = channels[marker].detector
            if _column(compensated, detector) is not None:
                change = definitions.positivity.spillover_change
                stain = _stain(compensated, cells, detector, change)
                found.setdefault(marker, []).append(stain)
    return {marker: _together(parts) for marker, parts in found.items()}


def _stain(sample: Sample, cells: EventMask, detector: str, change: float) -> ControlStain:
    """Measure cells in one channel, and as a slightly different matrix would show them."""
    names = [channel.detector for channel in sample.channels]
    values = sample.events[cells, names.index(detector)]
    spillover = sample.spillover
    if spillover is None or detector not in spillover.detectors:
        return ControlStain(values=values)
    events = sample.events[cells][:, matrix_columns(sample, spillover)]
    less, more = (
        (events @ changed_weights(spillover, detector, sign * change)).astype(np.float32)
        for sign in (-1, 1)
    )
    return ControlStain(values=values, less=less, more=more)


def _together(parts: Sequence[ControlStain]) -> ControlStain:
    """Join controls; one that no spillover reaches is as it is, whatever the matrix."""
    return ControlStain(
        values=np.concatenate([p.values for p in parts]),
        less=np.concatenate([p.values if p.less is None else p.less for p in parts]),
        more=np.concatenate([p.values if p.more is None else p.more for p in parts]),
    )


def _channels(tube: Sample) -> dict[Marker, Channel]:
    return {
        c.marker: c
        for c in reversed(tube.channels)  # of two with one marker the first is used
        if c.marker is not None and c.kind in _STAINED and c.measure is Measure.AREA
    }


def _column(sample: Sample, detector: str) -> int | None:
    names = [channel.detector for channel in sample.channels]
    return names.index(detector) if detector in names else None


def _check_acquired_alike(control: Sample, tube: Sample, channel: Channel) -> None:
    if _column(control, channel.detector) is None:
        raise ManifestError(
            f"a control for {channel.marker} needs detector {channel.detector} of tube {tube.name}"
        )
    if control.scale is not tube.scale:
        raise ManifestError(
            f"a control on a {control.scale.value} scale says nothing of tube {tube.name}, "
            f"which is on a {tube.scale.value} one"
        )
    if _solved(control) != _solved(tube):
        raise ManifestError(f"the control and tube {tube.name} are not both compensated")


def _solved(sample: Sample) -> bool:
    return sample.compensated or sample.spillover is not None
