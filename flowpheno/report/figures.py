"""Every plot: one function from plot data to a matplotlib figure, no global state."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, assert_never

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon

from flowpheno.plotdata import Density2D, Direction, Histogram1D, TimePlot
from flowpheno.report.axes import canvas, dress_course, dress_x, dress_y, plain
from flowpheno.report.labels import place_labels
from flowpheno.report.palette import GREY, INK, colour_of, plain_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    from flowpheno.arrays import Matrix
    from flowpheno.plotdata import Curve, Gate, Overlay, Plot
    from flowpheno.report.labels import Box

_SIDE = 4.0  # inches
_SPARSE = 3000  # events: fewer are shown as dots, a density of them would be an invention
_ROOM = 0.05  # beside a label, of its width
_RUG = 50  # events: fewer are shown one by one
_DENSITY = LinearSegmentedColormap.from_list("density", ["#dfe3e8", "#9aa4b0", "#4b5563"])
_DENSITY_ALONE = LinearSegmentedColormap.from_list(
    "density_alone", ["#d7e3f4", "#7ba3d0", "#2c6fb0", "#12395f", "#06172b"]
)


def draw(plot: Plot) -> Figure:
    """Draw any picture.

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
        case _ as unreachable:
            assert_never(unreachable)


def draw_density(plot: Density2D) -> Figure:
    """Draw two markers: the parent in grey, populations in their colours, gates with counts.

    Parameters
    ----------
    plot : Density2D
        Plot data.

    Returns
    -------
    Figure
        The figure; with fewer than a few thousand events every event is a dot, without any the
        plot says so.
    """
    figure, (axes,) = canvas(_SIDE, 3.2, legend=len(plot.overlays))
    colours = _DENSITY if plot.overlays else _DENSITY_ALONE
    if plot.n_parent >= _SPARSE:
        _paint(axes, plot.counts, colours)
    else:
        _dots(axes, plot.counts, "#8a94a0" if plot.overlays else "#2c6fb0", n=plot.n_parent)
    for overlay in sorted(plot.overlays, key=lambda o: -o.n):
        _paint_overlay(axes, overlay)
    for gate in plot.gates:
        _draw_gate(axes, plot, gate)
    _label_polygons(axes, plot)
    dress_x(axes, plot.x)
    dress_y(axes, plot.y)
    _title(axes, f"{plain_name(plot.parent)}, n = {plot.n_parent:,}")
    if not plot.n_parent:
        _say_empty(axes)
    _legend(axes, [(o.name, o.n) for o in plot.overlays])
    return figure


def draw_histogram(plot: Histogram1D) -> Figure:
    """Draw one marker of a population over its controls, with the cut-off.

    Parameters
    ----------
    plot : Histogram1D
        Plot data.

    Returns
    -------
    Figure
        The figure; each curve is scaled to its own highest bin, as populations differ in size.
    """
    figure, (axes,) = canvas(_SIDE, 2.0, legend=len(plot.curves))
    for index, curve in reversed(list(enumerate(plot.curves))):
        _draw_curve(axes, curve, judged=index == 0)
    if plot.cutoff is not None:
        at = float(plot.x.position(plot.cutoff))
        axes.axvline(at, color=INK, linewidth=1.0, linestyle=(0, (4, 2)))
        if not math.isnan(plot.percent):
            right = at < 0.7  # noqa: PLR2004 - leave room for the words
            text = f"{plot.percent:.1f} % above"
            side = "left" if right else "right"
            _label(axes, (at + (0.015 if right else -0.015), 0.97), text, horizontal=side)
    axes.set_ylim(0, 1.12)
    axes.set_yticks([])
    axes.set_ylabel("events, each scaled to its peak", fontsize=8, color=GREY)
    dress_x(axes, plot.x)
    _title(axes, plot.title)
    if not any(curve.n for curve in plot.curves):
        _say_empty(axes)
    _legend(axes, [(c.name, c.n) for c in plot.curves])
    return figure


