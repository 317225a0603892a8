"""Pictures as numbers: what a plot shows, binned, so that it can be drawn without the events."""

from __future__ import annotations

from flowpheno.plotdata.axis import Axis, AxisScale, axis_of, sequence_axis
from flowpheno.plotdata.binning import density2d, histogram, time_plot
from flowpheno.plotdata.drawn import drawn_gates
from flowpheno.plotdata.gates import line_gate, polygon_gate
from flowpheno.plotdata.values import (
    Curve,
    Density2D,
    Direction,
    Gate,
    Histogram1D,
    Overlay,
    Plot,
    TimePlot,
    Trace,
)

__all__ = [
    "Axis",
    "AxisScale",
    "Curve",
    "Density2D",
    "Direction",
    "Gate",
    "Histogram1D",
    "Overlay",
    "Plot",
    "TimePlot",
    "Trace",
    "axis_of",
    "density2d",
    "drawn_gates",
    "histogram",
    "line_gate",
    "polygon_gate",
    "sequence_axis",
    "time_plot",
]
