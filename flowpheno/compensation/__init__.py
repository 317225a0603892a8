"""Remove spectral spillover: from the file's matrix or a table, and doubt both."""

from __future__ import annotations

from flowpheno.compensation.apply import compensate, unmixing_of, with_spillover
from flowpheno.compensation.check import check_spillover
from flowpheno.compensation.limits import CompensationLimits, SpilloverLimits
from flowpheno.compensation.table import read_spillover_csv

__all__ = [
    "CompensationLimits",
    "SpilloverLimits",
    "check_spillover",
    "compensate",
    "read_spillover_csv",
    "unmixing_of",
    "with_spillover",
]
