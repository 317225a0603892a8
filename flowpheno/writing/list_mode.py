"""A sample as a list-mode file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import WritingError
from flowpheno.exchange.state import (
    APPLIED_KEYWORD,
    COMPENSATED_KEYWORD,
    RANGE_KEYWORD,
    SCALE_KEYWORD,
)
from flowpheno.fcs.parameters import Signal
from flowpheno.fcs.writer import FcsVersion, spell_spillover, write_fcs
from flowpheno.marker import resolve_channel
from flowpheno.panel.vocabulary import builtin_vocabulary
from flowpheno.sample import ChannelKind
from flowpheno.version import VERSION
from flowpheno.writing.dates import date_keywords
from flowpheno.writing.keywords import true_keywords, unmixed_columns
from flowpheno.writing.names import canonical_label

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from flowpheno.arrays import Values
    from flowpheno.fcs.spillover import Spillover
    from flowpheno.sample import Sample

_PREFIX = "Comp-"
"""What FlowJo puts before the name of a compensated column."""


def write_list_mode(sample: Sample, path: Path, version: FcsVersion) -> None:
    """Write a sample as FCS.

    Compensated columns are called ``Comp-...``, and the matrix that was applied stands in
    ``FLOWPHENO APPLIED SPILLOVER``, so that no program applies it again.

    Parameters
    ----------
    sample : Sample
        In any state.
    path : Path
        File to write; an existing one is replaced.
    version : FcsVersion
        Of the standard.

    Raises
    ------
    WritingError
        If the sample has no channels, holds a column both raw and compensated, or its keywords do
        not fit.
    """
    if not sample.channels:
        raise WritingError(f"{sample.name}: no channels to write")
    tops = full_scales(sample)
    keywords = _with_ranges(true_keywords(sample), sample, tops) | _provenance(sample)
    stated = version is FcsVersion.FCS_3_2 and _says_unmixed(keywords, len(sample.channels))
    detectors = written_detectors(sample, stated=stated)
    if version is FcsVersion.FCS_3_2:
        keywords |= date_keywords(keywords)
        for n, channel in enumerate(sample.channels, start=1):
            if channel.kind is ChannelKind.TIME:  # FCS 3.2 forbids its gain; $TIMESTEP stays
                keywords.pop(f"$P{n}G", None)
    free = _usable_matrix(sample) if not unmixed_columns(sample) else None
    if free is not None and not {*free.detectors} <= {*detectors}:
        raise WritingError(
            f"{sample.name}: the matrix of {free.source} names detectors that cannot be written"
        )
    write_fcs(
        path,
        sample.events,
        detectors=detectors,
        labels=_labels(sample, version),
        ranges=tops.tolist(),
        spillover=free,
        keywords=keywords,
        version=version,
    )


def written_detectors(sample: Sample, *, stated: bool = False) -> list[str]:
    """Name the columns so that their state can be told.

    Parameters
    ----------
    sample : Sample
        In any state.
    stated : bool
        Whether keywords of FCS 3.2 say already that a sample without matrix is compensated.

    Returns
    -------
    list of str
        Those of the sample; ``Comp-`` before those that were compensated.

    Raises
    ------
    WritingError
        If that name is taken, or a name holds a comma, which no FCS allows.
    """
    unmixed = unmixed_columns(sample)
    if sample.compensated and sample.spillover is None and not stated:
        unmixed = {
            n
            for n, channel in enumerate(sample.channels, start=1)
            if channel.kind is ChannelKind.FLUORESCENCE
        }
    detectors = [
        f"{_PREFIX}{channel.detector}"
        if n in unmixed and not _says_compensated(channel.detector)
        else channel.detector
        for n, channel in enumerate(sample.channels, start=1)
    ]
    taken = sorted({name for name in detectors if detectors.count(name) > 1})
    if taken:
        raise WritingError(f"{sample.name}: two columns would be called {', '.join(taken)}")
    odd = [name for name in detectors if "," in name or not name.strip()]
    if odd:
        raise WritingError(f"{sample.name}: FCS allows no column name with a comma: {odd[0]!r}")
    return detectors


def _usable_matrix(sample: Sample) -> Spillover | None:
    """Leave out a matrix whose detectors are not all among the channels."""
    detectors = {channel.detector for channel in sample.channels}
    if sample.spillover is None or not detectors.issuperset(sample.spillover.detectors):
        return None
    return sample.spillover


def full_scales(sample: Sample) -> Values:
    """Give ``$PnR``: no value lies above it, since flowCore cuts off what does.

    Parameters
    ----------
    sample : Sample
        In any state.

    Returns
    -------
    Values
        Shape ``(n_channels,)``: full scale of the channel, or the largest finite value.
    """
    stated = np.array([channel.range for channel in sample.channels], np.float64)
    if not sample.n_events:
        return stated
    with np.errstate(invalid="ignore"):  # a NaN may signal
        tops = sample.events.max(axis=0).astype(np.float64)
    for column in np.flatnonzero(~np.isfinite(tops)):
        values = sample.events[:, column]
        tops[column] = np.max(values, where=np.isfinite(values), initial=0.0)
    return np.asarray(np.maximum(stated, tops), np.float64)


def _with_ranges(keywords: dict[str, str], sample: Sample, tops: Values) -> dict[str, str]:
    """State the full scale of columns with values beyond it."""
    for n, (channel, top) in enumerate(zip(sample.channels, tops, strict=True), start=1):
        keyword = RANGE_KEYWORD.format(n)
        keywords.pop(keyword, None)
        if top > channel.range:
            keywords[keyword] = repr(float(channel.range))
    return keywords


def _labels(sample: Sample, version: FcsVersion) -> list[str]:
    """Write labels that say what FCS 3.2 said by other keywords, where the form is older."""
    if version is FcsVersion.FCS_3_2:
        return [channel.label for channel in sample.channels]
    vocabulary = builtin_vocabulary()
    return [
        channel.label
        if channel.marker
        in {None, resolve_channel(channel.detector, channel.label, vocabulary).marker}
        else canonical_label(channel)
        for channel in sample.channels
    ]


def _says_unmixed(keywords: Mapping[str, str], n_columns: int) -> bool:
    """Whether the reader takes the file for unmixed by its ``$PnTYPE``."""
    types = {keywords.get(f"$P{n}TYPE", "") for n in range(1, n_columns + 1)}
    return Signal.UNMIXED_FLUORESCENCE in types and Signal.RAW_FLUORESCENCE not in types


def _says_compensated(detector: str) -> bool:
    """Whether the reader takes the name for that of a compensated column."""
    name = detector.upper()
    return name.startswith(_PREFIX.upper()) or (name.startswith("<") and name.endswith(">"))


def _provenance(sample: Sample) -> dict[str, str]:
    """Say what was done to the values, and by what."""
    said = {
        "FLOWPHENO VERSION": VERSION,
        SCALE_KEYWORD: sample.scale.upper(),
        COMPENSATED_KEYWORD: "TRUE" if sample.compensated else "FALSE",
    }
    if sample.spillover is not None and unmixed_columns(sample):
        said[APPLIED_KEYWORD] = spell_spillover(sample.spillover, sample.spillover.detectors)
    return said
