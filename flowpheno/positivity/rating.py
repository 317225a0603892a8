"""The tripartite rating of the AIEOP-BFM consensus, a value of its own beside the call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowpheno.phenotype import Rating

if TYPE_CHECKING:
    from flowpheno.positivity.limits import RatingLimits
    from flowpheno.statistics import Interval


def rate(percent: Interval | None, limits: RatingLimits) -> Rating | None:
    """Rate a percentage of positive events.

    Parameters
    ----------
    percent : Interval or None
        Percent positive, 0 to 100; None if it was not measured.
    limits : RatingLimits
        Where weak and strong begin; a value on a limit belongs above it.

    Returns
    -------
    Rating or None
        By the estimate alone: how sure it is, its interval says. None without a percentage.

    References
    ----------
    .. [1] Dworzak MN, Buldini B, Gaipa G, et al. AIEOP-BFM consensus guidelines 2016 for flow
       cytometric immunophenotyping of pediatric acute lymphoblastic leukemia. Cytometry B.
       2018;94:82-93.
    """
    if percent is None:
        return None
    if percent.estimate >= limits.strong:
        return Rating.STRONG
    return Rating.WEAK if percent.estimate >= limits.weak else Rating.NEGATIVE
