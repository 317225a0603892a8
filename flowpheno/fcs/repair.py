"""What to do where a file departs from the standard."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from flowpheno.errors import FcsError
from flowpheno.finding import Finding, ReasonCode, Severity


class Strictness(StrEnum):
    """How a file that departs from the standard is met."""

    STRICT = "strict"  # the first departure is an FcsError
    LENIENT = "lenient"  # what can be repaired without a guess is, and a finding says so


@dataclass(slots=True, kw_only=True)
class Repairs:
    """Collects what was repaired while one data set is read.

    Attributes
    ----------
    strictness : Strictness
        Whether anything may be repaired at all.
    noted : list of Finding
        What was, in the order met.
    """

    strictness: Strictness
    noted: list[Finding] = field(default_factory=list)

    def note(
        self,
        problem: str,
        *,
        segment: str,
        offset: int,
        value: float | None = None,
        severity: Severity = Severity.NOTE,
    ) -> None:
        """Record a repair, or refuse it.

        Parameters
        ----------
        problem : str
            What was met and what was made of it; never the value of a keyword that can name a
            person.
        segment : str
            Segment in which it was met.
        offset : int
            Position in the file, in bytes.
        value : float or None
            The number the problem is about.
        severity : Severity
            A warning where the events could be affected.

        Raises
        ------
        FcsError
            If `strictness` is strict.
        """
        if self.strictness is Strictness.STRICT:
            raise FcsError(problem, segment=segment, offset=offset)
        self.noted.append(
            Finding(
                code=ReasonCode.FCS_REPAIRED,
                severity=severity,
                stage=f"fcs.{segment.lower()}",
                message=problem,
                value=value,
            )
        )
