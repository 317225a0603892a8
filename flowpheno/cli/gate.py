"""``flowpheno gate``: gates that a person drew, applied to a file."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.pipeline.gates import GatedFile


def gate(
    path: Annotated[
        Path, typer.Argument(help="An FCS file, plain or gzipped, or events as CSV or Parquet")
    ],
    strategy: Annotated[
        Path,
        typer.Option(
            help="Gates: Gating-ML 2.0 (.xml), FlowJo 10 (.wsp), YAML (.yaml), or the name of a "
            "strategy from `flowpheno panels list`"
        ),
    ],
    sample: Annotated[
        str, typer.Option(help="Sample of a FlowJo workspace; the one of that file name without")
    ] = "",
    matrix: Annotated[
        Path | None,
        typer.Option(help="CSV, TSV or FCS: spillover matrix, instead of that of the file"),
    ] = None,
    scale: Annotated[
        str,
        typer.Option(help="What the numbers of a table mean: linear, relative, mass, log:4/1024"),
    ] = "",
    panels: Annotated[Path | None, typer.Option(help="Folder of definitions of your own")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for tables, membership and pictures")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace existing files")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> int:
    """Apply gates to a file.

    Parameters
    ----------
    path : Path
        An FCS file or an event table.
    strategy : Path
        The gates: a file, or a name.
    sample : str
        Sample of a FlowJo workspace.
    matrix : Path or None
        Spillover matrix.
    scale : str
        What the numbers of a table mean.
    panels : Path or None
        Definitions of your own, in whose ``strategies/`` a name is looked up first.
    out : Path or None
        Folder for tables, membership and pictures.
    force : bool
        Replace existing files.
    as_json : bool
        Print JSON instead of a table.

    Returns
    -------
    int
        0, or 1 if file or gates cannot be used.
    """
    from flowpheno.compensation import read_spillover_file
    from flowpheno.errors import FcsError
    from flowpheno.pipeline.gates import find_strategy, gate_file, read_strategy, write_gated
    from flowpheno.reading import parse_scale

    missing = [p for p in (path, matrix, panels) if p is not None and not p.exists()]
    if missing:
        raise typer.BadParameter(f"does not exist: {', '.join(map(str, missing))}")
    gates = read_strategy(find_strategy(strategy, panels), sample=sample or path.name)
    meant = parse_scale(scale) if scale else None
    spillover = None if matrix is None else read_spillover_file(matrix)
    try:
        gated = gate_file(path, gates, matrix=spillover, scale=meant)
    except FcsError as error:  # knows the place in the file, not the file
        typer.echo(f"flowpheno: {path}: {error}", err=True)
        return 1
    written = () if out is None else write_gated(gated, out, overwrite=force)
    if as_json:
        said = _as_dict(gated) | {"written": [str(one) for one in written]}
        typer.echo(json.dumps(said, indent=2, ensure_ascii=False))
    else:
        _print(gated, written)
    return 0


def _as_dict(gated: GatedFile) -> dict[str, Any]:
    results = gated.results
    return {
        "strategy": gated.strategy.name,
        "events": results.n_events,
        "gates": [
            {
                "gate": name,
                "parent": population.parent or None,
                "n": population.n,
                "percent_of_parent": None if math.isnan(percent) else percent,
            }
            for name, population in results.populations.items()
            for percent in [results.percent_of_parent(name)]
        ],
    }


def _print(gated: GatedFile, written: Sequence[Path]) -> None:
    from flowpheno.cli.tables import print_table
    from flowpheno.pipeline.gates import ALL_EVENTS

    results = gated.results
    rows = [
        (
            name,
            population.parent or ALL_EVENTS,
            f"{population.n}",
            "" if math.isnan(percent) else f"{percent:.2f}",
        )
        for name, population in results.populations.items()
        for percent in [results.percent_of_parent(name)]
    ]
    title = f"Gates of {gated.strategy.name} in {gated.sample.name}"
    print_table(title, ("gate", "parent", "n", "percent_of_parent"), rows)
    for one in written:
        typer.echo(f"written: {one}", err=True)
