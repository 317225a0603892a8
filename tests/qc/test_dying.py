"""Dying cells without a dye: seen where they prevail, not where small cells live."""

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.compensation import compensate
from flowpheno.finding import ReasonCode, Severity
from flowpheno.qc import quality_control
from flowpheno.qc.dying import check_dying
from flowpheno.sample import Scale
from flowpheno.simulation import Artefacts

TUBES = ("euroflow_bcp_all_mrd_t1", "tube_494", "aieop_bfm_8c")
STATES = ("steady_child", "regenerating", "steady_adult", "end_induction")


def _found(marrow, qc_limits):
    control = quality_control(marrow.sample, compensate(marrow.sample), qc_limits)
    return [f for f in control.findings if f.code is ReasonCode.DEAD_CELLS_NOT_EXCLUDED]


@pytest.mark.parametrize("tube", TUBES)
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(("dead", "seen"), [(0.05, 0), (0.6, 1), (0.8, 1)])
def test_a_large_cloud_is_seen(simulate, qc_limits, tube, state, dead, seen):
    dying = Artefacts(dead=dead, clog=False)
    marrow = simulate(47, tube=tube, state=state, n_events=8000, artefacts=dying)
    found = _found(marrow, qc_limits)
    assert len(found) == seen
    assert all(f.severity is Severity.BLOCKING and f.value > 10 for f in found)


@pytest.mark.parametrize("tube", TUBES)
@pytest.mark.parametrize("archetype", ["common", "ETV6_RUNX1", "hyperdiploid", "BCR_ABL1"])
def test_living_blasts_are_not_dying(simulate, qc_limits, tube, archetype):
    marrow = simulate(
        48,
        tube=tube,
        blasts=(archetype, 0.9),
        n_events=8000,
        artefacts=Artefacts(dead=0.05, clog=False),
    )
    assert _found(marrow, qc_limits) == []


def test_a_dead_cell_dye_answers_for_itself(simulate, qc_limits):
    dying = Artefacts(dead=0.6, clog=False)
    marrow = simulate(47, tube="lineage_full", n_events=6000, artefacts=dying)
    assert _found(marrow, qc_limits) == []


@pytest.mark.parametrize("left_out", ["FSC", "dyes", "scale", "events"])
def test_a_tube_that_cannot_tell_says_nothing(simulate, qc_limits, left_out):
    dying = Artefacts(dead=0.6, clog=False)
    sample = compensate(simulate(47, n_events=4000, artefacts=dying).sample)
    cells = np.ones(sample.n_events, bool)
    keep = [
        index
        for index, channel in enumerate(sample.channels)
        if not (left_out == "FSC" and channel.marker == "FSC")
        and not (left_out == "dyes" and channel.marker in sample.markers[2:])
    ]
    sample = replace(
        sample,
        channels=tuple(sample.channels[i] for i in keep),
        events=sample.events[:, keep].copy(),
        scale=Scale.RELATIVE if left_out == "scale" else sample.scale,
    )
    assert check_dying(sample, cells & (left_out != "events"), qc_limits.dying) == ()
