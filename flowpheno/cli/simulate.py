"""``flowpheno simulate``: marrows with the truth about every event."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from flowpheno.simulation import Specification

app = typer.Typer(no_args_is_help=True)

Tube = Annotated[str, typer.Option(help="Tube of panels/tubes")]
Background = Annotated[str, typer.Option(help="State of the normal marrow")]
Events = Annotated[int, typer.Option(min=1, help="Nucleated single cells")]
Seed = Annotated[int, typer.Option(min=0, help="The same seed gives the same file")]
SpillFactor = Annotated[
    float, typer.Option(min=0, help="True spill, times that of the specification")
]
GainSd = Annotated[
    float, typer.Option(min=0, help="SD of the detectors' gains, log10: another cytometer")
]
MRD_TUBE = "euroflow_bcp_all_mrd_t1"


@app.command(help="One marrow in one tube, with the truth about every event.")
def marrow(
    out: Annotated[Path, typer.Argument(help="FCS file to write; its truth goes beside it")],
    tube: Tube = MRD_TUBE,
    background: Background = "steady_child",
    blasts: Annotated[str, typer.Option(help="Archetype of the blasts; none by default")] = "",
    percent: Annotated[
        float, typer.Option(min=0, max=100, help="Blasts, percent of nucleated cells")
    ] = 0.0,
    events: Events = 300_000,
    seed: Seed = 1,
    spill_factor: SpillFactor = 1.0,
    gain_sd: GainSd = 0.0,
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
    spill_factor : float
        True spill, times that of the specification.
    gain_sd : float
        SD of the detectors' gains, log10.
    """
    from flowpheno.panel.tubes import builtin_tubes
    from flowpheno.simulation import (
        PlannedMarrow,
        load_specification,
        simulate_planned,
        write_simulated,
    )

    specification, tubes = load_specification(), builtin_tubes()
    check_words(specification, tubes=[tube], backgrounds=[background], blasts=[blasts])
    if percent and not blasts:
        raise typer.BadParameter("--percent needs --blasts: which archetype?")
    plan = PlannedMarrow(
        name=out.stem,
        tube=tube,
        background=background,
        archetype=blasts,
        percent=percent,
        n_events=events,
        seed=seed,
        spill_factor=spill_factor,
        gain_sd=gain_sd,
    )
    simulated = simulate_planned(specification, tubes, plan)
    out.parent.mkdir(parents=True, exist_ok=True)
    labels = write_simulated(out, simulated)
    typer.echo(f"{out}: SIMULATED, {simulated.sample.n_events} events; truth in {labels}")


@app.command(help="Many marrows: every combination of blasts, background and percent.")
def cohort(
    directory: Annotated[Path, typer.Argument(help="Folder to write to")],
    tube: Tube = MRD_TUBE,
    archetypes: Annotated[
        str,
        typer.Option(help="Joined by commas; all: of B precursors, others: of all others, none"),
    ] = "all",
    backgrounds: Annotated[
        str, typer.Option(help="States of the normal marrow, joined by commas")
    ] = "steady_child,regenerating,steady_adult",
    percent: Annotated[
        str, typer.Option(help="Blasts, percent of nucleated cells, joined by commas")
    ] = "50,5,0.5,0.05,0.02",
    repeats: Annotated[int, typer.Option(min=0, help="Patients for each combination")] = 3,
    blast_free: Annotated[
        int, typer.Option(min=0, help="Marrows without blasts for each background")
    ] = 0,
    events: Events = 300_000,
    seed: Seed = 1,
    spill_factor: SpillFactor = 1.0,
    gain_sd: GainSd = 0.0,
) -> None:
    """Write a cohort with a manifest and the truth.

    Parameters
    ----------
    directory : Path
        Folder to write to.
    tube : str
        What is stained.
    archetypes, backgrounds, percent : str
        What to combine, each joined by commas.
    repeats : int
        Patients for each combination.
    blast_free : int
        Marrows without blasts for each background.
    events : int
        Nucleated single cells of each; artefacts come on top.
    seed : int
        Seed from which each file's own is derived.
    spill_factor : float
        True spill, times that of the specification.
    gain_sd : float
        SD of the detectors' gains, log10.
    """
    from flowpheno.panel.tubes import builtin_tubes
    from flowpheno.pipeline.progress import progress_bar
    from flowpheno.simulation import (
        CohortDesign,
        load_specification,
        plan_cohort,
        resolve_archetypes,
        write_cohort,
    )

    specification, tubes = load_specification(), builtin_tubes()
    states = words(backgrounds)
    check_words(specification, tubes=[tube], backgrounds=states)
    design = CohortDesign(
        tube=tube,
        archetypes=resolve_archetypes(specification, words(archetypes)),
        backgrounds=states,
        percents=percents(percent),
        repeats=repeats,
        blast_free=blast_free,
        n_events=events,
        seed=seed,
        spill_factor=spill_factor,
        gain_sd=gain_sd,
    )
    planned = plan_cohort(design)
    if not planned:
        raise typer.BadParameter("nothing to simulate: no combination, and no --blast-free")
    with progress_bar("Simulating") as advance:
        manifest = write_cohort(
            directory, planned, specification=specification, tubes=tubes, progress=advance
        )
    typer.echo(
        f"{directory}: SIMULATED, {len(planned)} marrows; "
        f"manifest {manifest}, truth {directory / 'truth.csv'}"
    )


def words(text: str) -> tuple[str, ...]:
    """Split what was joined by commas.

    Parameters
    ----------
    text : str
        Words and commas.

    Returns
    -------
    tuple of str
        Each word once, in order; empty for none.
    """
    return tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))


def percents(text: str) -> tuple[float, ...]:
    """Read percentages joined by commas.

    Parameters
    ----------
    text : str
        Numbers and commas.

    Returns
    -------
    tuple of float
        Each once, in order.

    Raises
    ------
    typer.BadParameter
        If one is no number from 0 to 100.
    """
    found = []
    for word in words(text):
        try:
            value = float(word)
        except ValueError as error:
            raise typer.BadParameter(f"--percent: {word!r} is no number") from error
        if not 0 <= value <= 100:  # noqa: PLR2004 - percent
            raise typer.BadParameter(f"--percent: {word} is not between 0 and 100")
        found.append(value)
    return tuple(dict.fromkeys(found))


def check_words(
    specification: Specification,
    *,
    tubes: list[str] | tuple[str, ...],
    backgrounds: list[str] | tuple[str, ...] = (),
    blasts: list[str] | tuple[str, ...] = (),
) -> None:
    """Refuse what is not known, with a list of what is.

    Parameters
    ----------
    specification : Specification
        Knows states and archetypes.
    tubes, backgrounds, blasts : list of str
        What was given.

    Raises
    ------
    typer.BadParameter
        If one is not known.
    """
    from flowpheno.panel.tubes import builtin_tubes

    choices = (
        ("--tube", tubes, builtin_tubes()),
        ("--background", backgrounds, specification.hematogones.mixtures),
        ("--blasts", blasts, ("", *specification.blasts)),
    )
    for option, values, known in choices:
        for value in values:
            if value not in known:
                names = ", ".join(name for name in sorted(known) if name)
                raise typer.BadParameter(f"{option} {value!r} is not known: {names}")
