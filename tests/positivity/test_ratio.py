"""Ratio of medians and stain index, worked by hand from domain formulas."""

from __future__ import annotations

import numpy as np
import pytest

from flowpheno.marker import Marker
from flowpheno.positivity import call_marker
from flowpheno.positivity.control import antigen_of
from flowpheno.positivity.ratio import AboveControl, above_control

SPREAD = np.array([10.0, 20.0, 30.0, 40.0, 50.0])  # median 30, MAD 10


def test_the_figures_worked_by_hand():
    found = above_control(np.array([100.0, 300.0, 900.0]), SPREAD, relative=False)
    assert found.rmfi == pytest.approx(10)
    assert found.stain_index == pytest.approx((300 - 30) / (2 * 14.826))


@pytest.mark.parametrize(("zero", "rmfi"), [(2.0, 50), (1.0, 100), (0.5, 100), (-40.0, 100)])
def test_a_control_at_zero_or_below_counts_as_one(zero, rmfi):
    found = above_control(np.full(9, 100.0), SPREAD - 30 + zero, relative=False)
    assert found.rmfi == pytest.approx(rmfi)
    assert found.stain_index == pytest.approx((100 - zero) / (2 * 14.826))


def test_a_control_without_spread_has_no_stain_index():
    found = above_control(np.full(9, 100.0), np.full(9, 4.0), relative=False)
    assert found == AboveControl(rmfi=25.0)


def test_a_population_below_its_control_has_a_negative_stain_index():
    found = above_control(np.full(9, 3.0), SPREAD, relative=False)
    assert found.rmfi == pytest.approx(0.1)
    assert found.stain_index == pytest.approx(-27 / (2 * 14.826))


@pytest.mark.parametrize(
    ("values", "control", "relative"),
    [(SPREAD, SPREAD, True), (np.empty(0), SPREAD, False), (SPREAD, np.empty(0), False)],
)
def test_where_nothing_can_be_measured(values, control, relative):
    assert above_control(values, control, relative=relative) == AboveControl()


def test_without_numpy_overflow_for_float32():
    values = np.full(9, 3e38, np.float32)
    found = above_control(values, np.array([-3e38, 0.0, 3e38], np.float32), relative=False)
    assert found.rmfi == pytest.approx(3e38, rel=1e-6)


# --- where a call carries them ---


@pytest.fixture
def call(definitions, make_tube):
    def of_tube(marker, *, relative=False, **populations):
        tube = make_tube({n: {marker: v} for n, v in populations.items()}, relative=relative)
        antigen = antigen_of(definitions.vocabulary, Marker(marker))
        return call_marker(tube, tube.populations["blasts"], antigen, definitions.positivity)

    return of_tube


@pytest.mark.parametrize("level", [4000.0, 30.0])
def test_a_call_carries_them_whether_positive_or_negative(call, level):
    result = call("CD34", blasts=np.full(300, level), T=np.tile(SPREAD, 60))
    assert result.rmfi == pytest.approx(level / 30)
    assert result.stain_index == pytest.approx((level - 30) / (2 * 14.826))


@pytest.mark.parametrize(
    ("marker", "n", "others"),
    [
        ("CD34", 49, {"T": np.tile(SPREAD, 60)}),  # too few
        ("CD34", 300, {"T": np.tile(SPREAD, 39)}),  # a control too small
        ("CD34", 300, {}),
        ("CD45", 300, {"T": np.tile(SPREAD, 60)}),  # no cell is negative
        ("CD38", 300, {"T": np.tile(SPREAD, 60)}),
    ],
)
def test_a_call_without_a_control_carries_none(call, marker, n, others):
    result = call(marker, blasts=np.full(n, 4000.0), **others)
    assert (result.rmfi, result.stain_index) == (None, None)


def test_a_call_on_a_relative_scale_carries_none(call):
    result = call("CD34", relative=True, blasts=np.full(300, 0.9), T=np.linspace(0, 0.3, 300))
    assert result.percent.estimate == 100
    assert (result.rmfi, result.stain_index) == (None, None)
