from __future__ import annotations

import numpy as np
import pytest

from flowpheno.errors import SimulationError
from flowpheno.simulation.composition import (
    BLAST,
    HEMATOGONE,
    Background,
    BlastRequest,
    draw_composition,
)
from flowpheno.simulation.patient import draw_patient
from flowpheno.simulation.specification import load_specification

SPECIFICATION = load_specification()


@pytest.mark.parametrize("state", SPECIFICATION.hematogones.mixtures)
def test_shares_add_up_and_hematogones_are_in_range(state):
    for seed in range(20):
        composition = draw_composition(
            SPECIFICATION, Background(state=state), rng=np.random.default_rng(seed)
        )
        low, high = SPECIFICATION.hematogones.mixtures[state].frac
        assert sum(composition.fractions.values()) == pytest.approx(1)
        assert low <= composition.fractions[HEMATOGONE] <= high
        assert BLAST not in composition.fractions
        assert composition.patient is None


def test_blasts_replace_normal_cells_in_proportion():
    clean, leukemic = (
        draw_composition(SPECIFICATION, Background(), blasts, rng=np.random.default_rng(5))
        for blasts in (None, BlastRequest(fraction=0.716, archetype="common"))
    )
    assert leukemic.fractions[BLAST] == 0.716
    for name, share in clean.fractions.items():
        assert leukemic.fractions[name] == pytest.approx(share * (1 - 0.716))


def test_given_hematogones_and_blood():
    rng = np.random.default_rng(6)
    background = Background(hematogone_fraction=0.2, hemodilution=0.5)
    composition = draw_composition(SPECIFICATION, background, rng=rng)
    assert composition.fractions[HEMATOGONE] == pytest.approx(0.1)
    pure = draw_composition(SPECIFICATION, Background(hemodilution=1.0), rng=rng)
    assert {k: v for k, v in pure.fractions.items() if v > 0} == pytest.approx(SPECIFICATION.blood)


def test_two_specimens_share_one_patient():
    rng = np.random.default_rng(7)
    patient = draw_patient(SPECIFICATION, "DUX4", rng=rng)
    for fraction in (0.1, 0.9):
        request = BlastRequest(fraction=fraction, patient=patient)
        composition = draw_composition(SPECIFICATION, Background(), request, rng=rng)
        assert composition.patient is patient


def test_unknown_state_is_refused():
    with pytest.raises(SimulationError, match="no state of marrow 'old'; there are steady_child"):
        draw_composition(SPECIFICATION, Background(state="old"), rng=np.random.default_rng(0))


@pytest.mark.parametrize("fraction", [-0.1, 1.1, float("nan")])
def test_a_share_beyond_everything_is_refused(fraction):
    with pytest.raises(SimulationError, match=r"blast fraction is .* must lie between 0 and 1"):
        BlastRequest(fraction=fraction, archetype="common")
    with pytest.raises(SimulationError, match="hemodilution is"):
        Background(hemodilution=fraction)
    with pytest.raises(SimulationError, match="hematogone_fraction is"):
        Background(hematogone_fraction=fraction)


def test_blasts_need_exactly_one_origin():
    patient = draw_patient(SPECIFICATION, "common", rng=np.random.default_rng(0))
    with pytest.raises(SimulationError, match="either an archetype or a patient"):
        BlastRequest(fraction=0.1)
    with pytest.raises(SimulationError, match="either an archetype or a patient"):
        BlastRequest(fraction=0.1, archetype="common", patient=patient)
