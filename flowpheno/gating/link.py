"""Populations of several tubes of a specimen, linked by what the tubes share.

Each tube is gated on its own. A population of two tubes is one if it lies at the same place on
the markers both measured and holds a like share of the nucleated cells; markers that only one of
them stained then describe one population, never one cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.gating.backbone import Unit, gap, measured, positions, tolerance
from flowpheno.statistics import Interval, wilson_percent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flowpheno.arrays import EventMask
    from flowpheno.gating.backbone import Position
    from flowpheno.gating.tolerance import LinkLimits
    from flowpheno.gating.tree import GatedTube
    from flowpheno.marker import Marker

JUDGED = frozenset({"blasts", "dying_blasts", "hematogones"})
"""Parts of the B precursors that a search names in one tube and not in another."""


class LinkState(StrEnum):
    """Whether a tube's population is that of the other tubes."""

    LINKED = "linked"
    NOT_COMPARABLE = "not_comparable"
    INCONSISTENT = "inconsistent"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedTube:
    """A population as one tube shows it.

    Attributes
    ----------
    tube : str
        The tube.
    population : str
        What the tube calls it; empty if its markers do not tell it from others.
    n : int
        Events.
    percent : Interval
        Percent of the tube's nucleated cells; NaN if it is not told from others.
    medians : mapping of Marker to float
        Backbone phenotype, in the unit of the link; empty if there are too few events.
    distance : float
        How far it lies from the same population of the other tubes, on `marker`, in the unit of
        the link; NaN if it was not measured.
    marker : str
        The marker on which it lies farthest for what is tolerated there.
    linked_to : tuple of str
        Tubes that show the same population.
    state : LinkState
        What follows.
    reason : str
        Why it is not linked; empty if it is.
    """

    tube: str
    population: str
    n: int
    percent: Interval
    medians: Mapping[Marker, float]
    distance: float
    marker: str
    linked_to: tuple[str, ...]
    state: LinkState
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationLink:
    """One population in all tubes of a specimen.

    Attributes
    ----------
    population : str
        Its name.
    unit : Unit
        Unit of medians and distances.
    backbone : tuple of Marker
        What all tubes that show it measured.
    tubes : tuple of LinkedTube
        One for each tube, in their order.
    """

    population: str
    unit: Unit
    backbone: tuple[Marker, ...]
    tubes: tuple[LinkedTube, ...]

    def of(self, tube: str) -> LinkedTube:
        """Look a tube up.

        Parameters
        ----------
        tube : str
            Its name.

        Returns
        -------
        LinkedTube
            What it shows.

        Raises
        ------
        KeyError
            If the link has no such tube.
        """
        for linked in self.tubes:
            if linked.tube == tube:
                return linked
        raise KeyError(tube)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Shown:
    """A population in one tube, ready to be compared."""

    tube: str
    population: str
    gated: GatedTube
    mask: EventMask
    percent: Interval
    places: Mapping[Marker, Position]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """How two tubes compare: `excess` of the distance over what is tolerated."""

    marker: str
    distance: float
    excess: float
    shares: bool

    @property
    def placed(self) -> bool:
        return bool(self.marker)

    @property
    def agrees(self) -> bool:
        return self.placed and self.shares and self.excess <= 1

    @property
    def conflicts(self) -> bool:
        return not self.shares or (self.placed and self.excess > 1)


def link_tubes(tubes: Mapping[str, GatedTube], limits: LinkLimits) -> tuple[PopulationLink, ...]:
    """Link every population that at least two tubes tell from others.

    Parameters
    ----------
    tubes : mapping of str to GatedTube
        Tubes of one specimen by their names.
    limits : LinkLimits
        Tolerances.

    Returns
    -------
    tuple of PopulationLink
        In the order of the gates; empty for fewer than two tubes.
    """
    told = {tube: _told(gated) for tube, gated in tubes.items()}
    names = dict.fromkeys(name for inside in told.values() for name in inside)
    return tuple(
        link_population(name, dict.fromkeys(holding, name), tubes, limits)
        for name in names
        if len(holding := [tube for tube, inside in told.items() if name in inside]) > 1
    )


def link_population(
    name: str,
    called: Mapping[str, str],
    tubes: Mapping[str, GatedTube],
    limits: LinkLimits,
) -> PopulationLink:
    """Link one population, whatever each tube calls it.

    Parameters
    ----------
    name : str
        Name of the link.
    called : mapping of str to str
        Tube to its population; tubes not named here do not tell it from others.
    tubes : mapping of str to GatedTube
        All tubes of the specimen.
    limits : LinkLimits
        Tolerances.

    Returns
    -------
    PopulationLink
        With a row for each of `tubes`.
    """
    unit = Unit.RANKS if any(t.decades.relative for t in tubes.values()) else Unit.DECADES
    shared = [measured(tubes[t]) for t in called]
    backbone = tuple(sorted(frozenset.intersection(*shared))) if shared else ()
    shown = [
        _Shown(
            tube=tube,
            population=population,
            gated=tubes[tube],
            mask=(mask := tubes[tube].mask(population)),
            percent=wilson_percent(
                int(np.count_nonzero(mask)), int(np.count_nonzero(tubes[tube].nucleated))
            ),
            places=positions(tubes[tube], mask, backbone, unit, limits),
        )
        for tube, population in called.items()
    ]
    pairs = {
        frozenset((a.tube, b.tube)): _compare(a, b, unit, limits)
        for a, b in combinations(shown, 2)
    }
    rows = {s.tube: _judge(s, shown, pairs, unit) for s in shown}
    return PopulationLink(
        population=name,
        unit=unit,
        backbone=backbone,
        tubes=tuple(rows[tube] if tube in rows else _not_told(tube) for tube in tubes),
    )


