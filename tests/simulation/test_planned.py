"""A marrow said in words can be made again."""

import numpy as np
import pytest

from flowpheno.errors import SimulationError
from flowpheno.panel.tubes import builtin_tubes
from flowpheno.simulation import (
    Conditions,
    PlannedMarrow,
    derive_seed,
    load_specification,
    simulate_planned,
)
from flowpheno.simulation.planned import instrument_of

OTHER = Conditions(gain_sd=0.1, spill_factor=1.2)
TUBES, SPECIFICATION = builtin_tubes(), load_specification()


def planned(**options):
    options = {"name": "a", "tube": "aieop_bfm_8c", "n_events": 300, "seed": 5, **options}
    return PlannedMarrow(**options)


def test_the_same_words_give_the_same_marrow():
    plan = planned(archetype="CRLF2", percent=10.0, conditions=OTHER)
    first, again = (simulate_planned(SPECIFICATION, TUBES, plan) for _ in range(2))
    np.testing.assert_array_equal(first.sample.events, again.sample.events)
    assert first.truth.composition.patient.archetype == "CRLF2"


def test_another_cytometer_has_other_gains_and_spill_and_the_same_cells():
    reference = simulate_planned(SPECIFICATION, TUBES, planned())
    other = simulate_planned(SPECIFICATION, TUBES, planned(conditions=OTHER))
    assert set(reference.truth.gains.values()) == {1.0}
    assert 0.02 < np.std(np.log10(list(other.truth.gains.values()))) < 0.3
    off = ~np.eye(len(other.truth.spill), dtype=bool)
    np.testing.assert_allclose(other.truth.spill[off], 1.2 * reference.truth.spill[off])
    assert (reference.labels == other.labels).all()


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"percent": 5.0}, "5 % blasts of which archetype"),
        ({"seed": -1}, "the seed may not be negative"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(options, problem):
    with pytest.raises(SimulationError, match=problem):
        planned(**options)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"gain_sd": -0.1}, "gain_sd may not be negative"),
        ({"matrix": "fancy"}, "no matrix 'fancy'; there are true, scaled, transposed"),
    ],
)
def test_conditions_that_make_no_sense_are_refused(options, problem):
    with pytest.raises(SimulationError, match=problem):
        Conditions(**options)


def test_conditions_are_those_asked_for():
    conditions = Conditions(
        hemodilution=0.9, dead=0.4, clog=True, matrix="missing", lost=("CD19",)
    )
    plan = planned(n_events=4000, archetype="common", percent=10.0, conditions=conditions)
    marrow = simulate_planned(SPECIFICATION, TUBES, plan)
    assert marrow.sample.spillover is None
    assert marrow.clogged.any()
    assert "CD19" not in marrow.truth.composition.patient.expression
    assert marrow.truth.composition.fractions["erythro_nuc"] < 0.03
    dead = (marrow.labels == "dead").sum()
    assert dead / (dead + 4000) == pytest.approx(0.4, abs=0.001)


def test_normal_cells_lose_what_a_therapy_takes_and_a_tube_what_was_not_stained():
    conditions = Conditions(normal_lost=("CD19",), unstained=("CD10",))
    marrow = simulate_planned(SPECIFICATION, TUBES, planned(n_events=3000, conditions=conditions))
    assert "CD10" not in marrow.sample.markers
    mature = marrow.labels == "B_mature"
    sample = marrow.sample
    first = [c.detector for c in sample.channels].index(sample.spillover.detectors[0])
    last = first + len(sample.spillover.detectors)
    true = sample.events[mature, first:last] @ np.linalg.inv(sample.spillover.matrix)
    place = [c.marker for c in sample.channels][first:last].index("CD19")
    assert abs(np.median(true[:, place])) < 200


def test_a_reagent_that_is_not_in_the_tube_cannot_be_left_out():
    conditions = Conditions(unstained=("CD1000",))
    with pytest.raises(SimulationError, match="aieop_bfm_8c does not stain CD1000"):
        simulate_planned(SPECIFICATION, TUBES, planned(conditions=conditions))


def test_a_detector_has_one_gain_in_every_tube():
    one, two = (TUBES[f"euroflow_bcp_all_mrd_t{n}"] for n in (1, 2))
    here, there = (instrument_of(OTHER, tube, seed=3).gains for tube in (one, two))
    shared = set(here) & set(there)
    assert len(shared) > 5
    assert all(here[name] == there[name] for name in shared)


def test_an_unknown_tube_is_refused():
    with pytest.raises(SimulationError, match="no tube 'fancy'; there are aieop_bfm_8c"):
        simulate_planned(SPECIFICATION, TUBES, planned(tube="fancy"))


def test_derived_seeds_differ_and_depend_on_nothing_else():
    seeds = {derive_seed(1, "a", n) for n in range(1000)} | {derive_seed(2, "a", 0)}
    assert len(seeds) == 1001
    assert all(0 <= seed < 2**48 for seed in seeds)
    assert derive_seed(1, "a", 0) == derive_seed(1, "a", 0) != derive_seed(1, "b", 0)
