"""Sub-populations at two times, and how far two clouds of events lie apart.

A marker that is bimodal at either time divides the population; what is on which side of all such
markers is a sub-population, such as ``CD20+ CD34-``. The same borders are used at both times, so
that a share can be compared. A population that moved as a whole has one mode at both times: it
shifted, and nothing of it is new.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.statistics import wilson_percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from flowpheno.arrays import Values
    from flowpheno.comparison.shift import MarkerShift
    from flowpheno.comparison.values import Profile
    from flowpheno.marker import Marker
    from flowpheno.panel.comparison import ComparisonLimits, SubpopulationLimits
    from flowpheno.statistics import Interval

    Indices = npt.NDArray[np.int64]
    Events = npt.NDArray[np.float64]

_NAN = float("nan")
_GRID = 0.02  # log10
_RIPPLE = 0.02  # of the highest mode
_MOST_PAIRS = 500  # events of each side whose distances are measured


class Fate(StrEnum):
    """What became of a sub-population."""

    NEW = "NEW"
    LOST = "LOST"
    EXPANDED = "EXPANDED"
    SHRUNK = "SHRUNK"
    KEPT = "KEPT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subpopulation:
    """Part of the population at two times.

    Attributes
    ----------
    name : str
        Its side of every dividing marker, such as ``"CD20+ CD34-"``.
    fate : Fate
        What became of it.
    diagnosis, relapse : Interval
        Percent of the population, with its 95 % interval, of the events kept.
    """

    name: str
    fate: Fate
    diagnosis: Interval
    relapse: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """What only the events of both sides can tell.

    Attributes
    ----------
    subpopulations : tuple of Subpopulation
        Largest at relapse first; empty where no marker divides either side.
    energy_log10 : float
        Energy distance of the two clouds, log10; NaN where they cannot be compared.
    auc : float
        Area under the ROC curve of a linear discriminant that tells relapse from diagnosis,
        trained on one half of the events and tested on the other: 0.5 alike, 1 apart; NaN as
        above.
    """

    subpopulations: tuple[Subpopulation, ...] = ()
    energy_log10: float = _NAN
    auc: float = _NAN


NO_STRUCTURE = Structure()
"""Where events of one side are not there."""


def compare_structure(
    diagnosis: Profile, relapse: Profile, shifts: Sequence[MarkerShift], limits: ComparisonLimits
) -> Structure:
    """Compare the events of two populations on the markers that compare.

    Parameters
    ----------
    diagnosis, relapse : Profile
        The populations.
    shifts : sequence of MarkerShift
        Says which markers compare, and by how much the staining moved.
    limits : ComparisonLimits
        When a marker divides a population, and what is new.

    Returns
    -------
    Structure
        Empty where too few events were kept, or no marker compares.
    """
    earlier, later = diagnosis.joint, relapse.joint
    if earlier is None or later is None or min(earlier.n, later.n) < limits.minimum_events:
        return NO_STRUCTURE
    used = [
        s
        for s in shifts
        if s.comparable and s.marker in earlier.markers and s.marker in later.markers
    ]
    if not used:
        return NO_STRUCTURE
    markers = [shift.marker for shift in used]
    before = earlier.columns(markers)
    after = later.columns(markers) - np.array([s.anchor_log10 or 0.0 for s in used])
    rules = limits.subpopulations
    sizes = diagnosis.n, relapse.n
    return Structure(
        subpopulations=_subpopulations((before, after), markers, sizes, rules),
        energy_log10=_energy(before, after),
        auc=_auc(before, after),
    )


def _subpopulations(
    sides: tuple[Events, Events],
    markers: Sequence[Marker],
    sizes: tuple[int, int],
    rules: SubpopulationLimits,
) -> tuple[Subpopulation, ...]:
    """Divide both sides by the deepest valleys of either."""
    found = []
    for place, marker in enumerate(markers):
        valleys = [_valley(side[:, place], rules) for side in sides]
        depth, border = min(valleys)
        if depth <= rules.valley:
            found.append((depth, marker, place, border))
    dividing = sorted(found)[: rules.maximum_markers]
    if not dividing:
        return ()
    codes = [_codes(side, dividing) for side in sides]
    parts = []
    for code in range(2 ** len(dividing)):
        shares = [wilson_percent(int((c == code).sum()), c.size) for c in codes]
        counted = max(s.estimate * n / 100 for s, n in zip(shares, sizes, strict=True))
        if (
            max(s.estimate for s in shares) < rules.minimum_percent
            or counted < rules.minimum_events
        ):
            continue
        name = " ".join(
            f"{marker}{'+' if code >> bit & 1 else '-'}"
            for bit, (_, marker, _, _) in enumerate(dividing)
        )
        fate = _fate(shares[0], shares[1], rules)
        parts.append(Subpopulation(name=name, fate=fate, diagnosis=shares[0], relapse=shares[1]))
    return tuple(sorted(parts, key=lambda part: (-part.relapse.estimate, part.name)))


def _codes(side: Events, dividing: Sequence[tuple[float, Marker, int, float]]) -> Indices:
    sides = [
        (side[:, place] > border) << bit for bit, (_, _, place, border) in enumerate(dividing)
    ]
    codes: Indices = np.sum(sides, axis=0)
    return codes


def _fate(before: Interval, after: Interval, rules: SubpopulationLimits) -> Fate:
    """Name what became of a part; the interval of a share that is called absent is below it."""
    if before.high < rules.absent_percent:
        return Fate.NEW
    if after.high < rules.absent_percent:
        return Fate.LOST
    if after.low >= rules.expanded * before.estimate and after.low > before.high:
        return Fate.EXPANDED
    if before.low >= rules.expanded * after.estimate and before.low > after.high:
        return Fate.SHRUNK
    return Fate.KEPT


def _valley(values: Values, rules: SubpopulationLimits) -> tuple[float, float]:
    """Depth of the deepest valley between two modes, over the lower mode; and where it is.

    Depth is 1 where there is none: modes must be far enough apart, and hold enough events.
    """
    low, high = values.min() - 4 * rules.bandwidth, values.max() + 4 * rules.bandwidth
    grid = np.arange(low, high + _GRID, _GRID)
    counts = np.histogram(values, bins=grid)[0]
    reach = int(np.ceil(4 * rules.bandwidth / _GRID))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * _GRID / rules.bandwidth) ** 2)
    smooth = np.convolve(counts, kernel, mode="same")
    inner = smooth[1:-1]
    peaks = 1 + np.flatnonzero((inner > smooth[:-2]) & (inner >= smooth[2:]))
    best = (1.0, _NAN)
    for left, right in pairwise(_high_enough(smooth, peaks)):
        lowest = left + int(np.argmin(smooth[left:right]))
        share = 100 * counts[:lowest].sum() / values.size
        if (
            (right - left) * _GRID >= rules.minimum_gap_log10
            and rules.minimum_percent <= share <= 100 - rules.minimum_percent
        ):
            depth = float(smooth[lowest] / min(smooth[left], smooth[right]))
            best = min(best, (depth, float(grid[lowest])))
    return best


def _high_enough(smooth: Values, peaks: Indices) -> Indices:
    """Leave out the ripples of single events in the tails."""
    kept: Indices = peaks[smooth[peaks] >= _RIPPLE * smooth.max()]
    return kept


def _energy(before: Events, after: Events) -> float:
    """Energy distance (Szekely and Rizzo, J Stat Plan Inference 2013;143:1249), as a length."""
    from scipy.spatial.distance import cdist  # noqa: PLC0415 - slow import

    one, other = (side[:: max(len(side) // _MOST_PAIRS, 1)] for side in (before, after))
    between = cdist(one, other).mean()
    within = cdist(one, one).mean() + cdist(other, other).mean()
    return float(max(2 * between - within, 0.0))


def _auc(before: Events, after: Events) -> float:
    """Tell the sides apart by Fisher's discriminant of every second event."""
    from scipy.stats import rankdata  # noqa: PLC0415 - slow import

    train, test = [(side[::2], side[1::2]) for side in (before, after)], []
    spread = sum(np.atleast_2d(np.cov(fit, rowvar=False)) for fit, _ in train)
    direction = np.linalg.pinv(spread) @ (train[1][0].mean(axis=0) - train[0][0].mean(axis=0))
    test = [held @ direction for _, held in train]
    ranks = rankdata(np.concatenate(test))
    n_before, n_after = test[0].size, test[1].size
    above = float(ranks[n_before:].sum()) - n_after * (n_after + 1) / 2
    return float(above / (n_before * n_after))
