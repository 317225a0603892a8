"""List-mode files to samples."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.fcs.number import parse_number
from flowpheno.fcs.reader import read_dataset
from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.panel.vocabulary import builtin_markers, builtin_vocabulary
from flowpheno.reading.channels import name_channels
from flowpheno.reading.files import sha256, stem
from flowpheno.reading.scale import relative_scale_finding
from flowpheno.sample import ChannelKind, Measure, Sample, Scale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.arrays import EventMatrix
    from flowpheno.fcs.dataset import FcsDataset
    from flowpheno.marker import Vocabulary
    from flowpheno.sample import Channel

_STAGE = "reading.list_mode"
_COMPENSATION_KEYWORDS = (
    "@COMPENSATIONMODE",
    "APPLY COMPENSATION",
    "APPLY_COMPENSATION",
    "ANALOG_COMP",
    "FJ_COMPMATRIXNAME",
)
_NO = frozenset({"", "FALSE", "0", "OFF", "NO", "NONE", "NOT SET", "DISABLED"})


def read_fcs(
    path: Path | str, *, vocabulary: Vocabulary | None = None, name: str | None = None
) -> Sample:
    """Read a list-mode file and name its channels.

    Parameters
    ----------
    path : Path or str
        An FCS file, plain or gzipped.
    vocabulary : Vocabulary or None
        Names that are known; None for those that come with flowpheno.
    name : str or None
        What to call the sample; None for the stem of the file.

    Returns
    -------
    Sample
        Linear events, as recorded: not compensated unless the file says so. No rows if the file
        holds no events.

    Raises
    ------
    FcsError
        If the file cannot be read or is not FCS.
    """
    path = Path(path)
    dataset = read_dataset(path)
    names = [(parameter.detector, parameter.label) for parameter in dataset.parameters]
    channels, findings = name_channels(names, vocabulary or builtin_vocabulary())
    ranges = _full_scales(dataset)
    channels = tuple(replace(c, range=top) for c, top in zip(channels, ranges, strict=True))
    relative = _is_relative(dataset, channels)
    if relative:
        findings = (*findings, relative_scale_finding())
    return Sample(
        name=name or stem(path),
        channels=channels,
        events=dataset.events,
        spillover=dataset.spillover,
        compensated=dataset.compensated,
        scale=Scale.RELATIVE if relative else Scale.LINEAR,
        keywords=dataset.keywords,
        findings=(*dataset.findings, *findings, *_compensation_hint(dataset)),
        sha256=sha256(path),
        version=dataset.version,
    )


def _full_scales(dataset: FcsDataset) -> list[float]:
    """Full scale of each channel: exported files hold values far beyond ``$PnR``."""
    events = dataset.events
    seen = np.fmax.reduce(events, axis=0) if len(events) else np.zeros(len(dataset.parameters))
    tops = []
    for number, parameter in enumerate(dataset.parameters, start=1):
        stated = parse_number(dataset.keywords.get(f"FLOWCORE_$P{number}RMAX", "")) or 0.0
        candidates = (parameter.range, stated, float(seen[number - 1]))
        tops.append(max((top for top in candidates if np.isfinite(top)), default=1.0))
    return tops


def _is_relative(dataset: FcsDataset, channels: Sequence[Channel]) -> bool:
    """Whether the file was rescaled: what linear light and ion counts never look like."""
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


def _share_within(values: EventMatrix, lowest: float, highest: float) -> float:
    return float(np.mean((values >= lowest) & (values <= highest)))


def _compensation_hint(dataset: FcsDataset) -> tuple[Finding, ...]:
    """Say that the instrument may have compensated, where there is no matrix to check it by."""
    if dataset.spillover is not None or dataset.compensated:
        return ()
    said = [
        keyword
        for keyword in _COMPENSATION_KEYWORDS
        if dataset.keywords.get(keyword, "").strip().upper() not in _NO
    ]
    if not said:
        return ()
    message = f"no usable spillover matrix; {', '.join(said)} says that compensation was set"
    return (
        Finding(
            code=ReasonCode.METADATA_DERIVED,
            severity=Severity.NOTE,
            stage=_STAGE,
            message=message,
        ),
    )
