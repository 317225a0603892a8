"""The clock of a run: time that wraps, restarts, runs back, stands still, or is not there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.sample import ChannelKind

if TYPE_CHECKING:
    from flowpheno.arrays import Values
    from flowpheno.sample import Sample

_WRAP = 0.5
"""Share of the clock's range that a step back has at least to be a wrap or a restart."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clock:
    """When each event came.

    Attributes
    ----------
    time : Values
        Ticks, shape ``(n_events,)``; runs on where the clock of the file began anew.
    n_restarts : int
        How often it began anew.
    n_back : int
        How often it still runs backwards in file order.
    """

    time: Values
    n_restarts: int
    n_back: int


def clock_of(raw: Sample, *, least_events: int) -> Clock | str:
    """Read the clock of a run.

    A counter that overflows, and runs that were joined, jump back by most of the range; if that
    happens rarely, and time runs forward between, the parts are laid behind each other. Otherwise
    events are out of order, and their time is taken as it is.

    Parameters
    ----------
    raw : Sample
        As acquired.
    least_events : int
        Events between two restarts.

    Returns
    -------
    Clock or str
        The clock, or why there is none.
    """
    column = next((i for i, c in enumerate(raw.channels) if c.kind is ChannelKind.TIME), None)
    if column is None:
        return "no Time channel"
    time = raw.events[:, column].astype(np.float64)
    if not np.isfinite(time).all():
        return "Time holds values that are not finite"
    steps = np.diff(time)
    back = np.flatnonzero(steps < 0)
    if not back.size:
        return Clock(time=time, n_restarts=0, n_back=0)
    far = _WRAP * np.ptp(time)
    restarts = (-steps[back] >= far).all() and steps.max() < far  # no single event astray
    apart = np.diff(np.concatenate([[-1], back, [len(time) - 1]]))
    if not restarts or apart.min() < least_events:
        return Clock(time=time, n_restarts=0, n_back=len(back))
    # how long the jump took is not known: the next part begins where the last one ended
    lifts = np.zeros(len(time))
    lifts[back + 1] = -steps[back]
    return Clock(time=time + np.cumsum(lifts), n_restarts=len(back), n_back=0)


def seconds_a_tick(raw: Sample) -> float | None:
    """Read how long a tick of the clock is.

    Parameters
    ----------
    raw : Sample
        With the keywords of its file.

    Returns
    -------
    float or None
        ``$TIMESTEP``, seconds; None where it is missing or no positive number.
    """
    try:
        seconds = float(raw.keywords.get("$TIMESTEP", ""))
    except ValueError:
        return None
    return seconds if np.isfinite(seconds) and seconds > 0 else None
