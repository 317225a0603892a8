"""``flowpheno template``: normal templates from a laboratory's blast-free marrows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)


@app.command(help="Learn a template from blast-free marrows stained with one panel.")
def build(
    normals: Annotated[list[Path], typer.Argument(help="FCS files and folders")],
    out: Annotated[Path, typer.Option("--out", help="File to write, .npz")],
    name: Annotated[str, typer.Option(help="Identifier; the file's stem by default")] = "",
    panels: Annotated[Path | None, typer.Option(help="Folder of definitions of your own")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the subsampling")] = 1,
) -> int:
    """Learn a normal template.

    Parameters
    ----------
    normals : list of Path
        Blast-free marrows: steady and regenerating.
    out : Path
        File to write.
    name : str
        Identifier shown in results.
    panels : Path or None
        Definitions of your own.
    seed : int
        Seed of the subsampling.

    Returns
    -------
    int
        0 if every file was used, 1 if some could not be.
    """
    from flowpheno.aberrancy.template import save_template
    from flowpheno.panel.definitions import load_definitions
    from flowpheno.pipeline.normals import learn_template
    from flowpheno.pipeline.progress import progress_bar
    from flowpheno.reading import find_files

    files = find_files(normals)
    definitions = load_definitions(panels)
    with progress_bar("Learning") as advance:
        learned = learn_template(name or out.stem, files, definitions, seed=seed, progress=advance)
    save_template(learned.template, out)
    typer.echo(
        f"{out}: {len(learned.template.normals)} normal marrows, "
        f"{len(learned.template.reference)} events, markers {', '.join(learned.template.markers)}"
    )
    recommended = definitions.aberrancy.recommended_normals
    if len(learned.template.normals) < recommended:
        typer.echo(f"fewer than the recommended {recommended} marrows", err=True)
    for marrow in learned.template.left_out:
        typer.echo(f"left out, its B-lineage cells are not like the others': {marrow}", err=True)
    for failure in learned.failures:
        typer.echo(f"could not be used: {failure.path}: {failure.message}", err=True)
    return 1 if learned.failures else 0


@app.command(help="Say what a template was built from.")
def show(path: Annotated[Path, typer.Argument(help="A template")]) -> None:
    """Say what a template was built from.

    Parameters
    ----------
    path : Path
        A template.
    """
    from flowpheno.aberrancy.template import load_template

    template = load_template(path)
    facts = {
        "name": template.name,
        "markers": list(template.markers),
        "fluorochromes": dict(template.fluorochromes),
        "normals": list(template.normals),
        "left_out": list(template.left_out),
        "cytometers": list(template.cytometers),
        "events": len(template.reference),
        "threshold": template.threshold,
        "expected_flagged_share": float(template.rates[0]),
    }
    typer.echo(json.dumps(facts, indent=2))
