"""Clusters of events that the normal template does not explain, each judged by itself.

A cluster is judged twice: by its flagged events, and again with every event that belongs to it.
The rim of a normal population is flagged too, and what belongs to it is that population.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.aberrancy.cluster import cluster_flagged
from flowpheno.aberrancy.difference import show_aberrant
from flowpheno.aberrancy.evidence import Aberrancy, AberrancyCall
from flowpheno.aberrancy.membership import Growth, Membership, refine_membership
from flowpheno.marker import Marker
from flowpheno.sample import ChannelKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flowpheno.aberrancy.limits import AberrancyLimits
    from flowpheno.aberrancy.template import NormalTemplate
    from flowpheno.arrays import EventMask, Matrix, Values
    from flowpheno.gating import GatedTube

FSC, VIABILITY = Marker("FSC"), Marker("VIABILITY")
RANK = {AberrancyCall.NOT_ABERRANT: 0, AberrancyCall.SUSPICIOUS: 1, AberrancyCall.ABERRANT: 2}
"""Order of calls, the strongest last."""
_SAME = 0.9
"""Share of a cluster among blasts known already by which it is no other."""
_MOST = 0.5
"""Share of plasma cells from which a cluster is the rim of theirs."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Suspect:
    """Events that may be blasts.

    Attributes
    ----------
    call : AberrancyCall
        Suspicious or aberrant.
    members : EventMask
        Among the B-lineage events, shape ``(n_b_lineage,)``.
    aberrancies : tuple of Aberrancy
        Differences from normal cells of the same stage, the largest first.
    """

    call: AberrancyCall
    members: EventMask
    aberrancies: tuple[Aberrancy, ...]

    @property
    def count(self) -> int:
        """Events."""
        return int(np.count_nonzero(self.members))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BLineage:
    """B-lineage events of a tube beside the template.

    Attributes
    ----------
    gated : GatedTube
        The tube.
    template : NormalTemplate
        The template.
    events : Matrix
        Decades, drift taken off, shape ``(n, m)``.
    surprise : Values
        Negative log density under the template, shape ``(n,)``.
    """

    gated: GatedTube
    template: NormalTemplate
    events: Matrix
    surprise: Values

    @property
    def plasma(self) -> EventMask:
        """Plasma cells among them, shape ``(n,)``.

        They share the backbone of precursors but for CD38: compared with those they would lack
        CD10.
        """
        return self.gated.mask("plasma")[self.gated.mask("B_lineage")]


def find_suspects(cells: BLineage, limits: AberrancyLimits) -> list[Suspect]:
    """Cluster what is flagged at each step above the threshold, and judge each cluster.

    Blasts far from normal stand alone at a high step, where hardly any normal event is left;
    blasts that overlap normal cells are met at the lowest.

    Parameters
    ----------
    cells : BLineage
        The events.
    limits : AberrancyLimits
        Parameters.

    Returns
    -------
    list of Suspect
        Those that are at least suspicious; empty without flagged events.
    """
    size = _scatter_of(cells.gated)
    blind = size is None and _cannot_tell_dying(cells.gated)
    few = limits.internal_percent_known / 100 * np.count_nonzero(cells.gated.nucleated)
    suspects: list[Suspect] = []
    taken = np.zeros(len(cells.events), bool)
    for flagged, rate in _seeds(cells, limits):
        seed = flagged & ~taken
        if np.count_nonzero(seed) <= (1 - _SAME) * np.count_nonzero(flagged):
            continue
        suspect = _judge(cells, seed, taken, rate * len(cells.events), limits)
        if suspect is None or _is_degenerate(size, suspect.members, limits):
            continue
        if blind and suspect.count < few and suspect.call is AberrancyCall.ABERRANT:
            suspect = replace(suspect, call=AberrancyCall.SUSPICIOUS)
        suspects.append(suspect)
        if suspect.call is AberrancyCall.ABERRANT:
            taken |= suspect.members  # or the rim of a normal population would grow into blasts
    return suspects


