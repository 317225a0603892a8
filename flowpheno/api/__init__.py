"""The Python surface: what a scientist types in a notebook; ``flowpheno`` gives these names."""

from __future__ import annotations

from flowpheno.api.anndata import from_anndata, to_anndata
from flowpheno.api.compare import compare
from flowpheno.api.evaluate import Evaluated, evaluate
from flowpheno.api.gate import Gated, gate, write_strategy
from flowpheno.api.judge import classify, classify_directory
from flowpheno.api.populations import Populations, populations
from flowpheno.api.template import LearnedTemplate, build_template, load_template
from flowpheno.api.typed import match_phenotypes, score
from flowpheno.api.values import Classified, Cohort

__all__ = [
    "Classified",
    "Cohort",
    "Evaluated",
    "Gated",
    "LearnedTemplate",
    "Populations",
    "build_template",
    "classify",
    "classify_directory",
    "compare",
    "evaluate",
    "from_anndata",
    "gate",
    "load_template",
    "match_phenotypes",
    "populations",
    "score",
    "to_anndata",
    "write_strategy",
]
