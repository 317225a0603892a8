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
    control_quantile, control_sd : float
        End of the negative control: the larger of a quantile (percent) and median + SDs.
    control_tube_quantile : float
        End of a control tube (FMO, isotype), percent.
    minimum_control, minimum_events : int
        Fewest events of a control, and of a population that is judged.
    dim_log10, bright_log10, cd45_dim_log10, absent_log10 : float
        Shifts against the reference, decades.
    partial_low, partial_high : float
        Percent of the upper mode of a partial marker.
    partial_gap_log10, partial_bic : float
        Distance of the modes (decades) and the gain of two components over one.
    heterogeneous_log10 : float
        SD of the positive events, decades.
    spillover_change : float
        Relative change of the coefficients into a channel that must not flip the call.
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
    control_quantile: float
    control_sd: float
    control_tube_quantile: float
    minimum_control: int
    minimum_events: int
    dim_log10: float
    bright_log10: float
    cd45_dim_log10: float
    absent_log10: float
    partial_low: float
    partial_high: float
    partial_gap_log10: float
    partial_bic: float
    heterogeneous_log10: float
    spillover_change: float
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
            "control_quantile control_tube_quantile strong_quantile partial_low partial_high"
        )
        for name in percents.split():
            if not 0 <= getattr(self, name) <= 100:  # noqa: PLR2004 - percent
                raise ValueError(f"{name} must lie between 0 and 100")
        if min(self.minimum_control, self.minimum_events) < 1:
            raise ValueError("minimum_control and minimum_events must be at least 1")
