"""A named set of events of one sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """A named set of events with the population it is a part of.

    Attributes
    ----------
    name : str
        Such as ``"blasts"``.
    parent : str
        Name of the population its percentage refers to; empty for the root.
    mask : EventMask
        Membership over all events of the sample, shape ``(n_events,)``, read-only.
    by : str
        What it was found by, in words; empty where its name says all.
    confidence : float
        Share of the events that belong to it by every estimate of its borders, of those that
        belong to it by any; NaN where its borders were not estimated.
    """

    name: str
    parent: str
    mask: EventMask
    by: str = ""
    confidence: float = float("nan")

    def __post_init__(self) -> None:
        self.mask.flags.writeable = False

    @property
    def n(self) -> int:
        """Number of events."""
        return int(np.count_nonzero(self.mask))
