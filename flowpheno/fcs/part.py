"""One data set of a file, or a part of it: choose, prepare, decode."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import FcsError
from flowpheno.fcs.checksum import check_crc
from flowpheno.fcs.compensated import judge_compensation
from flowpheno.fcs.data import read_events
from flowpheno.fcs.dataset import FcsDataset
from flowpheno.fcs.joining import carry_names, richest
from flowpheno.fcs.outline import read_contents
from flowpheno.fcs.repair import Repairs, Strictness
from flowpheno.fcs.selection import Scaling, renumber, select
from flowpheno.fcs.spillover import missing_channels
from flowpheno.finding import Finding, ReasonCode, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flowpheno.fcs.data import Decoded
    from flowpheno.fcs.dataset import FcsOutline
    from flowpheno.fcs.outline import FcsContents
    from flowpheno.fcs.parameters import Parameter
    from flowpheno.fcs.selection import Selection
    from flowpheno.fcs.source import Source
    from flowpheno.fcs.spillover import SpilloverReading


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to read of a file.

    Attributes
    ----------
    dataset : int or None
        Which data set, from 0; None picks the one with the finest values among those with the
        events of the first.
    channels : sequence of str or None
        ``$PnN``, or a ``$PnS`` that only one column has; None for all.
    events : slice or None
        Which events, forwards; None for all.
    scaling : Scaling
        What the numbers shall mean.
    """

    dataset: int | None = None
    channels: Sequence[str] | None = None
    events: slice | None = None
    scaling: Scaling = Scaling.LINEAR


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A data set found, and which part of it is read.

    Attributes
    ----------
    outline : FcsOutline
        The data set, with the names that it takes from the first of the file.
    selection : Selection
        The part.
    n_datasets : int
        How many the file holds.
    reading : SpilloverReading
        What its keywords say about spillover.
    compensated : bool
        Whether its events are free of spillover already.
    findings : tuple of Finding
        What is to be said, but for the values.
    """

    outline: FcsOutline
    selection: Selection
    n_datasets: int
    reading: SpilloverReading
    compensated: bool
    findings: tuple[Finding, ...]


def prepare(source: Source, strictness: Strictness, wanted: Wanted) -> Prepared:
    """Decide all that does not need the events.

    Parameters
    ----------
    source : Source
        The file.
    strictness : Strictness
        What to do where it departs from the standard.
    wanted : Wanted
        What to read of it.

    Returns
    -------
    Prepared
        The data set and the part of it.

    Raises
    ------
    FcsError
        If the file cannot be read, or lacks what is wanted.
    """
    contents = read_contents(source, strictness=strictness)
    chosen = choose(contents, wanted.dataset)
    first = contents.outlines[0]
    outline = carry_names(chosen, first)
    selection = select(
        outline.parameters,
        outline.layout.n_events,
        channels=wanted.channels,
        events=wanted.events,
    )
    reading, compensated, reasons = judge_compensation(outline, carried=outline is not chosen)
    kept = [outline.parameters[column].detector for column in selection.columns]
    repairs = Repairs(strictness=strictness)
    if wanted.events is None:
        check_crc(source, outline.begin, outline.end, repairs)
    return Prepared(
        outline=outline,
        selection=selection,
        n_datasets=len(contents.outlines),
        reading=reading,
        compensated=compensated,
        findings=(
            *outline.findings,
            *_dataset_findings(contents, chosen, carried=outline is not chosen),
            *repairs.noted,
            *reading.findings,
            *missing_channels(reading, kept),
            *reasons,
        ),
    )


def decode(source: Source, prepared: Prepared, scaling: Scaling) -> FcsDataset:
    """Read the events.

    Parameters
    ----------
    source : Source
        The file.
    prepared : Prepared
        The data set and the part of it.
    scaling : Scaling
        What the numbers shall mean.

    Returns
    -------
    FcsDataset
        Keywords and events.

    Raises
    ------
    FcsError
        If the events cannot be read.
    """
    outline, selection = prepared.outline, prepared.selection
    keywords: Mapping[str, str] = outline.keywords
    if selection.columns != tuple(range(len(outline.parameters))):
        chosen = renumber(keywords, selection.columns) | {"$PAR": str(len(selection.columns))}
        keywords = MappingProxyType(chosen)
    keywords, parameters = _as_scaled(
        keywords, [outline.parameters[column] for column in selection.columns], scaling
    )
    decoded = read_events(
        source, outline.layout, outline.parameters, selection=selection, scaling=scaling
    )
    return FcsDataset(
        version=outline.version,
        keywords=keywords,
        parameters=parameters,
        scaling=scaling,
        logarithmic=scaling is Scaling.RAW
        and any(outline.parameters[column].decades > 0 for column in selection.columns),
        events=decoded.events,
        high=decoded.high,
        n_recorded=outline.layout.n_events,
        spillover=prepared.reading.spillover,
        compensated=prepared.compensated,
        analysis=outline.analysis,
        findings=(*prepared.findings, *_check_finite(decoded)),
        n_datasets=prepared.n_datasets,
        index=outline.index,
    )


def choose(contents: FcsContents, dataset: int | None) -> FcsOutline:
    """Pick the data set asked for, or the richest; damage counts unless one is asked for.

    Parameters
    ----------
    contents : FcsContents
        What the file holds.
    dataset : int or None
        Which data set, from 0; None for the richest.

    Returns
    -------
    FcsOutline
        The data set.

    Raises
    ------
    FcsError
        If it is not there, or the file is damaged and none is asked for.
    """
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


def _as_scaled(
    keywords: Mapping[str, str], parameters: Sequence[Parameter], scaling: Scaling
) -> tuple[Mapping[str, str], tuple[Parameter, ...]]:
    """Let the keywords be true of the values handed out, not of those stored."""
    if scaling is Scaling.LINEAR:
        return keywords, tuple(parameters)
    true = dict(keywords)
    described = []
    for n, parameter in enumerate(parameters, start=1):
        if scaling is Scaling.RAW and parameter.decades > 0:
            true[f"$P{n}E"] = "0,0"
            described.append(replace(parameter, decades=0.0, offset=0.0))
        elif scaling is Scaling.GAIN and parameter.decades == 0 and parameter.gain != 1:
            true.pop(f"$P{n}G", None)
            top = parameter.resolution / parameter.gain
            true[f"$P{n}R"] = repr(top)
            described.append(replace(parameter, gain=1.0, resolution=top))
        else:
            described.append(parameter)
    return MappingProxyType(true), tuple(described)


def _check_finite(decoded: Decoded) -> tuple[Finding, ...]:
    """Count values that are no numbers."""
    events = decoded.events
    if decoded.finite:
        return ()
    n_odd = events.size - int(np.count_nonzero(np.isfinite(events)))
    message = f"{n_odd} of {events.size} values are not finite"
    return (_finding("fcs.data", Severity.WARNING, message, n_odd),)


def _finding(stage: str, severity: Severity, message: str, value: float | None = None) -> Finding:
    """Say something about the file."""
    return Finding(
        code=ReasonCode.FCS_REPAIRED, severity=severity, stage=stage, message=message, value=value
    )
