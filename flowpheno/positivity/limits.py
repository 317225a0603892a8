"""What positivity may assume; the numbers stand in ``panels/positivity.yaml``."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - resolved at run time by the YAML door
from dataclasses import dataclass

from flowpheno.finding import ReasonCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """Percent from which a marker is positive; a value on the cut-off is positive.

    Attributes
    ----------
    surface, cytoplasmic : float
        Percent of the population, 0 to 100.
    source : str
        Citation.
    """

    surface: float
    cytoplasmic: float
    source: str

    def __post_init__(self) -> None:
        if not (0 < self.surface <= 100 and 0 < self.cytoplasmic <= 100):  # noqa: PLR2004 - percent
            raise ValueError("surface and cytoplasmic must lie above 0 and at most at 100")


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingLimits:
    """Percent from which a marker is rated weak, and strong; a value on a limit is above it.

    Attributes
    ----------
    weak, strong : float
        Percent of the population, 0 to 100.
    source : str
        Citation.
    """

    weak: float
    strong: float
    source: str

    def __post_init__(self) -> None:
        if not 0 <= self.weak < self.strong <= 100:  # noqa: PLR2004 - percent
            raise ValueError("weak must lie below strong, both between 0 and 100")


@dataclass(frozen=True, slots=True, kw_only=True)
class StrongReference:
    """Normal counterpart of the intensity criterion of WHO-HAEM5.

    Attributes
    ----------
    reference, substitute : str
        Population, and the one used where it is too small; empty for none.
    factor : float
        Share of the substitute's median that stands for the reference's.
    """

    reference: str
    substitute: str
    factor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """An antigen hidden by therapy.

    Attributes
    ----------
    marker : str
        Canonical marker.
    code : str
        Reason code.
    """

    marker: str
    code: str

    def __post_init__(self) -> None:
        if self.code not in set(ReasonCode):
            raise ValueError(f"{self.code!r} is no reason code")


@dataclass(frozen=True, slots=True, kw_only=True)
class PositivityLimits:
    """Parameters of positivity; see the comments in the YAML file.

    Attributes
    ----------
    source : str
        Citation or tag.
    scheme : str
        Key of `schemes` in use.
    schemes : mapping of str to Scheme
        Percent rules.
    rating : RatingLimits
        The tripartite rating, given beside the call of either scheme.
    control_quantile, control_sd : float
        End of the negative control: the larger of a quantile (percent) and median + SDs.
    control_tube_quantile : float
        End of a control tube (FMO, isotype), percent.
    minimum_control, minimum_events : int
        Fewest events of a control, and of a population that is judged.
    own_control_share : float
        Fraction of a population's events, above 0, in its control from which it is its own.
    dim_log10, bright_log10, cd45_dim_log10, absent_log10 : float
        Shifts against the reference, decades.
    partial_low, partial_high : float
        Percent of the upper mode of a partial marker.
    partial_gap_log10, partial_bic : float
        Distance of the modes (decades) and the gain of two components over one.
    partial_valley, partial_bandwidth_log10 : float
        Density between the modes as a share of the lower one, at most; SD of its kernel, decades.
    heterogeneous_log10, heterogeneous_ratio : float
        SD of the positive events, decades, and as a multiple of that of normal cells.
    overlap_low, overlap_high : float
        Quantiles, percent, that bound the normal counterpart.
    spillover_change : float
        Relative change of the coefficients into a channel that must not flip the call.
    saturated_excess : float
        Light beyond the range of a saturated neighbour that must not, as a multiple of the range.
    strong_share, strong_quantile : float
        Intensity criterion: this quantile (percent) above this share of the reference median.
    strong_references : mapping of str to StrongReference
        By marker.
    masks : mapping of str to Mask
        By therapy.
    expected : tuple of str
        Markers a report on blasts names even where they were not stained.
    """

    source: str
    scheme: str
    schemes: Mapping[str, Scheme]
    rating: RatingLimits
    control_quantile: float
    control_sd: float
    control_tube_quantile: float
    minimum_control: int
    minimum_events: int
    own_control_share: float
    dim_log10: float
    bright_log10: float
    cd45_dim_log10: float
    absent_log10: float
    partial_low: float
    partial_high: float
    partial_gap_log10: float
    partial_bic: float
    partial_valley: float
    partial_bandwidth_log10: float
    heterogeneous_log10: float
    heterogeneous_ratio: float
    overlap_low: float
    overlap_high: float
    spillover_change: float
    saturated_excess: float
    strong_share: float
    strong_quantile: float
    strong_references: Mapping[str, StrongReference]
    masks: Mapping[str, Mask]
    expected: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.scheme not in self.schemes:
            known = ", ".join(self.schemes)
            raise ValueError(f"scheme {self.scheme!r} is none of {known}")
        percents = (
            "control_quantile control_tube_quantile strong_quantile partial_low partial_high "
            "overlap_low overlap_high"
        )
        for name in percents.split():
            if not 0 <= getattr(self, name) <= 100:  # noqa: PLR2004 - percent
                raise ValueError(f"{name} must lie between 0 and 100")
        if not 0 < self.own_control_share <= 1:
            raise ValueError("own_control_share must be above 0 and at most 1")
        if min(self.minimum_control, self.minimum_events) < 1:
            raise ValueError("minimum_control and minimum_events must be at least 1")
        if contradictions := self._contradictions():
            raise ValueError(f"required: {', '.join(contradictions)}")

    def _contradictions(self) -> list[str]:
        """Name what must hold between limits and does not."""
        demands = {
            "partial_low < partial_high": self.partial_low < self.partial_high,
            "overlap_low < overlap_high": self.overlap_low < self.overlap_high,
            "dim_log10 < 0 < bright_log10": self.dim_log10 < 0 < self.bright_log10,
            "absent_log10 < dim_log10": self.absent_log10 < self.dim_log10,
            "cd45_dim_log10 < 0": self.cd45_dim_log10 < 0,
            "0 < strong_share": self.strong_share > 0,
            "0 < spillover_change < 1": 0 < self.spillover_change < 1,
            "0 <= saturated_excess": self.saturated_excess >= 0,
            "0 < partial_valley <= 1": 0 < self.partial_valley <= 1,
            "0 < partial_gap_log10": self.partial_gap_log10 > 0,
            "0 < partial_bandwidth_log10": self.partial_bandwidth_log10 > 0,
            "0 < heterogeneous_log10": self.heterogeneous_log10 > 0,
        }
        return [demand for demand, holds in demands.items() if not holds]
