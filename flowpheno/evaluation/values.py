"""What an evaluation finds, as frozen values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.panel.evaluation import Outcome
    from flowpheno.statistics import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCounts:
    """Events of one or several tubes: labelled as blasts, called blasts, both.

    Attributes
    ----------
    n_events : int
        All events.
    n_true, n_called, n_both : int
        Labelled, called, both.
    n_nucleated : int or None
        Events that the labels count as the denominator; None if they do not say.
    n_true_nucleated : int
        Labelled blasts among these; `n_true` if the labels do not say.
    """

    n_events: int
    n_true: int
    n_called: int
    n_both: int
    n_nucleated: int | None = None
    n_true_nucleated: int = 0

    @property
    def precision(self) -> float:
        """Share of the called events that are labelled, 0 to 1; NaN if none was called."""
        return self.n_both / self.n_called if self.n_called else math.nan

    @property
    def recall(self) -> float:
        """Share of the labelled events that were called, 0 to 1; NaN if none is labelled."""
        return self.n_both / self.n_true if self.n_true else math.nan

    @property
    def f1(self) -> float:
        """Harmonic mean of both, 0 to 1; without labelled and without called events it is 1."""
        total = self.n_true + self.n_called
        return 2 * self.n_both / total if total else 1.0

    def __add__(self, other: EventCounts) -> EventCounts:
        both = (self.n_nucleated, other.n_nucleated)
        return EventCounts(
            n_events=self.n_events + other.n_events,
            n_true=self.n_true + other.n_true,
            n_called=self.n_called + other.n_called,
            n_both=self.n_both + other.n_both,
            n_nucleated=None if None in both else sum(n for n in both if n is not None),
            n_true_nucleated=self.n_true_nucleated + other.n_true_nucleated,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecimenEvaluation:
    """One specimen held against its labels.

    Attributes
    ----------
    specimen : str
        Its name.
    expected : str
        ``"positive"``, ``"negative"`` or a verdict; empty without a label.
    verdict : str
        What was said; empty if nothing was.
    outcome : Outcome
        What that counts as.
    correct : bool or None
        Whether it is what was expected; None without a label.
    group : str
        In which group it is counted; empty without a label.
    counts : EventCounts or None
        Events; None without labels of events.
    true_percent, estimated_percent : float
        Blasts in percent of the denominator, 0 to 100; NaN if not known.
    tubes : tuple of str
        Tubes whose events are labelled.
    reasons : tuple of str
        Reason codes of the verdict.
    note : str
        What was missing.
    """

    specimen: str
    expected: str
    verdict: str
    outcome: Outcome
    correct: bool | None
    group: str
    counts: EventCounts | None = None
    true_percent: float = math.nan
    estimated_percent: float = math.nan
    tubes: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    note: str = ""

    @property
    def f1(self) -> float:
        """Event F1, 0 to 1; NaN without labelled events, or without any and without a result."""
        if self.counts is None or not (self.verdict or self.counts.n_true):
            return math.nan
        return self.counts.f1

    @property
    def log10_error(self) -> float:
        """Absolute error of the estimated fraction, log10; infinite if nothing was estimated."""
        if not self.true_percent > 0:
            return math.nan
        if not self.estimated_percent > 0:
            return math.inf
        return abs(math.log10(self.estimated_percent / self.true_percent))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How many of how many.

    Attributes
    ----------
    k, n : int
        Counted, of how many.
    percent : Interval
        With the Wilson interval, 95 %; NaN for none of none.
    """

    k: int
    n: int
    percent: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSummary:
    """Specimens of one group.

    Attributes
    ----------
    name : str
        Which.
    n : int
        Specimens, those without a result included.
    outcomes : mapping of Outcome to Rate
        Of all of them.
    verdicts : mapping of str to int
        Each verdict that was given.
    correct : Rate
        What was expected.
    false_calls : Rate
        Blasts called, of the specimens without blasts.
    n_f1 : int
        Specimens with an event F1.
    f1_median, f1_mean : Interval
        0 to 1, with bootstrap intervals, 95 %; NaN without specimens, interval NaN for one.
    within : mapping of float to Rate
        Estimated fractions within an error, log10, of all with a true fraction above 0.
    """

    name: str
    n: int
    outcomes: Mapping[Outcome, Rate]
    verdicts: Mapping[str, int]
    correct: Rate
    false_calls: Rate
    n_f1: int
    f1_median: Interval
    f1_mean: Interval
    within: Mapping[float, Rate]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A run held against labels.

    Attributes
    ----------
    specimens : tuple of SpecimenEvaluation
        Those of the run and those of the labels, sorted by name.
    groups : tuple of GroupSummary
        By true blast fraction, then what else was expected; empty groups are left out.
    totals : tuple of GroupSummary
        With blasts of B precursors, without blasts, both.
    simulated : bool
        Whether an input of the run was simulated.
    rules : str
        SHA-256 of the definition that says what counts as what.
    """

    specimens: tuple[SpecimenEvaluation, ...]
    groups: tuple[GroupSummary, ...]
    totals: tuple[GroupSummary, ...]
    simulated: bool
    rules: str

    @property
    def without_labels(self) -> tuple[str, ...]:
        """Specimens of the run that no label speaks of."""
        return tuple(s.specimen for s in self.specimens if s.correct is None)

    @property
    def without_result(self) -> tuple[str, ...]:
        """Specimens of the labels that the run did not judge."""
        return tuple(s.specimen for s in self.specimens if not s.verdict)
