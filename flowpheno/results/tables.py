"""The tables of a run, one function each; their columns are part of the interface."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from flowpheno.phenotype import MarkerCall
    from flowpheno.results.values import Run, SpecimenResult

SPECIMEN_COLUMNS = (
    "specimen", "patient", "verdict", "reasons", "n_events", "n_nucleated", "n_blasts",
    "blast_percent", "blast_percent_low", "blast_percent_high", "denominator", "lod_percent",
    "lloq_percent", "hematogone_percent", "known_bcp_all", "template", "clonality", "egil_b",
    "egil_t", "egil_myeloid", "lineage", "n_denominator",
)  # fmt: skip
MARKER_COLUMNS = (
    "specimen", "tube", "population", "marker", "call", "qualifier", "percent_positive",
    "percent_low", "percent_high", "median", "shift_log10", "reference", "n", "reasons",
    "control", "cutoff", "rmfi", "stain_index", "rating", "overlap", "spread_log10", "scheme",
)  # fmt: skip
POPULATION_COLUMNS = (
    *("specimen", "tube", "population", "parent", "n", "percent_of_parent"),
    *("by", "confidence"),
)
FINDING_COLUMNS = ("specimen", "tube", "stage", "code", "severity", "message", "value")
LINK_COLUMNS = (
    "specimen", "population", "tube", "n", "percent_of_nucleated", "low", "high", "distance",
    "unit", "marker", "linked", "reason",
)  # fmt: skip
FAILURE_COLUMNS = ("path", "error", "message")

_FORMULA = re.compile(r"[=@\t\r]|[+-](?![\d.]+$)")


def cohort_table(run: Run) -> pd.DataFrame:
    """Tabulate the specimens: ``specimens.csv``.

    Parameters
    ----------
    run : Run
        What was found.

    Returns
    -------
    DataFrame
        A row for each specimen, columns `SPECIMEN_COLUMNS`; percentages 0 to 100, NaN where
        nothing was counted.
    """
    return _table(SPECIMEN_COLUMNS, (_specimen_row(s) for s in run.specimens))


def marker_table(run: Run) -> pd.DataFrame:
    """Tabulate the marker calls: ``markers.csv``.

    Parameters
    ----------
    run : Run
        What was found.

    Returns
    -------
    DataFrame
        A row for each marker of each judged population, columns `MARKER_COLUMNS`.
    """
    return _table(
        MARKER_COLUMNS,
        (
            {"specimen": s.specimen, "tube": t.name, "population": p.population}
            | _marker_row(p.calls[marker])
            | {"scheme": p.scheme}
            for s in run.specimens
            for t in s.tubes
            for p in t.phenotypes
            for marker in sorted(p.calls)
        ),
    )


def population_table(run: Run) -> pd.DataFrame:
    """Tabulate the populations: ``populations.csv``.

    Parameters
    ----------
    run : Run
        What was found.

    Returns
    -------
    DataFrame
        A row for each population of each tube, columns `POPULATION_COLUMNS`.
    """
    return _table(
        POPULATION_COLUMNS,
        (
            {
                "specimen": s.specimen,
                "tube": t.name,
                "population": p.name,
                "parent": p.parent,
                "n": p.n,
                "percent_of_parent": p.percent_of_parent,
                "by": p.by,
                "confidence": p.confidence,
            }
            for s in run.specimens
            for t in s.tubes
            for p in t.populations
        ),
    )


def finding_table(run: Run) -> pd.DataFrame:
    """Tabulate what was noticed: ``findings.csv``.

    Parameters
    ----------
    run : Run
        What was found.

    Returns
    -------
    DataFrame
        A row for each finding, columns `FINDING_COLUMNS`.
    """
    return _table(
        FINDING_COLUMNS,
        (
            {
                "specimen": s.specimen,
                "tube": t.name,
                "stage": f.stage,
                "code": f.code.value,
                "severity": f.severity.value,
                "message": f.message,
                "value": _number(f.value),
            }
            for s in run.specimens
            for t in s.tubes
            for f in t.findings
        ),
    )


def link_table(run: Run) -> pd.DataFrame:
    """Tabulate the populations of several tubes beside each other: ``links.csv``.

    Parameters
    ----------
    run : Run
        What was found.

    Returns
    -------
    DataFrame
        A row for each tube of each population that several tubes of a specimen show, columns
        `LINK_COLUMNS`. ``distance`` is from the same population of the other tubes, on
        ``marker``, in ``unit``; ``linked`` is ``linked``, ``inconsistent`` or ``not_comparable``.
        A tube whose markers do not tell the population has neither count nor percentage, which is
        not none.
    """
    table = _table(
        LINK_COLUMNS,
        (
            {
                "specimen": s.specimen,
                "population": link.population,
                "tube": row.tube,
                "n": row.n if row.population else None,
                "percent_of_nucleated": row.percent.estimate,
                "low": row.percent.low,
                "high": row.percent.high,
                "distance": row.distance,
                "unit": link.unit.value,
                "marker": row.marker,
                "linked": row.state.value,
                "reason": row.reason,
            }
            for s in run.specimens
            for link in s.links
            for row in link.tubes
        ),
    )
    return table.astype({"n": "Int64"})  # no count where nothing was counted


def failure_table(run: Run) -> pd.DataFrame:
    """Tabulate the files that could not be used: ``failures.csv``.

    Parameters
    ----------
    run : Run
        What was found.

    Returns
    -------
    DataFrame
        A row for each file, columns `FAILURE_COLUMNS`.
    """
    rows = ({"path": f.path, "error": f.error, "message": f.message} for f in run.failures)
    return _table(FAILURE_COLUMNS, rows)


def harmless(text: str) -> str:
    """Keep a spreadsheet from taking text for a formula.

    Parameters
    ----------
    text : str
        A name or message from outside.

    Returns
    -------
    str
        The text, with an apostrophe before it if a spreadsheet would compute it.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def _specimen_row(result: SpecimenResult) -> dict[str, Any]:
    verdict, scores = result.verdict, result.scores
    return {
        "specimen": result.specimen,
        "patient": result.patient,
        "verdict": verdict.verdict.value,
        "reasons": ";".join(verdict.reasons),
        "n_events": sum(t.n_events for t in result.tubes),
        "n_nucleated": verdict.n_nucleated,
        "n_blasts": verdict.n_blasts,
        "blast_percent": verdict.blast_percent.estimate,
        "blast_percent_low": verdict.blast_percent.low,
        "blast_percent_high": verdict.blast_percent.high,
        "denominator": verdict.denominator,
        "lod_percent": verdict.lod_percent,
        "lloq_percent": verdict.lloq_percent,
        "hematogone_percent": verdict.hematogone_percent,
        "known_bcp_all": verdict.known_bcp_all,
        "template": verdict.template,
        "clonality": verdict.clonality.value,
        "egil_b": math.nan if scores is None else scores.egil.b,
        "egil_t": math.nan if scores is None else scores.egil.t,
        "egil_myeloid": math.nan if scores is None else scores.egil.myeloid,
        "lineage": verdict.lineage.value,
        "n_denominator": verdict.n_counted,
    }