def _seeds(cells: BLineage, limits: AberrancyLimits) -> Iterator[tuple[EventMask, float]]:
    """Give clusters of flagged events with the share of normal events at that step.

    The farthest of a step comes first.
    """
    template, events = cells.template, cells.events
    excess = np.where(cells.plasma, -np.inf, cells.surprise - template.threshold)
    before = -1
    for level, rate in zip(template.levels, template.rates, strict=True):
        flagged = np.flatnonzero(excess > level)
        if len(flagged) < limits.mention_events or len(flagged) == before:
            continue
        before = len(flagged)
        labels = cluster_flagged(events[flagged], limits)
        clusters = [flagged[labels == label] for label in np.unique(labels)]
        for cluster in sorted(clusters, key=lambda c: -float(np.median(excess[c]))):
            seed = np.zeros(len(events), bool)
            seed[cluster] = True
            yield seed, float(rate)


def _judge(
    cells: BLineage,
    seed: EventMask,
    taken: EventMask,
    expected: float,
    limits: AberrancyLimits,
) -> Suspect | None:
    """Judge the flagged events, then all that belong to them; the weaker call counts."""
    first = _call(cells, seed, limits.expected_share * expected, limits)
    if first is None:
        return None
    growth = refine_membership(cells.template, cells.events, -cells.surprise, seed, ~taken)
    if np.mean(cells.plasma[growth.settled.events]) > _MOST:
        return _if_far(cells, first, limits)
    second = _call_grown(cells, growth.settled, limits)
    if growth.settled.count > limits.grown_runaway * growth.early.count:
        return _without_border(cells, first, second, growth, limits)
    if second is None:
        return None
    return replace(second, call=min(first.call, second.call, key=RANK.__getitem__))


def _without_border(
    cells: BLineage,
    first: Suspect,
    settled: Suspect | None,
    growth: Growth,
    limits: AberrancyLimits,
) -> Suspect | None:
    """Judge a cluster that runs into normal cells: suspicious at most, and before it ran."""
    beyond = settled is None and growth.settled.count > limits.grown_most * first.count
    early = None if beyond else _call_grown(cells, growth.early, limits) or settled
    if early is None:
        return _if_far(cells, first, limits)
    return replace(early, call=AberrancyCall.SUSPICIOUS)


def _if_far(cells: BLineage, first: Suspect, limits: AberrancyLimits) -> Suspect | None:
    """Suspect aberrant events that lie where no rim of a normal population reaches."""
    excess = cells.surprise[first.members] - cells.template.threshold
    aberrant = first.call is AberrancyCall.ABERRANT
    if not aberrant or np.median(excess) < limits.grown_far:
        return None
    return replace(first, call=AberrancyCall.SUSPICIOUS)


def _call_grown(cells: BLineage, grown: Membership, limits: AberrancyLimits) -> Suspect | None:
    chance = limits.grown_excess * grown.normal_share * len(cells.events)
    return _call(cells, grown.events, chance, limits)


def _call(
    cells: BLineage, members: EventMask, chance: float, limits: AberrancyLimits
) -> Suspect | None:
    """Rule of the call; None for a cluster too small to mention, or not aberrant."""
    count = int(np.count_nonzero(members))
    if count < limits.mention_events or count <= chance:
        return None
    rows = np.flatnonzero(cells.gated.mask("B_lineage"))[members]
    found, shown = show_aberrant(cells.gated, cells.template, rows, cells.events[members], limits)
    if not found:
        return None
    aberrant = shown and count >= limits.lod_events
    return Suspect(
        call=AberrancyCall.ABERRANT if aberrant else AberrancyCall.SUSPICIOUS,
        members=members,
        aberrancies=found,
    )


def _scatter_of(gated: GatedTube) -> Values | None:
    """Forward scatter of the B lineage against the lymphocytes, log10; None if not measured."""
    lymphocytes = gated.mask("lymphocytes")
    if FSC not in gated.decades or gated.decades.relative or not lymphocytes.any():
        return None
    values = gated.decades.of(FSC)
    home = float(np.median(values[lymphocytes]))
    return np.asarray(values[gated.mask("B_lineage")] - home, np.float64)


def _cannot_tell_dying(gated: GatedTube) -> bool:
    """Tell whether neither size nor a dye of dead cells was measured; mass has its own."""
    sample = gated.sample
    mass = any(channel.kind is ChannelKind.MASS for channel in sample.channels)
    return not mass and not sample.has(VIABILITY) and FSC not in gated.decades


def _is_degenerate(size: Values | None, members: EventMask, limits: AberrancyLimits) -> bool:
    """Dying cells shrink and glow in every channel: they look aberrant and are not blasts."""
    return size is not None and float(np.median(size[members])) < limits.degenerate_log10
