"""``flowpheno compensate``: a matrix from controls, and tubes compensated by it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from flowpheno.fcs.spillover import Spillover
    from flowpheno.panel.definitions import Definitions
    from flowpheno.pipeline.controls import Estimated
    from flowpheno.pipeline.conversion import Converted, NotConverted


def compensate(
    out: Annotated[
        Path, typer.Option("--out", help="Folder for the matrix and the compensated files")
    ],
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="FCS files to compensate, and folders searched to the bottom"),
    ] = None,
    controls: Annotated[
        Path | None,
        typer.Option(help="Folder of single-stain controls: estimate the matrix from them"),
    ] = None,
    assign: Annotated[
        Path | None,
        typer.Option(
            help="CSV: file, detector; which control is which, if their names do not say"
        ),
    ] = None,
    matrix: Annotated[
        Path | None, typer.Option(help="CSV, TSV or FCS: use this spillover matrix")
    ] = None,
    to: Annotated[
        Literal["fcs", "parquet", "csv"], typer.Option("--to", help="Form to write")
    ] = "fcs",
    panels: Annotated[Path | None, typer.Option(help="Folder of definitions of your own")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace existing files")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> int:
    """Estimate a spillover matrix, or use one, and compensate files by it.

    Parameters
    ----------
    out : Path
        Folder for the matrix and the compensated files.
    paths : list of Path or None
        Files and folders to compensate; None to write the matrix only.
    controls : Path or None
        Folder of single-stain controls.
    assign : Path or None
        Table of the controls.
    matrix : Path or None
        Spillover matrix.
    to : str
        Form to write.
    panels : Path or None
        Definitions of your own.
    force : bool
        Replace existing files.
    as_json : bool
        Print JSON instead of tables.

    Returns
    -------
    int
        0 if every file was compensated, 1 if some could not be.
    """
    from flowpheno.cli.convert import as_dict, print_converted
    from flowpheno.compensation import read_spillover_file
    from flowpheno.panel.definitions import load_definitions
    from flowpheno.pipeline.controls import estimate_as_dict, write_estimate

    given = [Path(path) for path in paths or ()]
    files = _checked(given, controls, matrix, assign)
    definitions = load_definitions(panels)
    out.mkdir(parents=True, exist_ok=True)
    said: dict[str, Any] = {}
    if matrix is not None:
        spillover = read_spillover_file(matrix)
    else:
        estimated = _estimate(controls or Path(), assign, definitions)
        spillover = estimated.estimate.spillover
        written = write_estimate(estimated, out, overwrite=force)
        said = {"estimate": estimate_as_dict(estimated), "matrix": str(written[0])}
        if not as_json:
            _print(estimated)
    done, failed = _convert(files, (out, to), (spillover, definitions), force=force)
    if as_json:
        typer.echo(json.dumps(said | as_dict(done, failed), indent=2, ensure_ascii=False))
    else:
        print_converted(done)
    for failure in failed:
        typer.echo(f"flowpheno: {failure.source}: {failure.message}", err=True)
    return 1 if failed else 0


def _checked(
    paths: list[Path], controls: Path | None, matrix: Path | None, assign: Path | None
) -> tuple[Path, ...]:
    """Refuse what makes no sense, and list the files."""
    from flowpheno.reading import find_files

    if (controls is None) == (matrix is None):
        raise typer.BadParameter("either --controls or --matrix is needed")
    if assign is not None and controls is None:
        raise typer.BadParameter("--assign belongs to --controls")
    if matrix is not None and not paths:
        raise typer.BadParameter("--matrix needs files to compensate")
    asked = [*paths, *(path for path in (controls, matrix, assign) if path is not None)]
    missing = [path for path in asked if not path.exists()]
    if missing:
        raise typer.BadParameter(f"does not exist: {', '.join(map(str, missing))}")
    files = find_files(paths)
    if paths and not files:
        raise typer.BadParameter(f"no FCS file among what was given: {', '.join(map(str, paths))}")
    return files


def _estimate(controls: Path, assign: Path | None, definitions: Definitions) -> Estimated:
    from flowpheno.pipeline.controls import estimate_from_files, read_control_table
    from flowpheno.reading import find_files

    files = find_files([controls])
    if not files:
        raise typer.BadParameter(f"no FCS file in {controls}")
    table = None if assign is None else read_control_table(assign)
    return estimate_from_files(files, definitions, table=table)


def _convert(
    files: tuple[Path, ...],
    target: tuple[Path, str],
    means: tuple[Spillover, Definitions],
    *,
    force: bool,
) -> tuple[tuple[Converted, ...], tuple[NotConverted, ...]]:
    """Write compensated copies; one that fails costs no other."""
    from flowpheno.pipeline.conversion import Conversion, convert_files
    from flowpheno.pipeline.progress import progress_bar
    from flowpheno.writing import Form

    if not files:
        return (), ()
    (out, to), (spillover, definitions) = target, means
    conversion = Conversion(
        form=Form(to),
        compensate=True,
        limits=definitions.qc.spillover,
        matrix=spillover,
        vocabulary=definitions.vocabulary,
        overwrite=force,
    )
    with progress_bar("Compensating") as advance:
        return convert_files(files, out, conversion, progress=advance)


def _print(estimated: Estimated) -> None:
    """Print the controls, the coefficients with their errors, and what was noticed."""
    from flowpheno.cli.tables import print_table

    estimate = estimated.estimate
    rows = [
        (
            one.detector,
            one.name,
            one.found_by,
            f"{one.n_positive}",
            f"{one.n_negative}",
            one.negative_from,
            f"{one.decades:.2f}",
        )
        for one in estimate.controls
    ]
    columns = ("detector", "control", "told by", "positive", "negative", "negatives of", "decades")
    print_table("Controls", columns, rows)
    typer.echo(f"unstained\t{estimated.unstained or 'none'}")
    coefficients = [
        (name, *(f"{s:.4f} +- {e:.4f}" for s, e in zip(row, errors, strict=True)))
        for name, row, errors in zip(
            estimate.spillover.detectors, estimate.matrix, estimate.standard_errors, strict=True
        )
    ]
    names = ("row dye, column detector", *estimate.spillover.detectors)
    print_table("Spillover with standard errors", names, coefficients)
    if estimate.findings:
        found = [(str(f.code), str(f.severity), f.message) for f in estimate.findings]
        print_table("Findings", ("code", "severity", "message"), found)
