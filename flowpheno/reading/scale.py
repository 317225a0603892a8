"""What the numbers of a file mean: full scale, and whether it has a scale of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.exchange.state import RANGE_KEYWORD, SCALE_KEYWORD
from flowpheno.fcs.number import parse_number
from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.panel.vocabulary import builtin_markers
from flowpheno.sample import ChannelKind, Measure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.arrays import EventMatrix
    from flowpheno.fcs.dataset import FcsDataset
    from flowpheno.sample import Channel

_BY_HAND = "custom"  # flowCore's word; "applied" means that amplifiers were undone
_LOOKED_AT = 5_000  # events tell a scale as well as a million


def relative_scale_finding() -> Finding:
    """Say that intensities are ranks only.

    Returns
    -------
    Finding
        `ReasonCode.SCALE_RELATIVE`.
    """
    return Finding(
        code=ReasonCode.SCALE_RELATIVE,
        severity=Severity.WARNING,
        stage="reading.scale",
        message="intensities are on a scale of this file's own: ranks within the file are used, "
        "intensities are not compared with other files",
    )


def full_scales(dataset: FcsDataset) -> list[float]:
    """Find the full scale of each channel: exported files hold values far beyond ``$PnR``.

    Parameters
    ----------
    dataset : FcsDataset
        As read.

    Returns
    -------
    list of float
        One for each column, on the scale of the events: the largest of what is stated and seen.
    """
    seen = np.array(dataset.high)
    for index in np.flatnonzero(np.isnan(seen)):
        seen[index] = np.fmax.reduce(dataset.events[:, index])
    return [
        max((top for top in (stated, float(high)) if np.isfinite(top)), default=1.0)
        for stated, high in zip(stated_scales(dataset), seen, strict=True)
    ]


def stated_scales(dataset: FcsDataset) -> list[float]:
    """Find the full scale that the file states for each channel.

    Parameters
    ----------
    dataset : FcsDataset
        As read.

    Returns
    -------
    list of float
        One for each column, on the scale of the events: what flowpheno wrote, else the larger of
        ``$PnR`` and what flowCore says; 0 where nothing is a number.
    """
    tops = []
    for number, parameter in enumerate(dataset.parameters, start=1):
        own = parse_number(dataset.keywords.get(RANGE_KEYWORD.format(number), "")) or 0.0
        if np.isfinite(own) and own > 0:
            tops.append(own)
            continue
        exported = parse_number(dataset.keywords.get(f"FLOWCORE_$P{number}RMAX", "")) or 0.0
        tops.append(max((t for t in (parameter.range, exported) if np.isfinite(t)), default=0.0))
    return tops


def is_relative(dataset: FcsDataset, channels: Sequence[Channel]) -> bool:
    """Tell whether the file was rescaled: what linear light and ion counts never look like.

    Parameters
    ----------
    dataset : FcsDataset
        As read.
    channels : sequence of Channel
        Its columns.

    Returns
    -------
    bool
        Whether the values are ranks within the file, no intensities.
    """
    if transformed(dataset) or dataset.logarithmic:
        return True
    said = dataset.keywords.get(SCALE_KEYWORD, "")
    if said in {"LINEAR", "RELATIVE"}:  # a file of flowpheno's own knows
        return said == "RELATIVE"
    rule = builtin_markers().relative_scale
    columns = [
        index
        for index, channel in enumerate(channels)
        if channel.kind is ChannelKind.FLUORESCENCE and channel.measure is Measure.AREA
    ]
    is_mass = any(channel.kind is ChannelKind.MASS for channel in channels)
    if not columns or is_mass or dataset.spillover is not None:
        return False
    if all(0 < channels[index].range <= rule.full_scale for index in columns):
        return True
    return bool(dataset.events.size) and all(
        _share_within(dataset.events[:, index], rule.lowest, rule.highest) >= rule.share
        for index in columns
    )


def transformed(dataset: FcsDataset) -> tuple[Finding, ...]:
    """Say that other software transformed the values, it does not say how: linear no more.

    Parameters
    ----------
    dataset : FcsDataset
        As read.

    Returns
    -------
    tuple of Finding
        One, or none where nothing of the kind is said.
    """
    if dataset.keywords.get("TRANSFORMATION", "").strip().lower() != _BY_HAND:
        return ()
    message = "TRANSFORMATION is custom: the values were transformed before the file was written"
    finding = Finding(
        code=ReasonCode.METADATA_DERIVED,
        severity=Severity.WARNING,
        stage="reading.scale",
        message=message,
    )
    return (finding,)


def _share_within(values: EventMatrix, lowest: float, highest: float) -> float:
    some = values[:: max(len(values) // _LOOKED_AT, 1)]
    return float(np.mean((some >= lowest) & (some <= highest)))