def draw_time(plot: TimePlot) -> Figure:
    """Draw the acquisition: events a bin, medians of channels, what was removed.

    Parameters
    ----------
    plot : TimePlot
        Plot data.

    Returns
    -------
    Figure
        The figure.
    """
    figure, panels = canvas(2 * _SIDE, 0.75 * (1 + len(plot.traces)), rows=1 + len(plot.traces))
    centres = (plot.edges[1:] + plot.edges[:-1]) / 2
    panels[0].step(centres, plot.counts, where="mid", color="#2c6fb0", linewidth=1.0)
    panels[0].set_ylim(0, max(1.0, 1.15 * float(plot.counts.max(initial=0))))
    width = float(plot.edges[1] - plot.edges[0])
    unit = f"{width:.2g} s" if plot.label.endswith("(s)") else "bin"
    panels[0].set_ylabel(f"events\n/ {unit}", fontsize=7)
    for axes, trace in zip(panels[1:], plot.traces, strict=True):
        known = np.isfinite(trace.medians)
        heights = np.full(known.shape, np.nan)
        heights[known] = trace.axis.position(trace.medians[known])
        axes.plot(centres, heights, color=INK, linewidth=0.9, marker=".", markersize=2.5)
        dress_course(axes, trace.axis, heights[known])
        axes.set_ylabel(axes.get_ylabel().replace(" ", "\n", 1), fontsize=7)
    for axes in panels:
        plain(axes)
        axes.set_xlim(plot.edges[0], plot.edges[-1])
        for left, right, out in zip(plot.edges[:-1], plot.edges[1:], plot.removed, strict=True):
            if out:
                axes.axvspan(left, right, color="#d55e00", alpha=0.25, linewidth=0)
    panels[-1].set_xlabel(plot.label, fontsize=9, parse_math=False)
    total = int(plot.counts.sum())
    _title(panels[0], f"{plot.title}: {plot.n_removed:,} of {total:,} events removed (shaded)")
    if not total:
        _say_empty(panels[0])
    return figure


def _draw_curve(axes: Axes, curve: Curve, *, judged: bool) -> None:
    colour = colour_of(curve.name)
    centres = (np.arange(curve.counts.size) + 0.5) / curve.counts.size
    if curve.n < _RUG:
        at = centres[curve.counts > 0]
        axes.vlines(at, 0, 0.35 if judged else 0.2, color=colour, linewidth=1.2)
        return
    heights = _smooth(curve.counts.astype(np.float64), curve.n)
    heights /= max(float(heights.max()), 1e-9)
    axes.fill_between(centres, heights, color=colour, alpha=0.35 if judged else 0.12, linewidth=0)
    axes.plot(centres, heights, color=colour, linewidth=1.6 if judged else 1.0)


def _paint(axes: Axes, counts: np.ndarray, colours: LinearSegmentedColormap) -> None:
    """Density in grey on a log scale; bins without an event stay white."""
    shown = np.ma.masked_equal(counts, 0)
    top = math.log1p(int(counts.max(initial=1)))
    axes.imshow(
        (np.log1p(shown) / top).T, origin="lower", extent=(0, 1, 0, 1), aspect="auto",
        cmap=colours, vmin=0, vmax=1, interpolation="nearest", zorder=1,
    )  # fmt: skip


def _paint_overlay(axes: Axes, overlay: Overlay) -> None:
    """Draw a population in its colour, paler where it is thin."""
    if overlay.n < _SPARSE:
        _dots(axes, overlay.counts, colour_of(overlay.name), n=overlay.n)
        return
    depth = np.log1p(overlay.counts.astype(np.float64))
    depth /= max(float(depth.max()), 1e-9)
    picture = np.empty((*overlay.counts.T.shape, 4))
    picture[..., :3] = to_rgb(colour_of(overlay.name))
    picture[..., 3] = np.where(overlay.counts.T > 0, 0.35 + 0.65 * depth.T, 0.0)
    axes.imshow(
        picture, origin="lower", extent=(0, 1, 0, 1), aspect="auto",
        interpolation="nearest", zorder=2,
    )  # fmt: skip


