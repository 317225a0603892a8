"""Cohorts of simulated marrows: planned, written, with a manifest and the truth."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from flowpheno.errors import SimulationError
from flowpheno.simulation.files import write_simulated
from flowpheno.simulation.planned import (
    USUAL,
    PlannedMarrow,
    derive_seed,
    simulate_planned,
)
from flowpheno.simulation.truth import (
    MANIFEST_COLUMNS,
    TRUTH_COLUMNS,
    manifest_row,
    truth_row,
    write_rows,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from flowpheno.panel.tubes import Tube
    from flowpheno.simulation.planned import Conditions
    from flowpheno.simulation.specification import Specification

_B_PRECURSOR = "b_precursor"
_GROUPS = ("all", "others", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortDesign:
    """Every combination of these is simulated.

    Attributes
    ----------
    tube : str
        Name of the reagent tube.
    archetypes, backgrounds : tuple of str
        Of the blasts, and states of the normal marrow.
    percents : tuple of float
        Blasts, percent of the living nucleated single cells.
    repeats : int
        Patients for each combination.
    blast_free : int
        Marrows without blasts for each background.
    n_events : int
        Living nucleated single cells of each.
    seed : int
        Each marrow has its own seed, derived from this one and from what it is.
    conditions : Conditions
        How all of them were taken and measured.
    """

    tube: str
    archetypes: tuple[str, ...]
    backgrounds: tuple[str, ...]
    percents: tuple[float, ...]
    repeats: int = 1
    blast_free: int = 0
    n_events: int = 300_000
    seed: int = 1
    conditions: Conditions = USUAL


def resolve_archetypes(specification: Specification, words: Iterable[str]) -> tuple[str, ...]:
    """Turn names of archetypes and of groups into names of archetypes.

    Parameters
    ----------
    specification : Specification
        Knows the archetypes.
    words : iterable of str
        Archetypes; ``"all"`` for those of B precursors, ``"others"`` for all others, ``"none"``
        for none.

    Returns
    -------
    tuple of str
        Each once, in the order given.

    Raises
    ------
    SimulationError
        If a word is neither.
    """
    known = specification.blasts
    groups = {
        "all": [name for name, blast in known.items() if blast.lineage == _B_PRECURSOR],
        "others": [name for name, blast in known.items() if blast.lineage != _B_PRECURSOR],
        "none": [],
    }
    found: dict[str, None] = {}
    for word in words:
        if word not in known and word not in groups:
            there = ", ".join((*_GROUPS, *known))
            raise SimulationError(f"no blast archetype {word!r}; there are {there}")
        found |= dict.fromkeys(groups.get(word, [word]))
    return tuple(found)


def plan_cohort(design: CohortDesign) -> tuple[PlannedMarrow, ...]:
    """Plan every marrow of a cohort.

    Parameters
    ----------
    design : CohortDesign
        What to combine.

    Returns
    -------
    tuple of PlannedMarrow
        Those with blasts first; empty if nothing was asked for.
    """
    asked = [
        (archetype, background, percent, n + 1)
        for archetype, background, percent in product(
            design.archetypes, design.backgrounds, design.percents
        )
        for n in range(design.repeats)
    ]
    asked += [
        ("", background, 0.0, n + 1)
        for background in design.backgrounds
        for n in range(design.blast_free)
    ]
    return tuple(
        PlannedMarrow(
            name=_name(archetype, background, percent, n),
            tube=design.tube,
            background=background,
            archetype=archetype,
            percent=percent,
            n_events=design.n_events,
            seed=derive_seed(design.seed, design.tube, archetype, background, percent, n),
            conditions=design.conditions,
        )
        for archetype, background, percent, n in asked
    )


def write_cohort(
    directory: Path,
    planned: Sequence[PlannedMarrow],
    *,
    specification: Specification,
    tubes: Mapping[str, Tube],
    progress: Callable[[int, int, str], None] | None = None,
) -> Path:
    """Simulate and write every planned marrow, a manifest and the truth.

    Parameters
    ----------
    directory : Path
        Folder for the files; made if absent.
    planned : sequence of PlannedMarrow
        With names that differ.
    specification : Specification
        The marrow specification.
    tubes : mapping of str to Tube
        Reagent tubes by name.
    progress : callable or None
        Called with marrows done, their number, and the name of the last.

    Returns
    -------
    Path
        ``manifest.csv`` for ``flowpheno classify --manifest``. Beside it lie ``truth.csv``, the
        FCS files and their labels.

    Raises
    ------
    SimulationError
        If two have one name, or one asks for what is not known.
    """
    names = [plan.name for plan in planned]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise SimulationError(f"two marrows would be called {', '.join(twice)}")
    directory.mkdir(parents=True, exist_ok=True)
    manifest = directory / "manifest.csv"
    rows = [manifest_row(plan.name, plan.name) for plan in planned]
    write_rows(manifest, MANIFEST_COLUMNS, rows)
    truths: list[dict[str, object]] = []
    for done, plan in enumerate(planned, start=1):
        simulated = simulate_planned(specification, tubes, plan)
        path = directory / f"{plan.name}.fcs"
        write_simulated(path, simulated)
        truths.append(truth_row(specification, plan, simulated))
        # written again each time: what an interruption leaves can be used
        write_rows(directory / "truth.csv", TRUTH_COLUMNS, truths)
        if progress is not None:
            progress(done, len(planned), plan.name)
    return manifest


def _name(archetype: str, background: str, percent: float, n: int) -> str:
    share = f"-{percent:g}pct" if archetype else ""
    return f"{archetype or 'none'}-{background}{share}-{n}"
