"""``flowpheno manifest``: a draft of what a person has to say of the files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)


@app.callback()
def manifest() -> None:
    """Let the only command be called by its name."""


@app.command(help="Draft a manifest from the files and folders in a folder, to be completed.")
def init(
    folder: Annotated[Path, typer.Argument(help="Folder of FCS files", exists=True)],
    out: Annotated[
        Path | None, typer.Option("--out", help="CSV to write; manifest.csv in the folder")
    ] = None,
    dates: Annotated[
        bool, typer.Option("--dates", help="Take the day of measurement from the files")
    ] = False,
    panels: Annotated[Path | None, typer.Option(help="Folder of definitions of your own")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing manifest")] = False,
) -> int:
    """Draft a manifest.

    Parameters
    ----------
    folder : Path
        Searched with all folders in it.
    out : Path or None
        CSV to write.
    dates : bool
        Whether the day of measurement is taken.
    panels : Path or None
        Definitions of your own.
    force : bool
        Replace an existing manifest.

    Returns
    -------
    int
        0 if every file could be read, 1 if some could not, or there is a manifest already.
    """
    from flowpheno.panel.definitions import load_definitions
    from flowpheno.pipeline.manifest_draft import draft_manifest, write_draft

    target = out or folder / "manifest.csv"
    if target.exists() and not force:
        typer.echo(f"flowpheno: {target} exists; --force replaces it", err=True)
        return 1
    rows, failures = draft_manifest(folder, load_definitions(panels), dates=dates)
    write_draft(rows, target)
    specimens, tubes = len({row.specimen for row in rows}), sum(bool(row.tube) for row in rows)
    typer.echo(
        f"{target}: {len(rows)} files of {specimens} specimens, {tubes} of a known tube; "
        "patient, date, material, site, timepoint, therapy and history are yours to fill in"
    )
    for failure in failures:
        typer.echo(f"could not be read: {failure.path}: {failure.message}", err=True)
    return 1 if failures else 0
