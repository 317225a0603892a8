"""Full scale of the light channels: what the file states, where the values are on that scale.

Cofactors, decades of scatter and every share of full scale follow `Channel.range`. Exports hold
values far beyond ``$PnR``, or far below it; there the range is read off the values.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.sample import ChannelKind, Measure, Scale

if TYPE_CHECKING:
    from collections.abc import Collection

    from flowpheno.sample import Sample

LIGHT = frozenset({ChannelKind.SCATTER, ChannelKind.FLUORESCENCE})
"""Channels whose full scale is judged; ion counts have a cofactor of their own."""
_QUANTILE = 0.999
"""Where the upper end of the values is read: a few outliers do not make a scale."""
_LEAST = 1 / 4
"""Share of full scale that the brightest channel of a file, scatter mostly, always reaches."""
_MOST = 2**0.5
"""Share of full scale that is still it; shifts end within a factor of 2 under it."""
_FEWEST = 100
"""Events from which it can be said that a range was not reached."""
_LOOKED_AT = 50_000  # events tell a scale as well as a million


def with_full_scale(sample: Sample) -> Sample:
    """Replace full scales that the values show not to be theirs.

    The upper end of the values (their 99.9 % quantile) is compared with the range for all area
    channels together: a dim or unstained tube still has scatter near full scale. Where the
    brightest channel stays under a quarter of its range, all ranges are divided by a power of
    two; where scatter, or fluorescence, goes beyond it by more than a factor of root 2, the
    ranges of that kind are multiplied by one. Either way the brightest channel ends between 0.71
    and 1.41 of its range.

    Powers of two, one for the whole file, keep the answer the same for a permuted or thinned
    file, and for two files of one instrument exported in one way. They may still differ by a
    factor of 2 (0.3 decades) between files, which is nothing to gates but is a shift of its own
    between diagnosis and relapse: intensities of a file with either finding are not compared.

    Parameters
    ----------
    sample : Sample
        As acquired, its ranges as stated; not compensated yet, so that all that look at the tube
        see one scale.

    Returns
    -------
    Sample
        With other ranges and a finding, `ReasonCode.RANGE_NOT_REACHED` or `RANGE_EXCEEDED`,
        whose value is the share of full scale that was reached; the sample itself where its
        ranges are believed, on a relative scale, without events, or where no scatter tells a
        wrong range from a dim tube. Applied again, it changes nothing.
    """
    if sample.scale is Scale.RELATIVE or not sample.n_events:
        return sample
    for kind in sorted(LIGHT):
        reached = reached_share(sample, {kind})
        if reached > _MOST:
            sample = _shifted(sample, {kind}, reached)
    has_scatter = any(_is_area(sample, n, {ChannelKind.SCATTER}) for n in range(_width(sample)))
    reached = reached_share(sample, LIGHT)
    if has_scatter and sample.n_events >= _FEWEST and 0 < reached < _LEAST:
        sample = _shifted(sample, LIGHT, reached)
    return sample


def with_common_scale(sample: Sample) -> Sample:
    """Give the light channels one full scale, for events that came without any.

    Parameters
    ----------
    sample : Sample
        As acquired; ranges of scatter and fluorescence are not looked at.

    Returns
    -------
    Sample
        With the power of two that the brightest of these channels comes nearest to as range of
        them all: 262144 for values of an 18-bit cytometer. The sample itself on a relative scale
        or without such values.
    """
    channels = tuple(replace(c, range=1.0) if c.kind in LIGHT else c for c in sample.channels)
    reached = reached_share(replace(sample, channels=channels), LIGHT)
    if sample.scale is Scale.RELATIVE or reached <= 0:
        return sample
    top = _power(reached)
    channels = tuple(replace(c, range=top) if c.kind in LIGHT else c for c in channels)
    return replace(sample, channels=channels)


def reached_share(sample: Sample, kinds: Collection[ChannelKind]) -> float:
    """Find how far up its range the brightest area channel reaches.

    Parameters
    ----------
    sample : Sample
        As acquired.
    kinds : collection of ChannelKind
        Channels to look at.

    Returns
    -------
    float
        99.9 % quantile of the finite values as a share of the range, the highest of the channels
        that have a marker; 0 without such channels or values.
    """
    some = sample.events[:: max(sample.n_events // _LOOKED_AT, 1)]
    reached = 0.0
    for index in range(_width(sample)):
        top = sample.channels[index].range
        if not (_is_area(sample, index, kinds) and np.isfinite(top) and top > 0):
            continue
        values = some[:, index]
        values = values[np.isfinite(values)]
        if values.size:
            reached = max(reached, float(np.quantile(values, _QUANTILE)) / top)
    return reached


def _width(sample: Sample) -> int:
    return len(sample.channels)


def _is_area(sample: Sample, index: int, kinds: Collection[ChannelKind]) -> bool:
    """Known channels only: a counter that nobody named is no light."""
    channel = sample.channels[index]
    known = channel.marker is not None and channel.measure is Measure.AREA
    return known and channel.kind in kinds


def _power(reached: float) -> float:
    """Power of two that brings the upper end of the values beside full scale."""
    return float(2.0 ** np.ceil(np.log2(reached / _MOST)))


def _shifted(sample: Sample, kinds: Collection[ChannelKind], reached: float) -> Sample:
    factor = _power(reached)
    channels = tuple(
        replace(c, range=c.range * factor) if c.kind in kinds else c for c in sample.channels
    )
    finding = _finding(" and ".join(sorted(kinds)), reached, factor)
    return replace(sample, channels=channels, findings=(*sample.findings, finding))


def _finding(what: str, reached: float, factor: float) -> Finding:
    beyond = reached > 1
    how = f"{reached:.3g} times" if beyond else f"{100 * reached:.2g} % of"
    times = f"{factor:g} times" if factor >= 1 else f"1/{1 / factor:g} of"
    return Finding(
        code=ReasonCode.RANGE_EXCEEDED if beyond else ReasonCode.RANGE_NOT_REACHED,
        severity=Severity.WARNING,
        stage="transform.full_scale",
        message=f"{what}: the values end at {how} the stated range ($PnR), which is not their "
        f"scale; {times} that range is used as full scale",
        value=reached,
    )
