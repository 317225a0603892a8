"""Every plot: one function of values to a matplotlib figure, usable alone, no global state.

In a notebook the last line of a cell shows the figure; `Figure.savefig` writes it as PNG, SVG or
PDF. What the functions take comes from `flowpheno.plotdata` (which bins events), from a
comparison, or from a case.
"""

from __future__ import annotations

from flowpheno.report.figures.acquisition import draw_time
from flowpheno.report.figures.backgate import draw_backgate
from flowpheno.report.figures.case_timeline import draw_timeline
from flowpheno.report.figures.contour import draw_contour
from flowpheno.report.figures.density import draw_density
from flowpheno.report.figures.dispatch import draw
from flowpheno.report.figures.evaluation import draw_evaluation
from flowpheno.report.figures.histogram import draw_histogram
from flowpheno.report.figures.marker_heat import draw_marker_heat
from flowpheno.report.figures.maturation import draw_maturation
from flowpheno.report.figures.mrd_series import draw_mrd_series
from flowpheno.report.figures.parallel import draw_parallel
from flowpheno.report.figures.site_map import draw_sites
from flowpheno.report.figures.spillover import draw_spillover

__all__ = [
    "draw",
    "draw_backgate",
    "draw_contour",
    "draw_density",
    "draw_evaluation",
    "draw_histogram",
    "draw_marker_heat",
    "draw_maturation",
    "draw_mrd_series",
    "draw_parallel",
    "draw_sites",
    "draw_spillover",
    "draw_time",
    "draw_timeline",
]
