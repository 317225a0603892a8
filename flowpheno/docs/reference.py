"""The Python surface as pages that mkdocstrings fills from docstrings."""

from __future__ import annotations

_FIGURES = (
    "dispatch", "density", "contour", "histogram", "acquisition", "backgate", "maturation",
    "marker_heat", "spillover", "parallel", "mrd_series", "case_timeline", "site_map",
)  # fmt: skip
_PAGES = {
    "judging": ("Judge, compare, evaluate", ["api.judge", "api.compare", "api.evaluate"]),
    "values": (
        "Results in a notebook",
        ["api.values", "verdict", "phenotype", "comparison.judge"],
    ),
    "templates": ("Normal templates", ["api.template", "aberrancy.template.normal"]),
    "phenotypes": ("Typed phenotypes", ["api.typed", "lineage.assignment", "matching.rules"]),
    "populations": ("Populations and gates", ["api.populations", "api.gate", "population"]),
    "gates": ("Gates as values", ["gates.gate", "gates.dimension", "gates.strategy"]),
    "editor": ("Gates drawn in Jupyter", ["widget", "widget.editor"]),
    "samples": ("Samples and specimens", ["sample", "specimen", "reading.list_mode"]),
    "tables": ("Event tables", ["reading.table", "reading.channel_values", "api.anndata"]),
    "compensation": ("Compensation", ["compensation.apply"]),
    "scales": ("Scales", ["transform.table", "transform.logicle", "transform.estimate"]),
    "figures": (
        "Figures",
        [
            *(f"report.figures.{name}" for name in _FIGURES),
            *(f"plotdata.{name}" for name in ("binning", "maturation", "marker_heat", "series")),
        ],
    ),
    "mrd": ("Residual disease", ["mrd.assess", "mrd.plan"]),
    "errors": ("Errors", ["errors"]),
}


def reference_pages() -> dict[str, str]:
    """Name the modules that a user meets.

    Returns
    -------
    dict of str to str
        Markdown by place.
    """
    return {
        f"python/{name}.md": "\n\n".join(
            [f"# {title}", *(f"::: flowpheno.{module}" for module in modules)]
        )
        + "\n"
        for name, (title, modules) in _PAGES.items()
    }
