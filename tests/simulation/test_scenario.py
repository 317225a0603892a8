"""Relapses that are not as usual."""

import numpy as np
import pytest

from flowpheno.errors import SimulationError
from flowpheno.panel.tubes import builtin_tubes
from flowpheno.simulation import (
    PlannedPair,
    draw_patient,
    load_specification,
    relapse_in_scenario,
    relapse_of,
    simulate_pair,
)
from flowpheno.specimen import Therapy

SPECIFICATION = load_specification()


def both(scenario, archetype="common", seed=2):
    rng = np.random.default_rng(seed)
    patient = draw_patient(SPECIFICATION, archetype, rng=rng)
    return patient, relapse_in_scenario(SPECIFICATION, patient, scenario, rng=rng)


def test_the_usual_relapse_is_that_of_chance():
    rng = np.random.default_rng(2)
    patient = draw_patient(SPECIFICATION, "common", rng=rng)
    assert both("usual")[1] == relapse_of(SPECIFICATION, patient, rng=rng)


@pytest.mark.parametrize(
    ("scenario", "lost"), [("cd19_loss", {"CD19"}), ("cd22_loss", {"CD22", "cyCD22"})]
)
def test_the_target_of_a_therapy_is_lost(scenario, lost):
    usual, relapse = both("usual")[1].patient, both(scenario)[1].patient
    assert set(usual.expression) - set(relapse.expression) == lost
    kept = {m: e for m, e in usual.expression.items() if m not in lost}
    assert kept == relapse.expression


def test_a_switch_of_lineage_is_another_leukaemia_on_the_same_chromosomes():
    before, relapse = both("lineage_switch", "hyperdiploid")
    assert (relapse.patient.lineage, relapse.patient.dna_index) == ("myeloid", before.dna_index)
    assert "CD19" in relapse.lost
    assert "CD117" not in before.expression


def test_steroids_raise_cd20_and_lower_cd10_and_cd34():
    usual, relapse = both("usual", "BCR_ABL1")[1].patient, both("steroids", "BCR_ABL1")[1].patient
    shift = {m: relapse.expression[m].mean - usual.expression[m].mean for m in ("CD10", "CD34")}
    assert shift == pytest.approx({"CD10": -0.5, "CD34": -0.7})
    assert (relapse.expression["CD20"].mean, relapse.expression["CD20"].positive) == (3.9, 1.0)


def test_a_monocytic_tail_is_a_part_of_the_blasts_on_the_way():
    plan = PlannedPair(
        name="p", tube="lineage_full", archetype="DUX4", scenario="monocytic_tail",
        percents=(90.0, 90.0), n_events=6000, seed=3,
    )  # fmt: skip
    pair = simulate_pair(SPECIFICATION, builtin_tubes(), plan)
    tail = pair.relapse.patient.tail
    assert 0.05 <= tail.fraction <= 0.30
    assert pair.before.tail is None
    sample = pair.follow_up.sample
    linear = np.linalg.inv(sample.spillover.matrix)
    stained = [c.detector for c in sample.channels].index(sample.spillover.detectors[0])
    n = len(sample.spillover.detectors)
    true = sample.events[pair.follow_up.blasts, stained : stained + n] @ linear
    markers = [c.marker for c in sample.channels][stained : stained + n]
    cd14, cd19 = (true[:, markers.index(m)] for m in ("CD14", "CD19"))
    high = cd14 > 1500
    assert 0.2 * tail.fraction < high.mean() < tail.fraction
    assert np.median(cd19[high]) < 0.5 * np.median(cd19[~high])


@pytest.mark.parametrize(
    ("scenario", "archetype", "problem"),
    [
        ("fancy", "common", "no relapse 'fancy'; there are usual, cd19_loss"),
        ("monocytic_tail", "common", "monocytic_tail happens to DUX4, not to common"),
    ],
)
def test_what_does_not_happen_is_refused(scenario, archetype, problem):
    with pytest.raises(SimulationError, match=problem):
        both(scenario, archetype)


def test_the_therapy_of_a_scenario_is_one_that_a_manifest_knows():
    said = {s.therapy for s in SPECIFICATION.relapse.scenarios.values()} - {""}
    assert said <= {str(therapy) for therapy in Therapy}
