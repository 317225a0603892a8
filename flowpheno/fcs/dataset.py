"""What a file holds: outlines of its data sets, and one of them with its events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flowpheno.fcs.selection import Scaling

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import numpy.typing as npt

    from flowpheno.arrays import EventMatrix
    from flowpheno.fcs.header import Segment
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
    begin : int
        First byte, counted from the start of the file.
    version : str
        Such as ``"FCS3.0"``.
    keywords : mapping of str to str
        TEXT, upper-case keywords, read-only; may hold identifiers.
    parameters : tuple of Parameter
        One for each column.
    layout : Layout
        Where the events are.
    analysis : mapping of str to str
        ANALYSIS, upper-case keywords, read-only; may hold identifiers.
    others : tuple of Segment
        Where the OTHER segments lie, counted from the start of the data set.
    end : int
        First byte behind the last segment, counted from the start of the file.
    findings : tuple of Finding
        What was repaired.
    """

    index: int
    begin: int
    version: str
    keywords: Mapping[str, str]
    parameters: tuple[Parameter, ...]
    layout: Layout
    analysis: Mapping[str, str]
    others: tuple[Segment, ...]
    end: int
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
        One for each column that was read.
    events : EventMatrix
        Values, linear unless asked for otherwise, shape ``(n_events, n_parameters)``, read-only.
    high : ndarray of float32
        Largest value of each column, shape ``(n_parameters,)``; NaN where a value is, ``-inf``
        for no events. Of integers that cannot exceed their full scale, the full scale.
    n_recorded : int
        Events of the data set, read or not.
    spillover : Spillover or None
        Matrix found in the file; None if there is none that can be used.
    compensated : bool
        Whether `events` are free of spillover already, whatever `spillover` holds.
    analysis : mapping of str to str
        ANALYSIS, upper-case keywords, read-only; may hold identifiers.
    findings : tuple of Finding
        What was repaired, and why a spillover keyword could not be used.
    scaling : Scaling
        What the values mean; keywords and parameters say the same.
    logarithmic : bool
        Whether some values are raw channel numbers of a logarithmic amplifier.
    n_datasets : int
        How many data sets the file holds.
    index : int
        Which of them this is, from 0.
    """

    version: str
    keywords: Mapping[str, str]
    parameters: tuple[Parameter, ...]
    events: EventMatrix
    high: npt.NDArray[np.float32]
    n_recorded: int
    spillover: Spillover | None
    compensated: bool
    analysis: Mapping[str, str]
    findings: tuple[Finding, ...]
    scaling: Scaling = Scaling.LINEAR
    logarithmic: bool = False
    n_datasets: int = 1
    index: int = 0
