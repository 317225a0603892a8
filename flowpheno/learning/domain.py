"""Learn of which tubes a model may speak, and refuse the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import ModelError
from flowpheno.learning.cells import SCATTER, aligned
from flowpheno.learning.model import Domain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flowpheno.arrays import EventMatrix
    from flowpheno.learning.cells import TubeCells
    from flowpheno.learning.limits import LearningLimits


def learn_domain(tubes: Sequence[TubeCells], limits: LearningLimits) -> Domain:
    """Note how training tubes are stained, where their internal cells lie, and their range.

    Parameters
    ----------
    tubes : sequence of TubeCells
        At least one.
    limits : LearningLimits
        Percentiles of the range.

    Returns
    -------
    Domain
        Columns that any of them has; those that all have are required.

    Raises
    ------
    ModelError
        If the numbers of some are of another scale, or they have no marker in common.
    """
    scales = sorted({tube.scale for tube in tubes})
    if len(scales) > 1:
        raise ModelError(f"training files of different scales: {', '.join(scales)}")
    every = {column for tube in tubes for column in tube.columns}
    required = frozenset(every.intersection(*(tube.columns for tube in tubes)))
    if not required - {*SCATTER}:
        raise ModelError("the training files have no marker in common")
    columns = (*sorted(every - {*SCATTER}), *(c for c in SCATTER if c in every))
    anchors = _anchors(tubes, columns)
    centres = {column: anchor[0] for column, anchor in anchors.items()}
    return Domain(
        columns=columns,
        required=required,
        fluorochromes={
            column: frozenset(dye for tube in tubes if (dye := tube.fluorochromes.get(column, "")))
            for column in columns
        },
        anchors=anchors,
        bounds=_bounds(tubes, columns, centres, limits),
        scale=scales[0],
    )


def not_applicable(
    cells: TubeCells, domain: Domain, limits: LearningLimits
) -> tuple[str, float | None]:
    """Tell why a model may not speak of a tube.

    Parameters
    ----------
    cells : TubeCells
        Of the tube.
    domain : Domain
        Of the model.
    limits : LearningLimits
        How far a tube may lie from the training specimens.

    Returns
    -------
    str
        The reason; empty where it may speak.
    float or None
        The number that the reason is about: decades of drift, or percent of cells.
    """
    if not len(cells.rows):
        return "there are no nucleated cells", None
    if cells.scale != domain.scale:
        return f"the scale of the file is {cells.scale}, it was trained on {domain.scale}", None
    if missing := sorted(domain.required - {*cells.columns}):
        return f"not stained: {', '.join(missing)}", None
    if differ := _other_dyes(cells, domain):
        return f"other fluorochrome: {', '.join(differ)}", None
    if domain.anchors and not {*cells.anchors} & {*domain.anchors}:
        return "too few internal lymphocytes to check for drift", None
    column, drift = largest_drift(cells, domain)
    if abs(drift) > limits.drift_log10:
        said = f"{column} of internal lymphocytes lies {drift:+.2f} log10 beyond the training"
        return f"{said} specimens", drift
    outside = outside_percent(aligned(cells, domain.columns, domain.centres), domain, limits)
    if outside > limits.outside_percent:
        return f"{outside:.1f} % of the cells lie outside the range it was trained on", outside
    return "", None


def largest_drift(cells: TubeCells, domain: Domain) -> tuple[str, float]:
    """Find how far internal cells lie beyond those of the training specimens.

    Parameters
    ----------
    cells : TubeCells
        Of the tube.
    domain : Domain
        Of the model.

    Returns
    -------
    str
        Column of the largest distance; empty if all lie within.
    float
        Decades beyond the lowest (negative) or highest; 0 within.
    """
    at, largest = "", 0.0
    for column, value in cells.anchors.items():
        if column not in domain.anchors:
            continue
        _, low, high = domain.anchors[column]
        beyond = min(value - low, 0.0) + max(value - high, 0.0)
        if abs(beyond) > abs(largest):
            at, largest = column, beyond
    return at, largest


def outside_percent(events: EventMatrix, domain: Domain, limits: LearningLimits) -> float:
    """Measure how many cells are like none of the training.

    Parameters
    ----------
    events : EventMatrix
        Aligned decades, shape ``(n, m)``.
    domain : Domain
        Of the model.
    limits : LearningLimits
        Margin of the range.

    Returns
    -------
    float
        Percent of cells outside in at least one column, 0 to 100; NaN without cells.
    """
    low, high = np.array([domain.bounds[c] for c in domain.columns], np.float32).T
    margin = np.float32(limits.range_margin_log10)
    outside = (events < low - margin) | (events > high + margin)  # NaN is not outside
    return 100 * float(outside.any(axis=1).mean()) if len(events) else float("nan")


def _other_dyes(cells: TubeCells, domain: Domain) -> list[str]:
    return [
        column
        for column in domain.columns
        if (dye := cells.fluorochromes.get(column, ""))
        and domain.fluorochromes[column]
        and dye not in domain.fluorochromes[column]
    ]


def _anchors(
    tubes: Sequence[TubeCells], columns: Sequence[str]
) -> dict[str, tuple[float, float, float]]:
    found = {}
    for column in columns:
        values = [tube.anchors[column] for tube in tubes if column in tube.anchors]
        if values:
            found[column] = (float(np.median(values)), min(values), max(values))
    return found


def _bounds(
    tubes: Sequence[TubeCells],
    columns: Sequence[str],
    centres: Mapping[str, float],
    limits: LearningLimits,
) -> dict[str, tuple[float, float]]:
    """Widest of the specimens' own ranges: a small specimen is as normal as a large one."""
    tails = (limits.range_percent, 100 - limits.range_percent)
    rows = []
    for tube in tubes:
        if len(tube.rows):
            here = np.full((2, len(columns)), np.nan)
            own = [index for index, column in enumerate(columns) if column in tube.columns]
            here[:, own] = np.percentile(aligned(tube, columns, centres)[:, own], tails, axis=0)
            rows.append(here)
    table = np.stack(rows)
    low, high = np.nanmin(table[:, 0], axis=0), np.nanmax(table[:, 1], axis=0)
    return {c: (float(low[i]), float(high[i])) for i, c in enumerate(columns)}
