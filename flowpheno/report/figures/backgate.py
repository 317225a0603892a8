"""Back-gating: one population on the gates that stand before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowpheno.report.axes import canvas_row
from flowpheno.report.figures.density import fill_density
from flowpheno.report.figures.words import put_legend, put_title, say_nothing
from flowpheno.report.palette import plain_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from flowpheno.plotdata import BackGatePlot

_SIDE = 2.25  # inches


def draw_backgate(plot: BackGatePlot) -> Figure:
    """Draw a population over the parent of each earlier gate, side by side.

    Parameters
    ----------
    plot : BackGatePlot
        Plot data.

    Returns
    -------
    Figure
        A panel for each earlier gate, its parent in grey; says so where there is none. Not known
        to pyplot.
    """
    figure, axes = canvas_row(max(len(plot.panels), 1), _SIDE, legend=1)
    if not plot.panels:
        axes[0].set_axis_off()
        say_nothing(axes[0], "no earlier gates")
    for panel, place in zip(plot.panels, axes, strict=False):
        fill_density(place, panel)
        put_title(place, f"of {plain_name(panel.parent)}, {panel.n_parent:,}")
    put_legend(figure, [(plot.population, plot.n)])
    return figure
