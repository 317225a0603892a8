"""What gating may assume; the numbers stand in ``panels/gating.yaml``."""

from __future__ import annotations

from dataclasses import dataclass

from flowpheno.gating.tolerance import LinkLimits  # noqa: TC001 - read when YAML is


@dataclass(frozen=True, slots=True, kw_only=True)
class CutLimits:
    """Parameters of cut points, beside those of `GatingLimits`.

    Attributes
    ----------
    mixture_separation : float
        Ashman's D from which the components of a mixture are apart.
    mixture_weight : float
        Smallest share of positive cells, 0 to 1.
    mixture_events : int
        Fewest positive cells.
    control_confidence : float
        Confidence of a cut at the control's end at most, 0 to 1.
    confidence : float
        Confidence below which a cut is named in the findings.
    replicates : int
        How often a density is drawn again to see whether its valley stays.
    stability : float
        Share of the positive events that must stay positive then, or a mixture goes before it.
    foreign_sd, foreign_share : float
        Robust standard deviations above the control's median beyond which cells are foreign to
        it, and their share of it at most: more of them are a part of it.
    """

    mixture_separation: float
    mixture_weight: float
    mixture_events: int
    control_confidence: float
    confidence: float
    replicates: int
    stability: float
    foreign_sd: float
    foreign_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadLimits:
    """Parameters of spillover spreading.

    Attributes
    ----------
    events : int
        Events of a tube it is measured on at most.
    bin : float
        Decades of an emitter's intensity in which noise is measured at a time.
    bin_events : int
        Fewest negative events of such a bin.
    outlier : float
        Times the variance expected beyond which a bin holds more than noise.
    evidence : float
        Share of the variance of dark events that the light of some bin must add.
    visible : float
        Standard deviations of dark events that this light must reach: less is autofluorescence.
    """

    events: int
    bin: float
    bin_events: int
    outlier: float
    evidence: float
    visible: float


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
    granulocyte_antigen : float
        Decades of a B or precursor antigen above the lymphocytes that granulocytes reach by
        autofluorescence.
    bandwidth : float
        Standard deviation of the density kernel, decades.
    split_bandwidth : float
        The same where a population is split at a valley of its own.
    landmark_error : float
        Decades by which a landmark that is no cut point may be wrong.
    counts_negative : float
        Decades of ion counts (cofactor 5) under which a marker is absent.
    light_negative : float
        The same of compensated fluorescence.
    faint_cd45 : float
        Decades of CD45 below the lymphocytes under which cells have none.
    floor_share : float
        Share of a control on the floor of a logarithmic amplifier from which its spread is not
        known.
    floor_gap : float
        Decades by which cells without CD45 may be brighter to join such a control.
    condensed_sd : float
        Robust standard deviations of lymphocytes in granularity for their size, beyond which a
        small cell is dying.
    cluster_reach : float
        Decades between the median of a cluster and a border, under which its cells are judged
        one by one.
    b_clusters : int
        Clusters that split the B lineage.
    valley_depth : float
        Share of the lower neighbouring mode that a density valley may reach at most.
    valley_share : float
        Share of the way from the control's median to its end under which no valley can lie.
    control_sd : float
        Robust standard deviations above the control median that end the negative.
    control_quantile : float
        Quantile of the control that ends the negative.
    cut : CutLimits
        Of cut points.
    spread : SpreadLimits
        Of spillover spreading.
    link : LinkLimits
        Of the same population in several tubes.
    """

    source: str
    clusters: int
    cluster_events: int
    seed: int
    minimum_control: int
    side_scatter_share: float
    side_scatter_span: float
    granulocyte_gap: float
    granulocyte_antigen: float
    bandwidth: float
    split_bandwidth: float
    landmark_error: float
    counts_negative: float
    light_negative: float
    faint_cd45: float
    floor_share: float
    floor_gap: float
    condensed_sd: float
    cluster_reach: float
    b_clusters: int
    valley_depth: float
    valley_share: float
    control_sd: float
    control_quantile: float
    cut: CutLimits
    spread: SpreadLimits
    link: LinkLimits

    def __post_init__(self) -> None:
        for name in ("clusters", "cluster_events", "b_clusters", "minimum_control"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
        if not 0 <= self.control_quantile <= 100:  # noqa: PLR2004 - percent
            raise ValueError("control_quantile must lie between 0 and 100")
        if self.bandwidth <= 0:
            raise ValueError("bandwidth must be positive")
