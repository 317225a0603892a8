"""``flowpheno demo``: the whole job on a simulated case."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def demo(
    out: Annotated[Path, typer.Option("--out", help="Folder to write")] = Path("flowpheno-demo"),
    seed: Annotated[int, typer.Option(help="Seed of the simulation")] = 2014,
) -> int:
    """Simulate the case report, judge it, and name the page to open.

    Parameters
    ----------
    out : Path
        Folder to write.
    seed : int
        Seed of the simulation.

    Returns
    -------
    int
        0 if every simulated file was judged.
    """
    from flowpheno.cli.case import case
    from flowpheno.cli.template import build
    from flowpheno.demo import write_demo

    typer.echo("Everything below is SIMULATED. Research use only.")
    files = write_demo(out, seed=seed)
    typer.echo(f"1. {len(files.normals)} simulated normal marrows -> a normal template")
    build(list(files.normals), out=files.template, name="demo (simulated)", panels=None, seed=seed)
    typer.echo("2. The case: two aspirates without an answer, then a relapse")
    status = case(
        files.case, out=out / "results", template=files.template, panels=None, as_json=False
    )
    typer.echo(f"Open {out / 'results' / 'report' / 'case.html'}")
    return status
