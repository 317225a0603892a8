"""Normal templates: learned from blast-free marrows, kept on disk, held against a tube."""

from __future__ import annotations

from flowpheno.aberrancy.template.drift import Drift, drift
from flowpheno.aberrancy.template.learning import build_template
from flowpheno.aberrancy.template.normal import NormalTemplate, log_normal
from flowpheno.aberrancy.template.staining import (
    anchor_medians,
    b_lineage_events,
    cytometer_of,
    fluorochromes_of,
    template_markers,
)
from flowpheno.aberrancy.template.storage import load_template, save_template

__all__ = [
    "Drift",
    "NormalTemplate",
    "anchor_medians",
    "b_lineage_events",
    "build_template",
    "cytometer_of",
    "drift",
    "fluorochromes_of",
    "load_template",
    "log_normal",
    "save_template",
    "template_markers",
]
