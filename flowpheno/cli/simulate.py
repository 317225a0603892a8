"""``flowpheno simulate``: a marrow with the truth about every event."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Collection


def simulate(
    out: Annotated[Path, typer.Argument(help="FCS file to write; its truth goes beside it")],
    tube: Annotated[str, typer.Option(help="Tube of panels/tubes")] = "euroflow_bcp_all_mrd_t1",
    background: Annotated[str, typer.Option(help="State of the normal marrow")] = "steady_child",
    blasts: Annotated[str, typer.Option(help="Archetype of the blasts; none by default")] = "",
    percent: Annotated[
        float, typer.Option(min=0, max=100, help="Blasts, percent of nucleated cells")
    ] = 0.0,
    events: Annotated[int, typer.Option(min=1, help="Nucleated single cells")] = 300_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same file")] = 1,
) -> None:
    """Write a simulated marrow.

    Parameters
    ----------
    out : Path
        FCS file to write; labels go to ``<stem>.labels.parquet`` beside it.
    tube : str
        What is stained.
    background : str
        State of the normal marrow.
    blasts : str
        Archetype of the blasts; empty for none.
    percent : float
        Blasts, percent of nucleated cells.
    events : int
        Nucleated single cells; artefacts come on top.
    seed : int
        Seed.
    """
    import numpy as np

    from flowpheno.panel.tubes import builtin_tubes
    from flowpheno.simulation import (
        Background,
        BlastRequest,
        load_specification,
        simulate_tube,
        write_simulated,
    )

    specification, tubes = load_specification(), builtin_tubes()
    states = specification.hematogones.mixtures
    choices: dict[str, tuple[str, Collection[str]]] = {
        "--tube": (tube, tubes),
        "--background": (background, states),
        "--blasts": (blasts, ("", *specification.blasts)),
    }
    for option, (value, known) in choices.items():
        if value not in known:
            names = ", ".join(name for name in sorted(known) if name)
            raise typer.BadParameter(f"{option} {value!r} is not known: {names}")
    if percent and not blasts:
        raise typer.BadParameter("--percent needs --blasts: which archetype?")
    request = BlastRequest(fraction=percent / 100, archetype=blasts) if blasts else None
    simulated = simulate_tube(
        specification,
        tubes[tube],
        rng=np.random.default_rng(seed),
        n_events=events,
        background=Background(state=background),
        blasts=request,
        name=out.stem,
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    labels = write_simulated(out, simulated)
    typer.echo(f"{out}: SIMULATED, {simulated.sample.n_events} events; truth in {labels}")
