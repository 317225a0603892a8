from __future__ import annotations

import numpy as np
import pytest

from flowpheno.errors import SimulationError
from flowpheno.simulation.patient import draw_patient, without
from flowpheno.simulation.specification import load_specification

SPECIFICATION = load_specification()


def test_markers_are_expressed_as_often_as_the_specification_says():
    rng = np.random.default_rng(1)
    patients = [draw_patient(SPECIFICATION, "common", rng=rng) for _ in range(2_000)]
    for marker, probability in SPECIFICATION.blasts["common"].p.items():
        share = np.mean([marker in patient.expression for patient in patients])
        assert share == pytest.approx(probability, abs=0.045)
    assert all("CD19" in patient.expression for patient in patients)


def test_patients_differ_by_the_spread_of_the_specification():
    rng = np.random.default_rng(2)
    levels = [
        draw_patient(SPECIFICATION, "common", rng=rng).expression["CD10"].mean
        for _ in range(2_000)
    ]
    assert np.mean(levels) == pytest.approx(4.95, abs=0.02)
    assert np.std(levels) == pytest.approx(0.15, abs=0.01)


def test_asked_for_markers_are_expressed():
    variable = set(SPECIFICATION.blasts["common"].p)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        patient = draw_patient(SPECIFICATION, "common", rng=rng, expressed=variable)
        assert variable <= set(patient.expression)
        assert patient.expression["CD66c"].positive == 0.7


def test_dna_index_and_light_chain():
    rng = np.random.default_rng(3)
    hyperdiploid = draw_patient(SPECIFICATION, "hyperdiploid", rng=rng)
    assert 1.16 <= hyperdiploid.dna_index <= 1.30
    assert hyperdiploid.kappa is None
    assert draw_patient(SPECIFICATION, "burkitt_BIV", rng=rng).kappa is True


def test_lost_markers_are_gone_and_no_others():
    patient = draw_patient(SPECIFICATION, "common", rng=np.random.default_rng(4))
    lost = without(patient, ["CD19", "NG2"])
    assert set(patient.expression) - set(lost.expression) == {"CD19"}


def test_unknown_archetype_is_refused():
    with pytest.raises(SimulationError, match="no blast archetype 'rare'; there are common"):
        draw_patient(SPECIFICATION, "rare", rng=np.random.default_rng(0))


def test_a_marker_without_a_level_is_refused():
    with pytest.raises(SimulationError, match="common blasts have no level for cyCD3"):
        draw_patient(
            SPECIFICATION, "common", rng=np.random.default_rng(0), expressed=["cyCD3", "CD34"]
        )
