"""``flowpheno simulate specimen`` and ``relapse``: specimens that are more than one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flowpheno.cli.simulate import (
    MRD_TUBE,
    Background,
    Events,
    Hemodilution,
    Seed,
    Tube,
    check_words,
    percents,
)

Folder = Annotated[Path, typer.Argument(help="Folder to write to")]
_TWO = 2


def specimen(
    directory: Folder,
    tube: Annotated[
        list[str] | None, typer.Option(help="Tube of panels/tubes; give it once for each tube")
    ] = None,
    name: Annotated[str, typer.Option(help="Of the specimen")] = "specimen",
    background: Background = "steady_child",
    blasts: Annotated[str, typer.Option(help="Archetype of the blasts; none by default")] = "",
    percent: Annotated[
        float, typer.Option(min=0, max=100, help="Blasts, percent of nucleated cells")
    ] = 0.0,
    events: Events = 100_000,
    seed: Seed = 1,
    hemodilution: Hemodilution = 0.0,
) -> None:
    """Write several tubes of one specimen.

    Parameters
    ----------
    directory : Path
        Folder to write to.
    tube : list of str or None
        What is stained, a file each; both MRD tubes of EuroFlow by default.
    name : str
        Of the specimen.
    background : str
        State of the normal marrow.
    blasts : str
        Archetype of the blasts; empty for none.
    percent : float
        Blasts, percent of nucleated cells.
    events : int
        Nucleated single cells of each tube; artefacts come on top.
    seed : int
        Seed.
    hemodilution : float
        Share of blood among the normal cells.
    """
    from flowpheno.panel.tubes import builtin_tubes
    from flowpheno.simulation import (
        Conditions,
        PlannedMarrow,
        load_specification,
        write_specimen,
    )

    specification, names = load_specification(), tube or [MRD_TUBE, MRD_TUBE[:-1] + "2"]
    check_words(specification, tubes=names, backgrounds=[background], blasts=[blasts])
    if percent and not blasts:
        raise typer.BadParameter("--percent needs --blasts: which archetype?")
    plan = PlannedMarrow(
        name=name,
        tube=names[0],
        background=background,
        archetype=blasts,
        percent=percent,
        n_events=events,
        seed=seed,
        conditions=Conditions(hemodilution=hemodilution),
    )
    unique = list(dict.fromkeys(names))
    manifest = write_specimen(
        directory, plan, unique, specification=specification, tubes=builtin_tubes()
    )
    typer.echo(f"{directory}: SIMULATED, {len(unique)} tubes of {name}; manifest {manifest}")


def relapse(
    directory: Folder,
    blasts: Annotated[str, typer.Option(help="Archetype of the blasts")] = "common",
    scenario: Annotated[
        str,
        typer.Option(help="usual, cd19_loss, cd22_loss, lineage_switch, steroids, monocytic_tail"),
    ] = "usual",
    percent: Annotated[
        str, typer.Option(help="Blasts at diagnosis and at relapse, percent, with a comma")
    ] = "80,30",
    tube: Tube = MRD_TUBE,
    name: Annotated[str, typer.Option(help="Of the patient; what it is by default")] = "",
    events: Events = 100_000,
    seed: Seed = 1,
) -> None:
    """Write one patient at diagnosis and at relapse.

    Parameters
    ----------
    directory : Path
        Folder to write to.
    blasts : str
        Archetype of the blasts at diagnosis.
    scenario : str
        How the leukaemia relapses.
    percent : str
        Blasts at diagnosis and at relapse, percent.
    tube : str
        What is stained.
    name : str
        Of the patient.
    events : int
        Nucleated single cells of each file; artefacts come on top.
    seed : int
        Seed.
    """
    from flowpheno.panel.tubes import builtin_tubes
    from flowpheno.simulation import PlannedPair, load_specification, write_pairs

    specification = load_specification()
    check_words(specification, tubes=[tube], blasts=[blasts])
    both = percents(percent, once=False)
    if len(both) != _TWO or not blasts:
        raise typer.BadParameter("--percent takes two numbers: at diagnosis and at relapse")
    plan = PlannedPair(
        name=name or f"{blasts}-{scenario}",
        tube=tube,
        archetype=blasts,
        scenario=scenario,
        percents=(both[0], both[1]),
        n_events=events,
        seed=seed,
    )
    manifest = write_pairs(directory, [plan], specification=specification, tubes=builtin_tubes())
    typer.echo(
        f"{directory}: SIMULATED, {plan.name} at diagnosis and at relapse ({scenario}); "
        f"manifest {manifest}, what changed {directory / 'changes.csv'}"
    )
