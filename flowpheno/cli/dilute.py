"""``flowpheno simulate spike`` and ``dilution``: in-silico dilutions of real files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flowpheno.cli.simulate import Seed, percents

Labels = Annotated[
    Path,
    typer.Argument(
        help="A row for each event: a column blast or blasts (0, 1), or labels of simulate; also "
        "events/<tube>.parquet of a results folder"
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Replace existing files")]
_UPPER_BOUND = (
    "Mixed after the measurement: no variation between stainings. What is found is an upper bound."
)


def spike(
    blasts: Annotated[Path, typer.Argument(help="File that holds blasts")],
    blast_labels: Labels,
    into: Annotated[Path, typer.Argument(help="File whose other cells they are put among")],
    out: Annotated[Path, typer.Argument(help="FCS file to write; its labels go beside it")],
    percent: Annotated[
        float, typer.Option(min=0, max=100, help="Blasts, percent of the labelled denominator")
    ],
    into_labels: Annotated[
        Path | None,
        typer.Option(help="Labels of that file; without, none of its events is a blast"),
    ] = None,
    seed: Seed = 1,
    force: Force = False,
) -> None:
    """Put blasts of one real file among the other cells of another.

    Parameters
    ----------
    blasts, blast_labels : Path
        File that holds blasts, and which of its events they are.
    into : Path
        File whose other cells are kept.
    out : Path
        FCS file to write.
    percent : float
        Blasts, percent.
    into_labels : Path or None
        Labels of `into`.
    seed : int
        Seed.
    force : bool
        Replace existing files.
    """
    from flowpheno.pipeline.dilution import read_labelled, write_spike

    donor = read_labelled(blasts, blast_labels)
    host = read_labelled(into, into_labels)
    mixed = write_spike(donor, host, out, percent=percent, seed=seed, overwrite=force)
    typer.echo(
        f"{out}: IN-SILICO DILUTION, {mixed.sample.n_events} events, {int(mixed.blasts.sum())} "
        f"blasts ({mixed.percent:.4g} %); truth in {out.with_suffix('.labels.parquet')}"
    )
    typer.echo(_UPPER_BOUND, err=True)


def dilution(
    file: Annotated[Path, typer.Argument(help="File that holds blasts")],
    labels: Labels,
    directory: Annotated[Path, typer.Argument(help="Folder to write to")],
    percent: Annotated[
        str, typer.Option(help="Blasts of the follow-ups, percent, joined by commas")
    ] = "10,1,0.5,0.1,0",
    seed: Seed = 1,
    force: Force = False,
) -> None:
    """Split a labelled file into a diagnosis and diluted follow-ups.

    Parameters
    ----------
    file, labels : Path
        File that holds blasts, and which of its events they are.
    directory : Path
        Folder to write to.
    percent : str
        Blasts of the follow-ups, percent, joined by commas.
    seed : int
        Seed.
    force : bool
        Replace existing files.
    """
    from flowpheno.cli.tables import print_table
    from flowpheno.pipeline.dilution import read_labelled, write_dilution_series

    files = write_dilution_series(
        read_labelled(file, labels),
        directory,
        percents=percents(percent),
        seed=seed,
        overwrite=force,
    )
    rows = [
        (
            f"{f.sample.name}.fcs",
            str(f.sample.n_events),
            str(int(f.blasts.sum())),
            f"{f.percent:.4g}",
        )
        for f in files
    ]
    title = f"{directory}: IN-SILICO DILUTION of {file.name}"
    print_table(title, ("file", "events", "blasts", "percent"), rows)
    typer.echo(_UPPER_BOUND, err=True)
