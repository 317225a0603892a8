"""Pictures as numbers: what a plot shows, binned, so that it can be drawn without the events."""

from __future__ import annotations

from flowpheno.plotdata.acquisition import time_plot
from flowpheno.plotdata.axis import Axis, AxisScale, axis_of, sequence_axis
from flowpheno.plotdata.before import back_gate, spillover_plot
from flowpheno.plotdata.binning import density2d, histogram
from flowpheno.plotdata.drawn import drawn_gates
from flowpheno.plotdata.gates import line_gate, polygon_gate
from flowpheno.plotdata.marker_heat import MarkerHeat, marker_heat
from flowpheno.plotdata.maturation import Continuum, maturation_plot
from flowpheno.plotdata.panels import BackGatePlot, MaturationPlot, Plot, SpilloverPlot
from flowpheno.plotdata.series import MrdPoint, MrdSeries, mrd_series
from flowpheno.plotdata.values import (
    Curve,
    Density2D,
    Direction,
    Gate,
    Histogram1D,
    Overlay,
    TimePlot,
    Trace,
)

__all__ = [
    "Axis",
    "AxisScale",
    "BackGatePlot",
    "Continuum",
    "Curve",
    "Density2D",
    "Direction",
    "Gate",
    "Histogram1D",
    "MarkerHeat",
    "MaturationPlot",
    "MrdPoint",
    "MrdSeries",
    "Overlay",
    "Plot",
    "SpilloverPlot",
    "TimePlot",
    "Trace",
    "axis_of",
    "back_gate",
    "density2d",
    "drawn_gates",
    "histogram",
    "line_gate",
    "marker_heat",
    "maturation_plot",
    "mrd_series",
    "polygon_gate",
    "sequence_axis",
    "spillover_plot",
    "time_plot",
]
