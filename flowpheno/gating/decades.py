"""Events on the scale gates work on: decades of intensity, linear about zero."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.sample import ChannelKind, Measure, Scale
from flowpheno.transform.working import working_transform

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from flowpheno.arrays import EventMatrix, Values
    from flowpheno.marker import Marker
    from flowpheno.sample import Sample
    from flowpheno.transform.base import Transform

LN10 = float(np.log(10))
RELATIVE_DECADES = 4.5
"""Decades that a file rescaled to 0-1 is taken to span: a logicle scale shows 4.5."""
RELATIVE_SCATTER_DECADES = 1.5
_SCATTER_FLOOR = 1e-3


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Decades:
    """Area channels of a compensated sample in decades.

    Attributes
    ----------
    values : EventMatrix
        Shape ``(n_events, n_columns)``: asinh(x/c)/ln 10 for stained channels, log10 of the
        share of full scale times 1000 for scatter.
    columns : mapping of Marker to int
        Column of each marker, ``"FSC"`` and ``"SSC"``.
    transforms : mapping of Marker to Transform
        How each stained channel was scaled.
    relative : bool
        Whether the file is on a relative scale: distances mean nothing, ranks do.
    full_scales : mapping of Marker to float
        Full scale of each scatter channel.
    compensated : bool
        Whether light is compensated: zero is no antigen, within noise.
    counts : bool
        Whether all stained channels count ions: zero is no antigen, whatever else is stained.
    """

    values: EventMatrix
    columns: Mapping[Marker, int]
    transforms: Mapping[Marker, Transform]
    relative: bool
    full_scales: Mapping[Marker, float] = field(default_factory=dict)
    compensated: bool = False
    counts: bool = False

    def __contains__(self, marker: object) -> bool:
        return marker in self.columns

    def of(self, marker: Marker) -> EventMatrix:
        """Give one column.

        Parameters
        ----------
        marker : Marker
            A marker of `columns`.

        Returns
        -------
        EventMatrix
            Decades, shape ``(n_events,)``.
        """
        return self.values[:, self.columns[marker]]

    def linear(self, marker: Marker, positions: Values) -> Values:
        """Turn positions in decades back into intensities.

        Parameters
        ----------
        marker : Marker
            A stained marker, ``"FSC"`` or ``"SSC"``.
        positions : Values
            Decades, shape ``(n,)``.

        Returns
        -------
        Values
            Intensities on the scale of the sample, shape ``(n,)``.
        """
        if marker in self.full_scales:
            if self.relative:
                return positions / RELATIVE_SCATTER_DECADES
            return np.asarray(self.full_scales[marker] * 10.0 ** (positions - 3), np.float64)
        unit = 1 / RELATIVE_DECADES if self.relative else LN10
        return np.asarray(self.transforms[marker].invert(positions * unit), np.float64)

    def decade(self, marker: Marker, intensities: Values) -> Values:
        """Turn intensities into decades.

        Parameters
        ----------
        marker : Marker
            A stained marker.
        intensities : Values
            On the scale of the sample, shape ``(n,)``.

        Returns
        -------
        Values
            Decades, shape ``(n,)``.
        """
        unit = 1 / RELATIVE_DECADES if self.relative else LN10
        return np.asarray(self.transforms[marker].apply(intensities) / unit, np.float64)


def to_decades(sample: Sample) -> Decades:
    """Bring the area channels of a sample to decades.

    Parameters
    ----------
    sample : Sample
        Compensated where there is a matrix.

    Returns
    -------
    Decades
        One column for each marker and scatter channel that is an area; empty samples give zero
        rows.
    """
    relative = sample.scale is Scale.RELATIVE
    columns: dict[Marker, int] = {}
    transforms: dict[Marker, Transform] = {}
    full_scales: dict[Marker, float] = {}
    values: list[npt.NDArray[np.float32]] = []
    for index, channel in enumerate(sample.channels):
        if (
            channel.marker is None
            or channel.measure is not Measure.AREA
            or channel.marker in columns
        ):
            continue
        raw = sample.events[:, index]
        if channel.kind is ChannelKind.SCATTER:
            full_scales[channel.marker] = channel.range if channel.range > 0 else 1.0
            column = _scatter(raw, full_scales[channel.marker], relative=relative)
        elif channel.kind in {ChannelKind.FLUORESCENCE, ChannelKind.MASS}:
            transform = working_transform(channel, sample.scale)
            transforms[channel.marker] = transform
            column = transform.apply(raw)
            column = column * RELATIVE_DECADES if relative else column / LN10
        else:
            continue
        columns[channel.marker] = len(values)
        values.append(column.astype(np.float32, copy=False))
    table = np.array(values).T if values else np.empty((sample.n_events, 0), np.float32)
    return Decades(
        values=table,
        columns=columns,
        transforms=transforms,
        relative=relative,
        full_scales=full_scales,
        compensated=sample.compensated and not relative,
        counts=bool(transforms) and _counts(sample, transforms),
    )


def _counts(sample: Sample, stained: Mapping[Marker, Transform]) -> bool:
    return all(sample.channels[sample.column(m)].kind is ChannelKind.MASS for m in stained)


def _scatter(raw: EventMatrix, full_scale: float, *, relative: bool) -> EventMatrix:
    if relative:
        return raw * np.float32(RELATIVE_SCATTER_DECADES)
    floored = np.maximum(raw / np.float32(full_scale), np.float32(_SCATTER_FLOOR))
    return np.asarray(np.log10(floored) + np.float32(3))
