"""The calls of one population, marker by marker: what is stored, matched and compared."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.finding import ReasonCode
    from flowpheno.marker import Marker
    from flowpheno.statistics import Interval


class Call(StrEnum):
    """What can be said of a marker on a population."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    BORDERLINE = "borderline"
    NOT_EVALUABLE = "not_evaluable"
    NOT_REPORTED = "not_reported"


class Qualifier(StrEnum):
    """How a marker is expressed."""

    DIM = "dim"
    BRIGHT = "bright"
    PARTIAL = "partial"
    HETEROGENEOUS = "heterogeneous"


class Rating(StrEnum):
    """How many events are positive, in the three steps of AIEOP-BFM."""

    NEGATIVE = "negative"
    WEAK = "weak"
    STRONG = "strong"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkerCall:
    """One marker on one population.

    Attributes
    ----------
    marker : Marker
        Canonical name.
    call : Call
        Three-valued: borderline, not evaluable and not reported are all unknown.
    qualifiers : tuple of Qualifier
        How it is expressed; empty if nothing can be said.
    percent : Interval or None
        Percent positive with its 95 % interval; None in intensity mode or if not evaluable.
    median : float or None
        Median compensated intensity, linear; None if not measured.
    shift_log10 : float or None
        Shift against `reference`, in log10; None if there is no reference.
    reference : str
        Population the shift is against; empty if none.
    control : str
        In-sample negative population the positivity was judged against; empty if none.
    cutoff : float or None
        Intensity above which an event is positive, linear, compensated.
    n : int
        Events of the population.
    strong : bool or None
        Intensity criterion of WHO-HAEM5 (in part above half of the normal counterpart); None if
        not evaluable.
    reasons : tuple of ReasonCode
        Why the call is limited.
    rmfi : float or None
        Median over that of `control`, both linear; None without one, in intensity mode and on a
        relative scale.
    stain_index : float or None
        Distance of the medians in units of twice the robust SD of `control`; None as `rmfi`, and
        where the control does not spread.
    rating : Rating or None
        AIEOP-BFM rating of `percent`, whatever the scheme of the call; None without a percentage.
    overlap : float or None
        Fraction, 0 to 1, of the events that lie where those of `reference` do; None without one.
    spread_log10 : float or None
        Standard deviation of the positive events, decades; None for too few and in intensity mode.
    """

    marker: Marker
    call: Call
    qualifiers: tuple[Qualifier, ...] = ()
    percent: Interval | None = None
    median: float | None = None
    shift_log10: float | None = None
    reference: str = ""
    control: str = ""
    cutoff: float | None = None
    n: int = 0
    strong: bool | None = None
    reasons: tuple[ReasonCode, ...] = ()
    rmfi: float | None = None
    stain_index: float | None = None
    rating: Rating | None = None
    overlap: float | None = None
    spread_log10: float | None = None

    @property
    def truth(self) -> bool | None:
        """Positive as True, negative as False, everything else unknown (None)."""
        return {Call.POSITIVE: True, Call.NEGATIVE: False}.get(self.call)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phenotype:
    """The marker calls of one population.

    Attributes
    ----------
    population : str
        Such as ``"blasts"``.
    calls : mapping of Marker to MarkerCall
        The markers measured or typed in; what is absent was not reported.
    scheme : str
        Percent rule that the calls were made by, such as ``"egil"``; empty if typed in.
    """

    population: str
    calls: Mapping[Marker, MarkerCall]
    scheme: str = ""

    def call(self, marker: Marker) -> MarkerCall:
        """Look a marker up.

        Parameters
        ----------
        marker : Marker
            Canonical name.

        Returns
        -------
        MarkerCall
            Its call; `Call.NOT_REPORTED` if it was not measured, never negative.
        """
        missing = MarkerCall(marker=marker, call=Call.NOT_REPORTED)
        return self.calls.get(marker, missing)
