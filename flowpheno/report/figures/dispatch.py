"""Any stored picture to a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from flowpheno.plotdata import (
    BackGatePlot,
    Density2D,
    Histogram1D,
    MaturationPlot,
    SpilloverPlot,
    TimePlot,
)
from flowpheno.report.figures.acquisition import draw_time
from flowpheno.report.figures.backgate import draw_backgate
from flowpheno.report.figures.density import draw_density
from flowpheno.report.figures.histogram import draw_histogram
from flowpheno.report.figures.maturation import draw_maturation
from flowpheno.report.figures.spillover import draw_spillover

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from flowpheno.plotdata import Plot


def draw(plot: Plot) -> Figure:
    """Draw any picture of a tube.

    Parameters
    ----------
    plot : Plot
        Plot data.

    Returns
    -------
    Figure
        Ready to be shown or saved; not known to pyplot.
    """
    match plot:
        case Density2D():
            return draw_density(plot)
        case Histogram1D():
            return draw_histogram(plot)
        case TimePlot():
            return draw_time(plot)
        case BackGatePlot():
            return draw_backgate(plot)
        case MaturationPlot():
            return draw_maturation(plot)
        case SpilloverPlot():
            return draw_spillover(plot)
        case _ as unreachable:
            assert_never(unreachable)
