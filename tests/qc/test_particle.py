"""Beads and air go; bright cells, large cells and dark cells stay."""

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.compensation import compensate
from flowpheno.finding import ReasonCode, Severity
from flowpheno.qc.particle import check_particles
from flowpheno.sample import Scale
from flowpheno.simulation import Artefacts

N, TOP = 4000, 262_143.0
DYES = ("CD45", "CD19", "CD10", "CD34", "CD38", "CD20")


def _columns(seed=2):
    rng = np.random.default_rng(seed)
    columns = {"FSC-A": rng.normal(60_000, 6000, N), "SSC-A": rng.normal(20_000, 4000, N)}
    for number, dye in enumerate(DYES):
        carries = rng.random(N) < 0.5 if number else np.ones(N, bool)
        columns[dye] = np.where(carries, 50_000 * rng.lognormal(0, 0.3, N), 0) + rng.normal(
            0, 110, N
        )
    return columns


def _step(tube, qc_limits):
    return check_particles(tube, tube, np.ones(tube.n_events, bool), qc_limits.particle)


def test_beads_go(qc_tube, qc_limits):
    columns = _columns()
    columns["CD20"] = np.minimum(columns["CD20"], 20_000)
    for dye in DYES:
        columns[dye][:100] = 90_000
    step = _step(qc_tube(columns=columns), qc_limits)
    np.testing.assert_array_equal(np.flatnonzero(~step.keep), np.arange(100))
    assert [f.severity for f in step.findings] == [Severity.WARNING]
    assert "100 events are bright in every channel" in step.findings[0].message


def test_air_goes_and_large_cells_stay(qc_tube, qc_limits):
    columns = _columns()
    columns["SSC-A"][:200] = TOP
    dark = slice(30)
    for dye in DYES:
        columns[dye] = np.minimum(columns[dye], 20_000)
        columns[dye][dark] = np.random.default_rng(1).normal(0, 60, 30)
        columns[dye][200:260] = 0  # dark cells of a usual size
    step = _step(qc_tube(columns=columns), qc_limits)
    np.testing.assert_array_equal(np.flatnonzero(~step.keep), np.arange(30))
    assert [f.severity for f in step.findings] == [Severity.NOTE]


@pytest.mark.parametrize(
    ("columns", "scale", "why"),
    [
        ({name: [] for name in DYES}, Scale.LINEAR, "no events"),
        ({name: [1e5] for name in DYES[:4]}, Scale.LINEAR, "too few channels"),
        ({name: [1e5] for name in DYES}, Scale.RELATIVE, "on a linear scale"),
    ],
)
def test_what_cannot_be_judged_is_kept_and_said(qc_tube, qc_limits, columns, scale, why):
    step = _step(replace(qc_tube(columns=columns), scale=scale), qc_limits)
    assert step.keep.all()
    assert why in step.note
    assert [f.code for f in step.findings] == [ReasonCode.QC_STEP_NOT_POSSIBLE]


@pytest.mark.parametrize("tube", ["euroflow_bcp_all_mrd_t1", "tube_494", "lineage_full"])
@pytest.mark.parametrize("archetype", ["BCR_ABL1", "hyperdiploid", "preB_TCF3"])
def test_no_simulated_blast_is_a_particle(simulate, qc_limits, tube, archetype):
    marrow = simulate(
        45, tube=tube, blasts=(archetype, 0.5), n_events=6000, artefacts=Artefacts(clog=False)
    )
    sample = marrow.sample
    every = np.ones(sample.n_events, bool)
    step = check_particles(sample, compensate(sample), every, qc_limits.particle)
    assert step.keep[marrow.nucleated].all()
