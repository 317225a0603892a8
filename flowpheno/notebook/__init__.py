"""How values look in Jupyter; the values themselves know nothing of HTML."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from flowpheno.notebook.markup import figure_png
from flowpheno.notebook.phenotypes import match_html, phenotype_html, scores_html
from flowpheno.notebook.tubes import (
    gated_html,
    population_html,
    populations_html,
    sample_html,
    specimen_html,
)
from flowpheno.notebook.verdicts import (
    classified_html,
    cohort_html,
    comparison_html,
    evaluated_html,
    template_html,
    verdict_html,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "classified_html",
    "cohort_html",
    "comparison_html",
    "evaluated_html",
    "figure_png",
    "gated_html",
    "match_html",
    "phenotype_html",
    "population_html",
    "populations_html",
    "register",
    "sample_html",
    "scores_html",
    "specimen_html",
    "template_html",
    "verdict_html",
]

_RENDERERS: dict[tuple[str, str], Callable[..., str]] = {
    ("flowpheno.sample", "Sample"): sample_html,
    ("flowpheno.specimen", "Specimen"): specimen_html,
    ("flowpheno.population", "Population"): population_html,
    ("flowpheno.phenotype", "Phenotype"): phenotype_html,
    ("flowpheno.pipeline.normals", "LearnedTemplate"): template_html,
    ("flowpheno.verdict", "Verdict"): verdict_html,
    ("flowpheno.api.gate", "Gated"): gated_html,
    ("flowpheno.api.populations", "Populations"): populations_html,
    ("flowpheno.api.evaluate", "Evaluated"): evaluated_html,
    ("flowpheno.api.values", "Classified"): classified_html,
    ("flowpheno.api.values", "Cohort"): cohort_html,
    ("flowpheno.comparison.judge", "Comparison"): comparison_html,
    ("flowpheno.lineage.assignment", "LineageScores"): scores_html,
    ("flowpheno.matching.rules", "PhenotypeMatch"): match_html,
}


def register() -> None:
    """Teach the running IPython how flowpheno's values look; nothing without IPython.

    Types are named, not imported: this costs nothing. Figures get a picture, as they are not
    known to pyplot; a backend chosen later replaces it.
    """
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    if shell is None:
        return
    formatters = shell.display_formatter.formatters
    for (module, name), render in _RENDERERS.items():
        formatters["text/html"].for_type_by_name(module, name, render)
    if "matplotlib.pyplot" not in sys.modules:
        formatters["image/png"].for_type_by_name("matplotlib.figure", "Figure", figure_png)
