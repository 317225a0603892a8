"""Whether the events of a data set are compensated already."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from flowpheno.fcs.parameters import Signal
from flowpheno.fcs.spillover import SpilloverReading, read_spillover
from flowpheno.finding import Finding, ReasonCode, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flowpheno.fcs.parameters import Parameter

_COMPENSATED_NAME = re.compile(r"(?:Comp-(?P<comp>.+)|<(?P<angle>.+)>)", re.IGNORECASE)


class Described(Protocol):
    """Keywords and columns: an outline, or a table that has them."""

    @property
    def keywords(self) -> Mapping[str, str]:
        """Upper-case keywords."""

    @property
    def parameters(self) -> Sequence[Parameter]:
        """One for each column."""


def judge_compensation(
    outline: Described, *, carried: bool
) -> tuple[SpilloverReading, bool, tuple[Finding, ...]]:
    """Find the matrix, and tell whether the events are compensated already and why.

    They are if their columns are named so (``Comp-FITC-A``, ``<FITC-A>``), if every fluorescence
    is said to be unmixed (``$PnTYPE`` of FCS 3.2) and no matrix follows, if the matrix is the
    identity, or if ``$DFCmTOn`` stands in the data set itself: Beckman Coulter instruments write
    there what they have applied. In their second, linear data set nothing was applied, and the
    percentages carried over from the first are its matrix. ``APPLY COMPENSATION`` says what the
    software showed, not what the file holds.

    Parameters
    ----------
    outline : Described
        The data set.
    carried : bool
        Whether keywords of the first data set were carried over into it.

    Returns
    -------
    tuple of SpilloverReading, bool and findings
        The matrix, whether the events are free of spillover, and why they are thought to be.
    """
    named = _compensated_names(outline.parameters)
    if named:
        message = f"{len(named)} detectors are named as compensated, such as {named[0][:40]}"
        return SpilloverReading(), True, (_finding(message),)
    reading = read_spillover(outline.keywords, outline.parameters)
    if reading.spillover is None or reading.identity:
        unmixed = _unmixed(outline.parameters)
        if unmixed:
            message = f"{unmixed} parameters are unmixed fluorescence; not compensated again"
            return replace(reading, spillover=None), True, (_finding(message),)
    if reading.spillover is None:
        return reading, False, ()
    if reading.identity:
        message = (
            f"{reading.spillover.source} is the identity: compensated already, or nothing to "
            "compensate was ever entered"
        )
        # an uncompensated file must not pass in silence for a compensated one
        missing = _finding(message, ReasonCode.COMP_MATRIX_MISSING, Severity.WARNING)
        return reading, True, (missing,)
    if reading.spillover.source == "$DFCmTOn" and not carried:
        message = "$DFCmTOn was applied by the instrument; not applied again"
        return reading, True, (_finding(message),)
    return reading, False, ()


def _unmixed(parameters: Sequence[Parameter]) -> int:
    """Count unmixed fluorescences; none where raw ones stand beside them."""
    signals = [parameter.signal for parameter in parameters]
    raw = Signal.RAW_FLUORESCENCE in signals
    return 0 if raw else signals.count(Signal.UNMIXED_FLUORESCENCE)


def _compensated_names(parameters: Sequence[Parameter]) -> list[str]:
    """Names of compensated columns whose raw column is not in the file as well."""
    detectors = {parameter.detector for parameter in parameters}
    matches = [(name, _COMPENSATED_NAME.fullmatch(name)) for name in sorted(detectors)]
    return [
        name
        for name, match in matches
        if match is not None and (match["comp"] or match["angle"]) not in detectors
    ]


def _finding(
    message: str,
    code: ReasonCode = ReasonCode.FCS_REPAIRED,
    severity: Severity = Severity.NOTE,
) -> Finding:
    """Say why the events are thought to be compensated."""
    return Finding(code=code, severity=severity, stage="fcs.spillover", message=message)
