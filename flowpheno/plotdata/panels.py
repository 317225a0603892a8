"""Pictures made of several panels or of a matrix, as frozen values; and the name for all kinds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from flowpheno.plotdata.values import Density2D, Histogram1D, TimePlot

if TYPE_CHECKING:
    from flowpheno.arrays import Matrix


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BackGatePlot:
    """One population on the plots of the gates that stand before it.

    Attributes
    ----------
    name : str
        Identifier within the tube.
    title : str
        One line.
    population : str
        Population followed back.
    n : int
        Its events.
    panels : tuple of Density2D
        The earlier gates in order; each holds the population as its only overlay.
    """

    name: str
    title: str
    population: str
    n: int
    panels: tuple[Density2D, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MaturationPlot:
    """A population over the normal maturation of B cells.

    Attributes
    ----------
    name : str
        Identifier within the tube.
    title : str
        One line.
    continuum : str
        What the normal is taken from, in words.
    n_continuum : int
        Its events.
    panels : tuple of Density2D
        Pairs of markers; `Density2D.counts` is the normal, the overlays are what is held
        against it.
    has_course : bool
        Whether the normal runs from precursors to mature cells.
    """

    name: str
    title: str
    continuum: str
    n_continuum: int
    panels: tuple[Density2D, ...]
    has_course: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpilloverPlot:
    """A spillover matrix.

    Attributes
    ----------
    name : str
        Identifier within the tube.
    title : str
        One line.
    labels : tuple of str
        Marker and fluorochrome of each detector; rows emit, columns receive.
    matrix : Matrix
        Fractions, shape ``(n, n)``, 1 on the diagonal.
    """

    name: str
    title: str
    labels: tuple[str, ...]
    matrix: Matrix


Plot: TypeAlias = (
    Density2D | Histogram1D | TimePlot | BackGatePlot | MaturationPlot | SpilloverPlot
)
"""Any picture that is stored with a tube."""
