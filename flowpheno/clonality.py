"""The answer to the word *monoclonal*: light chains, and what they cannot show."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from flowpheno.finding import ReasonCode
from flowpheno.statistics import Interval, wilson_percent

if TYPE_CHECKING:
    from flowpheno.panel.clonality import ClonalityRules

_NAN = float("nan")
_UNKNOWN = Interval(_NAN, _NAN, _NAN)
_ELSEWHERE = "it would be shown by IG/TR rearrangement or cytogenetics"


class Clonality(StrEnum):
    """The answer to the word *monoclonal*."""

    RESTRICTED = "restricted"
    POLYTYPIC = "polytypic"
    NOT_ASSESSABLE = "not_assessable"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClonalityAssessment:
    """What light chains show of one population.

    Attributes
    ----------
    clonality : Clonality
        Never more than light chains show.
    ratio : float
        Kappa to lambda; infinite without lambda, NaN if nothing was counted.
    kappa_percent, lambda_percent : Interval
        Share of each type among light-chain positive events, percent with 95 % interval; NaN if
        nothing was counted.
    reasons : tuple of ReasonCode
        Why nothing can be said; empty if something can.
    finding : str
        What was counted and what follows, without a full stop.
    """

    clonality: Clonality
    ratio: float
    kappa_percent: Interval
    lambda_percent: Interval
    reasons: tuple[ReasonCode, ...]
    finding: str


NOT_STAINED = ClonalityAssessment(
    clonality=Clonality.NOT_ASSESSABLE,
    ratio=_NAN,
    kappa_percent=_UNKNOWN,
    lambda_percent=_UNKNOWN,
    reasons=(ReasonCode.CLONALITY_NOT_ASSESSABLE,),
    finding=f"surface light chains were not stained; {_ELSEWHERE}",
)
"""The assessment of a population whose light chains were not measured."""


def assess_clonality(
    kappa: int, lambda_: int, n: int, *, rules: ClonalityRules
) -> ClonalityAssessment:
    """Judge light-chain restriction of a population.

    Restriction needs a count: where the ratio alone speaks for it, the Wilson interval of the
    share must lie beyond the ratio as well. Between reactive and restricted nothing is said.

    Parameters
    ----------
    kappa, lambda_ : int
        Events with surface kappa only, and with surface lambda only.
    n : int
        Events of the population.
    rules : ClonalityRules
        Ratios and counts.

    Returns
    -------
    ClonalityAssessment
        The assessment; not assessable for an empty population.

    Raises
    ------
    ValueError
        If the counts are negative or do not fit into `n`.

    References
    ----------
    .. [1] Thresholds and their sources: ``panels/clonality.yaml``.
    """
    if min(kappa, lambda_) < 0 or kappa + lambda_ > n:
        raise ValueError(f"{kappa} kappa and {lambda_} lambda do not fit into {n} events")
    with_chain = kappa + lambda_
    shares = wilson_percent(kappa, with_chain), wilson_percent(lambda_, with_chain)
    clonality, words, code = _judge(shares, (with_chain, n), rules)
    limited = clonality is Clonality.NOT_ASSESSABLE
    reasons = {ReasonCode.CLONALITY_NOT_ASSESSABLE, code} if limited else set()
    return ClonalityAssessment(
        clonality=clonality,
        ratio=_ratio(kappa, lambda_),
        kappa_percent=shares[0],
        lambda_percent=shares[1],
        reasons=tuple(sorted(reasons)),
        finding=f"kappa {kappa:,}, lambda {lambda_:,} of {n:,} events: {words}",
    )


def clonality_sentence(assessment: ClonalityAssessment, *, aberrant: bool) -> str:
    """Answer the word *monoclonal* for a report.

    Parameters
    ----------
    assessment : ClonalityAssessment
        What light chains show.
    aberrant : bool
        Whether the population is immunophenotypically aberrant.

    Returns
    -------
    str
        One sentence; homogeneous is never called monoclonal.
    """
    kind = "immunophenotypically aberrant population" if aberrant else "population"
    answers = {
        Clonality.RESTRICTED: "light-chain restricted",
        Clonality.POLYTYPIC: "polytypic by light chains",
        Clonality.NOT_ASSESSABLE: "clonality not assessable by flow",
    }
    sentence = f"{kind}; {answers[assessment.clonality]} ({assessment.finding})."
    return sentence[0].upper() + sentence[1:]


def _judge(
    shares: tuple[Interval, Interval], counts: tuple[int, int], rules: ClonalityRules
) -> tuple[Clonality, str, ReasonCode]:
    """Clonality, why in words, and the code that goes with it where nothing can be said."""
    with_chain, n = counts
    unknown, code = Clonality.NOT_ASSESSABLE, ReasonCode.CLONALITY_NOT_ASSESSABLE
    if n == 0 or 100 * with_chain / n < rules.surface_ig_percent:
        return unknown, f"no surface light chain; {_ELSEWHERE}", code
    if with_chain < rules.minimum_events:
        few = f"fewer than {rules.minimum_events} events with a light chain"
        return unknown, few, ReasonCode.TOO_FEW_EVENTS
    larger = max(shares, key=lambda share: share.estimate)
    beyond = 100 * rules.restricted_ratio / (1 + rules.restricted_ratio)
    if larger.estimate >= rules.restricted_percent or larger.low > beyond:
        return Clonality.RESTRICTED, f"{larger.estimate:.0f} % of one type", code
    low, high = (100 * ratio / (1 + ratio) for ratio in rules.reactive_ratio)
    if low <= shares[0].estimate <= high:
        return Clonality.POLYTYPIC, "the ratio of reactive B cells", code
    return unknown, "the ratio lies between reactive and restricted", code


def _ratio(kappa: int, lambda_: int) -> float:
    """Kappa to lambda."""
    if lambda_ == 0:
        return float("inf") if kappa else _NAN
    return kappa / lambda_
