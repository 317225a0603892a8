"""What a file holds: outlines of its data sets, and one of them with its events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.arrays import EventMatrix
    from flowpheno.fcs.layout import Layout
    from flowpheno.fcs.parameters import Parameter
    from flowpheno.fcs.spillover import Spillover
    from flowpheno.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class FcsOutline:
    """One data set, all but its events.

    Attributes
    ----------
    index : int
        Place in the file, from 0.
    version : str
        Such as ``"FCS3.0"``.
    keywords : mapping of str to str
        TEXT, upper-case keywords, read-only; may hold identifiers.
    parameters : tuple of Parameter
        One for each column.
    layout : Layout
        Where the events are.
    findings : tuple of Finding
        What was repaired.
    """

    index: int
    version: str
    keywords: Mapping[str, str]
    parameters: tuple[Parameter, ...]
    layout: Layout
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FcsDataset:
    """One data set of a file, immutable.

    Attributes
    ----------
    version : str
        Such as ``"FCS3.0"``.
    keywords : mapping of str to str
        TEXT, upper-case keywords, read-only; may hold identifiers: never copied to a report.
    parameters : tuple of Parameter
        One for each column.
    events : EventMatrix
        Linear values, shape ``(n_events, n_parameters)``, read-only.
    spillover : Spillover or None
        Matrix found in the file; None if there is none that can be used.
    compensated : bool
        Whether `events` are free of spillover already, whatever `spillover` holds.
    findings : tuple of Finding
        What was repaired, and why a spillover keyword could not be used.
    n_datasets : int
        How many data sets the file holds.
    index : int
        Which of them this is, from 0.
    """

    version: str
    keywords: Mapping[str, str]
    parameters: tuple[Parameter, ...]
    events: EventMatrix
    spillover: Spillover | None
    compensated: bool
    findings: tuple[Finding, ...]
    n_datasets: int = 1
    index: int = 0
