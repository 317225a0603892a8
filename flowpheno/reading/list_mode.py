"""List-mode files to samples."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from flowpheno.errors import FcsError, UnsupportedFcsError
from flowpheno.exchange.parsing import parse_dataset
from flowpheno.fcs.part import Wanted
from flowpheno.fcs.reader import iterate_dataset, read_dataset
from flowpheno.fcs.repair import Strictness
from flowpheno.fcs.selection import Scaling
from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.marker import canonical_marker
from flowpheno.origin import origin_of
from flowpheno.panel.vocabulary import builtin_vocabulary
from flowpheno.reading.channels import name_channels
from flowpheno.reading.files import stem
from flowpheno.reading.reader import Reader
from flowpheno.reading.scale import (
    full_scales,
    is_relative,
    relative_scale_finding,
    stated_scales,
    transformed,
)
from flowpheno.reading.stated import stated_by
from flowpheno.sample import Measure, Sample, Scale
from flowpheno.transform.full_scale import LIGHT, with_full_scale

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flowpheno.fcs.dataset import FcsDataset
    from flowpheno.marker import Vocabulary

_E = TypeVar("_E", bound=StrEnum)
_STAGE = "reading.list_mode"
_COMPENSATION_KEYWORDS = (
    "@COMPENSATIONMODE",
    "APPLY COMPENSATION",
    "APPLY_COMPENSATION",
    "ANALOG_COMP",
    "FJ_COMPMATRIXNAME",
)
_NO = frozenset({"", "FALSE", "0", "OFF", "NO", "NONE", "NOT SET", "DISABLED"})


def read_fcs(  # noqa: PLR0913 - each is asked for by its name
    path: Path | str,
    *,
    vocabulary: Vocabulary | None = None,
    name: str | None = None,
    strictness: Strictness | str = Strictness.LENIENT,
    dataset: int | None = None,
    channels: Sequence[str] | None = None,
    events: slice | None = None,
    scaling: Scaling | str = Scaling.LINEAR,
    reader: Reader | str = Reader.FLOWPHENO,
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
    strictness : Strictness or str
        ``"lenient"`` repairs and says so in the findings, ``"strict"`` refuses.
    dataset : int or None
        Which data set, from 0; None for the finest of those with the events of the first, with
        the names of the first.
    channels : sequence of str or None
        Markers, ``$PnN`` or ``$PnS``; None for all. Only they are held in memory.
    events : slice or None
        Which events, forwards; None for all.
    scaling : Scaling or str
        ``"linear"`` undoes logarithmic amplifiers, ``"gain"`` divides by ``$PnG`` as well,
        ``"raw"`` hands out channel numbers as stored.
    reader : Reader or str
        Who parses the file: ``"flowpheno"``, or ``"fcsparser"`` (version 0.2.8, numpy below 2).

    Returns
    -------
    Sample
        Linear events, or raw ones, which on logarithmic amplifiers are a relative scale. As
        recorded: not compensated unless the file says so. No rows if the file holds no events.

    Raises
    ------
    FcsError
        If the file cannot be read, is not FCS, or lacks what was asked for.
    MissingPackageError
        If fcsparser is asked for and not installed.
    ValueError
        If `strictness`, `scaling` or `reader` is none of those that there are.
    """
    path = Path(path)
    origin = origin_of(path)
    known = vocabulary or builtin_vocabulary()
    wanted = Wanted(
        dataset=dataset, channels=channels, events=events, scaling=_choice(Scaling, scaling)
    )
    if _choice(Reader, reader) is Reader.FLOWPHENO:
        read = _read(path, wanted, known, _choice(Strictness, strictness))
    else:
        read = _parse(path, wanted)
    sample = sample_of_dataset(read, vocabulary=known, name=name or stem(path))
    return replace(sample, origin=origin)


def iterate_fcs(
    path: Path | str,
    block_events: int,
    *,
    vocabulary: Vocabulary | None = None,
    channels: Sequence[str] | None = None,
    dataset: int | None = None,
) -> Iterator[Sample]:
    """Read a list-mode file block by block; only one is in memory.

    Parameters
    ----------
    path : Path or str
        An FCS file, plain; a gzipped one is expanded in memory.
    block_events : int
        Events in a block, at least 1.
    vocabulary : Vocabulary or None
        Names that are known; None for those that come with flowpheno.
    channels : sequence of str or None
        Markers, ``$PnN`` or ``$PnS``; None for all.
    dataset : int or None
        Which data set, as for `read_fcs`.

    Yields
    ------
    Sample
        Blocks in file order, the last one shorter; one without rows if there are no events. Full
        scale and finite values are those of the block.

    Raises
    ------
    FcsError
        If the file cannot be read, is not FCS, or lacks what was asked for.
    """
    path = Path(path)
    known = vocabulary or builtin_vocabulary()
    wanted = Wanted(dataset=dataset, channels=channels)
    wanted = _with_detectors(path, wanted, known, Strictness.LENIENT)
    for block in iterate_dataset(path, block_events, wanted=wanted):
        yield sample_of_dataset(block, vocabulary=known, name=stem(path))


