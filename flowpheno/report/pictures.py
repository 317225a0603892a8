"""Figures as a page holds them, each with what it shows in words; those of a tube in groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.plotdata import (
    BackGatePlot,
    Density2D,
    Histogram1D,
    MaturationPlot,
    marker_heat,
)
from flowpheno.report.describe import describe, describe_heat
from flowpheno.report.page import data_uri, png_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from flowpheno.phenotype import Phenotype
    from flowpheno.plotdata import Plot
    from flowpheno.results import TubeResult

_PIXELS = 96  # of a page, an inch
_CLEANING = frozenset({"doublets"})  # what such a plot shows in colour was taken out


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A figure as a page holds it.

    Attributes
    ----------
    source : str
        Data URI.
    description : str
        What it shows, for those who do not see it.
    caption : str
        One line below it.
    broad : bool
        Whether it takes a whole row.
    width, height : int
        At its natural size, pixels of the page.
    """

    source: str
    description: str
    caption: str
    broad: bool
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TubePictures:
    """The pictures of a tube by what they are about.

    Attributes
    ----------
    blasts : tuple of Picture
        The blasts over normal maturation, and on the gates before them.
    gates : tuple of Picture
        Densities with populations and gates.
    markers : tuple of Picture
        Histograms with controls and cut-off.
    quality : tuple of Picture
        Acquisition, doublets, spillover.
    heat : Picture or None
        Populations against markers; None where none has a ratio.
    """

    blasts: tuple[Picture, ...]
    gates: tuple[Picture, ...]
    markers: tuple[Picture, ...]
    quality: tuple[Picture, ...]
    heat: Picture | None

    @property
    def any(self) -> bool:
        """Whether there is one besides those of quality and the heat map."""
        return bool(self.blasts or self.gates or self.markers)


def picture_of(figure: Figure, *, description: str, caption: str, broad: bool = True) -> Picture:
    """Render a figure for a page.

    Parameters
    ----------
    figure : Figure
        Any figure.
    description : str
        What it shows, for those who do not see it.
    caption : str
        One line below it.
    broad : bool
        Whether it takes a whole row.

    Returns
    -------
    Picture
        A PNG that is crisp in print.
    """
    width, height = figure.get_size_inches()
    return Picture(
        source=data_uri(png_of(figure)),
        description=description,
        caption=caption,
        broad=broad,
        width=round(float(width) * _PIXELS),
        height=round(float(height) * _PIXELS),
    )


def tube_pictures(tube: TubeResult) -> TubePictures:
    """Draw the pictures of a tube.

    Parameters
    ----------
    tube : TubeResult
        With its binned pictures and its phenotypes.

    Returns
    -------
    TubePictures
        In the order of the tube within each group.
    """
    groups: dict[str, list[Picture]] = {"blasts": [], "gates": [], "markers": [], "quality": []}
    for plot in tube.plots:
        groups[_group(plot)].append(_picture(plot))
    return TubePictures(
        blasts=tuple(groups["blasts"]),
        gates=tuple(groups["gates"]),
        markers=tuple(groups["markers"]),
        quality=tuple(groups["quality"]),
        heat=_heat(tube.phenotypes),
    )


def _group(plot: Plot) -> str:
    match plot:
        case MaturationPlot() | BackGatePlot():
            return "blasts"
        case Density2D(overlays=overlays):
            return "quality" if _CLEANING & {o.name for o in overlays} else "gates"
        case Histogram1D():
            return "markers"
        case _:
            return "quality"


def _picture(plot: Plot) -> Picture:
    from flowpheno.report.figures import draw  # noqa: PLC0415 - matplotlib is slow to load

    words = describe(plot)
    return picture_of(draw(plot), description=words.long, caption=words.short, broad=words.broad)


def _heat(phenotypes: tuple[Phenotype, ...]) -> Picture | None:
    from flowpheno.report.figures import draw_marker_heat  # noqa: PLC0415 - matplotlib is slow

    heat = marker_heat(phenotypes)
    if not np.isfinite(heat.values).any():
        return None
    words = describe_heat(heat)
    return picture_of(draw_marker_heat(heat), description=words.long, caption=words.short)
