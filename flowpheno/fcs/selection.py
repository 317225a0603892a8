"""Which part of a data set to read, and on which scale."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from flowpheno.errors import FcsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flowpheno.fcs.parameters import Parameter


_OF_PARAMETER = re.compile(r"(\$?|FLOWCORE_\$)P([0-9]+)([A-Z].*)", re.ASCII)


class Scaling(StrEnum):
    """What the numbers handed out mean."""

    LINEAR = "linear"  # logarithmic amplifiers undone, gains left as recorded
    GAIN = "gain"  # linear, and divided by the gain: comparable between gains
    RAW = "raw"  # channel numbers as stored, masked with $PnR


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Part of a data set.

    Attributes
    ----------
    rows : range
        Events, in file order.
    columns : tuple of int
        Columns, in the order wanted.
    """

    rows: range
    columns: tuple[int, ...]


def select(
    parameters: Sequence[Parameter],
    n_events: int,
    *,
    channels: Sequence[str] | None = None,
    events: slice | None = None,
) -> Selection:
    """Resolve what was asked for.

    Parameters
    ----------
    parameters : sequence of Parameter
        The columns of the data set.
    n_events : int
        Its events.
    channels : sequence of str or None
        ``$PnN``, or a ``$PnS`` that only one column has; None for all.
    events : slice or None
        Which events, counted from 0; forwards. None for all.

    Returns
    -------
    Selection
        May hold no event; at least one column.

    Raises
    ------
    FcsError
        If a channel is not there, or none is asked for.
    TypeError
        If `events` is no slice, or `channels` a single name.
    ValueError
        If `events` runs backwards.
    """
    if events is not None and not isinstance(events, slice):
        raise TypeError(f"events are chosen by a slice, not by {type(events).__name__}")
    if isinstance(channels, str):
        raise TypeError("channels are a list of names, not one name")
    rows = range(n_events) if events is None else range(*events.indices(n_events))
    if rows.step < 1:
        raise ValueError(f"events are read forwards, not with a step of {rows.step}")
    if channels is None:
        return Selection(rows=rows, columns=tuple(range(len(parameters))))
    if not channels:
        raise FcsError("no channel is asked for", segment="DATA", offset=0)
    columns = tuple(_column(name, parameters) for name in channels)
    if len(set(columns)) < len(columns):
        raise FcsError("a channel is asked for twice", segment="DATA", offset=0)
    return Selection(rows=rows, columns=columns)


def _column(name: str, parameters: Sequence[Parameter]) -> int:
    """Find a channel by its detector, else by a label that is its own."""
    detectors = [parameter.detector for parameter in parameters]
    if name in detectors:
        return detectors.index(name)
    labelled = [n for n, parameter in enumerate(parameters) if parameter.label == name]
    if len(labelled) == 1:
        return labelled[0]
    found = "no channel" if not labelled else f"{len(labelled)} channels"
    problem = f"{found} called {name[:40]!r}; there are {', '.join(detectors)[:400]}"
    raise FcsError(problem, segment="DATA", offset=0)


def renumber(keywords: Mapping[str, str], places: Sequence[int | None]) -> dict[str, str]:
    """Give keywords of parameters the numbers of their columns.

    Parameters
    ----------
    keywords : mapping of str to str
        Upper case, as in the file.
    places : sequence of int or None
        Which parameter, from 0, each column holds.

    Returns
    -------
    dict of str to str
        Keywords of parameters that are not among the columns left out.
    """
    new = {place: n for n, place in enumerate(places, start=1) if place is not None}
    kept = {}
    for keyword, value in keywords.items():
        match = _OF_PARAMETER.fullmatch(keyword)
        if match is None:
            kept[keyword] = value
        elif int(match[2]) - 1 in new:
            kept[f"{match[1]}P{new[int(match[2]) - 1]}{match[3]}"] = value
    return kept
