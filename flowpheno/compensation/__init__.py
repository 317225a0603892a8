"""Remove spectral spillover: from the file's matrix, a table or controls, and doubt them all."""

from __future__ import annotations

from flowpheno.compensation.apply import compensate, unmixing_of, with_spillover
from flowpheno.compensation.check import check_spillover
from flowpheno.compensation.control import Control, ControlSet, FoundBy, assign_controls
from flowpheno.compensation.estimate import (
    ControlSummary,
    SpilloverEstimate,
    estimate_spillover,
)
from flowpheno.compensation.limits import (
    CompensationLimits,
    ControlLimits,
    SpilloverLimits,
    UnmixingLimits,
)
from flowpheno.compensation.table import (
    read_spillover_csv,
    read_spillover_file,
    spillover_csv,
)

__all__ = [
    "CompensationLimits",
    "Control",
    "ControlLimits",
    "ControlSet",
    "ControlSummary",
    "FoundBy",
    "SpilloverEstimate",
    "SpilloverLimits",
    "UnmixingLimits",
    "assign_controls",
    "check_spillover",
    "compensate",
    "estimate_spillover",
    "read_spillover_csv",
    "read_spillover_file",
    "spillover_csv",
    "unmixing_of",
    "with_spillover",
]
