"""Positivity: marker calls of a population against cells of the same tube."""

from flowpheno.positivity.call import call_marker, call_phenotype, call_phenotypes
from flowpheno.positivity.control import Control, ControlStain, find_control
from flowpheno.positivity.limits import (
    Mask,
    PositivityLimits,
    RatingLimits,
    Scheme,
    StrongReference,
)

__all__ = [
    "Control",
    "ControlStain",
    "Mask",
    "PositivityLimits",
    "RatingLimits",
    "Scheme",
    "StrongReference",
    "call_marker",
    "call_phenotype",
    "call_phenotypes",
    "find_control",
]
