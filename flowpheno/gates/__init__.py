"""Gates that a person drew: as values, evaluated on a sample, read and written as Gating-ML.

Those that flowpheno finds itself are made in `flowpheno.gating`.
"""

from __future__ import annotations

from flowpheno.gates.dimension import (
    FROM_FILE,
    UNCOMPENSATED,
    Dimension,
    Ratio,
    SpectrumMatrix,
)
from flowpheno.gates.evaluate import GateResults, evaluate
from flowpheno.gates.gate import (
    Boolean,
    Divider,
    Ellipsoid,
    Gate,
    Interval,
    Operator,
    Polygon,
    Quadrant,
    Quadrants,
    Rectangle,
    Reference,
    Threshold,
)
from flowpheno.gates.strategy import Strategy, populations_of

__all__ = [
    "FROM_FILE",
    "UNCOMPENSATED",
    "Boolean",
    "Dimension",
    "Divider",
    "Ellipsoid",
    "Gate",
    "GateResults",
    "Interval",
    "Operator",
    "Polygon",
    "Quadrant",
    "Quadrants",
    "Ratio",
    "Rectangle",
    "Reference",
    "SpectrumMatrix",
    "Strategy",
    "Threshold",
    "evaluate",
    "populations_of",
]