def _told(gated: GatedTube) -> tuple[str, ...]:
    """Name populations of nucleated cells; those that quality control removed are no cells."""
    inside = {"nucleated"}
    for population in gated.populations.values():
        if population.parent in inside:
            inside.add(population.name)
    return tuple(n for n in gated.populations if n in inside and n not in JUDGED)


def _compare(one: _Shown, other: _Shown, unit: Unit, limits: LinkLimits) -> _Pair:
    found = []
    for marker in one.places.keys() & other.places.keys():
        distance = gap(one.places[marker], other.places[marker])
        allowed = tolerance(marker, (one.gated, other.gated), unit, limits)
        found.append((distance / allowed, str(marker), distance))
    excess, farthest, distance = max(found, default=(0.0, "", float("nan")))
    shares = _shares_agree(one, other, limits.share_factor)
    return _Pair(marker=farthest, distance=distance, excess=excess, shares=shares)


def _shares_agree(one: _Shown, other: _Shown, factor: float) -> bool:
    """Whether intervals meet; cells that only the other tube tells apart may lie in either."""
    here = one.percent.high + _told_only_by(one, other)
    there = other.percent.high + _told_only_by(other, one)
    return one.percent.low <= factor * there and other.percent.low <= factor * here


def _told_only_by(teller: _Shown, blind: _Shown) -> float:
    """Percent of nucleated cells outside the population that one tube names and one cannot."""
    masks = [
        teller.gated.mask(name)
        for name in _told(teller.gated)
        if name not in blind.gated.populations
    ]
    n = int(np.count_nonzero(teller.gated.nucleated))
    if not masks or not n:
        return 0.0
    return 100 * int(np.count_nonzero(np.logical_or.reduce(masks) & ~teller.mask)) / n


def _judge(
    shown: _Shown, all_shown: Sequence[_Shown], pairs: Mapping[frozenset[str], _Pair], unit: Unit
) -> LinkedTube:
    """Hold a tube against the others; it is off if it conflicts with more than half of them."""
    others = [(o, pairs[frozenset((shown.tube, o.tube))]) for o in all_shown if o is not shown]
    linked = tuple(o.tube for o, pair in others if pair.agrees)
    # a wider population of another name may well hold more
    off = [(o, p) for o, p in others if p.conflicts and o.population == shown.population]
    if 2 * len(off) > len(others):
        state, reason = LinkState.INCONSISTENT, _conflict(shown, off, unit)
    elif linked:
        state, reason = LinkState.LINKED, ""
    else:
        state, reason = LinkState.NOT_COMPARABLE, _obstacle(shown, others, unit)
    placed = sorted((p.excess, p.distance, p.marker) for _, p in others if p.placed)
    _, distance, marker = placed[(len(placed) - 1) // 2] if placed else (0.0, float("nan"), "")
    return LinkedTube(
        tube=shown.tube,
        population=shown.population,
        n=int(np.count_nonzero(shown.mask)),
        percent=shown.percent,
        medians={m: place.median for m, place in shown.places.items()},
        distance=distance,
        marker=marker,
        linked_to=linked,
        state=state,
        reason=reason,
    )


def _conflict(shown: _Shown, off: Sequence[tuple[_Shown, _Pair]], unit: Unit) -> str:
    """Name the worst of what does not fit, with its numbers."""
    other, pair = max(off, key=lambda found: (found[1].excess, found[0].percent.estimate))
    said = []
    if pair.placed and pair.excess > 1:
        said.append(f"{pair.marker} lies {pair.distance:.2f} {unit} from that of {other.tube}")
    if worst := [o for o, p in off if not p.shares]:
        other = max(worst, key=lambda o: abs(o.percent.estimate - shown.percent.estimate))
        said.append(f"{_share(shown)} against {_share(other)} in {other.tube}")
    return "; ".join((*said, *_ways(shown, other)))


def _ways(one: _Shown, other: _Shown) -> list[str]:
    """Say by what either was found, where that differs: gates often explain what cells do not."""
    here, there = (s.gated.populations[s.population].by for s in (one, other))
    return [f"found by {here}, there by {there}"] if here and there and here != there else []


def _obstacle(shown: _Shown, others: Sequence[tuple[_Shown, _Pair]], unit: Unit) -> str:
    """Say why nothing follows."""
    conflicts = [(o, p) for o, p in others if p.conflicts]
    if not others:
        return "no other tube tells it from other cells"
    if not shown.places:
        return f"{int(np.count_nonzero(shown.mask))} events are too few to say where it lies"
    if conflicts:
        other = conflicts[0][0]
        return f"{_conflict(shown, conflicts, unit)} ({other.population} there)"
    return "too few events in the other tubes to say where it lies"


def _share(shown: _Shown) -> str:
    p = shown.percent
    return f"{p.estimate:.2f} % of nucleated cells ({p.low:.2f}-{p.high:.2f})"


def _not_told(tube: str) -> LinkedTube:
    return LinkedTube(
        tube=tube,
        population="",
        n=0,
        percent=wilson_percent(0, 0),
        medians={},
        distance=float("nan"),
        marker="",
        linked_to=(),
        state=LinkState.NOT_COMPARABLE,
        reason="the markers of the tube do not tell it from other cells",
    )
