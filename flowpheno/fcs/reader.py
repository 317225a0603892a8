"""Read FCS: a file or bytes in, one data set out, or an FcsError."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from flowpheno.errors import FcsError
from flowpheno.fcs.outline import read_contents
from flowpheno.fcs.part import Wanted, choose, decode, prepare
from flowpheno.fcs.repair import Strictness
from flowpheno.fcs.selection import Scaling
from flowpheno.fcs.source import bytes_source, open_source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from flowpheno.fcs.dataset import FcsDataset
    from flowpheno.fcs.outline import FcsContents
    from flowpheno.fcs.source import Source

_EVERYTHING = Wanted()


def read_dataset(
    path: Path,
    *,
    strictness: Strictness = Strictness.LENIENT,
    dataset: int | None = None,
    channels: Sequence[str] | None = None,
    events: slice | None = None,
    scaling: Scaling = Scaling.LINEAR,
) -> FcsDataset:
    """Read one data set of an FCS file.

    Parameters
    ----------
    path : Path
        The file, plain or gzipped.
    strictness : Strictness
        What to do where it departs from the standard.
    dataset : int or None
        Which data set, from 0; None picks the one with the finest values among those with the
        events of the first.
    channels : sequence of str or None
        ``$PnN``, or a ``$PnS`` that only one column has; None for all.
    events : slice or None
        Which events, forwards; None for all.
    scaling : Scaling
        What the numbers shall mean.

    Returns
    -------
    FcsDataset
        Keywords and events; no rows if the data set is empty.

    Raises
    ------
    FcsError
        If the file cannot be read, is damaged or truncated, or holds no such data set or channel.
    """
    wanted = Wanted(dataset=dataset, channels=channels, events=events, scaling=scaling)
    with open_source(path) as source:
        return _read(source, strictness, wanted)


def read_bytes(
    raw: bytes, *, strictness: Strictness = Strictness.LENIENT, wanted: Wanted = _EVERYTHING
) -> FcsDataset:
    """Read one data set of an FCS file in memory.

    Parameters
    ----------
    raw : bytes
        Content of a file, plain or gzipped.
    strictness : Strictness
        What to do where it departs from the standard.
    wanted : Wanted
        What to read of it.

    Returns
    -------
    FcsDataset
        Keywords and events.

    Raises
    ------
    FcsError
        Whatever else the bytes are.
    """
    return _read(bytes_source(raw), strictness, wanted)


def iterate_dataset(
    path: Path,
    block_events: int,
    *,
    strictness: Strictness = Strictness.LENIENT,
    wanted: Wanted = _EVERYTHING,
) -> Iterator[FcsDataset]:
    """Read a data set block by block, so that a file larger than memory can be read.

    Parameters
    ----------
    path : Path
        The file, plain or gzipped; a gzipped one is expanded in memory.
    block_events : int
        Events in a block, at least 1.
    strictness : Strictness
        What to do where it departs from the standard.
    wanted : Wanted
        What to read of it.

    Yields
    ------
    FcsDataset
        Blocks in file order, the last one shorter; one without rows if there are no events.

    Raises
    ------
    FcsError
        If the file cannot be read.
    ValueError
        If `block_events` is less than 1.
    """
    if block_events < 1:
        raise ValueError(f"a block of {block_events} events")
    with open_source(path) as source:
        prepared = prepare(source, strictness, wanted)
        rows = prepared.selection.rows
        for first in range(0, max(len(rows), 1), block_events):
            part = replace(prepared.selection, rows=rows[first : first + block_events])
            yield decode(source, replace(prepared, selection=part), wanted.scaling)


def inspect_file(path: Path, *, strictness: Strictness = Strictness.LENIENT) -> FcsContents:
    """Read HEADER and TEXT of every data set, not the events.

    Parameters
    ----------
    path : Path
        The file, plain or gzipped.
    strictness : Strictness
        What to do where it departs from the standard.

    Returns
    -------
    FcsContents
        An outline of each data set, and why a further one cannot be read.

    Raises
    ------
    FcsError
        If the first data set cannot be read.
    """
    with open_source(path) as source:
        return read_contents(source, strictness=strictness)


def read_other(path: Path, number: int, *, dataset: int = 0) -> bytes:
    """Read an OTHER segment, as its writer left it.

    Parameters
    ----------
    path : Path
        The file, plain or gzipped.
    number : int
        Which of them, from 0.
    dataset : int
        Of which data set, from 0.

    Returns
    -------
    bytes
        The whole segment.

    Raises
    ------
    FcsError
        If the file cannot be read, or holds no such segment.
    """
    with open_source(path) as source:
        contents = read_contents(source, strictness=Strictness.LENIENT)
        outline = choose(contents, dataset)
        if not 0 <= number < len(outline.others):
            problem = f"{len(outline.others)} OTHER segments; number {number} was asked for"
            raise FcsError(problem, segment="OTHER", offset=outline.begin)
        place = outline.others[number]
        return source.read(outline.begin + place.begin, place.size)


def _read(source: Source, strictness: Strictness, wanted: Wanted) -> FcsDataset:
    """Outline all data sets, decode one."""
    prepared = prepare(source, strictness, wanted)
    return decode(source, prepared, wanted.scaling)
