"""What a wrong matrix does to the events is noticed; what cells do is not."""

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.compensation import check_spillover, compensate
from flowpheno.compensation.displaced import displaced_negatives
from flowpheno.finding import ReasonCode, Severity
from flowpheno.panel.tubes import builtin_tubes
from flowpheno.reading import read_fcs
from flowpheno.simulation import (
    AttachedSpillover,
    BlastRequest,
    Instrument,
    load_specification,
    simulate_tube,
)

TUBES = sorted(n for n, tube in builtin_tubes().items() if tube.has_fluorochromes)


def _marrow(tube, error=0.0, *, seed=8, percent=30, attached=AttachedSpillover.SCALED):
    return simulate_tube(
        load_specification(),
        builtin_tubes()[tube],
        rng=np.random.default_rng(seed),
        n_events=5000,
        blasts=BlastRequest(fraction=percent / 100, archetype="common") if percent else None,
        instrument=Instrument(attached=attached, matrix_error=error),
    ).sample


def _messages(sample, limits):
    return [f.message for f in check_spillover(sample, limits)]


@pytest.mark.parametrize("percent", [0, 30])
@pytest.mark.parametrize("tube", TUBES)
def test_simulated_tubes_of_the_right_matrix_raise_no_doubt(limits, tube, percent):
    assert _messages(compensate(_marrow(tube, percent=percent)), limits) == []


@pytest.mark.parametrize(("error", "said"), [(0.3, "takes off too much"), (-0.3, "")])
@pytest.mark.parametrize("tube", ["euroflow_bcp_all_mrd_t1", "lineage_full", "tube_494"])
def test_a_matrix_a_third_off_is_doubted(limits, tube, error, said):
    messages = _messages(compensate(_marrow(tube, error)), limits)
    assert messages
    assert any(said in message for message in messages)


def test_a_matrix_of_another_cytometer_is_doubted(limits):
    """Gains other than when the matrix was made, which no keyword tells."""
    tube = builtin_tubes()["euroflow_bcp_all_mrd_t1"]
    made = simulate_tube(
        load_specification(),
        tube,
        rng=np.random.default_rng(3),
        n_events=5000,
        instrument=Instrument(gains={"PE-A": 0.5, "FITC-A": 2.0, "APC-A": 2.0}),
    ).sample
    sample = _marrow("euroflow_bcp_all_mrd_t1")
    assert _messages(compensate(sample, made.spillover), limits)


def _mixed(rng, *, spill=0.0, noise=1e-4, also=0.0):
    """Two detectors as shares of full scale: half of the events bright in the first."""
    n = 4000
    bright = rng.random(n) < 0.5
    first = np.where(bright, 10 ** rng.normal(-1, 0.2, n), 0)
    second = spill * first + rng.normal(0, noise, n) + np.where(bright, also, 0)
    return np.column_stack([first + rng.normal(0, noise, n), second])


@pytest.mark.parametrize("spill", [-0.02, -0.05])
def test_negatives_pulled_below_zero_are_measured(limits, spill):
    (found,) = displaced_negatives(_mixed(np.random.default_rng(1), spill=spill), limits)
    assert (found.emitter, found.detector) == (0, 1)
    assert found.error == pytest.approx(spill, rel=0.15)


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"spill": -0.005},  # too little to name
        {"spill": 0.05},  # upwards: may be expression
        {"also": 0.01},  # autofluorescence of larger cells
        {"also": -0.005},  # below zero, whatever the brightness: no spill
        {"spill": -0.02, "noise": 5e-3},  # within the noise
    ],
)
def test_what_is_no_overcompensation_is_not_called_so(limits, how):
    assert displaced_negatives(_mixed(np.random.default_rng(2), **how), limits) == ()


@pytest.mark.parametrize("n", [0, 1, 100, 300])
def test_few_or_empty_events_displace_nothing(limits, n):
    assert displaced_negatives(np.zeros((n, 2)), limits) == ()
    assert displaced_negatives(np.full((n, 2), 0.5), limits) == ()


def test_constant_values_below_zero_follow_nothing(limits):
    values = np.column_stack([np.linspace(0.05, 0.5, 5000), np.full(5000, -0.003)])
    assert displaced_negatives(values, limits) == ()


def test_a_single_pair_counts_where_the_matrix_knows_of_its_spill(dyed_tube, limits, spillover):
    rng = np.random.default_rng(4)
    fitc = 10 ** rng.normal(4.5, 0.3, 5000)
    light = np.column_stack([fitc, 0.04 * fitc, rng.normal(0, 60, 5000)])
    tube = dyed_tube(light, compensated=True, spillover=spillover)
    (finding,) = check_spillover(tube, limits)
    assert (finding.code, finding.severity) == (ReasonCode.COMP_DOUBTFUL, Severity.WARNING)
    assert "the matrix takes off too little: PE-A follows FITC-A" in finding.message
    more = dyed_tube(light * [1, 1.5, 1], compensated=True, spillover=spillover)
    codes = [f.code for f in check_spillover(more, limits)]
    assert codes == [ReasonCode.COMP_DOUBTFUL, ReasonCode.COMP_CONTRADICTED]
    unknown = replace(spillover, matrix=np.eye(3))
    assert check_spillover(replace(tube, spillover=unknown), limits) == ()
    assert check_spillover(replace(tube, spillover=None), limits) == ()


def test_a_dna_dye_that_all_cells_take_up_is_no_spill(dyed_tube, limits, spillover):
    rng = np.random.default_rng(5)
    fitc = 10 ** rng.normal(4.5, 0.05, 5000)
    light = np.column_stack([fitc, 0.3 * fitc, rng.normal(0, 60, 5000)])
    tube = dyed_tube(light, compensated=True, spillover=spillover)
    assert len(check_spillover(tube, limits)) == 2  # doubtful, contradicted
    channels = tuple(
        replace(c, marker="SYTO") if c.detector == "FITC-A" else c for c in tube.channels
    )
    assert check_spillover(replace(tube, channels=channels), limits) == ()


@pytest.mark.parametrize(("factor", "doubted"), [(1.0, False), (0.5, True), (1.5, True)])
def test_the_real_marrow_doubts_its_matrix_if_it_is_changed(limits, data_dir, factor, doubted):
    raw = read_fcs(data_dir / "b_all_mrd_labelled" / "494.fcs")
    matrix = np.where(np.eye(8, dtype=bool), 1, factor * raw.spillover.matrix)
    sample = compensate(raw, replace(raw.spillover, matrix=matrix))
    assert bool(_messages(sample, limits)) is doubted
