"""Calls of several populations as one matrix: how far each marker lies above its control."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.phenotype import Call, Qualifier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.arrays import Matrix
    from flowpheno.marker import Marker
    from flowpheno.phenotype import MarkerCall, Phenotype

_SIGNS = {
    Call.POSITIVE: "+",
    Call.NEGATIVE: "\N{MINUS SIGN}",
    Call.BORDERLINE: "\N{PLUS-MINUS SIGN}",
    Call.NOT_EVALUABLE: "?",
}
_SHORT = {Qualifier.DIM: "dim", Qualifier.BRIGHT: "br", Qualifier.PARTIAL: "part"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MarkerHeat:
    """Populations against markers.

    Attributes
    ----------
    populations : tuple of str
        Rows.
    markers : tuple of str
        Columns.
    values : Matrix
        Decades of the median above that of the negative control, shape ``(rows, columns)``; NaN
        where there is no such ratio.
    words : tuple of tuple of str
        The call of each cell, such as ``"+ dim"``; empty where the marker was not reported.
    percents : Matrix
        Percent positive, 0 to 100, same shape; NaN where not evaluable.
    """

    populations: tuple[str, ...]
    markers: tuple[str, ...]
    values: Matrix
    words: tuple[tuple[str, ...], ...]
    percents: Matrix


def marker_heat(phenotypes: Sequence[Phenotype]) -> MarkerHeat:
    """Put the calls of populations side by side.

    Parameters
    ----------
    phenotypes : sequence of Phenotype
        Of one tube; may be empty.

    Returns
    -------
    MarkerHeat
        Rows as given, columns the markers that any population was judged on, sorted.
    """
    measured = {
        marker
        for phenotype in phenotypes
        for marker, call in phenotype.calls.items()
        if call.call is not Call.NOT_REPORTED
    }
    markers = sorted(measured, key=_natural)
    calls = [[phenotype.call(marker) for marker in markers] for phenotype in phenotypes]
    shape = (len(calls), len(markers))
    return MarkerHeat(
        populations=tuple(phenotype.population for phenotype in phenotypes),
        markers=tuple(map(str, markers)),
        values=np.array([[_decades(call) for call in row] for row in calls]).reshape(shape),
        words=tuple(tuple(_word(call) for call in row) for row in calls),
        percents=np.array([[_percent(call) for call in row] for row in calls]).reshape(shape),
    )


def _natural(marker: Marker) -> tuple[str, int, str]:
    """CD9 before CD10."""
    letters = marker.rstrip("0123456789")
    digits = marker[len(letters) :]
    return letters, int(digits) if digits else -1, marker


def _decades(call: MarkerCall) -> float:
    """Log10 of the ratio of medians; a median below its control's is none of a decade above."""
    ratio = call.rmfi
    if ratio is None or not math.isfinite(ratio):
        return math.nan
    return math.log10(max(ratio, 1.0))


def _word(call: MarkerCall) -> str:
    sign = _SIGNS.get(call.call, "")
    more = [_SHORT[q] for q in call.qualifiers if q in _SHORT]
    return " ".join([sign, *more]) if sign else ""


def _percent(call: MarkerCall) -> float:
    return math.nan if call.percent is None else call.percent.estimate
