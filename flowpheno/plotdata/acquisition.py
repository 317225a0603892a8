"""The acquisition in time: events a bin, medians of channels, what was removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import MarkerNotFoundError
from flowpheno.plotdata.axis import axis_of, sequence_axis
from flowpheno.plotdata.binning import count_bins, place_of
from flowpheno.plotdata.values import TimePlot, Trace
from flowpheno.qc.clock import clock_of, seconds_a_tick

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from flowpheno.arrays import EventMask, Values
    from flowpheno.marker import Marker
    from flowpheno.sample import Sample

_TIME_BINS = 100


def time_plot(
    sample: Sample,
    *,
    removed: EventMask | None = None,
    markers: Sequence[Marker] = (),
    bins: int = _TIME_BINS,
) -> TimePlot:
    """Bin the acquisition in time.

    Parameters
    ----------
    sample : Sample
        Compensated events.
    removed : EventMask, optional
        Events that quality control took out; none if not given.
    markers : sequence of Marker
        Channels whose median is followed; those not stained are passed over.
    bins : int
        Bins of equal duration.

    Returns
    -------
    TimePlot
        The picture, in seconds where the file says how long a tick of its clock is. Without a
        time channel the events are taken in file order, and the label says so.
    """
    time, label = _clock(sample)
    out = np.zeros(sample.n_events, dtype=bool) if removed is None else removed
    ends = sequence_axis(time, label=label)
    place = place_of(ends, time, bins)
    counts = count_bins(place, np.ones(sample.n_events, dtype=bool), (bins,))
    return TimePlot(
        name="time",
        title="Acquisition",
        label=label,
        edges=np.linspace(ends.low, ends.high, bins + 1),
        counts=counts,
        traces=tuple(_traces(sample, markers, place, bins)),
        removed=2 * count_bins(place, out, (bins,)).astype(np.int64) > counts,
        n_removed=int(np.count_nonzero(out)),
    )


def _clock(sample: Sample) -> tuple[Values, str]:
    """Time of each event and its unit; the file order where there is no clock."""
    clock = clock_of(sample, least_events=_TIME_BINS)
    if isinstance(clock, str):
        return np.arange(sample.n_events, dtype=np.float64), f"Event number ({clock})"
    seconds = seconds_a_tick(sample)
    if seconds is None:
        return clock.time, "Time (ticks of the instrument)"
    return clock.time * seconds, "Time (s)"


def _traces(
    sample: Sample, markers: Sequence[Marker], place: npt.NDArray[np.int32], bins: int
) -> list[Trace]:
    order = np.argsort(place, kind="stable")
    borders = np.searchsorted(place[order], np.arange(bins + 1))
    traces = []
    for marker in markers:
        try:
            column = sample.column(marker)
        except MarkerNotFoundError:
            continue
        parts = np.split(sample.events[order, column], borders)[1:-1]
        medians = [float(np.median(part)) if part.size else np.nan for part in parts]
        traces.append(Trace(axis=axis_of(sample, column), medians=np.array(medians)))
    return traces