def _marker_row(call: MarkerCall) -> dict[str, Any]:
    percent = call.percent
    return {
        "marker": call.marker,
        "call": call.call.value,
        "qualifier": ";".join(call.qualifiers),
        "percent_positive": math.nan if percent is None else percent.estimate,
        "percent_low": math.nan if percent is None else percent.low,
        "percent_high": math.nan if percent is None else percent.high,
        "median": _number(call.median),
        "shift_log10": _number(call.shift_log10),
        "reference": call.reference,
        "n": call.n,
        "reasons": ";".join(call.reasons),
        "control": call.control,
        "cutoff": _number(call.cutoff),
        "rmfi": _number(call.rmfi),
        "stain_index": _number(call.stain_index),
        "rating": "" if call.rating is None else call.rating.value,
        "overlap": _number(call.overlap),
        "spread_log10": _number(call.spread_log10),
    }


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _table(columns: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415 - takes half of the start-up of the command line

    cells = [{name: _encodable(cell) for name, cell in row.items()} for row in rows]
    return pd.DataFrame(cells, columns=list(columns))


def _encodable(cell: object) -> object:
    """Write out the bytes of a file name that is not UTF-8; a table is."""
    if not isinstance(cell, str):
        return cell
    return cell.encode("utf-8", "backslashreplace").decode("utf-8")
