"""Specimens that are more than one file: several tubes, or diagnosis and relapse."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import SimulationError
from flowpheno.simulation.composition import Background, BlastRequest, draw_composition
from flowpheno.simulation.files import write_simulated
from flowpheno.simulation.patient import draw_patient
from flowpheno.simulation.planned import (
    USUAL,
    Conditions,
    PlannedMarrow,
    compose,
    derive_seed,
    stain_planned,
)
from flowpheno.simulation.scenario import relapse_in_scenario
from flowpheno.simulation.truth import (
    MANIFEST_COLUMNS,
    TRUTH_COLUMNS,
    condition_options,
    manifest_row,
    truth_row,
    write_rows,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from flowpheno.panel.tubes import Tube
    from flowpheno.simulation.patient import BlastPatient, Expression
    from flowpheno.simulation.relapse import Relapse
    from flowpheno.simulation.specification import Specification
    from flowpheno.simulation.tube import SimulatedTube

DIAGNOSIS, RELAPSE = "diagnosis", "relapse"
CHANGE_COLUMNS = (
    "patient", "marker", "change", "aberrant_at_diagnosis", "diagnosis_log10", "relapse_log10",
    "diagnosis_positive", "relapse_positive",
)  # fmt: skip
_DATES = {DIAGNOSIS: "2020-01-15", RELAPSE: "2022-06-01"}  # invented: relapse comes later


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPair:
    """One patient at diagnosis and at relapse, said in words.

    Attributes
    ----------
    name : str
        Of the patient.
    tube : str
        Name of the reagent tube.
    archetype : str
        Of the blasts at diagnosis.
    scenario : str
        How the leukaemia relapses.
    percents : tuple of (float, float)
        Blasts at diagnosis and at relapse, percent of the nucleated single cells.
    n_events : int
        Living nucleated single cells of each file.
    seed : int
        Not negative.
    conditions : Conditions
        How both were taken and measured.
    """

    name: str
    tube: str
    archetype: str
    scenario: str = "usual"
    percents: tuple[float, float] = (80.0, 30.0)
    n_events: int = 100_000
    seed: int = 1
    conditions: Conditions = USUAL


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SimulatedPair:
    """Both files of a patient, and what became of the blasts.

    Attributes
    ----------
    before : BlastPatient
        The blasts at diagnosis.
    relapse : Relapse
        The blasts at relapse.
    diagnosis, follow_up : SimulatedTube
        The two files.
    """

    before: BlastPatient
    relapse: Relapse
    diagnosis: SimulatedTube
    follow_up: SimulatedTube


def simulate_pair(
    specification: Specification, tubes: Mapping[str, Tube], planned: PlannedPair
) -> SimulatedPair:
    """Simulate a patient at diagnosis and at relapse.

    Parameters
    ----------
    specification : Specification
        The marrow specification.
    tubes : mapping of str to Tube
        Reagent tubes by name.
    planned : PlannedPair
        The patient in words.

    Returns
    -------
    SimulatedPair
        Always the same for the same plan.

    Raises
    ------
    SimulationError
        If tube, archetype or scenario is not known.
    """
    rng = np.random.default_rng(planned.seed)
    patient = draw_patient(specification, planned.archetype, rng=rng)
    relapse = relapse_in_scenario(specification, patient, planned.scenario, rng=rng)
    stained = [
        _stain(specification, tubes, planned, step, blasts)
        for step, blasts in ((DIAGNOSIS, patient), (RELAPSE, relapse.patient))
    ]
    return SimulatedPair(
        before=patient, relapse=relapse, diagnosis=stained[0], follow_up=stained[1]
    )


def write_pairs(
    directory: Path,
    planned: Sequence[PlannedPair],
    *,
    specification: Specification,
    tubes: Mapping[str, Tube],
) -> Path:
    """Simulate and write pairs, a manifest and the truth.

    Parameters
    ----------
    directory : Path
        Folder for the files; made if absent.
    planned : sequence of PlannedPair
        With names that differ.
    specification : Specification
        The marrow specification.
    tubes : mapping of str to Tube
        Reagent tubes by name.

    Returns
    -------
    Path
        ``manifest.csv``; beside it ``truth.csv``, ``changes.csv`` (marker by marker what became
        of the blasts), ``<name>-diagnosis.fcs`` and ``<name>-relapse.fcs`` with their labels.

    Raises
    ------
    SimulationError
        If something asked for is not known.
    """
    directory.mkdir(parents=True, exist_ok=True)
    manifest, truths, changes = [], [], []
    for plan in planned:
        pair = simulate_pair(specification, tubes, plan)
        therapy = specification.relapse.scenarios[plan.scenario].therapy
        for step, tube in ((DIAGNOSIS, pair.diagnosis), (RELAPSE, pair.follow_up)):
            name = f"{plan.name}-{step}"
            write_simulated(directory / f"{name}.fcs", tube)
            marrow = _marrow(plan, step)
            blasts = tube.truth.composition.patient
            marrow = replace(marrow, archetype=blasts.archetype if blasts else "")
            command = _pair_command(plan)
            truths.append(truth_row(specification, marrow, tube, command=command))
            later = step == RELAPSE
            manifest.append(
                manifest_row(
                    name,
                    name,
                    patient=plan.name,
                    date=_DATES[step],
                    timepoint=step,
                    known_bcp_all="yes" if later else "no",
                    therapy=therapy if later else "",
                    diagnosis=f"{plan.name}-{DIAGNOSIS}.fcs" if later else "",
                )
            )
        changes += _change_rows(plan.name, pair)
    write_rows(directory / "truth.csv", TRUTH_COLUMNS, truths)
    write_rows(directory / "changes.csv", CHANGE_COLUMNS, changes)
    write_rows(directory / "manifest.csv", MANIFEST_COLUMNS, manifest)
    return directory / "manifest.csv"


def write_specimen(
    directory: Path,
    planned: PlannedMarrow,
    names: Sequence[str],
    *,
    specification: Specification,
    tubes: Mapping[str, Tube],
) -> Path:
    """Simulate and write several tubes of one specimen, a manifest and the truth.

    Parameters
    ----------
    directory : Path
        Folder for the files; made if absent.
    planned : PlannedMarrow
        The specimen; its own tube is not looked at.
    names : sequence of str
        Reagent tubes; each gets its own cells of the same specimen.
    specification : Specification
        The marrow specification.
    tubes : mapping of str to Tube
        Reagent tubes by name.

    Returns
    -------
    Path
        ``manifest.csv``; beside it ``truth.csv`` and ``<name>-<tube>.fcs`` with their labels.

    Raises
    ------
    SimulationError
        If something asked for is not known.
    """
    if unknown := sorted(set(names) - set(tubes)):
        raise SimulationError(
            f"no tube {', '.join(unknown)}; there are {', '.join(sorted(tubes))}"
        )
    directory.mkdir(parents=True, exist_ok=True)
    composition = compose(specification, planned, rng=np.random.default_rng(planned.seed))
    manifest, truths = [], []
    for name in names:
        rng = np.random.default_rng(derive_seed(planned.seed, name))
        simulated = stain_planned(specification, tubes[name], planned, composition, rng=rng)
        stem = f"{planned.name}-{name}"
        write_simulated(directory / f"{stem}.fcs", simulated)
        manifest.append(manifest_row(stem, planned.name))
        plan, command = replace(planned, tube=name), _specimen_command(planned, names)
        truths.append(truth_row(specification, plan, simulated, stem=stem, command=command))
    write_rows(directory / "truth.csv", TRUTH_COLUMNS, truths)
    write_rows(directory / "manifest.csv", MANIFEST_COLUMNS, manifest)
    return directory / "manifest.csv"


def _marrow(plan: PlannedPair, step: str) -> PlannedMarrow:
    return PlannedMarrow(
        name=f"{plan.name}-{step}",
        tube=plan.tube,
        background="steady_child" if step == DIAGNOSIS else "regenerating",
        archetype=plan.archetype,
        percent=plan.percents[0 if step == DIAGNOSIS else 1],
        n_events=plan.n_events,
        seed=derive_seed(plan.seed, step),
        conditions=plan.conditions,
    )


def _stain(
    specification: Specification,
    tubes: Mapping[str, Tube],
    plan: PlannedPair,
    step: str,
    blasts: BlastPatient,
) -> SimulatedTube:
    if plan.tube not in tubes:
        raise SimulationError(f"no tube {plan.tube!r}; there are {', '.join(sorted(tubes))}")
    marrow = _marrow(plan, step)
    rng = np.random.default_rng(marrow.seed)
    composition = draw_composition(
        specification,
        Background(state=marrow.background, hemodilution=plan.conditions.hemodilution),
        BlastRequest(fraction=marrow.percent / 100, patient=blasts),
        rng=rng,
    )
    return stain_planned(specification, tubes[plan.tube], marrow, composition, rng=rng)


def _change_rows(name: str, pair: SimulatedPair) -> list[dict[str, object]]:
    before, after = pair.before.expression, pair.relapse.patient.expression
    rows: list[dict[str, object]] = []
    for marker in sorted({*before, *after, *pair.relapse.aberrant}):
        old, new = before.get(marker), after.get(marker)
        word = "lost" if marker in pair.relapse.lost else ""
        word = word or ("gained" if marker in pair.relapse.gained else "")
        rows.append(
            {
                "patient": name,
                "marker": marker,
                "change": word or ("not expressed any more" if new is None else "drifted"),
                "aberrant_at_diagnosis": marker in pair.relapse.aberrant,
            }
            | _levels(DIAGNOSIS, old)
            | _levels(RELAPSE, new)
        )
    return rows


def _levels(step: str, expression: Expression | None) -> dict[str, object]:
    if expression is None:
        return {f"{step}_log10": "", f"{step}_positive": 0.0}
    return {f"{step}_log10": expression.mean, f"{step}_positive": expression.positive}


def _pair_command(plan: PlannedPair) -> str:
    words = [f"flowpheno simulate relapse DIR --name {plan.name} --tube {plan.tube}"]
    words += [f"--blasts {plan.archetype} --scenario {plan.scenario}"]
    words += ["--percent {!r},{!r}".format(*plan.percents), f"--events {plan.n_events}"]
    words += [f"--seed {plan.seed}", condition_options(plan.conditions)]
    return " ".join(filter(None, words))


def _specimen_command(plan: PlannedMarrow, names: Sequence[str]) -> str:
    words = [f"flowpheno simulate specimen DIR --name {plan.name}"]
    words += [f"--tube {name}" for name in names]
    words += [f"--background {plan.background}"]
    if plan.archetype:
        words += [f"--blasts {plan.archetype} --percent {plan.percent!r}"]
    words += [f"--events {plan.n_events} --seed {plan.seed}", condition_options(plan.conditions)]
    return " ".join(filter(None, words))
