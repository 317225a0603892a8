"""Which tube of the definitions a file is, and what is noticed where it is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.panel.recognition import recognise

if TYPE_CHECKING:
    from flowpheno.panel.definitions import Definitions
    from flowpheno.panel.recognition import Recognition
    from flowpheno.sample import Sample


def recognise_tube(
    sample: Sample, definitions: Definitions
) -> tuple[Recognition, tuple[Finding, ...]]:
    """Tell which tube a sample is.

    Parameters
    ----------
    sample : Sample
        As read.
    definitions : Definitions
        Hold the tubes, and when a file is one.

    Returns
    -------
    recognition : Recognition
        The nearest tube, with the differences.
    findings : tuple of Finding
        A note where no tube fits. It changes no verdict: what a marker is judged by does not rest
        on the tube.
    """
    found = recognise(sample.channels, definitions.tubes, definitions.recognition)
    if found.recognised:
        return found, ()
    note = Finding(
        code=ReasonCode.PANEL_UNRECOGNISED,
        severity=Severity.NOTE,
        stage="panel.recognition",
        message=f"the tube is {found}",
        value=found.score,
    )
    return found, (note,)
