"""How far populations of two tubes may lie apart and still be one; see ``panels/gating.yaml``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLimits:
    """Tolerances between the tubes of a specimen.

    Attributes
    ----------
    source : str
        Citation or tag of the numbers.
    minimum_events : int
        Fewest events whose medians say where a population lies.
    shifted_percent : float
        Percent of a population by which its make-up may differ between aliquots: its median may
        lie anywhere between these percentiles about the 50th.
    scatter, same_dye, other_dye : float
        Decades by which medians, measured from the lymphocytes of their tube, may differ: of
        scatter, and of a marker on the same and on another dye.
    rank : float
        Share of the nucleated cells (0 to 1) by which they may differ where ranks are all there
        is.
    share_factor : float
        Factor by which the percent of nucleated cells may differ beyond its 95 % interval.
    map_events : int
        Fewest nucleated cells whose map of CD45 against side scatter is compared.
    map_cd45 : float
        Decades of CD45 below the lymphocytes that end the bright part of the map.
    map_percent : float
        Percent of nucleated cells in another part of the map than in the other tubes, from which
        the tube is suspected to be of another specimen.
    map_factor : float
        Factor between the bright parts from which it is suspected too.
    """

    source: str
    minimum_events: int
    shifted_percent: float
    scatter: float
    same_dye: float
    other_dye: float
    rank: float
    share_factor: float
    map_events: int
    map_cd45: float
    map_percent: float
    map_factor: float

    def __post_init__(self) -> None:
        if self.minimum_events < 1 or self.map_events < 1:
            raise ValueError("minimum_events and map_events must be at least 1")
        if not 0 <= self.shifted_percent < 50:  # noqa: PLR2004 - percent about the median
            raise ValueError("shifted_percent must lie between 0 and 50")
        if min(self.share_factor, self.map_factor) < 1:
            raise ValueError("share_factor and map_factor must be at least 1")
        if min(self.scatter, self.same_dye, self.other_dye, self.rank) <= 0:
            raise ValueError("distances must be positive")
