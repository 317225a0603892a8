"""``flowpheno compare``: diagnosis against relapse."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from flowpheno.comparison import Comparison, Series

_SIDE = "FCS file, results folder, or registry:SPECIMEN"


def compare(
    diagnosis: Annotated[Path, typer.Argument(help=_SIDE)],
    relapse: Annotated[Path, typer.Argument(help=_SIDE)],
    later: Annotated[
        list[Path] | None, typer.Argument(help="More time points, in order: a series")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for tables and a page")] = None,
    template: Annotated[Path | None, typer.Option(help="Normal template")] = None,
    panels: Annotated[Path | None, typer.Option(help="Folder of definitions of your own")] = None,
    known_bcp_all: Annotated[
        bool, typer.Option("--known-bcp-all", help="B-precursor ALL was established before")
    ] = False,
    registry: Annotated[
        str, typer.Option(help="Where registry:SPECIMEN is: a file, or a PostgreSQL URL")
    ] = "",
    pdf: Annotated[
        bool,
        typer.Option(
            "--pdf", help="Write the page as PDF too (needs --out; extra pdf: WeasyPrint)"
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> int:
    """Say marker by marker what was kept, gained, lost or shifted.

    Parameters
    ----------
    diagnosis, relapse : Path
        FCS file, the results folder of an earlier run with one specimen, or
        ``registry:SPECIMEN`` (or ``registry:PATIENT/SPECIMEN``).
    later : list of Path or None
        More time points: each is compared with the first, and with the one before it.
    out : Path or None
        Folder for ``shifts.csv``, ``comparison.json`` and a page; of a series ``series.csv`` and
        a folder for each later time point.
    template : Path or None
        Normal template for files.
    panels : Path or None
        Definitions of your own.
    known_bcp_all : bool
        History, for files.
    registry : str
        The registry that such a specimen is in.
    pdf : bool
        Write the page as PDF too.
    as_json : bool
        Print JSON instead of a table.

    Returns
    -------
    int
        0 if the two could be compared, 1 if a file could not be used.
    """
    from flowpheno.panel.definitions import load_definitions
    from flowpheno.pipeline.directory import Options
    from flowpheno.pipeline.history import PREFIX, run_of_side
    from flowpheno.pipeline.pair import compare_results, compare_series
    from flowpheno.report.pdf import require_pdf

    if pdf:
        if out is None:
            raise typer.BadParameter("--pdf writes the page, which needs --out")
        require_pdf()
    sides = (diagnosis, relapse, *(later or ()))
    stored = [side for side in sides if registry and str(side).startswith(PREFIX)]
    missing = [side for side in sides if side not in stored and not side.exists()]
    if missing:
        raise typer.BadParameter(f"does not exist: {', '.join(map(str, missing))}")
    options = Options(known_bcp_all=known_bcp_all, template=template, panels=panels)
    runs = [run_of_side(side, options, registry) for side in sides]
    simulated = any(run.simulated for run in runs)
    results, used = [run.specimens[0] for run in runs], load_definitions(panels)
    if later:
        series = compare_series(results, used)
        if out is not None:
            _write_series(series, out, panels, simulated=simulated, pdf=pdf)
        _say_series(series, as_json=as_json)
        return 0
    comparison = compare_results(results[0], results[1], used)
    if out is not None:
        names = (diagnosis.name, relapse.name)
        _write(comparison, out, names, panels, simulated=simulated, pdf=pdf)
    _say(comparison, as_json=as_json)
    return 0


def _write_series(
    series: Series, out: Path, panels: Path | None, *, simulated: bool, pdf: bool
) -> None:
    from flowpheno.results.codec import encode

    out.mkdir(parents=True, exist_ok=True)
    series.table.to_csv(out / "series.csv", index=False, lineterminator="\n")
    text = json.dumps(encode(series), indent=2, ensure_ascii=False)
    (out / "series.json").write_text(text, encoding="utf-8")
    for number, step in enumerate(series.steps, start=2):
        if step.since_first is not None:
            names, folder = (series.first, step.name), out / f"{number}-against-1"
            _write(step.since_first, folder, names, panels, simulated=simulated, pdf=pdf)


def _say_series(series: Series, *, as_json: bool) -> None:
    from flowpheno.cli.tables import print_table
    from flowpheno.results.codec import encode

    if as_json:
        typer.echo(json.dumps(encode(series), indent=2, ensure_ascii=False))
        return
    columns = ["marker", "time", "call", "delta_log10", "low", "high", "since_previous"]
    table = series.table[columns]
    rows = [tuple(_cell(value) for value in row) for row in table.itertuples(index=False)]
    print_table(f"Against {series.first} - research use only", columns, rows)
    for step in series.steps:
        first, previous = step.since_first, step.since_previous
        said = "no aberrant population to compare" if first is None else first.verdict.value
        beside = "" if previous is None else f"; against the one before: {previous.verdict.value}"
        typer.echo(f"{step.name} ({step.verdict}): {said}{beside}")
        for sentence in () if first is None else first.implications:
            typer.echo(f"  {sentence}")
    typer.echo(f"Usable to follow at every time: {', '.join(series.trackable) or 'none'}")


def _write(
    comparison: Comparison,
    out: Path,
    names: tuple[str, str],
    panels: Path | None,
    *,
    simulated: bool,
    pdf: bool,
) -> None:
    from flowpheno.report.html import write_comparison_page
    from flowpheno.results.comparison import write_comparison

    write_comparison(comparison, out)
    page = write_comparison_page(
        comparison,
        out / "report" / "comparison.html",
        names=names,
        simulated=simulated,
        definitions=panels,
        pdf=pdf,
    )
    typer.echo(f"Page to open: {page}", err=True)


def as_dict(comparison: Comparison) -> dict[str, object]:
    """Turn a comparison into plain JSON types.

    Parameters
    ----------
    comparison : Comparison
        The comparison.

    Returns
    -------
    dict
        Numbers that are not known are null.
    """
    from flowpheno.results.codec import encode

    content: dict[str, object] = encode(comparison)
    return content


def _say(comparison: Comparison, *, as_json: bool) -> None:
    from flowpheno.cli.tables import print_table

    if as_json:
        typer.echo(json.dumps(as_dict(comparison), indent=2, ensure_ascii=False))
        return
    table = comparison.table
    rows = [tuple(_cell(value) for value in row) for row in table.itertuples(index=False)]
    print_table("Diagnosis against relapse - research use only", list(table.columns), rows)
    typer.echo(str(comparison.verdict))
    for sentence in comparison.implications:
        typer.echo(sentence)


def _cell(value: object) -> str:
    """Write a shift with its sign, nothing where it is not known."""
    if not isinstance(value, float):
        return str(value)
    return "" if math.isnan(value) else f"{value:+.2f}"
