"""Several data sets in one file: which to read, and what the first knows about it."""

from __future__ import annotations

import re
from dataclasses import replace
from statistics import median
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.fcs.dataset import FcsOutline

_OWN = re.compile(r"\$P[0-9]+[A-Z]+")
_STEM = re.compile(r"FL0*[0-9]+", re.IGNORECASE)


def richest(outlines: Sequence[FcsOutline]) -> int:
    """Pick the data set to read where none was asked for.

    Beckman Coulter instruments write the same events twice: 10-bit values, logarithmic and
    compensated, with the marker names; then 20-bit linear values. Of data sets with as many
    events as the first that has any, the one with the finest values is picked, the first of
    equals.

    Parameters
    ----------
    outlines : sequence of FcsOutline
        At least one.

    Returns
    -------
    int
        Its index.
    """
    filled = [outline for outline in outlines if outline.layout.n_events > 0]
    if not filled:
        return 0
    same = [o for o in filled if o.layout.n_events == filled[0].layout.n_events]
    return max(same, key=_resolution).index


def carry_names(outline: FcsOutline, first: FcsOutline) -> FcsOutline:
    """Complete a further data set by what the first says about the same events.

    Parameters
    ----------
    outline : FcsOutline
        The data set to be read.
    first : FcsOutline
        The first of the file.

    Returns
    -------
    FcsOutline
        With the labels of fluorescences (``FL1``, ...) that it leaves unnamed and the keywords
        that it lacks; unchanged if it is the first itself or holds other events.
    """
    if outline.index == first.index or outline.layout.n_events != first.layout.n_events:
        return outline
    labels: dict[str, str] = {}
    for parameter in first.parameters:
        stem = _stem(parameter.detector)
        if stem and parameter.label not in {"", parameter.detector}:
            labels.setdefault(stem, parameter.label)
    parameters = tuple(
        parameter
        if parameter.label not in {"", parameter.detector}
        else replace(parameter, label=labels.get(_stem(parameter.detector), parameter.label))
        for parameter in outline.parameters
    )
    keywords = {key: value for key, value in first.keywords.items() if not _OWN.fullmatch(key)}
    keywords |= outline.keywords
    keywords |= {f"$P{n}S": p.label for n, p in enumerate(parameters, start=1) if p.label}
    return replace(outline, parameters=parameters, keywords=MappingProxyType(keywords))


def _resolution(outline: FcsOutline) -> float:
    """How finely a data set tells values apart."""
    return median(parameter.resolution for parameter in outline.parameters)


def _stem(detector: str) -> str:
    """``FL1`` of ``FL1 INT LOG``; empty for what is no fluorescence."""
    match = _STEM.match(detector)
    return match[0].upper() if match else ""
