"""In-silico dilution: blasts of one file among the other cells of another, at a stated fraction.

Nothing is drawn from a model: every event was measured. What was mixed after the measurement has
none of the variation between two stainings, so that what is found in it is an upper bound.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import SimulationError
from flowpheno.sample import ChannelKind
from flowpheno.simulation.planned import derive_seed

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from flowpheno.arrays import EventMask
    from flowpheno.fcs.spillover import Spillover
    from flowpheno.sample import Channel, Sample

DILUTION_KEYWORD = "FLOWPHENO IN SILICO DILUTION"
"""Keyword of every file mixed from others, so that none is taken for a measurement."""

_ABSOLUTE = 1e-6  # two matrices that print alike are the same
_DIGITS = 12  # of a hash


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LabelledSample:
    """A sample as measured, and which of its events are blasts.

    Attributes
    ----------
    sample : Sample
        Raw values.
    blasts : EventMask
        Shape ``(n_events,)``.
    nucleated : EventMask or None
        The denominator of the fraction; None for all events.
    index : ndarray of int or None
        Place of each event in its file, from 0, shape ``(n_events,)``; None for as they stand.
    """

    sample: Sample
    blasts: EventMask
    nucleated: EventMask | None = None
    index: npt.NDArray[np.intp] | None = None

    def __post_init__(self) -> None:
        for mask in (self.blasts, self.nucleated):
            if mask is not None and len(mask) != self.sample.n_events:
                raise SimulationError(
                    f"{self.sample.name}: {len(mask)} labels for {self.sample.n_events} events"
                )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Dilution:
    """A mixed sample with the truth about each event.

    Attributes
    ----------
    sample : Sample
        Events in order of time.
    blasts : EventMask
        Which are blasts, shape ``(n_events,)``.
    nucleated : EventMask or None
        The denominator; None if the labels did not say.
    source : ndarray of str
        Name of the sample each event is from, shape ``(n_events,)``.
    index : ndarray of int
        Its place in that file, from 0, shape ``(n_events,)``.
    """

    sample: Sample
    blasts: EventMask
    nucleated: EventMask | None
    source: npt.NDArray[np.str_]
    index: npt.NDArray[np.intp]

    @property
    def percent(self) -> float:
        """Blasts in percent of the denominator, 0 to 100; NaN without any of it."""
        base = self.sample.n_events if self.nucleated is None else int(self.nucleated.sum())
        blasts = self.blasts if self.nucleated is None else self.blasts & self.nucleated
        return 100 * int(blasts.sum()) / base if base else float("nan")


def spike(
    blasts: LabelledSample,
    into: LabelledSample,
    *,
    percent: float,
    rng: np.random.Generator,
    name: str = "spiked",
) -> Dilution:
    """Put blasts of one sample among the other cells of another.

    Parameters
    ----------
    blasts : LabelledSample
        Where blasts are drawn from, without replacement.
    into : LabelledSample
        Whose other cells are kept, all of them; its own blasts are left out.
    percent : float
        Blasts in percent of the denominator of the mixture, 0 to below 100.
    rng : numpy.random.Generator
        Source of chance.
    name : str
        Of the mixture.

    Returns
    -------
    Dilution
        Raw values with channels, keywords and spillover of `into`; the time of an event from
        elsewhere is that of a random cell of `into`.

    Raises
    ------
    SimulationError
        If panels, scales, states or spillover differ, there are too few blasts, or no other cell.
    """
    if not 0 <= percent < 100:  # noqa: PLR2004 - percent
        raise SimulationError(f"{percent:g} % blasts: must be 0 or more, and less than 100")
    check_same_panel(blasts.sample, into.sample)
    others = np.flatnonzero(~into.blasts)
    if not len(others):
        raise SimulationError(f"{into.sample.name}: no cell that is not a blast")
    pool = np.flatnonzero(_living(blasts))
    base = len(others) if into.nucleated is None else int(np.count_nonzero(_others(into)))
    wanted = round(base * percent / (100 - percent))
    if wanted > len(pool):
        highest = 100 * len(pool) / (len(pool) + base)
        raise SimulationError(
            f"{percent:g} % of {into.sample.name} needs {wanted} blasts, {blasts.sample.name} "
            f"has {len(pool)}: {highest:.3g} % at most"
        )
    drawn = rng.choice(pool, size=wanted, replace=False)
    return _mix((blasts, drawn), (into, others), percent=percent, rng=rng, name=name)


def split(
    labelled: LabelledSample, *, rng: np.random.Generator
) -> tuple[LabelledSample, LabelledSample]:
    """Split a sample at random in halves: of its blasts, and of its other cells.

    Parameters
    ----------
    labelled : LabelledSample
        The sample.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    tuple of LabelledSample
        Each event in one of them, in the order of the file; the first is not the smaller.

    Raises
    ------
    SimulationError
        If there are fewer than two blasts, or than two other cells.
    """
    first = np.zeros(labelled.sample.n_events, dtype=bool)
    for what, mask in (("blasts", labelled.blasts), ("other cells", ~labelled.blasts)):
        places = np.flatnonzero(mask)
        if len(places) < 2:  # noqa: PLR2004 - halves
            raise SimulationError(f"{labelled.sample.name}: {len(places)} {what} to split")
        first[rng.permutation(places)[: (len(places) + 1) // 2]] = True
    return _part(labelled, first), _part(labelled, ~first)


def dilution_series(
    labelled: LabelledSample, percents: Sequence[float], *, seed: int
) -> tuple[LabelledSample, tuple[Dilution, ...]]:
    """Make a diagnosis file and follow-up files with less and less blasts of one labelled file.

    Parameters
    ----------
    labelled : LabelledSample
        The file; its blasts and its other cells are split at random in halves.
    percents : sequence of float
        Blasts in percent of the denominator of each follow-up, 0 to below 100.
    seed : int
        Not negative. A follow-up does not depend on which others are made.

    Returns
    -------
    LabelledSample
        Half of the blasts with half of the other cells: the diagnosis.
    tuple of Dilution
        For each percent, blasts of the other half among the remaining other cells. Same patient,
        same staining, same day: what is found in them is an upper bound.

    Raises
    ------
    SimulationError
        If there are too few cells.
    """
    diagnosis, rest = split(labelled, rng=np.random.default_rng(seed))
    name = labelled.sample.name
    series = tuple(
        spike(
            rest,
            rest,
            percent=percent,
            rng=np.random.default_rng(derive_seed(seed, name, percent)),
            name=f"{name}-{percent:g}pct",
        )
        for percent in percents
    )
    sample = replace(diagnosis.sample, name=f"{name}-diagnosis")
    return replace(diagnosis, sample=sample), series


def check_same_panel(one: Sample, other: Sample) -> None:
    """Refuse to mix what was not measured alike.

    Parameters
    ----------
    one, other : Sample
        As measured.

    Raises
    ------
    SimulationError
        If channels, scale, state of compensation or spillover differ; says which.
    """
    here, there = [[_panel(c) for c in sample.channels] for sample in (one, other)]
    alone = (
        (one.name, [_said(c) for c in here if c not in there]),
        (other.name, [_said(c) for c in there if c not in here]),
    )
    differ = [f"{name} alone has {', '.join(said)}" for name, said in alone if said]
    if differ:
        raise SimulationError(
            f"{one.name} and {other.name} are not of one panel: {'; '.join(differ)}"
        )
    if here != there:
        raise SimulationError(f"{one.name} and {other.name} have their channels in another order")
    if one.scale is not other.scale or one.compensated != other.compensated:
        raise SimulationError(
            f"{one.name} and {other.name} are not in one state: both must hold values as measured"
        )
    if not _same_spillover(one.spillover, other.spillover):
        raise SimulationError(
            f"{one.name} and {other.name} have another spillover: their raw values cannot be mixed"
        )


def _mix(
    blasts: tuple[LabelledSample, npt.NDArray[np.intp]],
    into: tuple[LabelledSample, npt.NDArray[np.intp]],
    *,
    percent: float,
    rng: np.random.Generator,
    name: str,
) -> Dilution:
    (donor, drawn), (host, kept) = blasts, into
    moments = rng.choice(kept, size=len(drawn))  # when the blasts pass: with a random cell
    order = np.argsort(np.concatenate([kept, moments]), kind="stable")
    foreign = donor.sample.events[drawn]
    for column, channel in enumerate(host.sample.channels):
        if channel.kind is ChannelKind.TIME:
            foreign[:, column] = host.sample.events[moments, column]
    events = np.concatenate([host.sample.events[kept], foreign])[order]
    is_blast = np.repeat([False, True], [len(kept), len(drawn)])[order]
    nucleated = None
    if host.nucleated is not None:
        living = np.ones(len(drawn), dtype=bool)
        nucleated = np.concatenate([host.nucleated[kept], living])[order]
    names = np.array([host.sample.name, donor.sample.name])
    said = (
        f"TRUE; {len(drawn)} blasts of {_origin(donor.sample)} among {len(kept)} other events of "
        f"{_origin(host.sample)}; {percent:g} percent asked for"
    )
    keywords = MappingProxyType({**host.sample.keywords, DILUTION_KEYWORD: said})
    return Dilution(
        sample=replace(host.sample, name=name, events=events, keywords=keywords),
        blasts=is_blast,
        nucleated=nucleated,
        source=names[is_blast.astype(np.intp)],
        index=np.concatenate([_index(host)[kept], _index(donor)[drawn]])[order],
    )


def _living(labelled: LabelledSample) -> EventMask:
    own = labelled.nucleated
    return labelled.blasts if own is None else np.asarray(labelled.blasts & own)


def _others(labelled: LabelledSample) -> EventMask:
    own = labelled.nucleated
    return np.asarray(~labelled.blasts if own is None else ~labelled.blasts & own)


def _part(labelled: LabelledSample, mask: EventMask) -> LabelledSample:
    sample = labelled.sample
    said = f"TRUE; {int(mask.sum())} of {sample.n_events} events of {_origin(sample)}"
    keywords = MappingProxyType({**sample.keywords, DILUTION_KEYWORD: said})
    nucleated = labelled.nucleated
    return LabelledSample(
        sample=replace(sample, events=sample.events[mask], keywords=keywords),
        blasts=labelled.blasts[mask],
        nucleated=None if nucleated is None else nucleated[mask],
        index=_index(labelled)[mask],
    )


def _index(labelled: LabelledSample) -> npt.NDArray[np.intp]:
    own = labelled.index
    return np.arange(labelled.sample.n_events) if own is None else own


def _origin(sample: Sample) -> str:
    """Name a file by its hash: its name may be that of a person."""
    return f"sha256 {sample.sha256[:_DIGITS]}" if sample.sha256 else "another sample"


def _panel(channel: Channel) -> tuple[str, str, str, float]:
    return (channel.detector, str(channel.marker or ""), str(channel.kind), channel.range)


def _said(channel: tuple[str, str, str, float]) -> str:
    detector, marker, _, top = channel
    return f"{detector} ({marker or 'no marker'}, to {top:g})"


def _same_spillover(one: Spillover | None, other: Spillover | None) -> bool:
    if one is None or other is None:
        return one is other
    if set(one.detectors) != set(other.detectors):
        return False
    places = [other.detectors.index(name) for name in one.detectors]
    return bool(
        np.allclose(one.matrix, other.matrix[np.ix_(places, places)], rtol=0, atol=_ABSOLUTE)
    )