def _dots(axes: Axes, counts: np.ndarray, colour: str, *, n: int) -> None:
    """Draw a dot for each bin that holds an event; larger where there are few."""
    x, y = np.nonzero(counts)
    size = float(np.clip(1500 / max(n, 1), 2.0, 22.0))
    places = (np.stack([x, y]) + 0.5) / np.array(counts.shape)[:, None]
    axes.scatter(places[0], places[1], s=size, color=colour, linewidths=0, alpha=0.9, zorder=3)


def _draw_gate(axes: Axes, plot: Density2D, gate: Gate) -> None:
    corners = _corners(plot, gate)
    x, y = float(corners[0, 0]), float(corners[0, 1])
    match gate.direction:
        case Direction.POLYGON:
            axes.add_patch(Polygon(corners, fill=False, edgecolor=INK, linewidth=1.2, zorder=4))
        case Direction.VERTICAL:
            axes.axvline(x, color=INK, linewidth=1.0, linestyle=(0, (4, 2)), zorder=4)
            _label(axes, (min(x + 0.015, 0.99), 0.985), _gate_text(gate))
        case Direction.HORIZONTAL:
            axes.axhline(y, color=INK, linewidth=1.0, linestyle=(0, (4, 2)), zorder=4)
            at = (0.985, min(y + 0.085, 0.985))
            _label(axes, at, _gate_text(gate), horizontal="right")


def _label_polygons(axes: Axes, plot: Density2D) -> None:
    """Label what has an outline once all else stands; matplotlib knows how large a text is."""
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

    gates = [gate for gate in plot.gates if gate.direction is Direction.POLYGON]
    taken = [_box(text) for text in axes.texts]
    texts = [_label(axes, (0.0, 1.0), _gate_text(gate)) for gate in gates]
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


def _label(axes: Axes, at: tuple[float, float], text: str, *, horizontal: str = "left") -> Text:
    box = {"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1.2}
    return axes.text(
        *at, text, fontsize=7.5, color=INK, verticalalignment="top", transform=axes.transAxes,
        horizontalalignment=horizontal, bbox=box, zorder=6, parse_math=False, linespacing=1.05,
    )  # fmt: skip


def _title(axes: Axes, text: str) -> None:
    axes.set_title(text, fontsize=9.5, loc="left", color=INK, parse_math=False)


def _say_empty(axes: Axes) -> None:
    axes.text(
        0.5, 0.5, "no events", transform=axes.transAxes, ha="center", va="center",
        fontsize=11, color=GREY,
    )  # fmt: skip


def _legend(axes: Axes, entries: list[tuple[str, int]]) -> None:
    if not entries:
        return
    handles = [
        Line2D([], [], linestyle="none", marker="s", markersize=6, color=colour_of(name))
        for name, _ in entries
    ]
    names = [f"{plain_name(name)}, n = {n:,}" for name, n in entries]
    legend = axes.figure.legend(
        handles, names, loc="lower center", ncols=2, fontsize=7.5, frameon=False,
        handletextpad=0.2, columnspacing=1.0, borderpad=0.1,
    )  # fmt: skip
    for text in legend.get_texts():
        text.set_parse_math(False)


def _smooth(heights: np.ndarray, n: int) -> np.ndarray:
    """Smooth a histogram for the eye, more where events are few."""
    from scipy.ndimage import gaussian_filter1d  # noqa: PLC0415 - start-up

    width = float(np.clip(12 / max(n, 1) ** 0.2, 1.0, 8.0))
    smoothed: np.ndarray = gaussian_filter1d(heights, width, mode="constant")
    return smoothed
