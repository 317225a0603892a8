"""Doubts about a matrix, as findings."""

from __future__ import annotations

from flowpheno.finding import Finding, ReasonCode, Severity


def doubt(
    message: str,
    value: float | None = None,
    *,
    code: ReasonCode = ReasonCode.COMP_DOUBTFUL,
    severity: Severity = Severity.WARNING,
) -> Finding:
    """Say a doubt about compensation.

    Parameters
    ----------
    message : str
        One sentence.
    value : float or None
        The number it is about.
    code : ReasonCode
        Which doubt.
    severity : Severity
        How it bears on the verdict.

    Returns
    -------
    Finding
        Of this stage.
    """
    return Finding(
        code=code, severity=severity, stage="compensation", message=message, value=value
    )
