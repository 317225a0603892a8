"""A population over the normal maturation of B cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.plotdata.axis import axis_of
from flowpheno.plotdata.binning import BINS_2D, count_bins, place_of, together
from flowpheno.plotdata.panels import MaturationPlot
from flowpheno.plotdata.values import Density2D, Overlay

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flowpheno.arrays import Values
    from flowpheno.marker import Marker
    from flowpheno.population import Population
    from flowpheno.sample import Sample


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Continuum:
    """Normal B-lineage cells, wherever they come from.

    Attributes
    ----------
    words : str
        What they are.
    values : mapping of Marker to Values
        Linear intensities on the scale of the sample, each of shape ``(n,)``.
    matures : bool
        Whether they run from precursors to mature cells, so that their course means something.
    """

    words: str
    values: Mapping[Marker, Values]
    matures: bool = True

    @property
    def n(self) -> int:
        """Normal cells."""
        return min((len(column) for column in self.values.values()), default=0)


def maturation_plot(
    sample: Sample,
    pairs: Sequence[tuple[Marker, Marker]],
    *,
    populations: Sequence[Population],
    continuum: Continuum | None,
    bins: int = BINS_2D,
) -> MaturationPlot:
    """Bin pairs of maturation markers, the normal behind and populations over it.

    Parameters
    ----------
    sample : Sample
        Compensated events.
    pairs : sequence of (Marker, Marker)
        What the axes of each panel show; at least one.
    populations : sequence of Population
        What is held against the normal.
    continuum : Continuum or None
        The normal; None if nothing normal is known.
    bins : int
        Bins along each side.

    Returns
    -------
    MaturationPlot
        The picture; the normal has no events where `continuum` is None or lacks a marker.

    Raises
    ------
    MarkerNotFoundError
        If a marker was not stained.
    """
    known = Continuum(words="nothing normal to compare with", values={})
    normal = continuum or known
    return MaturationPlot(
        name="maturation",
        title="Maturation of B cells",
        continuum=normal.words,
        n_continuum=normal.n,
        has_course=normal.matures and normal.n > 0,
        panels=tuple(_panel(sample, pair, populations, normal, bins) for pair in pairs),
    )


def _panel(
    sample: Sample,
    pair: tuple[Marker, Marker],
    populations: Sequence[Population],
    normal: Continuum,
    bins: int,
) -> Density2D:
    columns = [sample.column(marker) for marker in pair]
    x, y = (axis_of(sample, column) for column in columns)
    place_x, place_y = (
        place_of(axis, sample.events[:, column], bins)
        for axis, column in zip((x, y), columns, strict=True)
    )
    place, shape = together(place_x, place_y, bins), (bins, bins)
    behind = np.zeros(shape, np.uint32)
    if all(marker in normal.values for marker in pair):
        first, second = (
            place_of(axis, normal.values[marker], bins)
            for axis, marker in zip((x, y), pair, strict=True)
        )
        behind = count_bins(together(first, second, bins), None, shape)
    return Density2D(
        name=f"{pair[0]}_{pair[1]}_maturation",
        title=f"{pair[1]} against {pair[0]}",
        x=x,
        y=y,
        counts=behind,
        parent=normal.words,
        n_parent=int(behind.sum()),
        overlays=tuple(
            Overlay(name=p.name, n=p.n, counts=count_bins(place, p.mask, shape))
            for p in populations
        ),
    )
