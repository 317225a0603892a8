"""``flowpheno train``: a model from labelled files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from flowpheno.learning.card import ModelCard
    from flowpheno.statistics import Interval

_SHOWN = 5
_DASH = "\N{EN DASH}"


def train(
    paths: Annotated[
        list[Path], typer.Argument(help="Labelled FCS files, and folders searched to the bottom")
    ],
    labels: Annotated[
        list[Path],
        typer.Option(
            help="Labels of every event, and folders of them: <stem>.labels.parquet, or a CSV "
            "with a column blast. Repeat for several"
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", help="File to write, .skops; its card goes beside")
    ],
    manifest: Annotated[
        Path | None,
        typer.Option(help="CSV: path, specimen, patient ...; without it each file is a patient"),
    ] = None,
    panels: Annotated[
        Path | None, typer.Option(help="Folder with a learning.yaml of your own")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of drawing, folds and trees")] = 1,
) -> int:
    """Learn the probability that a cell is a blast.

    Parameters
    ----------
    paths : list of Path
        Labelled files.
    labels : list of Path
        Labels of every event.
    out : Path
        File to write.
    manifest : Path or None
        Patients and specimens of the files.
    panels : Path or None
        Definitions of your own.
    seed : int
        Seed.

    Returns
    -------
    int
        0 if every file was used, 1 if some could not be.
    """
    from flowpheno.exchange.extra import import_extra
    from flowpheno.panel.definitions import load_definitions
    from flowpheno.pipeline.manifest import read_manifest
    from flowpheno.pipeline.progress import progress_bar
    from flowpheno.pipeline.training import TrainingOptions, read_training_set, train_and_save
    from flowpheno.reading import find_files

    if missing := [path for path in (*paths, *labels) if not path.exists()]:
        raise typer.BadParameter(f"does not exist: {', '.join(map(str, missing))}")
    import_extra("skops.io", "learning")  # not after the hour that training may take
    out.parent.mkdir(parents=True, exist_ok=True)
    definitions = load_definitions(panels)
    options = TrainingOptions(
        manifest={} if manifest is None else read_manifest(manifest), panels=panels, seed=seed
    )
    with progress_bar("Reading") as advance:
        training = read_training_set(
            find_files(paths), labels, definitions, options, progress=advance
        )
    for failure in training.failures:
        typer.echo(f"could not be used: {failure.path}: {failure.message}", err=True)
    if training.unlabelled:
        names = ", ".join(training.unlabelled[:_SHOWN])
        more = ", ..." if len(training.unlabelled) > _SHOWN else ""
        typer.echo(f"{len(training.unlabelled)} without labels: {names}{more}", err=True)
    if manifest is None:
        typer.echo("no manifest: every file is taken for a patient of its own", err=True)
    with progress_bar("Training") as advance:
        card, page = train_and_save(out, training, definitions, options, progress=advance)
    _say(card)
    typer.echo(f"{out}: {card.model.n_patients} patients; model card to read: {page}")
    return 1 if training.failures else 0


def _say(card: ModelCard) -> None:
    from flowpheno.cli.tables import print_table

    kind = "SIMULATED, " if card.model.simulated else ""
    print_table(
        f"flowpheno train - {kind}out of fold by patient - research use only",
        ("labelled blasts", "n", "F1 median", "F1 mean"),
        [(g.name, str(g.n), _interval(g.f1_median), _interval(g.f1_mean)) for g in card.groups],
    )


def _interval(interval: Interval) -> str:
    if interval.estimate != interval.estimate:
        return _DASH
    if interval.low != interval.low:
        return f"{interval.estimate:.3f}"
    return f"{interval.estimate:.3f} ({interval.low:.3f} to {interval.high:.3f})"
