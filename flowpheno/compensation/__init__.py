"""Remove spectral spillover: from the file's matrix, a table or controls, and doubt them all."""

from __future__ import annotations

from flowpheno.compensation.apply import compensate, matrix_columns, unmixing_of, with_spillover
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
from flowpheno.compensation.sensitivity import (
    CoefficientEffect,
    changed_weights,
    coefficient_effects,
    hidden_light,
)
from flowpheno.compensation.spectra import Spectra, read_spectra_csv
from flowpheno.compensation.table import (
    read_spillover_csv,
    read_spillover_file,
    spillover_csv,
)
from flowpheno.compensation.unmix import Method, Unmixed, unmix

__all__ = [
    "CoefficientEffect",
    "CompensationLimits",
    "Control",
    "ControlLimits",
    "ControlSet",
    "ControlSummary",
    "FoundBy",
    "Method",
    "Spectra",
    "SpilloverEstimate",
    "SpilloverLimits",
    "Unmixed",
    "UnmixingLimits",
    "assign_controls",
    "changed_weights",
    "check_spillover",
    "coefficient_effects",
    "compensate",
    "estimate_spillover",
    "hidden_light",
    "matrix_columns",
    "read_spectra_csv",
    "read_spillover_csv",
    "read_spillover_file",
    "spillover_csv",
    "unmix",
    "unmixing_of",
    "with_spillover",
]
