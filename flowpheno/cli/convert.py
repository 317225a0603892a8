"""``flowpheno convert``: list-mode files to FCS, Parquet or CSV."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.pipeline.conversion import Conversion, Converted, NotConverted


def convert(
    paths: Annotated[
        list[Path], typer.Argument(help="FCS files, and folders searched to the bottom")
    ],
    to: Annotated[Literal["fcs", "parquet", "csv"], typer.Option("--to", help="Form to write")],
    fcs_version: Annotated[
        Literal["3.1", "3.2"], typer.Option(help="Version of the standard, for FCS")
    ] = "3.1",
    compensate: Annotated[
        bool, typer.Option("--compensate", help="Remove spillover; a file without a matrix fails")
    ] = False,
    matrix: Annotated[
        Path | None,
        typer.Option(help="CSV, TSV or FCS: spillover matrix of every file, instead of theirs"),
    ] = None,
    transform: Annotated[
        Literal["logicle", "asinh"] | None,
        typer.Option(help="Scale of fluorescence and mass channels; linear without"),
    ] = None,
    deidentify: Annotated[
        bool,
        typer.Option("--deidentify", help="Leave out what could name a person or a specimen"),
    ] = False,
    panels: Annotated[Path | None, typer.Option(help="Folder of definitions of your own")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="File, or folder for several; here by default")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace existing files")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> int:
    """Write list-mode files in another form.

    Parameters
    ----------
    paths : list of Path
        Files and folders.
    to : str
        Form to write.
    fcs_version : str
        Version of the standard.
    compensate : bool
        Remove spillover.
    matrix : Path or None
        Spillover matrix.
    transform : str or None
        Scale of fluorescence and mass channels.
    deidentify : bool
        Leave out what could name a person or a specimen.
    panels : Path or None
        Definitions of your own.
    out : Path or None
        File or folder.
    force : bool
        Replace existing files.
    as_json : bool
        Print JSON instead of tables.

    Returns
    -------
    int
        0 if every file was converted, 1 if some could not be.
    """
    from flowpheno.pipeline.conversion import convert_files
    from flowpheno.pipeline.progress import progress_bar
    from flowpheno.reading import find_files

    missing = [path for path in paths if not path.exists()]
    if missing:
        raise typer.BadParameter(f"does not exist: {', '.join(map(str, missing))}")
    files = find_files(paths)
    if not files:
        raise typer.BadParameter(f"no FCS file among what was given: {', '.join(map(str, paths))}")
    conversion = _conversion(
        (to, fcs_version, transform),
        (panels, matrix),
        compensate=compensate,
        deidentify=deidentify,
        force=force,
    )
    with progress_bar("Converting") as advance:
        done, failed = convert_files(files, out, conversion, progress=advance)
    if as_json:
        typer.echo(json.dumps(as_dict(done, failed), indent=2, ensure_ascii=False))
    else:
        print_converted(done)
    for failure in failed:
        typer.echo(f"flowpheno: {failure.source}: {failure.message}", err=True)
    return 1 if failed else 0


def _conversion(
    words: tuple[str, str, str | None],
    places: tuple[Path | None, Path | None],
    *,
    compensate: bool,
    deidentify: bool,
    force: bool,
) -> Conversion:
    """Read what was asked for."""
    from flowpheno.compensation import read_spillover_file
    from flowpheno.fcs.writer import FcsVersion
    from flowpheno.panel.definitions import load_definitions
    from flowpheno.panel.deidentify import load_deidentify_rules
    from flowpheno.pipeline.conversion import Conversion
    from flowpheno.writing import DisplayScale, Form

    (to, fcs_version, transform), (panels, matrix) = words, places
    definitions = load_definitions(panels)
    own_rules = panels is not None and (panels / "deidentify.yaml").exists()
    return Conversion(
        form=Form(to),
        version=FcsVersion(fcs_version),
        compensate=compensate,
        limits=definitions.qc.spillover,
        matrix=None if matrix is None else read_spillover_file(matrix),
        display=None if transform is None else DisplayScale(transform),
        rules=load_deidentify_rules(panels if own_rules else None) if deidentify else None,
        vocabulary=definitions.vocabulary,
        overwrite=force,
    )


def as_dict(done: Sequence[Converted], failed: Sequence[NotConverted]) -> dict[str, Any]:
    """Turn what was done into plain JSON types.

    Parameters
    ----------
    done : sequence of Converted
        Files that were written.
    failed : sequence of NotConverted
        The others.

    Returns
    -------
    dict
        It links the files read with those written: not to be passed on with de-identified ones.
    """
    return {
        "converted": [
            {
                "source": str(one.source),
                "target": str(one.target),
                "events": one.n_events,
                "channels": one.n_channels,
                "compensated": one.compensated,
                "scale": str(one.scale),
                "dropped_keywords": list(one.dropped),
                "findings": [
                    {"code": str(f.code), "severity": str(f.severity), "message": f.message}
                    for f in one.findings
                ],
            }
            for one in done
        ],
        "failures": [
            {"source": str(one.source), "error": one.error, "message": one.message}
            for one in failed
        ],
    }


def print_converted(done: Sequence[Converted]) -> None:
    """Print what was written, and what was noticed.

    Parameters
    ----------
    done : sequence of Converted
        Files that were written; nothing is printed for none.
    """
    from flowpheno.cli.tables import print_table

    if not done:
        return
    rows = [
        (
            str(one.source),
            str(one.target),
            f"{one.n_events} x {one.n_channels}",
            "yes" if one.compensated else "no",
            str(one.scale),
        )
        for one in done
    ]
    print_table("Converted", ("read", "written", "events", "compensated", "scale"), rows)
    found = [
        (str(one.target), str(f.code), str(f.severity), f.message)
        for one in done
        for f in one.findings
    ]
    if found:
        print_table("Findings", ("file", "code", "severity", "message"), found)
