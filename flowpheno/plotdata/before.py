"""A population on the gates before it, and a spillover matrix, as pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowpheno.plotdata.axis import channel_label
from flowpheno.plotdata.panels import BackGatePlot, SpilloverPlot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.fcs.spillover import Spillover
    from flowpheno.plotdata.values import Density2D
    from flowpheno.population import Population
    from flowpheno.sample import Sample


def back_gate(population: Population, panels: Sequence[Density2D]) -> BackGatePlot:
    """Follow a population back through earlier gates.

    Parameters
    ----------
    population : Population
        What is followed.
    panels : sequence of Density2D
        The earlier gates, each with the population as an overlay.

    Returns
    -------
    BackGatePlot
        The picture.
    """
    return BackGatePlot(
        name=f"backgate_{population.name}",
        title=f"Back-gating of {population.name}",
        population=population.name,
        n=population.n,
        panels=tuple(panels),
    )


def spillover_plot(sample: Sample, spillover: Spillover) -> SpilloverPlot:
    """Name the rows of a spillover matrix as axes are named.

    Parameters
    ----------
    sample : Sample
        With the channels that the matrix is about.
    spillover : Spillover
        The matrix.

    Returns
    -------
    SpilloverPlot
        Detectors that the sample lacks keep their own name.
    """
    labels = {c.detector: channel_label(c) for c in sample.channels}
    return SpilloverPlot(
        name="spillover",
        title=f"Spillover, {spillover.source}",
        labels=tuple(labels.get(name, name) for name in spillover.detectors),
        matrix=spillover.matrix,
    )
