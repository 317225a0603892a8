"""Spillover spread (being written)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask
    from flowpheno.gating.cutpoint import Cutpoint
    from flowpheno.gating.decades import Decades


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Spread:
    """Stub."""


def positive(decades: Decades, cutpoint: Cutpoint, spread: Spread) -> EventMask:
    """Stub."""
    return np.asarray(decades.of(cutpoint.marker) > cutpoint.decade)
