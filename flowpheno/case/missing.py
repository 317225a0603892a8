"""How likely sampled sites all miss patchy disease: an illustration, never a result."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from flowpheno.case.values import MissedChance

if TYPE_CHECKING:
    from flowpheno.panel.case import MissingRules

_SITES = (1, 2, 3)  # of the table


def missed_percent(n_sites: int, involvement: float, sensitivity: float) -> float:
    """Give the probability that every one of k sites misses the disease.

    Parameters
    ----------
    n_sites : int
        Sites sampled, independent of each other; 0 gives 100 %.
    involvement : float
        Share of sites involved, 0 to 1.
    sensitivity : float
        Probability of seeing it at an involved site, 0 to 1.

    Returns
    -------
    float
        Percent.

    Examples
    --------
    >>> round(missed_percent(2, 0.7, 0.95), 1)
    11.2
    """
    return 100 * (1 - sensitivity * involvement) ** n_sites


def averaged_percent(n_sites: int, sensitivity: float, prior: tuple[float, float]) -> float:
    """Average the probability over a beta prior of the share of sites involved.

    Parameters
    ----------
    n_sites : int
        Sites sampled.
    sensitivity : float
        Probability of seeing it at an involved site, 0 to 1.
    prior : tuple of float
        Parameters a and b of the beta distribution.

    Returns
    -------
    float
        Percent.
    """
    a, b = prior
    moment, total = 1.0, 0.0
    for j in range(n_sites + 1):  # binomial theorem; moment is E[q**j]
        total += math.comb(n_sites, j) * (-sensitivity) ** j * moment
        moment *= (a + j) / (a + b + j)
    return 100 * total


def missed_chance(n_sites: int, rules: MissingRules) -> MissedChance:
    """Illustrate what negative sites leave open.

    Parameters
    ----------
    n_sites : int
        Different sites sampled and negative, at least 1.
    rules : MissingRules
        Assumptions.

    Returns
    -------
    MissedChance
        Probabilities with their assumptions.
    """
    return MissedChance(
        n_sites=n_sites,
        percent={q: missed_percent(n_sites, q, rules.sensitivity) for q in rules.involvement},
        averaged_percent=averaged_percent(n_sites, rules.sensitivity, rules.prior),
        note=rules.note,
        sensitivity_percent=100 * rules.sensitivity,
        by_sites={
            q: tuple(missed_percent(k, q, rules.sensitivity) for k in _SITES)
            for q in rules.involvement
        },
    )


def missed_sentence(missed: MissedChance) -> str:
    """Put the illustration into one line, with its assumptions.

    Parameters
    ----------
    missed : MissedChance
        What negative sites leave open.

    Returns
    -------
    str
        Never a number without the share of sites it assumes.
    """
    k = missed.n_sites
    sites = "the one negative site misses" if k == 1 else f"all {k} negative sites miss"
    parts = [
        f"{p:.1f} % if {100 * q:.0f} % of the sites are involved" for q, p in _falling(missed)
    ]
    return (
        f"Illustrative, not a result: {sites} patchy disease in "
        f"{', '.join(parts)}; a site that is involved shows it in "
        f"{missed.sensitivity_percent:.0f} %. {missed.note}"
    )


def _falling(missed: MissedChance) -> list[tuple[float, float]]:
    return sorted(missed.percent.items(), reverse=True)
