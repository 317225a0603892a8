"""Positivity: marker calls of a population against cells of the same tube."""

from flowpheno.positivity.call import call_marker, call_phenotype
from flowpheno.positivity.control import Control, find_control
from flowpheno.positivity.limits import (
    Mask,
    PositivityLimits,
    Scheme,
    StrongReference,
)

__all__ = [
    "Control",
    "Mask",
    "PositivityLimits",
    "Scheme",
    "StrongReference",
    "call_marker",
    "call_phenotype",
    "find_control",
]
