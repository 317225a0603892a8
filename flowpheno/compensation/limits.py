"""When a spillover matrix is not trusted."""

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
        Pairs of detectors that follow each other from which data look uncompensated.
    """

    source: str
    condition_number: float
    largest_coefficient: float
    displaced_share: float
    displaced_percent: float
    bright_percentile: float
    bright_share: float
    bright_events: int
    tight_ratio: float
    tight_least: float
    tight_pairs: int
