"""The blasts over normal maturation, and on the gates before them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.aberrancy.template import drift
from flowpheno.marker import Marker
from flowpheno.plotdata import Continuum, back_gate, density2d, maturation_plot
from flowpheno.population import Population
from flowpheno.sample import Measure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flowpheno.aberrancy.limits import AberrancyLimits
    from flowpheno.aberrancy.template import NormalTemplate
    from flowpheno.arrays import EventMask
    from flowpheno.gating import GatedTube
    from flowpheno.pipeline.tube import TubeAnalysis
    from flowpheno.plotdata import BackGatePlot, Density2D, MaturationPlot

_FSC, _SSC, _CD45, _CD19 = map(Marker, ("FSC", "SSC", "CD45", "CD19"))
_CD10, _CD20, _CD34 = map(Marker, ("CD10", "CD20", "CD34"))
_PAIRS = ((_CD20, _CD10), (_CD45, _CD10), (_CD45, _CD34), (_CD45, _CD20), (_CD34, _CD10))
_MOST_PAIRS = 3


def shown_blasts(tube: TubeAnalysis, *, other: bool = False) -> Population | None:
    """Choose the population a page is about.

    Parameters
    ----------
    tube : TubeAnalysis
        What was found.
    other : bool
        Whether the blasts of the verdict are those outside the B lineage.

    Returns
    -------
    Population or None
        The blasts of the verdict; None without any.
    """
    found = tube.non_b if other else tube.gated.populations.get("blasts")
    return found if found is not None and found.n else None


def back_gating(tube: TubeAnalysis, blasts: Population | None) -> Iterator[BackGatePlot]:
    """Show the blasts on the gates before them.

    Parameters
    ----------
    tube : TubeAnalysis
        What was found.
    blasts : Population or None
        From `shown_blasts`.

    Yields
    ------
    BackGatePlot
        Scatter of all events, pulse shape, CD45 and CD19 of nucleated cells, those the tube has
        the channels for; nothing without blasts.
    """
    if blasts is not None and (panels := list(_gates_before(tube, blasts))):
        yield back_gate(blasts, panels)


def _gates_before(tube: TubeAnalysis, blasts: Population) -> Iterator[Density2D]:
    sample, over = tube.gated.sample, [blasts]
    everything = Population("all", "", np.ones(sample.n_events, bool))
    nucleated = Population("nucleated", "all", tube.gated.nucleated.copy())
    if sample.has(_FSC) and sample.has(_SSC):
        yield density2d(sample, _FSC, _SSC, parent=everything, overlays=over)
    shapes = [m for m in (Measure.HEIGHT, Measure.WIDTH) if sample.has(_FSC, m)]
    if sample.has(_FSC) and shapes:
        yield density2d(sample, _FSC, _FSC, parent=everything, overlays=over, measure_y=shapes[0])
    for marker in (_CD45, _CD19):
        if sample.has(marker) and sample.has(_SSC):
            yield density2d(sample, marker, _SSC, parent=nucleated, overlays=over)


def maturation(
    tube: TubeAnalysis,
    blasts: Population | None,
    template: NormalTemplate | None,
    limits: AberrancyLimits | None,
) -> Iterator[MaturationPlot]:
    """Show the blasts over the normal maturation of B cells.

    Parameters
    ----------
    tube : TubeAnalysis
        What was found.
    blasts : Population or None
        From `shown_blasts`.
    template : NormalTemplate or None
        Normal marrows; used where the tube was judged against them.
    limits : AberrancyLimits or None
        How far a tube is moved to lie on the template; needed with one.

    Yields
    ------
    MaturationPlot
        CD10, CD20, CD45 and CD34 in pairs; without a template over the hematogones and mature B
        cells of the specimen itself. Nothing where the B lineage could not be gated or no pair
        was stained.
    """
    gated = tube.gated
    pairs = [
        (x, y)
        for x, y in _PAIRS
        if x in gated.decades.transforms and y in gated.decades.transforms
    ][:_MOST_PAIRS]
    if not pairs or "B_lineage" not in gated.populations:
        return
    normal = None
    if template is not None and limits is not None and tube.detection.method == "template":
        normal = of_template(gated, template, limits)
    over = [] if blasts is None else [blasts]
    if normal is not None and "hematogones" in gated.populations:
        over.append(gated.populations["hematogones"])
    yield maturation_plot(
        gated.sample, pairs, populations=over, continuum=normal or _own(gated, pairs)
    )


def of_template(gated: GatedTube, template: NormalTemplate, limits: AberrancyLimits) -> Continuum:
    """Bring the normal cells of a template to the scale of a tube.

    Parameters
    ----------
    gated : GatedTube
        The tube, that the template fits.
    template : NormalTemplate
        Normal marrows.
    limits : AberrancyLimits
        How far the tube's drift is followed.

    Returns
    -------
    Continuum
        Linear intensities of its markers, moved by the drift that was taken off the tube.
    """
    moved = template.reference + drift(gated, template.markers, template.anchors, limits).applied
    return Continuum(
        words=f"normal B lineage of template {template.name}",
        values={
            marker: gated.decades.linear(marker, moved[:, column])
            for column, marker in enumerate(template.markers)
        },
        matures=True,
    )


def _own(gated: GatedTube, pairs: list[tuple[Marker, Marker]]) -> Continuum | None:
    """Take the specimen's own normal B cells."""
    found = [n for n in ("hematogones", "B_mature") if gated.mask(n).any()]
    if not found:
        return None
    cells: EventMask = np.logical_or.reduce([gated.mask(name) for name in found])
    return Continuum(
        words=f"{' and '.join(found)} of this specimen",
        values={
            marker: gated.sample.events[cells, gated.sample.column(marker)].astype(np.float64)
            for marker in dict.fromkeys(m for pair in pairs for m in pair)
        },
        matures="hematogones" in found,
    )
