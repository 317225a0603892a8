from __future__ import annotations

import numpy as np
import pytest

from flowpheno.simulation.patient import draw_patient
from flowpheno.simulation.relapse import aberrant_markers, matched_normal, relapse_of
from flowpheno.simulation.specification import load_specification

SPECIFICATION = load_specification()


@pytest.fixture(scope="module")
def pairs():
    rng = np.random.default_rng(11)
    names = [n for n, b in SPECIFICATION.blasts.items() if b.lineage == "b_precursor"]
    patients = [draw_patient(SPECIFICATION, names[i % len(names)], rng=rng) for i in range(2_000)]
    return [(patient, relapse_of(SPECIFICATION, patient, rng=rng)) for patient in patients]


def test_losses_and_gains_are_as_frequent_as_published(pairs):
    relapses = [relapse for _, relapse in pairs]
    lost = [len(r.lost) / len(r.aberrant) for r in relapses if r.aberrant]
    assert np.mean(lost) == pytest.approx(0.219, abs=0.02)
    assert np.mean([bool(r.lost) for r in relapses]) == pytest.approx(0.73, abs=0.06)
    assert np.mean([bool(r.gained) for r in relapses]) == pytest.approx(0.60, abs=0.04)


def test_a_lost_aberrancy_is_near_normal_and_a_gained_one_is_aberrant(pairs):
    for patient, relapse in pairs[:200]:
        normal = matched_normal(SPECIFICATION, patient)
        for marker in relapse.lost:
            own = relapse.patient.expression.get(marker)
            if marker in normal:
                before = patient.expression.get(marker)
                start = before.mean if before is not None else 2.3
                rest = abs(own.mean - normal[marker])
                assert rest <= 0.2 * abs(start - normal[marker]) + 1e-9
            else:
                assert own is None
        for marker in relapse.gained:
            assert marker not in relapse.aberrant
            level = relapse.patient.expression[marker].mean
            assert abs(level - normal.get(marker, 2.3)) >= 0.3


def test_what_is_neither_lost_nor_gained_only_drifts(pairs):
    shifts = [
        relapse.patient.expression[marker].mean - expression.mean
        for patient, relapse in pairs
        for marker, expression in patient.expression.items()
        if marker not in relapse.lost | relapse.gained
    ]
    assert np.mean(shifts) == pytest.approx(0, abs=0.01)
    assert np.std(shifts) == pytest.approx(np.sqrt(0.9 * 0.12**2 + 0.1 * 0.45**2), rel=0.05)


def test_cross_lineage_markers_are_aberrant():
    patient = draw_patient(
        SPECIFICATION, "BCR_ABL1", rng=np.random.default_rng(1), expressed=["CD66c", "CD13"]
    )
    assert {"CD66c", "CD13", "CD58"} <= aberrant_markers(SPECIFICATION, patient)


def test_the_stage_follows_cd34():
    rng = np.random.default_rng(2)
    immature = draw_patient(SPECIFICATION, "common", rng=rng, expressed=["CD34"])
    later = draw_patient(SPECIFICATION, "preB_TCF3", rng=rng)
    assert "CD34" in matched_normal(SPECIFICATION, immature)
    assert "CD34" not in matched_normal(SPECIFICATION, later)
