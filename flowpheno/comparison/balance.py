"""What became of the aberrancies of a diagnosis, and which verdict on the phenotype follows.

Stability counts aberrancies, as the literature does: up to a quarter of them may go. A marker
that gains or loses its category, or moves tenfold, other than by an aberrancy going back to
normal changes the phenotype too (CD10 lost, CD20 gained): such a phenotype is called shifted,
never stable, and never divergent for that alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from flowpheno.comparison.shift import MarkerShift, ShiftCall

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.comparison.values import Profile
    from flowpheno.marker import Marker
    from flowpheno.panel.comparison import ComparisonLimits

_UNCHANGED = frozenset({ShiftCall.STABLE, ShiftCall.HETEROGENEITY})
_CATEGORY = frozenset({ShiftCall.GAIN, ShiftCall.LOSS})
_FAR = _CATEGORY | {ShiftCall.MARKED_UP, ShiftCall.MARKED_DOWN}


class Stability(StrEnum):
    """What became of the phenotype; none of these rejects a relapse."""

    PHENOTYPE_STABLE = "PHENOTYPE_STABLE"
    SHIFTED = "SHIFTED"
    DIVERGENT = "DIVERGENT"
    NOT_EVALUABLE = "NOT_EVALUABLE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Aberrancies of the diagnosis, and what became of them.

    Attributes
    ----------
    kept, lost, gained : tuple of Marker
        Aberrancies still there, gone, and new.
    changed : tuple of Marker
        Markers that gained or lost their category, or moved far, other than by an aberrancy
        going back to normal.
    assessed : bool
        Whether aberrancies were known; if not, all comparable markers stand in for them.
    """

    kept: tuple[Marker, ...]
    lost: tuple[Marker, ...]
    gained: tuple[Marker, ...]
    changed: tuple[Marker, ...]
    assessed: bool

    @property
    def n(self) -> int:
        """How many could be followed."""
        return len(self.kept) + len(self.lost)

    @property
    def lost_percent(self) -> float:
        """Share lost, 0 to 100; NaN if none could be followed."""
        return 100 * len(self.lost) / self.n if self.n else float("nan")


def weigh(
    shifts: Sequence[MarkerShift], diagnosis: Profile, relapse: Profile, limits: ComparisonLimits
) -> Balance:
    """Sort the comparable aberrancies; without any, all comparable markers stand in for them.

    Parameters
    ----------
    shifts : sequence of MarkerShift
        Marker by marker.
    diagnosis, relapse : Profile
        The two populations, with their aberrancies where those were assessed.
    limits : ComparisonLimits
        When an aberrancy is lost.

    Returns
    -------
    Balance
        Of the comparable markers alone.
    """
    comparable = [shift for shift in shifts if shift.comparable]
    known = set(diagnosis.aberrancies or ())
    aberrant = [shift for shift in comparable if shift.marker in known]
    later = None if relapse.aberrancies is None else set(relapse.aberrancies)
    share = limits.verdict.kept_share
    if aberrant:
        gone = {s.marker for s in aberrant if _is_lost(s, later, kept_share=share)}
    else:
        gone = {s.marker for s in comparable if s.call not in _UNCHANGED}
    base = aberrant or comparable
    gained = (
        s.marker
        for s in comparable
        if s.marker in (later or ()) and s.marker not in known and s.call not in _UNCHANGED
    )
    changed = (
        s.marker
        for s in comparable
        if (s.call in _FAR and s.marker not in gone)
        or (s.call in _CATEGORY and (s.marker not in known or _is_beyond(s, kept_share=share)))
    )
    return Balance(
        kept=tuple(s.marker for s in base if s.marker not in gone),
        lost=tuple(s.marker for s in base if s.marker in gone),
        gained=tuple(gained),
        changed=tuple(changed),
        assessed=bool(aberrant),
    )


def judge_stability(
    balance: Balance, limits: ComparisonLimits, *, lineage_changed: bool
) -> Stability:
    """Give the verdict on the phenotype: a share of few aberrancies is no divergence.

    Parameters
    ----------
    balance : Balance
        What was kept, lost and changed.
    limits : ComparisonLimits
        Shares that separate the verdicts.
    lineage_changed : bool
        Whether the lineage criteria differ.

    Returns
    -------
    Stability
        The verdict.
    """
    rules = limits.verdict
    if lineage_changed:
        return Stability.DIVERGENT
    if balance.n == 0:
        return Stability.NOT_EVALUABLE
    many = balance.n >= rules.divergent_markers
    if many and balance.lost_percent > rules.divergent_percent:
        return Stability.DIVERGENT
    kept = balance.lost_percent <= rules.stable_percent
    if kept and len(balance.changed) < rules.shifted_markers:
        return Stability.PHENOTYPE_STABLE
    return Stability.SHIFTED


def _is_lost(shift: MarkerShift, later: set[Marker] | None, *, kept_share: float) -> bool:
    """Whether an aberrancy is gone: what did not move cannot be lost."""
    if shift.call in _UNCHANGED:
        return False
    if later is not None:
        return shift.marker not in later
    away = shift.diagnosis.shift_log10
    if away is None or away == 0:
        return shift.call in _FAR
    return (away + shift.delta_log10) / away < kept_share


def _is_beyond(shift: MarkerShift, *, kept_share: float) -> bool:
    """Whether an aberrancy went through normal and as far out on the other side."""
    away = shift.diagnosis.shift_log10
    if away is None or away == 0:
        return False
    return (away + shift.delta_log10) / away < -kept_share
