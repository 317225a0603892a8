"""Gates over a density plot, each with what it holds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import Polygon

from flowpheno.plotdata import Direction
from flowpheno.report.figures.words import put_label
from flowpheno.report.labels import place_labels
from flowpheno.report.palette import INK, plain_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

    from flowpheno.arrays import Matrix
    from flowpheno.plotdata import Density2D, Gate
    from flowpheno.report.labels import Box

_ROOM = 0.05  # beside a label, of its width
_DASHED = (0, (4, 2))


def draw_gates(axes: Axes, plot: Density2D) -> None:
    """Draw the gates of a plot with their labels.

    Parameters
    ----------
    axes : Axes
        Drawn in positions 0 to 1; nothing else may be written there later.
    plot : Density2D
        Plot data.
    """
    for gate in plot.gates:
        _draw_gate(axes, plot, gate)
    _label_polygons(axes, plot)


def _draw_gate(axes: Axes, plot: Density2D, gate: Gate) -> None:
    corners = _corners(plot, gate)
    x, y = float(corners[0, 0]), float(corners[0, 1])
    match gate.direction:
        case Direction.POLYGON:
            axes.add_patch(Polygon(corners, fill=False, edgecolor=INK, linewidth=1.2, zorder=4))
        case Direction.VERTICAL:
            axes.axvline(x, color=INK, linewidth=1.0, linestyle=_DASHED, zorder=4)
            put_label(axes, (min(x + 0.015, 0.99), 0.985), _gate_text(gate))
        case Direction.HORIZONTAL:
            axes.axhline(y, color=INK, linewidth=1.0, linestyle=_DASHED, zorder=4)
            at = (0.985, min(y + 0.085, 0.985))
            put_label(axes, at, _gate_text(gate), horizontal="right")


def _label_polygons(axes: Axes, plot: Density2D) -> None:
    """Label what has an outline once all else stands; matplotlib knows how large a text is."""
    gates = [gate for gate in plot.gates if gate.direction is Direction.POLYGON]
    if not gates:
        return
    frame = axes.get_window_extent()

    def _box(text: Text) -> Box:
        found = text.get_window_extent()
        margin = _ROOM * found.width  # letters are a little wider at other resolutions
        return (
            (found.x0 - frame.x0) / frame.width,
            (found.y0 - frame.y0) / frame.height,
            (found.x1 + margin - frame.x0) / frame.width,
            (found.y1 - frame.y0) / frame.height,
        )

    taken = [_box(text) for text in axes.texts]
    texts = [put_label(axes, (0.0, 1.0), _gate_text(gate)) for gate in gates]
    sizes = [(right - left, top - bottom) for left, bottom, right, top in map(_box, texts)]
    corners = [_corners(plot, gate) for gate in gates]
    for text, (left, _, _, top) in zip(
        texts, place_labels(corners, sizes, taken=taken), strict=True
    ):
        text.set_position((left, top))


def _corners(plot: Density2D, gate: Gate) -> Matrix:
    linear = np.array(gate.vertices, dtype=np.float64)
    return np.column_stack([plot.x.position(linear[:, 0]), plot.y.position(linear[:, 1])])


def _gate_text(gate: Gate) -> str:
    share = "" if math.isnan(gate.percent) else f" ({gate.percent:.1f} %)"
    return f"{plain_name(gate.label)}\n{gate.n:,}{share}"
