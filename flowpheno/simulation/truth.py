"""The truth of simulated files as rows: what was put in, what to expect, how to make it again."""

from __future__ import annotations

import csv
from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.simulation.composition import HEMATOGONE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from flowpheno.simulation.planned import Conditions, PlannedMarrow
    from flowpheno.simulation.specification import Specification
    from flowpheno.simulation.tube import SimulatedTube

POSITIVE, NEGATIVE, OTHER = "positive", "negative", "NOT_B_PRECURSOR_BLASTS"
"""What a verdict on a marrow should be: blasts of a B precursor, none, or of another lineage."""

MANIFEST_COLUMNS = (
    "path", "specimen", "patient", "material", "date", "timepoint", "known_bcp_all", "therapy",
    "diagnosis",
)  # fmt: skip
TRUTH_COLUMNS = (
    "specimen", "path", "expected", "archetype", "lineage", "background", "percent",
    "blast_percent", "n_events", "n_nucleated", "n_blasts", "n_hematogones", "n_dead",
    "n_doublets", "n_debris", "n_platelets", "n_margin", "drift_log10", "clog_begin", "clog_end",
    "tube", "nucleated_asked", "seed", "conditions", "command",
)  # fmt: skip

_B_PRECURSOR = "b_precursor"


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


def manifest_row(stem: str, specimen: str, *, patient: str = "", **known: str) -> dict[str, str]:
    """Say of a simulated file what a person would write into a manifest.

    Parameters
    ----------
    stem : str
        Of the FCS file.
    specimen, patient : str
        Names; the patient is the specimen where not given.
    **known : str
        What else is known, by `MANIFEST_COLUMNS`.

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
        **known,
    }


def truth_row(
    specification: Specification,
    plan: PlannedMarrow,
    simulated: SimulatedTube,
    *,
    stem: str = "",
    command: str = "",
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
    stem : str
        Of the file; the name of the specimen where not given.
    command : str
        What makes it again; that for one marrow where not given.

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
        "path": f"{stem or plan.name}.fcs",
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
        "conditions": condition_options(plan.conditions),
        "command": command or command_of(plan),
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
    return " ".join(filter(None, [*words, condition_options(plan.conditions)]))


def condition_options(conditions: Conditions) -> str:
    """Write conditions as options of the command line.

    Parameters
    ----------
    conditions : Conditions
        How a specimen was taken and measured.

    Returns
    -------
    str
        What is not as usual; empty if all is.
    """
    options: list[str] = []
    for field in fields(conditions):
        value = getattr(conditions, field.name)
        if value == field.default:
            continue
        option = field.name.replace("_", "-")
        if isinstance(value, bool):
            options.append(f"--{option}" if value else f"--no-{option}")
        else:
            words = ",".join(value) if isinstance(value, tuple) else str(value)
            options.append(f"--{option} {words}")
    return " ".join(options)


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
