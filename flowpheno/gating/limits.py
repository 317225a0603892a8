"""What gating may assume; the numbers stand in ``panels/gating.yaml``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class GatingLimits:
    """Parameters of the data-driven gates; distances are decades (log10) of intensity.

    Attributes
    ----------
    source : str
        Citation or tag of the numbers.
    clusters : int
        Clusters of the over-clustering that finds the anchors.
    cluster_events : int
        Events it is fitted on.
    seed : int
        Seed of the over-clustering: one file, one answer.
    minimum_control : int
        Fewest events of a control population.
    side_scatter_share : float
        Where between lymphocytes (0) and granulocytes (1) low side scatter ends.
    side_scatter_span : float
        Decades above the lymphocytes at which it ends where there are no granulocytes.
    granulocyte_gap : float
        Decades of side scatter above the lymphocytes from which cells may be granulocytes.
    bandwidth : float
        Standard deviation of the density kernel, decades.
    b_clusters : int
        Clusters that split the B lineage.
    monocyte_scatter, monocyte_cd45 : float
        Decades above the border of low side scatter, and below lymphocyte CD45, of monocytes.
    valley_depth : float
        Share of the lower neighbouring mode that a density valley may reach at most.
    valley_share : float
        Share of the way from the control's median to its end under which no valley can lie.
    control_sd : float
        Robust standard deviations above the control median that end the negative.
    control_quantile : float
        Quantile of the control that ends the negative.
    lymphocyte_scatter : float
        Decades of side scatter above their median that lymphocytes reach.
    lymphocyte_cd45 : float
        Decades of CD45 below the lymphocyte median that still count as bright.
    erythroid_cd45 : float
        Decades of CD45 below the lymphocyte median under which nucleated red cells lie.
    mature_cd45 : float
        Decades of CD45 below the lymphocyte median that a mature B cell may lie.
    plasma_cd38 : float
        Decades of CD38 above the lymphocyte median from which plasma cells lie.
    """

    source: str
    clusters: int
    cluster_events: int
    seed: int
    minimum_control: int
    side_scatter_share: float
    side_scatter_span: float
    granulocyte_gap: float
    bandwidth: float
    b_clusters: int
    monocyte_scatter: float
    monocyte_cd45: float
    valley_depth: float
    valley_share: float
    control_sd: float
    control_quantile: float
    lymphocyte_scatter: float
    lymphocyte_cd45: float
    erythroid_cd45: float
    mature_cd45: float
    plasma_cd38: float

    def __post_init__(self) -> None:
        for name in ("clusters", "cluster_events", "b_clusters", "minimum_control"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
        if not 0 <= self.control_quantile <= 100:  # noqa: PLR2004 - percent
            raise ValueError("control_quantile must lie between 0 and 100")
        if self.bandwidth <= 0:
            raise ValueError("bandwidth must be positive")
