"""What one step of quality control gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.finding import Finding, ReasonCode, Severity

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Step:
    """Events a step keeps.

    Attributes
    ----------
    name : str
        Name of the mask that results, such as ``"singlets"``.
    keep : EventMask
        Events this step has nothing against, shape ``(n_events,)``.
    note : str
        How it was done, or why it was not possible.
    findings : tuple of Finding
        What it noticed.
    possible : bool
        False where the tube has no channels for it.
    """

    name: str
    keep: EventMask
    note: str
    findings: tuple[Finding, ...] = ()
    possible: bool = True


def not_possible(name: str, n_events: int, why: str) -> Step:
    """Pass every event through a step the tube has no channels for.

    Parameters
    ----------
    name : str
        The step.
    n_events : int
        Events of the sample.
    why : str
        What is missing.

    Returns
    -------
    Step
        Keeps everything, with a ``QC_STEP_NOT_POSSIBLE`` note.
    """
    finding = Finding(
        code=ReasonCode.QC_STEP_NOT_POSSIBLE,
        severity=Severity.NOTE,
        stage=f"qc.{name}",
        message=f"{name}: {why}",
    )
    note = f"not possible: {why}"
    return Step(
        name=name,
        keep=np.ones(n_events, bool),
        note=note,
        findings=(finding,),
        possible=False,
    )
