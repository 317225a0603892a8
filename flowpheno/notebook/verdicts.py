"""How verdicts, cohorts, comparisons and evaluations look."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from flowpheno.notebook.markup import NOTE, bullets, table

if TYPE_CHECKING:
    from flowpheno.api import Classified, Cohort, Evaluated
    from flowpheno.comparison import Comparison
    from flowpheno.pipeline.normals import LearnedTemplate
    from flowpheno.verdict import Verdict

_SHOWN = ["marker", "call", "qualifier", "percent_positive", "shift_log10", "reference", "reasons"]
_OF_COHORT = ["specimen", "verdict", "n_blasts", "n_nucleated", "blast_percent", "reasons"]
_OF_GROUPS = ["group", "n", "n_positive", "n_suspicious", "n_undetermined", "n_negative"]
_OF_GROUPS += ["correct_percent", "correct_low", "correct_high", "f1_median", "n_false_calls"]


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
        f"{verdict.n_blasts:,} of {verdict.n_counted:,} nucleated cells "
        f"({escape(verdict.denominator)})"
    )
    if verdict.n_counted:
        count += f" = {share.estimate:.4g} % ({share.low:.4g} to {share.high:.4g} %)"
        count += f"; LOD {verdict.lod_percent:.2g} %, LLOQ {verdict.lloq_percent:.2g} %"
    return (
        f"<b>{escape(verdict.verdict)}</b> - {count}<br>reasons: "
        f"{escape(', '.join(verdict.reasons)) or 'none'}"
        + bullets(verdict.evidence)
        + (f"What it does not say:{bullets(verdict.limitations)}" if verdict.limitations else "")
        + NOTE
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
        f"<b>{escape(classified.result.specimen)}</b>{_simulated(classified.run.simulated)} "
        + verdict_html(classified.verdict)
        + (f"<p>Markers of {escape(first)}:</p>{table(of_first[~unknown])}" if first else "")
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
    failed = cohort.failures
    return (
        f"{len(cohort.table)} specimens{_simulated(cohort.run.simulated)}"
        + table(cohort.table[_OF_COHORT])
        + (f"<p>Could not be used:</p>{table(failed)}" if len(failed) else "")
        + NOTE
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
        + table(comparison.table)
        + bullets(comparison.implications)
        + NOTE
    )


def evaluated_html(evaluated: Evaluated) -> str:
    """Show results held against labels: by blast fraction, and what was not as expected.

    Parameters
    ----------
    evaluated : Evaluated
        What was found.

    Returns
    -------
    str
        HTML; what lacks a result or a label is named.
    """
    specimens = evaluated.table
    wrong = specimens[specimens["correct"].fillna(value=True) == False]  # noqa: E712 - of a column
    lacking = [
        f"{len(names)} {what}: {', '.join(names)}"
        for what, names in (
            ("labels without a result, counted as missed", evaluated.evaluation.without_result),
            ("results without a label, not counted", evaluated.evaluation.without_labels),
        )
        if names
    ]
    columns = ["specimen", "expected", "verdict", "true_percent", "estimated_percent", "reasons"]
    return (
        f"{len(specimens)} specimens{_simulated(evaluated.evaluation.simulated)}"
        + table(evaluated.groups[_OF_GROUPS])
        + (f"<p>Not as expected:</p>{table(wrong[columns])}" if len(wrong) else "")
        + bullets(lacking)
        + NOTE
    )


def template_html(learned: LearnedTemplate) -> str:
    """Show what a template was built from.

    Parameters
    ----------
    learned : LearnedTemplate
        The template, and the files that could not be used.

    Returns
    -------
    str
        HTML.
    """
    template = learned.template
    facts = [
        f"{len(template.normals)} marrows: {', '.join(template.normals)}",
        f"{len(template.reference):,} B-lineage events",
        f"markers: {', '.join(template.markers)}",
    ]
    facts += [f"left out, unlike the others: {name}" for name in template.left_out]
    facts += [f"could not be used: {f.path}: {f.message}" for f in learned.failures]
    return f"<b>{escape(template.name)}</b>" + bullets(facts)


def _simulated(simulated: bool) -> str:  # noqa: FBT001 - it says what it is
    return " <b>SIMULATED</b>" if simulated else ""
