"""Spillover keywords: every spelling to one matrix, or a finding that says why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowpheno.arrays import Matrix


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Spillover:
    """A spillover matrix with the detectors it is about.

    Attributes
    ----------
    detectors : tuple of str
        ``$PnN`` of each row and column.
    matrix : Matrix
        Shape ``(n, n)``; row *i* is the fraction of fluorochrome *i* seen by each detector,
        1 on the diagonal.
    source : str
        Where it came from, such as ``"$SPILLOVER"`` or a file name.
    """

    detectors: tuple[str, ...]
    matrix: Matrix
    source: str
