"""How phenotypes look: measured, matched, scored."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from flowpheno.notebook.markup import bullets, table

if TYPE_CHECKING:
    from flowpheno.lineage import LineageScores
    from flowpheno.matching import PhenotypeMatch
    from flowpheno.phenotype import MarkerCall, Phenotype

_TRUTH = {True: "met", False: "not met", None: "cannot be told"}


def phenotype_html(phenotype: Phenotype) -> str:
    """Show the calls of a population.

    Parameters
    ----------
    phenotype : Phenotype
        Measured or typed in.

    Returns
    -------
    str
        HTML; what is not in the table was not reported, and is not negative.
    """
    import pandas as pd  # noqa: PLC0415 - slow to import

    rows = [_call_row(call) for call in phenotype.calls.values()]
    columns = [
        "marker",
        "call",
        "qualifier",
        "percent",
        "shift_log10",
        "reference",
        "n",
        "reasons",
    ]
    scheme = f", percent rule {phenotype.scheme}" if phenotype.scheme else ""
    return (
        f"<b>{escape(phenotype.population)}</b>{escape(scheme)}"
        + table(pd.DataFrame(rows, columns=columns))
        + "<small>A marker that is not here was not reported, which is not negative.</small>"
    )


def match_html(match: PhenotypeMatch) -> str:
    """Show a phenotype held against a definition.

    Parameters
    ----------
    match : PhenotypeMatch
        Rule by rule.

    Returns
    -------
    str
        HTML.
    """
    import pandas as pd  # noqa: PLC0415 - slow to import

    rows = [(r.expected, r.measured, _TRUTH[r.met], str(r.role), r.source) for r in match.rules]
    columns = ["expected", "measured", "is", "role", "source"]
    would = f"<p>Would decide: {escape(', '.join(match.deciding))}</p>" if match.deciding else ""
    head = f"<b>{escape(match.title)}</b> ({escape(match.entity)}): {escape(match.outcome)}"
    return head + table(pd.DataFrame(rows, columns=columns)) + would


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
    return bullets(f"{name}: {text}" for name, text in rows.items())


def _call_row(call: MarkerCall) -> tuple[object, ...]:
    share = call.percent
    percent = ""
    if share is not None:
        percent = f"{share.estimate:.3g} ({share.low:.3g} to {share.high:.3g})"
    return (
        str(call.marker),
        str(call.call),
        ", ".join(call.qualifiers),
        percent,
        call.shift_log10,
        call.reference,
        call.n or None,
        ", ".join(call.reasons),
    )
