"""``flowpheno simulate``: marrows with the truth about every event."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

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
Matrix = Annotated[
    Literal["true", "scaled", "transposed", "shifted", "missing"],
    typer.Option(help="Which spillover matrix the file carries; only one is right"),
]
Hemodilution = Annotated[
    float, typer.Option(min=0, max=1, help="Share of blood among the normal cells")
]
Dead = Annotated[
    float | None, typer.Option(min=0, max=0.99, help="Share of dead cells; drawn by default")
]
Clog = Annotated[
    bool | None, typer.Option("--clog/--no-clog", help="A clog in the run; drawn by default")
]
Lost = Annotated[str, typer.Option(help="Markers that the blasts lost, joined by commas")]
NormalLost = Annotated[
    str, typer.Option(help="Markers that no normal cell shows, joined by commas")
]
Unstained = Annotated[
    str, typer.Option(help="Channels of the tube to leave out, joined by commas")
]
Force = Annotated[bool, typer.Option("--force", help="Replace an existing file")]
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
    matrix: Matrix = "true",
    hemodilution: Hemodilution = 0.0,
    dead: Dead = None,
    clog: Clog = None,
    lost: Lost = "",
    normal_lost: NormalLost = "",
    unstained: Unstained = "",
    force: Force = False,
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
    matrix : str
        Which spillover matrix the file carries.
    hemodilution : float
        Share of blood among the normal cells.
    dead : float or None
        Share of dead cells.
    clog : bool or None
        Whether the run has a clog.
    lost : str
        Markers that the blasts lost, joined by commas.
    normal_lost : str
        Markers that no normal cell shows, joined by commas.
    unstained : str
        Channels of the tube to leave out, joined by commas.
    force : bool
        Replace an existing file, which may be of a patient.

    Raises
    ------
    SimulationError
        If the file is there and not to be replaced.
    """
    from flowpheno.errors import SimulationError
    from flowpheno.panel.tubes import builtin_tubes
    from flowpheno.simulation import (
        Conditions,
        PlannedMarrow,
        load_specification,
        simulate_planned,
        write_simulated,
    )

    if out.exists() and not force:
        raise SimulationError(f"{out} exists; --force replaces it")
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
        conditions=Conditions(
            spill_factor=spill_factor,
            gain_sd=gain_sd,
            matrix=matrix,
            hemodilution=hemodilution,
            dead=dead,
            clog=clog,
            lost=words(lost),
            normal_lost=words(normal_lost),
            unstained=words(unstained),
        ),
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
    matrix: Matrix = "true",
    hemodilution: Hemodilution = 0.0,
    dead: Dead = None,
    clog: Clog = None,
    lost: Lost = "",
    normal_lost: NormalLost = "",
    unstained: Unstained = "",
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
    matrix : str
        Which spillover matrix the file carries.
    hemodilution : float
        Share of blood among the normal cells.
    dead : float or None
        Share of dead cells.
    clog : bool or None
        Whether the run has a clog.
    lost : str
        Markers that the blasts lost, joined by commas.
    normal_lost : str
        Markers that no normal cell shows, joined by commas.
    unstained : str
        Channels of the tube to leave out, joined by commas.
    """
    from flowpheno.panel.tubes import builtin_tubes
    from flowpheno.pipeline.progress import progress_bar
    from flowpheno.simulation import (
        CohortDesign,
        Conditions,
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
        conditions=Conditions(
            spill_factor=spill_factor,
            gain_sd=gain_sd,
            matrix=matrix,
            hemodilution=hemodilution,
            dead=dead,
            clog=clog,
            lost=words(lost),
            normal_lost=words(normal_lost),
            unstained=words(unstained),
        ),
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


def percents(text: str, *, once: bool = True) -> tuple[float, ...]:
    """Read percentages joined by commas.

    Parameters
    ----------
    text : str
        Numbers and commas.
    once : bool
        Whether what was given twice is taken once.

    Returns
    -------
    tuple of float
        In order.

    Raises
    ------
    typer.BadParameter
        If one is no number from 0 to 100.
    """
    found = []
    for word in filter(None, (word.strip() for word in text.split(","))):
        try:
            value = float(word)
        except ValueError as error:
            raise typer.BadParameter(f"--percent: {word!r} is no number") from error
        if not 0 <= value <= 100:  # noqa: PLR2004 - percent
            raise typer.BadParameter(f"--percent: {word} is not between 0 and 100")
        found.append(value)
    return tuple(dict.fromkeys(found) if once else found)


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
