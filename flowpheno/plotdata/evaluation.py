"""Numbers of the picture of an evaluation, apart from how they are drawn."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluatedPoint:
    """One specimen of the picture.

    Attributes
    ----------
    outcome : str
        What its verdict counts as.
    true_percent : float
        Blasts by the labels, 0 to 100; 0 for none.
    estimated_percent : float
        Blasts by the result, 0 to 100; NaN if nothing was counted.
    f1 : float
        Of the events, 0 to 1; NaN without labels of events.
    other : bool
        Whether its blasts are expected not to be of B precursors.
    """

    outcome: str
    true_percent: float
    estimated_percent: float
    f1: float
    other: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluatedGroup:
    """One bar of the picture.

    Attributes
    ----------
    name : str
        Of the group.
    counts : tuple of int
        Specimens of each outcome, in the order of the picture's outcomes.
    """

    name: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationPlot:
    """F1 and estimated fraction against the true fraction, and outcomes by group.

    Attributes
    ----------
    title : str
        Stands above.
    points : tuple of EvaluatedPoint
        Specimens whose true fraction is known.
    outcomes : tuple of str
        In the order of the legend.
    medians : tuple of (float, float, float)
        Lower and upper true percent of a group, and its median F1.
    groups : tuple of EvaluatedGroup
        From the highest fraction to none.
    tolerance_log10 : float
        Half width of the band around equality.
    """

    title: str
    points: tuple[EvaluatedPoint, ...]
    outcomes: tuple[str, ...]
    medians: tuple[tuple[float, float, float], ...]
    groups: tuple[EvaluatedGroup, ...]
    tolerance_log10: float
