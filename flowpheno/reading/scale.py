"""What is said of a file on a scale of its own."""

from __future__ import annotations

from flowpheno.finding import Finding, ReasonCode, Severity


def relative_scale_finding() -> Finding:
    """Say that intensities are ranks only.

    Returns
    -------
    Finding
        `ReasonCode.SCALE_RELATIVE`.
    """
    return Finding(
        code=ReasonCode.SCALE_RELATIVE,
        severity=Severity.WARNING,
        stage="reading.scale",
        message="intensities are on a scale of this file's own: ranks within the file are used, "
        "intensities are not compared with other files",
    )
