"""``flowpheno gate``: gates that a person drew, or populations found without any."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.fcs.spillover import Spillover
    from flowpheno.pipeline.gates import GatedFile
    from flowpheno.pipeline.populations import FoundPopulations
    from flowpheno.reading import TableScale


def gate(
    path: Annotated[
        Path, typer.Argument(help="An FCS file, plain or gzipped, or events as CSV or Parquet")
    ],
    strategy: Annotated[
        Path | None,
        typer.Option(
            help="Gates: Gating-ML 2.0 (.xml), FlowJo 10 (.wsp), YAML (.yaml), or the name of a "
            "strategy from `flowpheno panels list`; without it populations are found by the "
            "levels of their markers (panels/populations.yaml)"
        ),
    ] = None,
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
    """Apply gates to a file, or find its populations without a hand-drawn gate.

    Parameters
    ----------
    path : Path
        An FCS file or an event table.
    strategy : Path or None
        The gates: a file, or a name. None finds populations by their markers.
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
    from flowpheno.reading import parse_scale

    missing = [p for p in (path, matrix, panels) if p is not None and not p.exists()]
    if missing:
        raise typer.BadParameter(f"does not exist: {', '.join(map(str, missing))}")
    meant = parse_scale(scale) if scale else None
    spillover = None if matrix is None else read_spillover_file(matrix)
    try:
        if strategy is None:
            found = _find(path, matrix=spillover, scale=meant, panels=panels)
            _show_found(found, out, force=force, as_json=as_json)
        else:
            wanted = (strategy, sample or path.name, panels)
            gated = _apply(path, wanted, matrix=spillover, scale=meant)
            _show_gated(gated, out, force=force, as_json=as_json)
    except FcsError as error:  # knows the place in the file, not the file
        typer.echo(f"flowpheno: {path}: {error}", err=True)
        return 1
    return 0


def _apply(
    path: Path,
    wanted: tuple[Path, str, Path | None],
    *,
    matrix: Spillover | None,
    scale: TableScale | None,
) -> GatedFile:
    from flowpheno.pipeline.gates import find_strategy, gate_file, read_strategy

    strategy, sample, panels = wanted
    gates = read_strategy(find_strategy(strategy, panels), sample=sample)
    return gate_file(path, gates, matrix=matrix, scale=scale)


def _show_gated(gated: GatedFile, out: Path | None, *, force: bool, as_json: bool) -> None:
    from flowpheno.pipeline.gates import write_gated

    written = () if out is None else write_gated(gated, out, overwrite=force)
    if as_json:
        said = _as_dict(gated) | {"written": [str(one) for one in written]}
        typer.echo(json.dumps(said, indent=2, ensure_ascii=False))
    else:
        _print(gated, written)


def _find(
    path: Path,
    *,
    matrix: Spillover | None,
    scale: TableScale | None,
    panels: Path | None,
) -> FoundPopulations:
    from flowpheno.compensation import with_spillover
    from flowpheno.panel.definitions import load_definitions
    from flowpheno.pipeline.populations import find_populations
    from flowpheno.reading import read_sample

    definitions = load_definitions(panels)
    tube = read_sample(path, vocabulary=definitions.vocabulary, scale=scale)
    if matrix is not None:
        tube = with_spillover(tube, matrix)
    return find_populations(tube, definitions)


def _show_found(found: FoundPopulations, out: Path | None, *, force: bool, as_json: bool) -> None:
    from flowpheno.cli.tables import print_table
    from flowpheno.pipeline.populations import write_populations

    written = () if out is None else write_populations(found, out, overwrite=force)
    said = found.as_dict()
    if as_json:
        said["written"] = [str(one) for one in written]
        typer.echo(json.dumps(said, indent=2, ensure_ascii=False))
        return
    rows = [
        (
            row["population"],
            row["parent"],
            f"{row['n']}",
            "" if row["percent_of_parent"] is None else f"{row['percent_of_parent']:.2f}",
            "" if row["confidence"] is None else f"{row['confidence']:.2f}",
            row["by"],
        )
        for row in said["populations"]
    ]
    columns = ("population", "parent", "n", "percent_of_parent", "confidence", "by")
    print_table(f"Populations of {found.gated.sample.name}", columns, rows)
    for finding in found.gated.findings:
        typer.echo(f"{finding.code} {finding.severity}: {finding.message}", err=True)
    for one in written:
        typer.echo(f"written: {one}", err=True)


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
