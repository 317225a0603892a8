"""Marrows of the awkward cases: tubes made to measure, cells and blasts that a case is about."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from flowpheno.panel.tubes import Tube, TubeChannel
from flowpheno.simulation import (
    Artefacts,
    Background,
    BlastRequest,
    SimulatedTube,
    draw_composition,
    draw_patient,
    load_specification,
    simulate_tube,
)
from flowpheno.simulation import without as losing

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from flowpheno.simulation import BlastPatient, Specification

QUIET = Artefacts(clog=False, dead=0.03)
CORE = ("CD45", "CD19", "CD10", "CD34", "CD20", "CD38")
LINEAGE = ("cyMPO", "cyCD3", "cyCD79a", "CD22", "TdT")


def tube_of(*markers: str, fluorochromes: Mapping[str, str] | None = None) -> Tube:
    """Make a tube of any markers; a fluorochrome that is not given is invented."""
    dyes = fluorochromes or {}
    return Tube(
        name="made_to_measure",
        reference="invented for a test",
        tag="P",
        scatter=("FSC-A", "FSC-H", "SSC-A"),
        channels=tuple(
            TubeChannel(detector=f"D{i}-A", fluorochrome=dyes.get(m, f"invented-{i}"), marker=m)
            for i, m in enumerate(markers)
        ),
    )


def patient_of(
    archetype: str,
    seed: int,
    *,
    expressed: Collection[str] = (),
    lost: Collection[str] = (),
    specification: Specification | None = None,
) -> BlastPatient:
    """Draw one patient who expresses some markers for certain and others not."""
    rng = np.random.default_rng(seed)
    spec = specification or load_specification()
    return losing(draw_patient(spec, archetype, rng=rng, expressed=expressed), lost)


def marrow(
    seed: int,
    tube: Tube,
    *,
    patient: BlastPatient | None = None,
    percent: float = 0.0,
    n_events: int = 8_000,
    state: str = "steady_child",
    hematogones: float | None = None,
    hemodilution: float = 0.0,
    more: Mapping[str, float] | None = None,
    normal_lost: tuple[str, ...] = (),
    specification: Specification | None = None,
    **options: Any,
) -> SimulatedTube:
    """Simulate a marrow; `more` sets the share of a normal population."""
    rng, spec = np.random.default_rng(seed), specification or load_specification()
    background = Background(
        state=state, hematogone_fraction=hematogones, hemodilution=hemodilution
    )
    blasts = BlastRequest(fraction=percent / 100, patient=patient) if patient else None
    drawn = draw_composition(spec, background, blasts, rng=rng)
    fixed = dict(more or {})
    rest = sum(share for name, share in drawn.fractions.items() if name not in fixed)
    left = (1 - sum(fixed.values())) / rest
    shares = {name: fixed.get(name, share * left) for name, share in drawn.fractions.items()}
    composition = replace(drawn, fractions=shares, normal_lost=normal_lost)
    options = {"artefacts": QUIET, **options}
    return simulate_tube(
        spec, tube, rng=rng, n_events=n_events, composition=composition, **options
    )
