"""When a spillover matrix is not trusted, or cannot be estimated."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SpilloverLimits:
    """When a spillover matrix is not trusted.

    Attributes
    ----------
    source : str
        Citation or tag.
    condition_number : float
        Above it the matrix is ill conditioned.
    largest_coefficient : float
        Off-diagonal coefficients above it are named: a dye brighter in another detector than in
        its own.
    displaced_share : float
        Share of full scale (0 to 1) below zero beyond which no noise takes a compensated value.
    displaced_percent : float
        Percent of events with such a value from which the matrix takes off too much.
    contradicted_percent : float
        Percent of events with such a value from which no population may rest on the matrix.
    contradicted_error : float
        Likewise, error of a coefficient, as a fraction: by which negative events lie below zero,
        or a detector follows another.
    bright_percentile : float
        Percentile of a detector from which its events are bright.
    bright_share : float
        Share of full scale (0 to 1) that a bright event has at least.
    bright_events : int
        Bright events needed to judge a detector.
    tight_ratio : float
        A second detector follows a first if, among the bright events of the first, the 25th
        percentile of their quotient is at most this many times the 5th: co-expression scatters
        more than spill does.
    tight_least : float
        Quotient below which a spill makes no difference.
    tight_pairs : int
        Pairs of detectors that follow each other from which data look uncompensated; fewer count
        where the matrix knows of spill between them.
    negative_sd : float
        Robust SDs of the negative population by which its median may lie below zero among the
        events that are bright in another detector.
    negative_correlation : float
        Correlation with that other detector from which such a median comes from spill.
    negative_least : float
        Error of a coefficient, as a fraction, that is worth naming.
    negative_reach : float
        Largest error of a coefficient, as a fraction, by which a negative event may be off zero.
    """

    source: str
    condition_number: float
    largest_coefficient: float
    displaced_share: float
    displaced_percent: float
    contradicted_percent: float
    contradicted_error: float
    bright_percentile: float
    bright_share: float
    bright_events: int
    tight_ratio: float
    tight_least: float
    tight_pairs: int
    negative_sd: float
    negative_correlation: float
    negative_least: float
    negative_reach: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlLimits:
    """How a matrix is estimated from single-stain controls, and when the estimate is weak.

    Attributes
    ----------
    source : str
        Citation or tag.
    cofactor : float
        Intensity at which the asinh scale, on which two populations are told apart, turns
        logarithmic.
    least_events : int
        Fewest positive, and fewest negative events; with fewer there is no estimate.
    weak_events : int
        Events of either kind below which a control is called weak.
    separation : float
        Distance of the medians of two populations, in sums of their robust SDs on the asinh
        scale, from which there are two.
    valley : float
        Events about the border of two populations, as a share (0 to 1) of those about either
        median, up to which there are two.
    dark_percentile : float
        Percentile of the unstained control above which an event is positive, where a control
        does not show two populations itself.
    contamination_percent : float
        Most of such events, in percent, that may be unstained by their share in that control.
    negative_sd : float
        Robust SDs above and below the median of the negative events within which they are used.
    scatter_sd : float
        Robust SDs around the positive events' median scatter within which negatives are alike.
    saturated_share : float
        Share of full scale (0 to 1) from which a value is saturated; such events are left out.
    saturated_percent : float
        Percent of positive events left out as saturated from which a control is called weak.
    dim_log10 : float
        Decades between the medians of the negative events' upper end and the positive events
        below which a control is called dim.
    tuning : float
        Residual, in robust SDs, from which an event has no weight (Tukey's biweight).
    largest_error : float
        Standard error of a coefficient from which it is called uncertain.
    brighter_share : float
        A coefficient above it contradicts the control's name: another detector sees the dye as
        brightly.
    unstained_words : tuple of str
        Words by which the name of a file, or of its tube, says that it is unstained.
    """

    source: str
    cofactor: float
    least_events: int
    weak_events: int
    separation: float
    valley: float
    dark_percentile: float
    contamination_percent: float
    negative_sd: float
    scatter_sd: float
    saturated_share: float
    saturated_percent: float
    dim_log10: float
    tuning: float
    largest_error: float
    brighter_share: float
    unstained_words: tuple[str, ...]

    def __post_init__(self) -> None:
        if not 3 <= self.least_events <= self.weak_events:  # noqa: PLR2004 - a spread needs three
            raise ValueError("3 <= least_events <= weak_events does not hold")
        if not min(self.cofactor, self.separation, self.tuning, self.scatter_sd) > 0:
            raise ValueError("cofactor, separation, tuning and scatter_sd must be above 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmixingLimits:
    """When the references of spectral data, or what is unmixed by them, are not trusted.

    Attributes
    ----------
    source : str
        Citation or tag.
    condition_number : float
        Above it the references are ill conditioned.
    collinear_cosine : float
        Cosine of two references (0 to 1) from which they are named as alike.
    residual_share, residual_least : float
        An event is not explained by the references if its residual exceeds this share of its
        light, and this share of full scale (both 0 to 1).
    residual_percent : float
        Percent of such events from which a dye may be missing among the references.
    """

    source: str
    condition_number: float
    collinear_cosine: float
    residual_share: float
    residual_least: float
    residual_percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CompensationLimits:
    """Parameters of what is made from controls and references.

    Attributes
    ----------
    controls, unmixing : dataclass
        Parameters of the part of that name.
    """

    controls: ControlLimits
    unmixing: UnmixingLimits
