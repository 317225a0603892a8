"""Doubt about a matrix is loud where it is wrong and quiet where it is right."""

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.compensation import check_spillover, compensate
from flowpheno.fcs.spillover import Spillover
from flowpheno.finding import ReasonCode, Severity
from flowpheno.panel.tubes import builtin_tubes
from flowpheno.reading import read_fcs
from flowpheno.sample import ChannelKind, Scale
from flowpheno.simulation import (
    AttachedSpillover,
    BlastRequest,
    Instrument,
    load_specification,
    simulate_tube,
)

TUBES = ("euroflow_bcp_all_mrd_t1", "tube_494", "aieop_bfm_8c", "lineage_full")


def _marrow(tube, attached, *, error=0.0, seed=5):
    return simulate_tube(
        load_specification(),
        builtin_tubes()[tube],
        rng=np.random.default_rng(seed),
        n_events=8000,
        blasts=BlastRequest(fraction=0.3, archetype="common"),
        instrument=Instrument(attached=attached, matrix_error=error),
    ).sample


def _codes(findings):
    return [(f.code, f.severity) for f in findings]


@pytest.mark.parametrize("tube", TUBES)
def test_the_right_matrix_is_not_doubted(limits, tube):
    sample = compensate(_marrow(tube, AttachedSpillover.TRUE))
    assert check_spillover(sample, limits) == ()


@pytest.mark.parametrize("tube", TUBES)
def test_a_transposed_matrix_is_recognised(limits, tube):
    sample = compensate(_marrow(tube, AttachedSpillover.TRANSPOSED))
    findings = check_spillover(sample, limits)
    assert (ReasonCode.COMP_DOUBTFUL, Severity.WARNING) in _codes(findings)
    assert "rows and columns may be exchanged" in findings[0].message


@pytest.mark.parametrize("tube", TUBES)
def test_data_that_were_not_compensated_are_recognised(limits, tube):
    raw = _marrow(tube, AttachedSpillover.TRUE)
    identity = replace(raw.spillover, matrix=np.eye(len(raw.spillover.detectors)))
    findings = check_spillover(replace(raw, spillover=identity, compensated=True), limits)
    assert _codes(findings) == [
        (ReasonCode.COMP_DOUBTFUL, Severity.WARNING),
        (ReasonCode.COMP_CONTRADICTED, Severity.BLOCKING),
    ]
    assert "as if not compensated" in findings[0].message


def test_a_matrix_of_another_order_is_doubted(limits):
    findings = check_spillover(compensate(_marrow("tube_494", AttachedSpillover.SHIFTED)), limits)
    assert [f.code for f in findings].count(ReasonCode.COMP_CONTRADICTED) == 1


@pytest.mark.parametrize("error", [-0.1, 0.1])
@pytest.mark.parametrize("tube", [TUBES[0], *TUBES[2:]])  # tube_494 spills most: 5 % displaced
def test_a_matrix_a_tenth_wrong_is_doubted_and_not_contradicted(limits, tube, error):
    sample = compensate(_marrow(tube, AttachedSpillover.SCALED, error=error))
    codes = {f.code for f in check_spillover(sample, limits)}
    assert ReasonCode.COMP_CONTRADICTED not in codes


@pytest.mark.parametrize("error", [-0.3, 0.3])
def test_a_matrix_much_wrong_is_contradicted(limits, error):
    sample = compensate(_marrow(TUBES[0], AttachedSpillover.SCALED, error=error))
    codes = {f.code for f in check_spillover(sample, limits)}
    assert ReasonCode.COMP_CONTRADICTED in codes


def test_the_real_marrow_is_not_doubted_unless_its_matrix_is_turned(limits, data_dir):
    raw = read_fcs(data_dir / "b_all_mrd_labelled" / "494.fcs")
    assert check_spillover(compensate(raw), limits) == ()
    turned = replace(raw.spillover, matrix=raw.spillover.matrix.T.copy())
    findings = check_spillover(compensate(raw, turned), limits)
    assert "rows and columns may be exchanged" in findings[0].message
    declared = replace(raw, compensated=True)
    codes = [f.code for f in check_spillover(declared, limits)]
    assert codes == [ReasonCode.COMP_DOUBTFUL, ReasonCode.COMP_CONTRADICTED]


@pytest.mark.parametrize("scale", list(Scale))
def test_no_matrix_blocks(dyed_tube, limits, scale):
    findings = check_spillover(dyed_tube(np.ones((5, 3)), scale=scale), limits)
    assert _codes(findings) == [(ReasonCode.COMP_MATRIX_MISSING, Severity.BLOCKING)]


def test_no_matrix_is_no_matter_for_one_dye_mass_or_declared_data(dyed_tube, limits):
    tube = dyed_tube(np.ones((5, 3)))
    one = tuple(replace(c, marker=None) if c.marker != "CD10" else c for c in tube.channels)
    mass = tuple(replace(c, kind=ChannelKind.MASS) for c in tube.channels)
    assert check_spillover(replace(tube, channels=one), limits) == ()
    assert check_spillover(replace(tube, channels=mass), limits) == ()
    assert check_spillover(replace(tube, compensated=True), limits) == ()


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ([[1, 0.9999, 0], [1, 1, 0], [0, 0, 1]], "condition number"),
        ([[1, 0, 0], [0, -1, 0], [0, 0, 1]], "smallest diagonal -1"),
    ],
)
def test_an_ill_conditioned_matrix_blocks(dyed_tube, limits, spillover, matrix, message):
    bad = replace(spillover, matrix=np.array(matrix, float))
    findings = check_spillover(dyed_tube(np.ones((5, 3)), spillover=bad), limits)
    assert _codes(findings) == [(ReasonCode.COMP_ILL_CONDITIONED, Severity.BLOCKING)]
    assert message in findings[0].message


def test_a_dye_brighter_elsewhere_is_named(dyed_tube, limits, spillover):
    matrix = spillover.matrix.copy()
    matrix[0, 1] = 1.2
    findings = check_spillover(
        dyed_tube(np.ones((5, 3)), spillover=replace(spillover, matrix=matrix)), limits
    )
    assert _codes(findings) == [(ReasonCode.COMP_DOUBTFUL, Severity.WARNING)]
    assert "1.2 of FITC-A is seen by PE-A" in findings[0].message


def test_a_stained_channel_left_out_is_named(dyed_tube, limits):
    part = Spillover(detectors=("FITC-A", "PE-A"), matrix=np.eye(2) + 0.01, source="part")
    findings = check_spillover(dyed_tube(np.ones((5, 3)), spillover=part), limits)
    assert [f.message for f in findings] == ["spillover matrix of part leaves out CD19 (APC-A)"]


@pytest.mark.parametrize("n", [0, 1, 3])
def test_few_and_broken_events_are_no_problem(dyed_tube, limits, spillover, n):
    light = np.full((n, 3), np.nan)
    tube = compensate(dyed_tube(light, spillover=spillover))
    assert check_spillover(tube, limits) == ()
