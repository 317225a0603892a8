"""Simulated marrows: events, with the truth about each, for tests and for planning.

What is simulated is called simulated: nothing about clinical sensitivity or specificity follows
from it.

>>> import numpy as np
>>> from flowpheno.panel.tubes import builtin_tubes
>>> simulated = simulate_tube(
...     load_specification(),
...     builtin_tubes()["euroflow_bcp_all_mrd_t1"],
...     rng=np.random.default_rng(7),
...     n_events=2_000,
...     background=Background(state="regenerating"),
...     blasts=BlastRequest(fraction=0.05, archetype="common"),
... )
>>> simulated.sample.compensated, simulated.sample.spillover is None
(False, False)
>>> simulated.truth.n_nucleated, int(simulated.blasts.sum()) == simulated.truth.n_blasts
(2000, True)
"""

from __future__ import annotations

from flowpheno.simulation.artefacts import NO_ARTEFACTS, Artefacts
from flowpheno.simulation.case import case_report
from flowpheno.simulation.cohort import (
    CohortDesign,
    plan_cohort,
    resolve_archetypes,
    write_cohort,
)
from flowpheno.simulation.composition import (
    Background,
    BlastRequest,
    Composition,
    draw_composition,
)
from flowpheno.simulation.controls import Stain, simulate_control
from flowpheno.simulation.dilution import (
    DILUTION_KEYWORD,
    Dilution,
    LabelledSample,
    dilution_series,
    spike,
    split,
)
from flowpheno.simulation.events import ARTEFACT_LABELS
from flowpheno.simulation.files import write_simulated
from flowpheno.simulation.instrument import AttachedSpillover, Instrument
from flowpheno.simulation.patient import BlastPatient, draw_patient, without
from flowpheno.simulation.planned import (
    Conditions,
    PlannedMarrow,
    derive_seed,
    simulate_planned,
)
from flowpheno.simulation.relapse import Relapse, relapse_of
from flowpheno.simulation.scenario import relapse_in_scenario
from flowpheno.simulation.specification import Specification, load_specification
from flowpheno.simulation.specimens import (
    PlannedPair,
    SimulatedPair,
    simulate_pair,
    write_pairs,
    write_specimen,
)
from flowpheno.simulation.truth import manifest_row, write_rows
from flowpheno.simulation.tube import SimulatedTube, Truth, simulate_tube

__all__ = [
    "ARTEFACT_LABELS",
    "DILUTION_KEYWORD",
    "NO_ARTEFACTS",
    "Artefacts",
    "AttachedSpillover",
    "Background",
    "BlastPatient",
    "BlastRequest",
    "CohortDesign",
    "Composition",
    "Conditions",
    "Dilution",
    "Instrument",
    "LabelledSample",
    "PlannedMarrow",
    "PlannedPair",
    "Relapse",
    "SimulatedPair",
    "SimulatedTube",
    "Specification",
    "Stain",
    "Truth",
    "case_report",
    "derive_seed",
    "dilution_series",
    "draw_composition",
    "draw_patient",
    "load_specification",
    "manifest_row",
    "plan_cohort",
    "relapse_in_scenario",
    "relapse_of",
    "resolve_archetypes",
    "simulate_control",
    "simulate_pair",
    "simulate_planned",
    "simulate_tube",
    "spike",
    "split",
    "without",
    "write_cohort",
    "write_pairs",
    "write_rows",
    "write_simulated",
    "write_specimen",
]
