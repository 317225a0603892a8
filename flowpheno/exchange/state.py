"""What was done to events already: said in keywords, so that it survives a table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flowpheno.errors import TableError
from flowpheno.fcs.compensated import judge_compensation
from flowpheno.fcs.spillover import changes_nothing, read_spillover

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.arrays import EventMatrix
    from flowpheno.fcs.parameters import Parameter
    from flowpheno.fcs.spillover import Spillover
    from flowpheno.finding import Finding

COMPENSATED_KEYWORD = "FLOWPHENO COMPENSATED"
APPLIED_KEYWORD = "FLOWPHENO APPLIED SPILLOVER"
"""Not ``$SPILLOVER``: a matrix there would be applied twice."""
SCALE_KEYWORD = "FLOWPHENO SCALE"
RANGE_KEYWORD = "FLOWPHENO P{}RANGE"
"""Full scale of a column some of whose values lie beyond it: ``$PnR`` must lie above them all."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Tube:
    """Events and what describes them, as it goes to other packages and comes from them.

    Attributes
    ----------
    keywords : mapping of str to str
        Upper case; may hold identifiers.
    parameters : tuple of Parameter
        One for each column.
    events : EventMatrix
        Intensities.
    spillover : Spillover or None
        Matrix that was, or is to be, applied.
    compensated : bool
        Whether it was.
    version : str
        FCS version; empty if not from FCS.
    """

    keywords: Mapping[str, str]
    parameters: tuple[Parameter, ...]
    events: EventMatrix
    spillover: Spillover | None = None
    compensated: bool = False
    version: str = ""


def read_state(tube: Tube) -> tuple[Tube, tuple[Finding, ...]]:
    """Tell from keywords whether events are compensated.

    Parameters
    ----------
    tube : Tube
        Its keywords and columns count.

    Returns
    -------
    Tube
        With its matrix: as flowpheno wrote it; else as in a file with these keywords.
    tuple of Finding
        Why it is thought so.
    """
    if tube.keywords.get(COMPENSATED_KEYWORD, "").upper() == "TRUE":
        applied = {"$SPILLOVER": tube.keywords.get(APPLIED_KEYWORD, "")}
        reading = read_spillover(applied, tube.parameters)
        return replace(tube, spillover=reading.spillover, compensated=True), reading.findings
    reading, compensated, findings = judge_compensation(tube, carried=False)
    known = replace(tube, spillover=reading.spillover, compensated=compensated)
    return known, (*reading.findings, *findings)


def state_keywords(tube: Tube) -> dict[str, str]:
    """Write keywords that say whether events are compensated.

    Parameters
    ----------
    tube : Tube
        Events, and the matrix that was or is to be applied.

    Returns
    -------
    dict of str to str
        ``$SPILLOVER`` with a matrix that is to be applied, or with the identity, which is doubted
        again where it is read; one that was applied under a name of flowpheno's own, so that no
        program applies it twice.

    Raises
    ------
    TableError
        If a detector of the matrix holds a comma.
    """
    identity = tube.spillover is not None and changes_nothing(tube.spillover)
    applied = tube.compensated and not identity
    written = {COMPENSATED_KEYWORD: "TRUE"} if applied else {}
    if tube.spillover is not None:
        written[APPLIED_KEYWORD if applied else "$SPILLOVER"] = _spelled(tube.spillover)
    return written


def _spelled(spillover: Spillover) -> str:
    odd = [name for name in spillover.detectors if "," in name]
    if odd:
        raise TableError(f"detector {odd[0][:40]!r} of the spillover matrix holds a comma")
    coefficients = [repr(float(value)) for value in spillover.matrix.ravel()]
    return ",".join([str(len(spillover.detectors)), *spillover.detectors, *coefficients])
