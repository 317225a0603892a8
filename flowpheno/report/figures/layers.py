"""Layers of a density plot: bins as colour, dots where events are few, contours."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_rgb

from flowpheno.report.palette import colour_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from flowpheno.arrays import Matrix
    from flowpheno.plotdata import Overlay
    from flowpheno.plotdata.values import Counts

SPARSE = 3000
"""Events: fewer are shown as dots, a density of them would be an invention."""

SHARES = (0.95, 0.8, 0.6, 0.4, 0.2)
"""Of the events, those that each contour holds, from the outermost in."""

LEAST_CONTOUR = 100
"""Events: fewer have no contours."""

BEHIND = LinearSegmentedColormap.from_list("behind", ["#dfe3e8", "#9aa4b0", "#4b5563"])
"""Of a density that others are drawn over."""

ALONE = LinearSegmentedColormap.from_list(
    "alone", ["#d7e3f4", "#7ba3d0", "#2c6fb0", "#12395f", "#06172b"]
)
"""Of a density with nothing over it."""

_WHOLE = (0, 1, 0, 1)
_SMOOTHING = 30.0  # of the side: bandwidth of contours for as many events as have any
_WIDEST, _NARROWEST = 1 / 40, 1 / 110  # of the side


def paint(axes: Axes, counts: Counts, colours: LinearSegmentedColormap) -> None:
    """Draw a density on a log scale; bins without an event stay white.

    Parameters
    ----------
    axes : Axes
        Where, in positions 0 to 1.
    counts : Counts
        Events a bin.
    colours : LinearSegmentedColormap
        From few to many.
    """
    shown = np.ma.masked_equal(counts, 0)
    top = math.log1p(int(counts.max(initial=1)))
    axes.imshow(
        (np.log1p(shown) / top).T, origin="lower", extent=_WHOLE, aspect="auto",
        cmap=colours, vmin=0, vmax=1, interpolation="nearest", zorder=1,
    )  # fmt: skip


def paint_overlay(axes: Axes, overlay: Overlay) -> None:
    """Draw a population in its colour, paler where it is thin.

    Parameters
    ----------
    axes : Axes
        Where, in positions 0 to 1.
    overlay : Overlay
        The population; few events are drawn as dots.
    """
    if overlay.n < SPARSE:
        dots(axes, overlay.counts, colour_of(overlay.name), n=overlay.n)
        return
    depth = np.log1p(overlay.counts.T.astype(np.float32))
    depth /= max(float(depth.max()), 1e-9)
    picture = np.empty((*depth.shape, 4), np.float32)
    # the densest bins are darker, so that a core is told from its halo
    picture[..., :3] = np.array(to_rgb(colour_of(overlay.name))) * (1 - 0.15 * depth[..., None])
    picture[..., 3] = np.where(overlay.counts.T > 0, 0.3 + 0.7 * depth, 0.0)
    axes.imshow(
        picture, origin="lower", extent=_WHOLE, aspect="auto", interpolation="nearest", zorder=2
    )


def dots(axes: Axes, counts: Counts, colour: str, *, n: int) -> None:
    """Draw a dot for each bin that holds an event; larger where there are few.

    Parameters
    ----------
    axes : Axes
        Where, in positions 0 to 1.
    counts : Counts
        Events a bin.
    colour : str
        Of the dots.
    n : int
        Events.
    """
    x, y = np.nonzero(counts)
    size = float(np.clip(800 / max(n, 1), 1.6, 22.0))
    places = (np.stack([x, y]) + 0.5) / np.array(counts.shape)[:, None]
    axes.scatter(places[0], places[1], s=size, color=colour, linewidths=0, alpha=0.9, zorder=3)


def contours(
    axes: Axes, counts: Counts, colour: str, *, shares: Sequence[float] = SHARES, filled: bool
) -> None:
    """Draw lines that hold given shares of the events.

    Parameters
    ----------
    axes : Axes
        Where, in positions 0 to 1.
    counts : Counts
        Events a bin; fewer than `LEAST_CONTOUR` are left to dots.
    colour : str
        Of the lines.
    shares : sequence of float
        Of the events, 0 to 1, falling.
    filled : bool
        Whether what the lines hold is tinted, darker inwards.
    """
    n = int(counts.sum())
    if n < LEAST_CONTOUR:
        dots(axes, counts, colour, n=n)
        return
    density = smooth_density(counts)
    levels = np.unique(enclosing_levels(density, shares))
    places = [(np.arange(size) + 0.5) / size for size in density.shape]
    if filled:
        tints = [(*to_rgb(colour), 0.12 + 0.1 * step) for step in range(len(levels))]
        axes.contourf(*places, density.T, levels=[*levels, np.inf], colors=tints, zorder=1.5)
    axes.contour(
        *places, density.T, levels=levels, colors=[colour],
        linewidths=np.linspace(0.7, 1.1, len(levels)), zorder=2.6,
    )  # fmt: skip


def smooth_density(counts: Counts) -> Matrix:
    """Smooth a picture for the eye, more where events are few.

    Parameters
    ----------
    counts : Counts
        Events a bin, at least one event.

    Returns
    -------
    Matrix
        Of the same shape and sum but for what is smoothed over the border.
    """
    from scipy.ndimage import gaussian_filter  # noqa: PLC0415 - start-up

    n = max(int(counts.sum()), 1)
    share = float(np.clip(1 / (_SMOOTHING * (n / LEAST_CONTOUR) ** (1 / 6)), _NARROWEST, _WIDEST))
    width = share * counts.shape[0]
    smoothed: Matrix = gaussian_filter(counts.astype(np.float64), width, mode="constant")
    return smoothed


def enclosing_levels(density: Matrix, shares: Sequence[float]) -> list[float]:
    """Find the heights above which given shares of a density lie.

    Parameters
    ----------
    density : Matrix
        Not negative, not all zero.
    shares : sequence of float
        0 to 1.

    Returns
    -------
    list of float
        A height for each share; lower for a larger share.
    """
    heights = np.sort(density.ravel())[::-1]
    held = np.cumsum(heights)
    held /= held[-1]
    return [float(heights[min(int(np.searchsorted(held, s)), held.size - 1)]) for s in shares]
