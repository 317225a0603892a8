"""Tubes that cannot be of one specimen, told by the map every tube has: CD45 and side scatter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.gating.backbone import HOME, measured
from flowpheno.marker import Marker

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.arrays import Values
    from flowpheno.gating.tolerance import LinkLimits
    from flowpheno.gating.tree import GatedTube

_CD45, _SSC = Marker("CD45"), Marker("SSC")
_PARTS = ("low side scatter with bright CD45", "low side scatter with dim or no CD45",
          "higher side scatter")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class OddTube:
    """A tube whose cells lie elsewhere than in the other tubes.

    Attributes
    ----------
    tube : str
        The tube.
    percent : float
        Percent of its nucleated cells that lie in another part of the map than in the tube
        nearest to the middle of the others.
    text : str
        What differs most, with its numbers.
    """

    tube: str
    percent: float
    text: str


def find_odd_tubes(tubes: Mapping[str, GatedTube], limits: LinkLimits) -> tuple[OddTube, ...]:
    """Find tubes that look as if they were of another specimen.

    Parameters
    ----------
    tubes : mapping of str to GatedTube
        Tubes of one specimen by their names.
    limits : LinkLimits
        How far they may differ.

    Returns
    -------
    tuple of OddTube
        Of two tubes both, as nobody knows which is the stranger. Empty where all are alike, or
        cannot be compared: on a relative scale, without CD45 or side scatter, or with few cells.
        Two marrows of like composition are not told apart.
    """
    maps = {
        tube: parts for tube, gated in tubes.items() if (parts := _map(gated, limits)) is not None
    }
    found = []
    for tube, parts in maps.items():
        others = sorted(
            ((_moved(parts, there), name) for name, there in maps.items() if name != tube)
        )
        if not others:
            continue
        moved, name = others[(len(others) - 1) // 2]
        if moved > limits.map_percent or _factor(parts, maps[name]) > limits.map_factor:
            text = _text(parts, maps[name], name)
            found.append(OddTube(tube=tube, percent=moved, text=text))
    return tuple(found)


def _map(gated: GatedTube, limits: LinkLimits) -> Values | None:
    """Percent of nucleated cells in each of `_PARTS`; None where the map cannot be drawn."""
    home, nucleated = gated.mask(HOME), gated.nucleated
    n = int(np.count_nonzero(nucleated))
    few = n < limits.map_events or np.count_nonzero(home) < limits.minimum_events
    if gated.decades.relative or few or gated.anchors is None:
        return None
    if not {_CD45, _SSC} <= measured(gated):
        return None
    cd45, scatter = (gated.decades.of(m)[nucleated] for m in (_CD45, _SSC))
    low = scatter < gated.anchors.scatter_border
    bright = cd45 > float(np.median(gated.decades.of(_CD45)[home])) - limits.map_cd45
    counts = [np.count_nonzero(part) for part in (low & bright, low & ~bright, ~low)]
    return 100 * np.array(counts, np.float64) / n


def _moved(one: Values, other: Values) -> float:
    return float(np.abs(one - other).sum() / 2)


def _factor(one: Values, other: Values) -> float:
    """Between the bright parts, the lymphocytes."""
    low, high = sorted((float(one[0]), float(other[0])))
    return high / low if low else float("inf")


def _text(one: Values, other: Values, name: str) -> str:
    part = int(np.argmax(np.abs(one - other)))
    return (
        f"{_PARTS[part]}: {one[part]:.1f} % of nucleated cells against {other[part]:.1f} % in "
        f"{name}"
    )
