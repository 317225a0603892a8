"""How values look in Jupyter; the values themselves know nothing of HTML."""

from __future__ import annotations

import sys
from base64 import b64encode
from html import escape
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd
    from matplotlib.figure import Figure

    from flowpheno.api import Classified, Cohort
    from flowpheno.comparison import Comparison
    from flowpheno.lineage import LineageScores
    from flowpheno.sample import Sample
    from flowpheno.verdict import Verdict

_NOTE = "Research use only."
_SHOWN = ["marker", "call", "qualifier", "percent_positive", "shift_log10", "reference", "reasons"]


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


def figure_png(figure: Figure) -> str:
    """Draw a figure for a notebook.

    Parameters
    ----------
    figure : Figure
        Any figure.

    Returns
    -------
    str
        PNG, base64.
    """
    content = BytesIO()
    figure.savefig(content, format="png", dpi=110, bbox_inches="tight")
    return b64encode(content.getvalue()).decode("ascii")


def sample_html(sample: Sample) -> str:
    """Show a sample: what it is, and its channels; no keywords, they may name a person.

    Parameters
    ----------
    sample : Sample
        A tube.

    Returns
    -------
    str
        HTML.
    """
    import pandas as pd  # noqa: PLC0415 - slow to import

    rows = [
        (c.detector, c.label, c.marker or "", c.fluorochrome or "", str(c.kind), str(c.measure))
        for c in sample.channels
    ]
    columns = ["detector", "label", "marker", "fluorochrome", "kind", "measure"]
    spillover = "no matrix" if sample.spillover is None else f"matrix {sample.spillover.source}"
    state = "compensated" if sample.compensated else "not compensated"
    facts = f"{sample.n_events:,} events, {sample.scale} scale, {spillover}, {state}"
    messages = (f"{f.code}: {f.message}" for f in sample.findings)
    return (
        f"<b>{escape(sample.name)}</b> {escape(sample.version)} - {escape(facts)}"
        + _table(pd.DataFrame(rows, columns=columns))
        + _list(messages)
    )


def verdict_html(verdict: Verdict) -> str:
    """Show a verdict with its numbers, evidence and limits.

    Parameters
    ----------
    verdict : Verdict
        The verdict.

    Returns
    -------
    str
        HTML.
    """
    share = verdict.blast_percent
    count = (
        f"{verdict.n_blasts:,} of {verdict.n_nucleated:,} nucleated cells "
        f"({escape(verdict.denominator)})"
    )
    if verdict.n_nucleated:
        count += f" = {share.estimate:.4g} % ({share.low:.4g} to {share.high:.4g} %)"
        count += f"; LOD {verdict.lod_percent:.2g} %, LLOQ {verdict.lloq_percent:.2g} %"
    return (
        f"<b>{escape(verdict.verdict)}</b> - {count}<br>reasons: "
        f"{escape(', '.join(verdict.reasons)) or 'none'}"
        + _list(verdict.evidence)
        + (f"What it does not say:{_list(verdict.limitations)}" if verdict.limitations else "")
        + f"<small>{_NOTE}</small>"
    )


def classified_html(classified: Classified) -> str:
    """Show a specimen: the verdict, then the markers of the population that was judged.

    Parameters
    ----------
    classified : Classified
        What was found.

    Returns
    -------
    str
        HTML.
    """
    markers = classified.markers
    first = markers["population"].iloc[0] if len(markers) else ""
    of_first = markers.loc[markers["population"] == first, _SHOWN]
    unknown = of_first["call"] == "not_reported"
    absent = ", ".join(of_first.loc[unknown, "marker"])
    return (
        f"<b>{escape(classified.result.specimen)}</b>{_simulated(classified)} "
        + verdict_html(classified.verdict)
        + (f"<p>Markers of {escape(first)}:</p>{_table(of_first[~unknown])}" if first else "")
        + (f"<p>Not reported, which is not negative: {escape(absent)}</p>" if absent else "")
    )


def cohort_html(cohort: Cohort) -> str:
    """Show a cohort: its table, and the files that could not be used.

    Parameters
    ----------
    cohort : Cohort
        What was found.

    Returns
    -------
    str
        HTML.
    """
    columns = ["specimen", "verdict", "n_blasts", "n_nucleated", "blast_percent", "reasons"]
    failed = cohort.failures
    return (
        f"{len(cohort.table)} specimens{_simulated(cohort)}{_table(cohort.table[columns])}"
        + (f"<p>Could not be used:</p>{_table(failed)}" if len(failed) else "")
        + f"<small>{_NOTE}</small>"
    )


def comparison_html(comparison: Comparison) -> str:
    """Show a comparison: its verdict, the markers, what it may mean.

    Parameters
    ----------
    comparison : Comparison
        Diagnosis against relapse.

    Returns
    -------
    str
        HTML.
    """
    reasons = escape(", ".join(comparison.reasons))
    return (
        f"<b>{escape(comparison.verdict)}</b> {reasons}"
        + _table(comparison.table)
        + _list(comparison.implications)
        + f"<small>{_NOTE}</small>"
    )


def scores_html(scores: LineageScores) -> str:
    """Show the scores of a typed phenotype.

    Parameters
    ----------
    scores : LineageScores
        The scores.

    Returns
    -------
    str
        HTML.
    """
    egil = scores.egil
    points = f"B {egil.b:g}, T {egil.t:g}, myeloid {egil.myeloid:g}"
    rows = {
        "EGIL": f"{points}; {scores.egil_stage}",
        "WHO-HAEM5": scores.who5.text,
        "AIEOP-BFM": scores.aieop_bfm.text,
        "lineage": scores.lineage.value.replace("_", " "),
    }
    return _list(f"{name}: {text}" for name, text in rows.items())


def _simulated(cohort: Cohort) -> str:
    return " <b>SIMULATED</b>" if cohort.run.simulated else ""


def _table(table: pd.DataFrame) -> str:
    """Escaped, numbers short, nothing where nothing is known."""
    html: str = table.to_html(index=False, na_rep="", float_format="{:.4g}".format)
    return html


def _list(sentences: Iterable[str]) -> str:
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f"<ul>{items}</ul>" if items else ""


_RENDERERS: dict[tuple[str, str], Callable[..., str]] = {
    ("flowpheno.sample", "Sample"): sample_html,
    ("flowpheno.verdict", "Verdict"): verdict_html,
    ("flowpheno.api.values", "Classified"): classified_html,
    ("flowpheno.api.values", "Cohort"): cohort_html,
    ("flowpheno.comparison.judge", "Comparison"): comparison_html,
    ("flowpheno.lineage.assignment", "LineageScores"): scores_html,
}
