from __future__ import annotations

import numpy as np
import pytest

from flowpheno.errors import SimulationError
from flowpheno.simulation.artefacts import (
    NO_ARTEFACTS,
    Artefacts,
    dimming,
    draw_amounts,
    draw_doublets,
    draw_margin,
)
from flowpheno.simulation.cells import Cells
from flowpheno.simulation.specification import load_specification

SPECIFICATION = load_specification()


def cells(n):
    values = np.arange(n, dtype=np.float32)
    return Cells(
        light=np.stack([values, values], axis=1), fsc=values, ssc=values, maturation=values
    )


@pytest.mark.parametrize("seed", range(20))
def test_drawn_amounts_are_in_the_ranges_of_the_specification(seed):
    amounts = draw_amounts(SPECIFICATION, Artefacts(), 100_000, rng=np.random.default_rng(seed))
    others = amounts.doublets + amounts.debris + amounts.platelets + amounts.margin
    total = 100_000 + amounts.dead + others
    assert 0.02 <= amounts.dead / (100_000 + amounts.dead) <= 0.15
    assert 0.0199 <= amounts.doublets / total <= 0.0601
    assert 0.0299 <= amounts.debris / total <= 0.1201
    assert abs(amounts.drift_log10) == 0.03
    if amounts.clog is not None:
        assert 0 <= amounts.clog[0] < amounts.clog[1] <= 1
        assert 0.02 <= amounts.clog[1] - amounts.clog[0] <= 0.08


def test_clogs_are_as_frequent_as_specified():
    rng = np.random.default_rng(1)
    clogs = [
        draw_amounts(SPECIFICATION, Artefacts(), 10, rng=rng).clog is not None
        for _ in range(1_000)
    ]
    assert np.mean(clogs) == pytest.approx(0.15, abs=0.04)


def test_fixed_amounts_are_exact():
    artefacts = Artefacts(dead=0.6, doublets=0.1, debris=0.1, platelets=0.0, margin=0.0)
    amounts = draw_amounts(SPECIFICATION, artefacts, 4_000, rng=np.random.default_rng(0))
    assert (amounts.dead, amounts.doublets, amounts.debris) == (6_000, 1_250, 1_250)


def test_no_artefacts_is_none():
    amounts = draw_amounts(SPECIFICATION, NO_ARTEFACTS, 1_000, rng=np.random.default_rng(0))
    assert (amounts.dead, amounts.doublets, amounts.debris) == (0, 0, 0)
    assert (amounts.platelets, amounts.margin, amounts.drift_log10) == (0, 0, 0.0)
    assert amounts.clog is None


def test_a_doublet_is_the_sum_of_two_cells():
    pairs = draw_doublets(cells(5), 1_000, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(pairs.fsc, pairs.light[:, 0])
    assert set(pairs.fsc.tolist()) == set(range(9))
    assert np.isnan(pairs.maturation).all()


def test_margin_events_exceed_any_scatter():
    beyond = draw_margin(cells(5), 100, rng=np.random.default_rng(0))
    assert np.isinf(beyond.fsc).all()
    assert np.isfinite(beyond.light).all()


def test_nothing_is_drawn_from_no_cells():
    assert len(draw_doublets(cells(0), 0, rng=np.random.default_rng(0))) == 0
    assert len(draw_margin(cells(0), 0, rng=np.random.default_rng(0))) == 0


def test_drift_grows_and_a_clog_is_half_open():
    artefacts = Artefacts(drift_log10=0.03, clog=True)
    amounts = draw_amounts(SPECIFICATION, artefacts, 10, rng=np.random.default_rng(0))
    begin, end = amounts.clog
    drift, clogged = dimming(np.array([0.0, begin, end, 1.0]), amounts)
    assert drift[[0, -1]] == pytest.approx([1.0, 10**0.03])
    assert (np.diff(drift) > 0).all()
    assert clogged.tolist() == [False, True, False, False]


@pytest.mark.parametrize("share", [-0.1, 1.0, float("nan")])
def test_a_share_that_leaves_no_cells_is_refused(share):
    with pytest.raises(SimulationError, match=r"share of artefacts is not in \[0, 1\)"):
        Artefacts(dead=share)


def test_shares_that_together_leave_no_cells_are_refused():
    artefacts = Artefacts(doublets=0.5, debris=0.6)
    with pytest.raises(SimulationError, match="artefacts take 1"):
        draw_amounts(SPECIFICATION, artefacts, 10, rng=np.random.default_rng(0))
