"""Which pictures a tube gets; they are binned here and drawn by the report."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.fcs.spillover import changes_nothing
from flowpheno.marker import Marker
from flowpheno.phenotype import Call
from flowpheno.pipeline.blast_pictures import back_gating, maturation, shown_blasts
from flowpheno.plotdata import (
    Direction,
    density2d,
    histogram,
    line_gate,
    spillover_plot,
    time_plot,
)
from flowpheno.population import Population
from flowpheno.sample import Measure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flowpheno.aberrancy.limits import AberrancyLimits
    from flowpheno.aberrancy.template import NormalTemplate
    from flowpheno.pipeline.tube import TubeAnalysis
    from flowpheno.plotdata import Density2D, Gate, Histogram1D, Plot

_SSC, _FSC, _CD19 = Marker("SSC"), Marker("FSC"), Marker("CD19")
_B_PAIRS = (
    ("CD10", "CD20"),
    ("CD10", "CD45"),
    ("CD34", "CD38"),
    ("CD10", "CD34"),
    ("CD38", "CD45"),
    ("CD10", "CD58"),
    ("CD10", "CD81"),
    ("CD10", "CD66c+CD123"),
    ("CD10", "CD73+CD304"),
    ("CD19", "CD22"),
    ("TdT", "CD34"),
    ("cyCD79a", "cyCD3"),
)
_MOST_B_PLOTS = 6
_OVERLAYS = ("T", "mono", "gran", "erythroid", "B_mature", "hematogones", "blasts")
_IN_B = ("B_mature", "plasma", "hematogones", "blasts")


def draw_plots(
    tube: TubeAnalysis,
    *,
    template: NormalTemplate | None = None,
    limits: AberrancyLimits | None = None,
    other: bool = False,
) -> tuple[Plot, ...]:
    """Bin the pictures of a tube.

    Parameters
    ----------
    tube : TubeAnalysis
        What was found.
    template : NormalTemplate or None
        Normal marrows that it was judged against.
    limits : AberrancyLimits or None
        How far a tube is moved to lie on the template; needed with one.
    other : bool
        Whether the blasts of the verdict are those outside the B lineage.

    Returns
    -------
    tuple of Plot
        Time, scatter, doublets, CD45 map, B-lineage gate, the blasts over normal maturation and
        on the gates before them, B-lineage pairs, a histogram for each marker with its control
        and cut-off, the spillover matrix; those the tube has the channels for.
    """
    blasts = shown_blasts(tube, other=other)
    return (
        *_scatter_plots(tube),
        *maturation(tube, blasts, template, limits),
        *back_gating(tube, blasts),
        *_b_plots(tube),
        *_histograms(tube),
        *_spillover(tube),
    )


def _spillover(tube: TubeAnalysis) -> Iterator[Plot]:
    if tube.raw.spillover is not None and not changes_nothing(tube.raw.spillover):
        yield spillover_plot(tube.raw, tube.raw.spillover)


def pair_plot(tube: TubeAnalysis, x: Marker, y: Marker, *, parent: str) -> Density2D:
    """Bin two markers of one population, with the B-lineage populations over it.

    Parameters
    ----------
    tube : TubeAnalysis
        What was found.
    x, y : Marker
        What the axes show.
    parent : str
        Population shown as density; ``"all"`` for every event.

    Returns
    -------
    Density2D
        With the cut point of each marker where it has one.

    Raises
    ------
    MarkerNotFoundError
        If a marker was not stained.
    ValueError
        If the tube has no such population.
    """
    gated = tube.gated
    roots = {
        "all": Population("all", "", np.ones(gated.sample.n_events, bool)),
        "nucleated": Population("nucleated", "all", gated.nucleated.copy()),
    }
    known = {**roots, **gated.populations}
    if parent not in known:
        raise ValueError(f"{parent!r} is no population of this tube; known: {', '.join(known)}")
    shown = known[parent]
    overlays = [gated.populations[n] for n in _IN_B if n in gated.populations and n != parent]
    gates = [
        *_cut(tube, Direction.VERTICAL, x, shown),
        *_cut(tube, Direction.HORIZONTAL, y, shown),
    ]
    return density2d(gated.sample, x, y, parent=shown, overlays=overlays, gates=gates)


def _scatter_plots(tube: TubeAnalysis) -> Iterator[Plot]:
    gated = tube.gated
    sample = gated.sample
    everything = Population("all", "", np.ones(sample.n_events, bool))
    nucleated = Population("nucleated", "all", gated.nucleated.copy())
    removed = ~tube.control.masks["time_ok"] if "time_ok" in tube.control.masks else None
    yield time_plot(sample, removed=removed, markers=sample.markers[:3])
    if not sample.has(_SSC):
        return
    if sample.has(_FSC):
        yield density2d(sample, _FSC, _SSC, parent=everything, overlays=[nucleated])
    yield from _doublets(tube)
    if sample.has(Marker("SYTO")):
        yield density2d(sample, Marker("SYTO"), _SSC, parent=everything, overlays=[nucleated])
    if gated.anchors is None:
        return
    overlays = [gated.populations[n] for n in _OVERLAYS if n in gated.populations]
    if sample.has(Marker("CD45")):
        yield density2d(sample, Marker("CD45"), _SSC, parent=nucleated, overlays=overlays)
    if _CD19 in gated.cutpoints:
        b_lineage = gated.populations["B_lineage"]
        gate = line_gate(
            Direction.VERTICAL, gated.cutpoints[_CD19].linear, inside=b_lineage, parent=nucleated
        )
        shown = [gated.populations[n] for n in _IN_B if n in gated.populations]
        yield density2d(sample, _CD19, _SSC, parent=nucleated, overlays=shown, gates=[gate])


def _doublets(tube: TubeAnalysis) -> Iterator[Plot]:
    """Pulse height or width against area: what was taken for two cells stands out."""
    masks, sample = tube.control.masks, tube.gated.sample
    shapes = [m for m in (Measure.HEIGHT, Measure.WIDTH) if sample.has(_FSC, m)]
    if not sample.has(_FSC) or not shapes:
        return
    judged = Population("with DNA" if sample.has(Marker("SYTO")) else "all", "", masks["dna"])
    pairs = Population("doublets", judged.name, masks["dna"] & ~masks["singlets"])
    for measure in shapes:
        yield density2d(sample, _FSC, _FSC, parent=judged, overlays=[pairs], measure_y=measure)


def _b_plots(tube: TubeAnalysis) -> Iterator[Plot]:
    gated = tube.gated
    if "B_lineage" not in gated.populations:
        return
    parent = gated.populations["B_lineage"]
    overlays = [gated.populations[n] for n in _IN_B if n in gated.populations]
    pairs = (
        (Marker(x), Marker(y))
        for x, y in _B_PAIRS
        if x in gated.decades.transforms and y in gated.decades.transforms
    )
    for x, y in islice(pairs, _MOST_B_PLOTS):
        gates = [
            *_cut(tube, Direction.VERTICAL, x, parent),
            *_cut(tube, Direction.HORIZONTAL, y, parent),
        ]
        yield density2d(gated.sample, x, y, parent=parent, overlays=overlays, gates=gates)


def _cut(
    tube: TubeAnalysis, direction: Direction, marker: Marker, parent: Population
) -> Iterator[Gate]:
    """Draw a cut with what it gives, for markers that have one."""
    cut = tube.gated.cutpoints.get(marker)
    call = tube.candidate.call(marker)
    if cut is None or call.call in {Call.NOT_REPORTED, Call.NOT_EVALUABLE} or call.percent is None:
        return
    inside = parent.mask & (tube.gated.decades.of(marker) > cut.decade)
    yield line_gate(
        direction, cut.linear, inside=Population(f"{marker}+", parent.name, inside), parent=parent
    )


def marker_plot(tube: TubeAnalysis, marker: Marker) -> Histogram1D:
    """Bin one marker of the population that was judged, beside its controls.

    Parameters
    ----------
    tube : TubeAnalysis
        What was found.
    marker : Marker
        What is shown.

    Returns
    -------
    Histogram1D
        With the cut-off where the marker has one.

    Raises
    ------
    MarkerNotFoundError
        If the marker was not stained.
    """
    populations = tube.gated.populations
    nothing = Population(tube.candidate.population, "", np.zeros(tube.gated.sample.n_events, bool))
    judged = populations.get(tube.candidate.population, nothing)
    call = tube.candidate.call(marker)
    names = (*(call.control or call.reference).split("+"), "T")
    controls = [populations[n] for n in dict.fromkeys(names) if n in populations]
    shown = [judged, *controls[:2]]
    return histogram(tube.gated.sample, marker, populations=shown, cutoff=call.cutoff)


def _histograms(tube: TubeAnalysis) -> Iterator[Plot]:
    judged = tube.gated.populations.get(tube.candidate.population)
    if judged is None or not judged.n:
        return
    for marker in tube.candidate.calls:
        yield marker_plot(tube, marker)
