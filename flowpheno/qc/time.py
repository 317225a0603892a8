"""Stability in time: clogs, bursts, level shifts and drift."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.qc.clock import clock_of
from flowpheno.qc.level import followed, levels
from flowpheno.qc.rate import flow_rate
from flowpheno.qc.stability import bad_bins, noise_of, off_alone
from flowpheno.qc.step import Step, not_possible
from flowpheno.sample import Scale

if TYPE_CHECKING:
    import numpy.typing as npt

    from flowpheno.arrays import EventMask, Matrix, Values
    from flowpheno.qc.clock import Clock
    from flowpheno.qc.stability import TimeLimits
    from flowpheno.sample import Sample

_FEWEST_BINS = 10
_STAGE = "qc.time"
_FIFTHS = 5


def check_time(raw: Sample, limits: TimeLimits) -> Step:
    """Find stretches of the acquisition in which the signal or the flow was not that of the run.

    Bins of equal event count, in order of time: each bin's mean in decades is compared, alone and
    as a running mean, with the median of all bins. Noise is measured between neighbouring bins,
    so that a long shift does not hide itself. Bins of equal duration show bursts of the flow.

    Parameters
    ----------
    raw : Sample
        As acquired, not compensated.
    limits : TimeLimits
        Parameters.

    Returns
    -------
    Step
        ``"time_ok"``; keeps everything where there is no Time channel, it does not advance, or
        there are too few events.

    References
    ----------
    .. [1] Emmaneel A, et al. PeacoQC: peak-based selection of high quality cytometry data.
       Cytometry A. 2022;101(4):325-338. Bins and their MAD; means here, not peaks.
    """
    n = raw.n_events
    clock = clock_of(raw, least_events=limits.minimum_per_bin)
    if isinstance(clock, str):
        return not_possible("time_ok", n, clock)
    wanted = min(limits.maximum_bins, n // limits.minimum_per_bin)
    if wanted < _FEWEST_BINS or not followed(raw):
        return not_possible("time_ok", n, f"{n} events are too few to bin in time")
    bins = _bins(clock.time, wanted)
    if bins.max() + 1 < _FEWEST_BINS:
        return not_possible("time_ok", n, "Time does not advance")
    bad = bad_bins(levels(raw, bins, absolute=False), limits)
    drift: list[Finding] = []
    if raw.scale is not Scale.RELATIVE:
        sizes = levels(raw, bins, absolute=True)
        bad |= off_alone(sizes, limits)
        drift = _drift(sizes[~bad], limits)
    rate = flow_rate(clock.time, limits.rate)
    keep = ~bad[bins] & ~rate.surge
    return Step(
        name="time_ok",
        keep=keep,
        note=f"{len(bad)} bins, {int(bad.sum())} bad",
        findings=(
            *_removal(keep, limits),
            *drift,
            *_order(clock),
            *rate.findings,
        ),
    )


def _bins(time: Values, wanted: int) -> npt.NDArray[np.intp]:
    """Bin of each event: equal counts, but events of one tick stay together."""
    ordered = np.sort(time)
    starts = np.unique(ordered[np.linspace(0, len(time), wanted + 1).astype(int)[:-1]])
    return np.searchsorted(starts, time, side="right") - 1


def _removal(keep: EventMask, limits: TimeLimits) -> list[Finding]:
    if keep.all():
        return []
    removed = 100 * float(np.mean(~keep))
    unstable = removed > limits.maximum_removed_percent
    return [
        Finding(
            code=ReasonCode.TIME_INSTABILITY if unstable else ReasonCode.STEP_LOG,
            severity=Severity.BLOCKING if unstable else Severity.NOTE,
            stage=_STAGE,
            message=f"{removed:.1f} % of events lie in unstable stretches of the acquisition",
            value=removed,
        )
    ]


def _drift(table: Matrix, limits: TimeLimits) -> list[Finding]:
    """Levels of the last against those of the first fifth of the good bins, for the whole run."""
    fifth = len(table) // _FIFTHS
    if fifth == 0:
        return []
    # the middles of the two fifths are four fifths of the run apart
    moved = np.mean(table[-fifth:], axis=0) - np.mean(table[:fifth], axis=0)
    moved *= _FIFTHS / (_FIFTHS - 1)
    noise = noise_of(table)
    least = np.maximum(limits.drift_log10, limits.mad * noise * np.sqrt(2 / fifth))
    n_drifting = int(np.count_nonzero(np.abs(moved) > least))
    if n_drifting < min(limits.least_channels, table.shape[1]):
        return []
    worst = float(moved[np.argmax(np.abs(moved) - least)])
    return [
        Finding(
            code=ReasonCode.TIME_INSTABILITY,
            severity=Severity.WARNING,
            stage=_STAGE,
            message=f"{n_drifting} channels drifted over the acquisition, by up to {worst:+.2f} "
            "decades",
            value=worst,
        )
    ]


def _order(clock: Clock) -> list[Finding]:
    said = {
        f"Time begins anew {clock.n_restarts} times: the parts were laid behind each other": (
            clock.n_restarts
        ),
        f"Time runs backwards {clock.n_back} times in file order": clock.n_back,
    }
    return [
        Finding(
            code=ReasonCode.STEP_LOG,
            severity=Severity.NOTE,
            stage=_STAGE,
            message=message,
            value=float(number),
        )
        for message, number in said.items()
        if number
    ]
