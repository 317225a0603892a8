"""What the learned model may assume; ``panels/learning.yaml`` holds the numbers."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - read when the file is validated
from dataclasses import dataclass

_LEAST_FOLDS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningLimits:
    """Parameters of training and use; each is explained beside its value in the YAML file.

    Attributes
    ----------
    source : str
        Citation or tag.
    minimum_patients, minimum_patients_with_blasts : int
        Fewest of all, and fewest with labelled blasts.
    folds, calibration_folds : int
        Groups of patients, of all and of each training part.
    events_per_specimen, rare_events : int
        Events taken of a specimen, and events of a class from which specimens weigh the same.
    trees, leaves, leaf_events, bins : int
        Size of the gradient-boosted trees, and steps of a column.
    learning_rate, ridge : float
        Their regularisation.
    certain : float
        No probability is taken to be nearer to 0 or 1, see `for_own_share`.
    anchor_events : int
        Fewest internal cells a tube is aligned by.
    aligned_to : mapping of str to tuple of str
        Internal population to the markers that are aligned by it.
    scatter_aligned_to : str
        Internal population that scatter is aligned by.
    drift_log10 : float
        Internal cells this far beyond those of the training specimens: refused.
    range_percent, range_margin_log10, outside_percent : float
        Bounds of the training range, and the share of cells outside that is refused.
    called_probability : float
        An event above it counts as a blast.
    disagrees_above : tuple of float
        Probabilities above which more events than expected are a disagreement, rising.
    false_sd : float
        Standard deviations above the mean of the false events of held-out specimens.
    """

    source: str
    minimum_patients: int
    minimum_patients_with_blasts: int
    folds: int
    calibration_folds: int
    events_per_specimen: int
    rare_events: int
    trees: int
    learning_rate: float
    leaves: int
    leaf_events: int
    ridge: float
    bins: int
    certain: float
    anchor_events: int
    aligned_to: Mapping[str, tuple[str, ...]]
    scatter_aligned_to: str
    drift_log10: float
    range_percent: float
    range_margin_log10: float
    outside_percent: float
    called_probability: float
    disagrees_above: tuple[float, ...]
    false_sd: float

    def __post_init__(self) -> None:
        if min(self.folds, self.calibration_folds) < _LEAST_FOLDS:
            raise ValueError("folds and calibration_folds must be at least 2")
        if not _LEAST_FOLDS <= self.minimum_patients_with_blasts <= self.minimum_patients:
            raise ValueError("2 <= minimum_patients_with_blasts <= minimum_patients is required")
        counts = ("events_per_specimen", "rare_events", "trees", "leaf_events", "anchor_events")
        for name in counts:
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
        if not 2 <= self.bins <= 255:  # noqa: PLR2004 - of scikit-learn
            raise ValueError("bins must lie between 2 and 255")
        if self.leaves < 2:  # noqa: PLR2004 - a tree with one leaf says nothing
            raise ValueError("leaves must be at least 2")
        if not 0 < self.learning_rate <= 1:
            raise ValueError("0 < learning_rate <= 1 is required")
        if not 0 < self.certain < 0.5:  # noqa: PLR2004 - half is no certainty
            raise ValueError("0 < certain < 0.5 is required")
        if not 0 < self.called_probability < 1:
            raise ValueError("0 < called_probability < 1 is required")
        self._check_numbers()
        self._check_levels()

    def _check_levels(self) -> None:
        levels = self.disagrees_above
        if not levels or list(levels) != sorted(set(levels)):
            raise ValueError("disagrees_above must rise")
        if not 0 < levels[0] <= levels[-1] < 1:
            raise ValueError("disagrees_above must lie between 0 and 1")

    def _check_numbers(self) -> None:
        for name in ("ridge", "drift_log10", "range_margin_log10", "false_sd"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative")
        if not 0 <= self.range_percent < 50 or not 0 < self.outside_percent <= 100:  # noqa: PLR2004 - percent
            raise ValueError("range_percent or outside_percent is no such percentage")

    @property
    def alignment(self) -> Mapping[str, str]:
        """Internal population by the marker, or ``"FSC"`` and ``"SSC"``, aligned by it."""
        found = {m: name for name, markers in self.aligned_to.items() for m in markers}
        return found | dict.fromkeys(("FSC", "SSC"), self.scatter_aligned_to)
