"""A dead-cell dye: the dead go, and how many they were is judged."""

import numpy as np
import pytest

from flowpheno.finding import ReasonCode, Severity
from flowpheno.marker import canonical_marker
from flowpheno.qc.viability import check_viability


def _step(qc_tube, qc_limits, n_living, n_dead):
    rng = np.random.default_rng(6)
    light = np.append(rng.normal(0, 110, n_living), 10 ** rng.normal(4.6, 0.25, n_dead))
    tube = qc_tube(columns={"VIABILITY": light})
    return check_viability(tube, np.ones(len(light), bool), qc_limits.viability)


@pytest.mark.parametrize(
    ("n_dead", "severity"),
    [
        (10, None),
        (100, None),
        (250, Severity.WARNING),
        (600, Severity.BLOCKING),
        (950, Severity.BLOCKING),
    ],
)
def test_the_dead_go_and_their_share_is_judged(qc_tube, qc_limits, n_dead, severity):
    n_living = 1000 - n_dead
    step = _step(qc_tube, qc_limits, n_living, n_dead)
    assert step.keep[:n_living].all()
    assert not step.keep[n_living:].any()
    assert [f.severity for f in step.findings] == ([] if severity is None else [severity])
    if severity is Severity.BLOCKING:
        assert step.findings[0].code is ReasonCode.LOW_VIABILITY
        assert step.findings[0].value == pytest.approx(100 - n_dead / 10)


def test_one_mode_shows_no_dead(qc_tube, qc_limits):
    step = _step(qc_tube, qc_limits, 1000, 0)
    assert step.keep.all()
    assert "one mode only" in step.note


@pytest.mark.parametrize("columns", [{"CD19": [1.0]}, {"VIABILITY": []}])
def test_what_cannot_be_judged_is_kept_and_said(qc_tube, qc_limits, columns):
    tube = qc_tube(columns=columns)
    step = check_viability(tube, np.ones(tube.n_events, bool), qc_limits.viability)
    assert step.keep.all()
    assert [f.code for f in step.findings] == [ReasonCode.QC_STEP_NOT_POSSIBLE]


@pytest.mark.parametrize("value", [0.0, 1e5, np.nan])
def test_equal_values_are_kept(qc_tube, qc_limits, value):
    tube = qc_tube(columns={"VIABILITY": np.full(20, value)})
    assert check_viability(tube, np.ones(20, bool), qc_limits.viability).keep.all()


@pytest.mark.parametrize(("level", "blocks"), [(3.0, False), (4.6, True)])
def test_all_cells_stained_are_all_dead_or_the_dye_is_another(qc_tube, qc_limits, level, blocks):
    light = 10 ** np.random.default_rng(6).normal(level, 0.15, 1000)
    tube = qc_tube(columns={"VIABILITY": light})
    step = check_viability(tube, np.ones(1000, bool), qc_limits.viability)
    assert step.keep.all()
    assert [f.severity for f in step.findings] == [Severity.BLOCKING] * blocks


DYES = [
    "7-AAD", "7AAD", "PI", "Propidium Iodide", "Zombie NIR", "Zombie Aqua",
    "LIVE/DEAD Fixable Near-IR", "Live/Dead Aqua", "L/D", "FVS780", "FVD eFluor 780",
    "eFluor 506 viability", "SYTOX Blue", "DRAQ7",
    "Ghost Dye Violet 510", "Helix NP", "ViaKrome 808", "TO-PRO-3", "Viability", "dead cells",
]  # fmt: skip


@pytest.mark.parametrize("name", DYES)
def test_every_usual_dye_is_known_by_its_name(definitions, name):
    assert canonical_marker(name, definitions.vocabulary) == "VIABILITY"
