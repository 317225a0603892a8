"""What the search for aberrant cells may assume; ``panels/aberrancy.yaml`` holds the numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AberrancyLimits:
    """Parameters of the search; each is explained beside its value in the YAML file.

    Attributes
    ----------
    source : str
        Citation or tag.
    components, template_events, minimum_normals, recommended_normals : int
        Size of a normal template.
    outlier_quantile, outlier_sd : float
        A normal marrow is left out where this quantile (percent) of its events' scores lies so
        many robust SDs above that of the others.
    score_quantile : float
        Percentile of held-out normal events above which an event is flagged.
    neighbours : int
        Template events that a cluster is compared with, by its other markers.
    percentile_low, percentile_high : float
        Percentiles of those events a normal median lies between.
    aberrant_log10, strong_log10 : float
        Least shift of an aberrancy, decades.
    median_sd : float
        Standard errors by which the median of a cluster may be off, and the aberrancy stays one.
    lesser_log10, lesser_sd : float
        Least shift, decades and standard deviations between normal marrows, of an aberrancy that
        counts only beside another.
    lesser_events, lesser_marrows : int
        Fewest events of the cluster, and fewest normal marrows, to measure it.
    cross_lineage_percent : float
        Percent positive that makes a cross-lineage marker aberrant.
    score_levels : tuple of float
        Steps above the threshold at which flagged events are clustered anew.
    cluster_components : int
        Most clusters at a step.
    cluster_floor_log10 : float
        Decades under which an intensity is background: clusters do not split on it.
    degenerate_log10 : float
        Forward scatter of a cluster against lymphocytes, log10, under which its cells are dying.
    dying_events : int
        Fewest cells of a population among which dying ones are looked for.
    dying_log10 : float
        Least forward scatter that these lack against the others, decades.
    dying_separation, dying_share : float
        Least distance from the others, standard deviations, and largest share of all (0 to 1).
    dying_glow_log10, dying_change_log10 : float
        Decades by which they are brighter in each dark channel at least, and darker in any other
        at most.
    expected_share : float
        Fraction of the expected false positives a cluster must exceed.
    grown_excess : float
        Times the normal events to be expected among its members that a cluster must exceed.
    grown_runaway : float
        Times its number after two rounds from which a growing cluster has no border of its own.
    grown_most : float
        Times its flagged events up to which such a cluster still counts.
    grown_far : float
        Units of log density above the threshold from which aberrant events stay suspicious,
        whatever they grow to.
    mention_events, lod_events : int
        Events to mention, and to call, a cluster.
    independent_spill : float
        Spillover between two channels from which their aberrancies count once.
    drift_apply_log10, drift_abort_log10 : float
        Shift of internal lymphocytes that is corrected, and that ends the comparison.
    anchor_events : int
        Fewest internal cells a drift is measured on.
    diagnosis_blasts, diagnosis_events, diagnosis_markers : int
        Fewest blasts of a diagnosis to compare with, most events kept of it, and fewest antigens
        stained alike.
    diagnosis_alone_events : int
        Cells like its blasts that are aberrant without a normal template.
    diagnosis_blast_components, diagnosis_other_components : int
        Gaussian components of its blasts, and of its other cells.
    diagnosis_inflation : float
        Times the variance of its blasts, of cells that merely lie around them.
    diagnosis_prior_events : float
        Events that such a spread is worth against what the specimen shows.
    diagnosis_reach : float
        Units of log density under its least typical blasts from which an event is not compared.
    internal_percent, internal_percent_known : float
        Percent of nucleated cells from which internal evidence may call.
    internal_many_percent : float
        Percent of nucleated cells from which B precursors are suspicious by number alone.
    internal_cd45_log10, internal_cd38_log10, internal_cd38_plasma_log10 : float
        Shifts that count as evidence, decades.
    internal_cd38_within_log10, internal_piece_cd45_log10 : float
        CD38 of a piece of the precursors against their brightest piece, and the CD45 it must
        lie under for that to count, decades.
    internal_sibling_log10 : float
        Distance up to which two pieces lie alike on a marker, decades.
    internal_restricted_percent : float
        Percent with one surface light chain that no normal population reaches.
    internal_asynchronous_percent, internal_cd10_absent_percent : float
        Percent that count as evidence.
    internal_cross_margin_log10 : float
        Decades above the control's end from which a cross-lineage marker counts.
    continuum_events : int
        CD10+ events needed to speak of a continuum.
    continuum_late_percent, continuum_step_log10 : float
        Share (percent of CD10+) and distance of the later stages.
    continuum_spearman, continuum_spearman_cd45 : float
        Rank correlation of CD10 with CD20, and with CD45, at or under which there is a continuum.
    non_b_percent, non_b_cd45_log10 : float
        Percent of nucleated cells, and CD45 against lymphocytes, of blasts of another lineage.
    non_b_minor_share : float
        T cells among myeloid blasts, or the reverse, up to this share of them are left out.
    matrix_change : float
        Relative error of a spillover matrix that no aberrancy may rest on.
    saturated_excess : float
        Light beyond the range of a saturated neighbour that none may rest on, as a multiple of
        the range.
    matrix_change_doubted : float
        The same where the events, or the file, speak against the matrix.
    border_least_percent : float
        Percent of nucleated cells below which blasts cannot be told to cross the border.
    border_log10 : float
        Distance from the cut of CD19 that counts as near it.
    border_percent : float
        Percent of the blasts just above the cut from which they pile up there.
    border_below_share : float
        Immature cells outside the B lineage just below the cut, as a share of those above.
    border_cd10_percent : float
        Percent of the blasts with CD10 from which they are of the B lineage, wherever the cut.
    diluted_erythroid, diluted_progenitors, diluted_hematogones : float
        Percent of nucleated cells below which all three must lie in a hemodiluted specimen.
    diluted_granulocytes : float
        Percent of nucleated cells from which granulocytes can tell blood from marrow.
    diluted_erythroid_mature : float
        Percent of nucleated cells below which red cells must lie where granulocytes tell.
    diluted_immature : float
        Percent of granulocytes below which the immature ones are too few for a marrow.
    regenerating_percent : float
        Percent of hematogones from which a marrow is called regenerating.
    cross_lineage, only_without_cd34 : tuple of str
        Markers foreign to B precursors; those that count on CD34-negative cells only.
    """

    source: str
    components: int
    template_events: int
    minimum_normals: int
    recommended_normals: int
    outlier_quantile: float
    outlier_sd: float
    score_quantile: float
    neighbours: int
    percentile_low: float
    percentile_high: float
    aberrant_log10: float
    strong_log10: float
    median_sd: float
    lesser_log10: float
    lesser_sd: float
    lesser_events: int
    lesser_marrows: int
    cross_lineage_percent: float
    score_levels: tuple[float, ...]
    cluster_components: int
    cluster_floor_log10: float
    degenerate_log10: float
    dying_events: int
    dying_log10: float
    dying_separation: float
    dying_share: float
    dying_glow_log10: float
    dying_change_log10: float
    expected_share: float
    grown_excess: float
    grown_runaway: float
    grown_most: float
    grown_far: float
    mention_events: int
    lod_events: int
    independent_spill: float
    drift_apply_log10: float
    drift_abort_log10: float
    anchor_events: int
    diagnosis_blasts: int
    diagnosis_events: int
    diagnosis_markers: int
    diagnosis_alone_events: int
    diagnosis_blast_components: int
    diagnosis_other_components: int
    diagnosis_inflation: float
    diagnosis_prior_events: float
    diagnosis_reach: float
    internal_percent: float
    internal_percent_known: float
    internal_many_percent: float
    internal_cd45_log10: float
    internal_cd38_log10: float
    internal_cd38_plasma_log10: float
    internal_cd38_within_log10: float
    internal_piece_cd45_log10: float
    internal_sibling_log10: float
    internal_restricted_percent: float
    internal_asynchronous_percent: float
    internal_cd10_absent_percent: float
    internal_cross_margin_log10: float
    continuum_events: int
    continuum_late_percent: float
    continuum_step_log10: float
    continuum_spearman: float
    continuum_spearman_cd45: float
    non_b_percent: float
    non_b_cd45_log10: float
    non_b_minor_share: float
    matrix_change: float
    saturated_excess: float
    matrix_change_doubted: float
    border_least_percent: float
    border_log10: float
    border_percent: float
    border_below_share: float
    border_cd10_percent: float
    diluted_erythroid: float
    diluted_progenitors: float
    diluted_hematogones: float
    diluted_granulocytes: float
    diluted_erythroid_mature: float
    diluted_immature: float
    regenerating_percent: float
    cross_lineage: tuple[str, ...]
    only_without_cd34: tuple[str, ...]

    def __post_init__(self) -> None:
        levels = self.score_levels
        if levels[:1] != (0.0,) or list(levels) != sorted(set(levels)):
            raise ValueError("score_levels must rise from 0")
        for name in ("score_quantile", "outlier_quantile", "percentile_low", "percentile_high"):
            if not 0 <= getattr(self, name) <= 100:  # noqa: PLR2004 - percent
                raise ValueError(f"{name} must lie between 0 and 100")
        for name in ("components", "template_events", "neighbours", "cluster_components"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
        if contradictions := self._contradictions():
            raise ValueError(f"required: {', '.join(contradictions)}")

    def _contradictions(self) -> list[str]:
        """Name what must hold between limits and does not."""
        drift = 0 <= self.drift_apply_log10 <= self.drift_abort_log10
        demands = {
            "1 <= mention_events <= lod_events": 1 <= self.mention_events <= self.lod_events,
            "0 < aberrant_log10 <= strong_log10": 0 < self.aberrant_log10 <= self.strong_log10,
            "0 < lesser_log10 <= aberrant_log10": 0 < self.lesser_log10 <= self.aberrant_log10,
            "0 <= median_sd": self.median_sd >= 0,
            "0 < lesser_sd": self.lesser_sd > 0,
            "2 <= lesser_marrows": self.lesser_marrows >= 2,  # noqa: PLR2004 - for an SD
            "0 <= drift_apply_log10 <= drift_abort_log10": drift,
            "0 < dying_log10": self.dying_log10 > 0,
            "0 < dying_share < 0.5": 0 < self.dying_share < 0.5,  # noqa: PLR2004 - the fewer
            "0 <= saturated_excess": self.saturated_excess >= 0,
        }
        return [demand for demand, holds in demands.items() if not holds]
