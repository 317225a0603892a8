"""Columns of an event table: which parameter each is, and linear values of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.arrays import freeze
from flowpheno.errors import TableError
from flowpheno.fcs.parameters import DataType, Parameter

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from flowpheno.arrays import EventMatrix, Values

_FLOAT_BITS = 32


def match_columns(names: Sequence[str], parameters: Sequence[Parameter]) -> tuple[int | None, ...]:
    """Find the parameter each column holds.

    Parameters
    ----------
    names : sequence of str
        Names of the columns, detectors or labels; need not be unique where all are there.
    parameters : sequence of Parameter
        What the keywords describe.

    Returns
    -------
    tuple of int or None
        Index into `parameters`; None for a column they do not describe.

    Raises
    ------
    TableError
        If columns were left out or added, and a name means two parameters.
    """
    claims: list[list[int]] = [
        [n for n, p in enumerate(parameters) if name in {p.detector, p.label} - {""}]
        for name in names
    ]
    if len(names) == len(parameters) and all(n in found for n, found in enumerate(claims)):
        return tuple(range(len(names)))
    by_detector = {parameter.detector: n for n, parameter in enumerate(parameters)}
    matched: list[int | None] = []
    for name, found in zip(names, claims, strict=True):
        place = by_detector.get(name, found[0] if found else None)
        if (len(found) > 1 and name not in by_detector) or (
            place is not None and place in matched
        ):
            raise TableError(f"column {name[:40]!r} stands for more than one parameter")
        matched.append(place)
    return tuple(matched)


def describe_columns(
    names: Sequence[str],
    places: Sequence[int | None],
    parameters: Sequence[Parameter],
    events: EventMatrix,
) -> tuple[Parameter, ...]:
    """Describe each column, as linear numbers.

    Parameters
    ----------
    names : sequence of str
        Names of the columns.
    places : sequence of int or None
        Of `match_columns`.
    parameters : sequence of Parameter
        What the keywords describe.
    events : EventMatrix
        Linear values; their largest is the full scale of what the keywords do not describe.

    Returns
    -------
    tuple of Parameter
        One for each column.
    """
    tops = events.max(axis=0) if len(events) else np.ones(len(names), np.float32)
    return tuple(
        float_parameter(name, "", float(top)) if place is None else parameters[place]
        for name, place, top in zip(names, places, tops, strict=True)
    )


def float_parameter(detector: str, label: str, full_scale: float, gain: float = 1.0) -> Parameter:
    """Describe a column of linear numbers.

    Parameters
    ----------
    detector, label : str
        ``$PnN`` and ``$PnS``.
    full_scale : float
        ``$PnR``.
    gain : float
        ``$PnG``; the events are not divided by it.

    Returns
    -------
    Parameter
        Of type float, not logarithmic.
    """
    return Parameter(
        detector=detector,
        label=label,
        data_type=DataType.FLOAT,
        bits=_FLOAT_BITS,
        resolution=full_scale,
        decades=0.0,
        offset=0.0,
        gain=gain,
    )


def linear_events(
    frame: pd.DataFrame, places: Sequence[int | None], parameters: Sequence[Parameter]
) -> EventMatrix:
    """Copy the numbers of a table, and undo logarithmic amplifiers.

    Parameters
    ----------
    frame : DataFrame
        Values as recorded, one row an event.
    places : sequence of int or None
        Of `match_columns`.
    parameters : sequence of Parameter
        What the keywords describe.

    Returns
    -------
    EventMatrix
        Linear values; no rows for an empty table.

    Raises
    ------
    TableError
        If a column does not hold numbers.
    """
    events = np.empty(frame.shape, dtype=np.float32)
    for n, place in enumerate(places):
        series = frame.iloc[:, n]
        if series.dtype.kind not in "fiub":
            name = str(frame.columns[n])[:40]
            raise TableError(f"column {name!r} does not hold numbers ({series.dtype})")
        values = series.to_numpy()
        with np.errstate(over="ignore", invalid="ignore"):  # what float32 cannot hold
            linear = values if place is None else _linear(values, parameters[place])
            events[:, n] = linear
    return freeze(events)


def _linear(values: Values, parameter: Parameter) -> Values:
    if parameter.decades == 0:
        return values
    exponent = values.astype(np.float64) * (parameter.decades / parameter.resolution)
    return np.asarray(10.0**exponent * parameter.offset)
