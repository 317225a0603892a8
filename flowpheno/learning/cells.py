"""What of a tube the learned model sees: its nucleated cells, in decades, aligned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.aberrancy.template import fluorochromes_of, template_markers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from flowpheno.arrays import EventMask, EventMatrix
    from flowpheno.gating import GatedTube
    from flowpheno.gating.decades import Decades
    from flowpheno.learning.limits import LearningLimits

SCATTER = ("FSC", "SSC")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TubeCells:
    """The nucleated cells of a tube.

    Attributes
    ----------
    columns : tuple of str
        Markers in sorted order, then scatter.
    values : EventMatrix
        Decades, shape ``(n_cells, n_columns)``.
    rows : ndarray of intp
        Place of each cell in the file, shape ``(n_cells,)``.
    n_events : int
        Events of the file.
    fluorochromes : mapping of str to str
        By marker; empty string where not known.
    anchors : mapping of str to float
        Median of the internal cells that a column is aligned by, decades; columns without such
        cells, or with too few of them, are not in it.
    scale : str
        ``"decades"``, ``"relative"`` or ``"counts"``: what the numbers are.
    """

    columns: tuple[str, ...]
    values: EventMatrix
    rows: npt.NDArray[np.intp]
    n_events: int
    fluorochromes: Mapping[str, str]
    anchors: Mapping[str, float]
    scale: str


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LabelledCells:
    """Cells of one training tube whose blasts a person marked.

    Attributes
    ----------
    name : str
        Pseudonym of the specimen, for the model card.
    patient : str
        Pseudonym of the patient; cells of one patient are never in training and test at once.
    cells : TubeCells
        The cells.
    blasts : EventMask
        Which are blasts, shape ``(n_cells,)``.
    """

    name: str
    patient: str
    cells: TubeCells
    blasts: EventMask


def tube_cells(gated: GatedTube, limits: LearningLimits) -> TubeCells:
    """Take the nucleated cells of a tube.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    limits : LearningLimits
        By what cells it is aligned.

    Returns
    -------
    TubeCells
        No rows where the tube has no nucleated cells.
    """
    decades = gated.decades
    columns = (*template_markers(gated), *(c for c in SCATTER if c in decades.columns))
    rows = np.flatnonzero(gated.nucleated)
    places = np.array([decades.columns[c] for c in columns], np.intp)  # type: ignore[index] # columns are of markers
    return TubeCells(
        columns=columns,
        values=decades.values[np.ix_(rows, places)],
        rows=rows,
        n_events=gated.sample.n_events,
        fluorochromes=fluorochromes_of(gated),
        anchors=_anchors(gated, columns, limits),
        scale=_scale(decades),
    )


def aligned(cells: TubeCells, columns: Sequence[str], anchors: Mapping[str, float]) -> EventMatrix:
    """Put cells on the columns of a model.

    Parameters
    ----------
    cells : TubeCells
        The cells.
    columns : sequence of str
        Columns wanted.
    anchors : mapping of str to float
        Where the internal cells of the model lie, decades.

    Returns
    -------
    EventMatrix
        Decades moved so that internal cells lie where those of the model do, shape
        ``(n_cells, n_columns)``; NaN in a column that the tube does not have.
    """
    table = np.full((len(cells.rows), len(columns)), np.nan, np.float32)
    for index, column in enumerate(columns):
        if column not in cells.columns:
            continue
        moved = 0.0
        if column in cells.anchors and column in anchors:
            moved = cells.anchors[column] - anchors[column]
        table[:, index] = cells.values[:, cells.columns.index(column)] - np.float32(moved)
    return table


def _anchors(gated: GatedTube, columns: Sequence[str], limits: LearningLimits) -> dict[str, float]:
    masks = {name: gated.mask(name) for name in set(limits.alignment.values())}
    enough = {n for n, m in masks.items() if np.count_nonzero(m) >= limits.anchor_events}
    return {
        column: float(np.median(gated.decades.of(column)[masks[name]]))  # type: ignore[arg-type] # as above
        for column, name in limits.alignment.items()
        if column in columns and name in enough
    }


def _scale(decades: Decades) -> str:
    if decades.relative:
        return "relative"
    return "counts" if decades.counts else "decades"
