"""Read FCS: a file or bytes in, one data set out, or an FcsError."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import FcsError
from flowpheno.fcs.compensated import judge_compensation
from flowpheno.fcs.data import read_events
from flowpheno.fcs.dataset import FcsDataset
from flowpheno.fcs.joining import carry_names, richest
from flowpheno.fcs.outline import read_contents
from flowpheno.fcs.parameters import DataType
from flowpheno.fcs.repair import Strictness
from flowpheno.fcs.source import bytes_source, open_source
from flowpheno.finding import Finding, ReasonCode, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from flowpheno.arrays import EventMatrix
    from flowpheno.fcs.dataset import FcsOutline
    from flowpheno.fcs.outline import FcsContents
    from flowpheno.fcs.parameters import Parameter
    from flowpheno.fcs.source import Source


def read_dataset(
    path: Path, *, strictness: Strictness = Strictness.LENIENT, dataset: int | None = None
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

    Returns
    -------
    FcsDataset
        Keywords and linear events; no rows if the data set is empty.

    Raises
    ------
    FcsError
        If the file cannot be read, is damaged or truncated, or holds no such data set.
    """
    with open_source(path) as source:
        return _read(source, strictness, dataset)


def read_bytes(
    raw: bytes, *, strictness: Strictness = Strictness.LENIENT, dataset: int | None = None
) -> FcsDataset:
    """Read one data set of an FCS file in memory.

    Parameters
    ----------
    raw : bytes
        Content of a file, plain or gzipped.
    strictness : Strictness
        What to do where it departs from the standard.
    dataset : int or None
        Which data set, as for `read_dataset`.

    Returns
    -------
    FcsDataset
        Keywords and linear events.

    Raises
    ------
    FcsError
        Whatever else the bytes are.
    """
    return _read(bytes_source(raw), strictness, dataset)


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


def _read(source: Source, strictness: Strictness, dataset: int | None) -> FcsDataset:
    """Outline all data sets, decode one."""
    contents = read_contents(source, strictness=strictness)
    chosen = _choose(contents, dataset)
    first = contents.outlines[0]
    outline = carry_names(chosen, first)
    events = read_events(source, outline.layout, outline.parameters)
    reading, compensated, reasons = judge_compensation(outline, carried=outline is not chosen)
    findings = (
        *outline.findings,
        *_dataset_findings(contents, chosen, carried=outline is not chosen),
        *_check_finite(events, outline.parameters),
        *reading.findings,
        *reasons,
    )
    return FcsDataset(
        version=outline.version,
        keywords=outline.keywords,
        parameters=outline.parameters,
        events=events,
        spillover=reading.spillover,
        compensated=compensated,
        findings=findings,
        n_datasets=len(contents.outlines),
        index=outline.index,
    )


def _choose(contents: FcsContents, dataset: int | None) -> FcsOutline:
    """Pick the data set asked for, or the richest; damage counts unless one is asked for."""
    n_datasets = len(contents.outlines)
    if dataset is None:
        if contents.damage is not None:
            raise contents.damage
        return contents.outlines[richest(contents.outlines)]
    if 0 <= dataset < n_datasets:
        return contents.outlines[dataset]
    if contents.damage is not None:
        raise contents.damage
    problem = f"holds {n_datasets} data set(s); number {dataset} (from 0) was asked for"
    raise FcsError(problem, segment="FILE", offset=0)


def _dataset_findings(
    contents: FcsContents, chosen: FcsOutline, *, carried: bool
) -> tuple[Finding, ...]:
    """Say that a file holds more than what was read."""
    findings = []
    n_datasets = len(contents.outlines)
    if n_datasets > 1:
        message = f"data set {chosen.index + 1} of {n_datasets} is read"
        if carried:
            message += "; names and keywords that it lacks are those of the first"
        n_events = {outline.layout.n_events for outline in contents.outlines}
        severity = Severity.NOTE if len(n_events) == 1 else Severity.WARNING
        findings.append(_finding("fcs.file", severity, message, n_datasets))
    if contents.damage is not None:
        message = f"a further data set cannot be read: {contents.damage}"
        findings.append(_finding("fcs.file", Severity.WARNING, message))
    return tuple(findings)


def _check_finite(events: EventMatrix, parameters: Sequence[Parameter]) -> tuple[Finding, ...]:
    """Count values that are no numbers; integers cannot be."""
    if all(parameter.data_type is DataType.INTEGER for parameter in parameters):
        return ()
    with np.errstate(invalid="ignore"):  # zero times infinity or NaN is NaN; faster than isfinite
        spoiled = np.isnan(events @ np.zeros(events.shape[1], dtype=np.float32))
    if not spoiled.any():
        return ()
    n_odd = int((~np.isfinite(events[spoiled])).sum())
    message = f"{n_odd} of {events.size} values are not finite"
    return (_finding("fcs.data", Severity.WARNING, message, n_odd),)


def _finding(stage: str, severity: Severity, message: str, value: float | None = None) -> Finding:
    """Say something about the file."""
    return Finding(
        code=ReasonCode.FCS_REPAIRED, severity=severity, stage=stage, message=message, value=value
    )
