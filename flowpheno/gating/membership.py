"""Membership with its doubt: by every estimate of a border, by the best one, by any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Membership:
    """Which events belong to something; shape ``(n_events,)`` each, or one for each cluster.

    Attributes
    ----------
    certain : EventMask
        By every estimate of the borders.
    mask : EventMask
        By the best estimate; holds `certain`.
    possible : EventMask
        By at least one estimate; holds `mask`.
    """

    certain: EventMask
    mask: EventMask
    possible: EventMask

    def __and__(self, other: Membership) -> Membership:
        return Membership(
            certain=self.certain & other.certain,
            mask=self.mask & other.mask,
            possible=self.possible & other.possible,
        )

    def __or__(self, other: Membership) -> Membership:
        return Membership(
            certain=self.certain | other.certain,
            mask=self.mask | other.mask,
            possible=self.possible | other.possible,
        )

    def __sub__(self, other: Membership) -> Membership:
        """Leave out what belongs to another: what may belong to it is no longer certain."""
        return Membership(
            certain=self.certain & ~other.possible,
            mask=self.mask & ~other.mask,
            possible=self.possible & ~other.certain,
        )

    @property
    def confidence(self) -> float:
        """Share of the possible events that are certain; 1 where nothing is possible."""
        possible = int(np.count_nonzero(self.possible))
        return int(np.count_nonzero(self.certain)) / possible if possible else 1.0


def known(mask: EventMask) -> Membership:
    """Make a membership without doubt.

    Parameters
    ----------
    mask : EventMask
        The events.

    Returns
    -------
    Membership
        All three alike.
    """
    return Membership(certain=mask, mask=mask, possible=mask)
