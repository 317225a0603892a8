"""``flowpheno compare``: diagnosis against relapse."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from flowpheno.comparison import Comparison

_SIDE = "FCS file, results folder, or registry:SPECIMEN"


def compare(
    diagnosis: Annotated[Path, typer.Argument(help=_SIDE)],
    relapse: Annotated[Path, typer.Argument(help=_SIDE)],
    out: Annotated[Path | None, typer.Option("--out", help="Folder for tables and a page")] = None,
    template: Annotated[Path | None, typer.Option(help="Normal template")] = None,
    panels: Annotated[Path | None, typer.Option(help="Folder of definitions of your own")] = None,
    known_bcp_all: Annotated[
        bool, typer.Option("--known-bcp-all", help="B-precursor ALL was established before")
    ] = False,
    registry: Annotated[
        str, typer.Option(help="Where registry:SPECIMEN is: a file, or a PostgreSQL URL")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> int:
    """Say marker by marker what was kept, gained, lost or shifted.

    Parameters
    ----------
    diagnosis, relapse : Path
        FCS file, the results folder of an earlier run with one specimen, or
        ``registry:SPECIMEN`` (or ``registry:PATIENT/SPECIMEN``).
    out : Path or None
        Folder for ``shifts.csv``, ``comparison.json`` and a page.
    template : Path or None
        Normal template for files.
    panels : Path or None
        Definitions of your own.
    known_bcp_all : bool
        History, for files.
    registry : str
        The registry that such a specimen is in.
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
    from flowpheno.pipeline.pair import compare_results

    sides = (diagnosis, relapse)
    stored = [side for side in sides if registry and str(side).startswith(PREFIX)]
    missing = [side for side in sides if side not in stored and not side.exists()]
    if missing:
        raise typer.BadParameter(f"does not exist: {', '.join(map(str, missing))}")
    options = Options(known_bcp_all=known_bcp_all, template=template, panels=panels)
    earlier, later = (run_of_side(side, options, registry) for side in sides)
    comparison = compare_results(
        earlier.specimens[0], later.specimens[0], load_definitions(panels)
    )
    simulated = earlier.simulated or later.simulated
    if out is not None:
        _write(comparison, out, (diagnosis.name, relapse.name), panels, simulated=simulated)
    _say(comparison, as_json=as_json)
    return 0


def _write(
    comparison: Comparison,
    out: Path,
    names: tuple[str, str],
    panels: Path | None,
    *,
    simulated: bool,
) -> None:
    from flowpheno.report.html import write_comparison_page

    out.mkdir(parents=True, exist_ok=True)
    comparison.table.to_csv(out / "shifts.csv", index=False, lineterminator="\n")
    text = json.dumps(as_dict(comparison), indent=2, ensure_ascii=False)
    (out / "comparison.json").write_text(text, encoding="utf-8")
    page = write_comparison_page(
        comparison,
        out / "report" / "comparison.html",
        names=names,
        simulated=simulated,
        definitions=panels,
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