def _choice(kind: type[_E], word: str) -> _E:
    """Turn a word into a choice, and name the others where it is none."""
    try:
        return kind(word)
    except ValueError:
        known = ", ".join(map(repr, map(str, kind)))
        raise ValueError(f"{word!r} is no {kind.__name__.lower()}; one of {known}") from None


def _read(
    path: Path, wanted: Wanted, vocabulary: Vocabulary, strictness: Strictness
) -> FcsDataset:
    """Read with our own reader."""
    wanted = _with_detectors(path, wanted, vocabulary, strictness)
    return read_dataset(
        path,
        strictness=strictness,
        dataset=wanted.dataset,
        channels=wanted.channels,
        events=wanted.events,
        scaling=wanted.scaling,
    )


def _with_detectors(
    path: Path, wanted: Wanted, vocabulary: Vocabulary, strictness: Strictness
) -> Wanted:
    """Replace markers by the detectors that measure them; other names stay for the reader."""
    if wanted.channels is None:
        return wanted
    empty = read_dataset(path, strictness=strictness, dataset=wanted.dataset, events=slice(0))
    names = [(parameter.detector, parameter.label) for parameter in empty.parameters]
    stated = [stated_by(parameter) for parameter in empty.parameters]
    measured = {
        str(channel.marker): channel.detector
        for channel in reversed(name_channels(names, vocabulary, stated=stated)[0])
        if channel.marker is not None and channel.measure is Measure.AREA
    }
    detectors = {detector for detector, _ in names}
    if isinstance(wanted.channels, str):
        raise TypeError("channels are a list of names, not one name")
    labels = {label for _, label in names}
    asked = []
    for name in wanted.channels:
        marker = measured.get(name) or measured.get(str(canonical_marker(name, vocabulary)))
        if marker is None and name not in detectors | labels:
            problem = f"no channel called {name[:40]!r}; markers: {', '.join(sorted(measured))}"
            problem += f"; detectors: {', '.join(sorted(detectors))[:400]}"
            raise FcsError(problem, segment="DATA", offset=0)
        asked.append(name if name in detectors or marker is None else marker)
    return replace(wanted, channels=asked)


def _parse(path: Path, wanted: Wanted) -> FcsDataset:
    """Read with fcsparser, which knows no parts."""
    if wanted != Wanted(dataset=wanted.dataset):
        problem = "by fcsparser, whole data sets are read, and their linear values"
        raise UnsupportedFcsError(problem, segment="FILE", offset=0)
    return parse_dataset(path, dataset=wanted.dataset)


def sample_of_dataset(
    dataset: FcsDataset, *, vocabulary: Vocabulary | None = None, name: str
) -> Sample:
    """Name the channels of a data set.

    Parameters
    ----------
    dataset : FcsDataset
        Linear events and what describes them.
    vocabulary : Vocabulary or None
        Names that are known; None for those that come with flowpheno.
    name : str
        What to call the sample.

    Returns
    -------
    Sample
        The same events.
    """
    names = [(parameter.detector, parameter.label) for parameter in dataset.parameters]
    stated = [stated_by(parameter) for parameter in dataset.parameters]
    channels, findings = name_channels(names, vocabulary or builtin_vocabulary(), stated=stated)
    ranges = full_scales(dataset)
    channels = tuple(replace(c, range=top) for c, top in zip(channels, ranges, strict=True))
    relative = is_relative(dataset, channels)
    if relative:
        findings = (*findings, *transformed(dataset), relative_scale_finding())
    else:  # light beyond its range is an outlier, or the range is not that of the file
        ranges = stated_scales(dataset)
        channels = tuple(
            replace(c, range=top) if c.kind in LIGHT and top > 0 else c
            for c, top in zip(channels, ranges, strict=True)
        )
    sample = Sample(
        name=name,
        channels=channels,
        events=dataset.events,
        spillover=dataset.spillover,
        compensated=dataset.compensated,
        scale=Scale.RELATIVE if relative else Scale.LINEAR,
        keywords=dataset.keywords,
        findings=(*dataset.findings, *findings, *_compensation_hint(dataset)),
        version=dataset.version,
    )
    return with_full_scale(sample)


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
