"""Cohorts of simulated marrows: planned, written, with a manifest and the truth."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import SimulationError
from flowpheno.simulation.composition import HEMATOGONE
from flowpheno.simulation.files import write_simulated
from flowpheno.simulation.planned import PlannedMarrow, derive_seed, simulate_planned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from flowpheno.panel.tubes import Tube
    from flowpheno.simulation.specification import Specification
    from flowpheno.simulation.tube import SimulatedTube

POSITIVE, NEGATIVE, OTHER = "positive", "negative", "NOT_B_PRECURSOR_BLASTS"
"""What a verdict on a marrow should be: blasts of a B precursor, none, or of another lineage."""

_B_PRECURSOR = "b_precursor"
_GROUPS = ("all", "others", "none")

MANIFEST_COLUMNS = ("path", "specimen", "patient", "material")
TRUTH_COLUMNS = (
    "specimen", "path", "expected", "archetype", "lineage", "background", "percent",
    "blast_percent", "n_events", "n_nucleated", "n_blasts", "n_hematogones", "n_dead",
    "n_doublets", "n_debris", "n_platelets", "n_margin", "drift_log10", "clog_begin", "clog_end",
    "tube", "nucleated_asked", "seed", "spill_factor", "gain_sd", "command",
)  # fmt: skip


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
    spill_factor, gain_sd : float
        As `PlannedMarrow` has them.
    """

    tube: str
    archetypes: tuple[str, ...]
    backgrounds: tuple[str, ...]
    percents: tuple[float, ...]
    repeats: int = 1
    blast_free: int = 0
    n_events: int = 300_000
    seed: int = 1
    spill_factor: float = 1.0
    gain_sd: float = 0.0


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
            spill_factor=design.spill_factor,
            gain_sd=design.gain_sd,
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
    truths = []
    for done, plan in enumerate(planned, start=1):
        simulated = simulate_planned(specification, tubes, plan)
        path = directory / f"{plan.name}.fcs"
        write_simulated(path, simulated)
        truths.append(truth_row(specification, plan, simulated))
        if progress is not None:
            progress(done, len(planned), plan.name)
    write_rows(directory / "truth.csv", TRUTH_COLUMNS, truths)
    manifest = directory / "manifest.csv"
    write_rows(
        manifest, MANIFEST_COLUMNS, [manifest_row(plan.name, plan.name) for plan in planned]
    )
    return manifest


def expected_of(specification: Specification, archetype: str, n_blasts: int) -> str:
    """Say which verdict a marrow should get.

    Parameters
    ----------
    specification : Specification
        Knows the lineage.
    archetype : str
        Of the blasts; empty for none.
    n_blasts : int
        Living single blasts in the file.

    Returns
    -------
    str
        `POSITIVE`, `NEGATIVE` or `OTHER`; of mixed lineage and mature B is `OTHER`.
    """
    if not archetype or not n_blasts:
        return NEGATIVE
    return POSITIVE if specification.blasts[archetype].lineage == _B_PRECURSOR else OTHER


def manifest_row(stem: str, specimen: str, *, patient: str = "") -> dict[str, str]:
    """Say of a simulated file what a person would write into a manifest.

    Parameters
    ----------
    stem : str
        Of the FCS file.
    specimen, patient : str
        Names; the patient is the specimen where not given.

    Returns
    -------
    dict of str to str
        By `MANIFEST_COLUMNS`.
    """
    return {
        "path": f"{stem}.fcs",
        "specimen": specimen,
        "patient": patient or specimen,
        "material": "bone marrow",
    }


def truth_row(
    specification: Specification, plan: PlannedMarrow, simulated: SimulatedTube
) -> dict[str, object]:
    """Say what was put into a marrow, and how to make it again.

    Parameters
    ----------
    specification : Specification
        The marrow specification.
    plan : PlannedMarrow
        What was asked for.
    simulated : SimulatedTube
        What was made.

    Returns
    -------
    dict of str to object
        By `TRUTH_COLUMNS`.
    """
    truth, amounts = simulated.truth, simulated.truth.amounts
    blast = specification.blasts.get(plan.archetype)
    begin, end = amounts.clog if amounts.clog is not None else ("", "")
    return {
        "specimen": plan.name,
        "path": f"{plan.name}.fcs",
        "expected": expected_of(specification, plan.archetype, truth.n_blasts),
        "archetype": plan.archetype,
        "lineage": blast.lineage if blast is not None else "",
        "background": plan.background,
        "percent": plan.percent,
        "blast_percent": 100 * truth.blast_fraction,
        "n_events": simulated.sample.n_events,
        "n_nucleated": truth.n_nucleated,
        "n_blasts": truth.n_blasts,
        "n_hematogones": int(np.count_nonzero(simulated.labels == HEMATOGONE)),
        "n_dead": amounts.dead,
        "n_doublets": amounts.doublets,
        "n_debris": amounts.debris,
        "n_platelets": amounts.platelets,
        "n_margin": amounts.margin,
        "drift_log10": amounts.drift_log10,
        "clog_begin": begin,
        "clog_end": end,
        "tube": plan.tube,
        "nucleated_asked": plan.n_events,
        "seed": plan.seed,
        "spill_factor": plan.spill_factor,
        "gain_sd": plan.gain_sd,
        "command": command_of(plan),
    }


def command_of(plan: PlannedMarrow) -> str:
    """Write the command that makes one marrow of a cohort again.

    Parameters
    ----------
    plan : PlannedMarrow
        The marrow.

    Returns
    -------
    str
        For a shell; options at their defaults are left out where they are rare.
    """
    words = [f"flowpheno simulate marrow {plan.name}.fcs", f"--tube {plan.tube}"]
    words += [f"--background {plan.background}"]
    if plan.archetype:
        words += [f"--blasts {plan.archetype}", f"--percent {plan.percent!r}"]
    words += [f"--events {plan.n_events}", f"--seed {plan.seed}"]
    words += [f"--spill-factor {plan.spill_factor!r}"] if plan.spill_factor != 1 else []
    words += [f"--gain-sd {plan.gain_sd!r}"] if plan.gain_sd else []
    return " ".join(words)


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Write rows as CSV.

    Parameters
    ----------
    path : Path
        File to write; an existing one is replaced.
    columns : sequence of str
        In order.
    rows : iterable of mapping of str to object
        By column.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _name(archetype: str, background: str, percent: float, n: int) -> str:
    share = f"-{percent:g}pct" if archetype else ""
    return f"{archetype or 'none'}-{background}{share}-{n}"
