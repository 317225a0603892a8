"""A control tube (FMO, isotype, process control) can only raise the cut-off."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowpheno.finding import ReasonCode as R
from flowpheno.marker import Marker
from flowpheno.phenotype import Call
from flowpheno.positivity import ControlStain, call_marker, call_phenotype
from flowpheno.positivity.control import antigen_of
from flowpheno.positivity.negative import end_of_negative, end_of_tube

CD34 = Marker("CD34")
T_CELLS = np.zeros(1000)


def tube_to(end, n=1001, **changed):
    """Cells of a control tube whose 99.5th percentile is `end`, and with other matrices."""
    ends = {name: np.linspace(0, at / 0.995, n) for name, at in changed.items()}
    return ControlStain(values=np.linspace(0, end / 0.995, n), **ends)


@pytest.fixture
def call(definitions, make_tube):
    def of_blasts(blasts, fmo, *, control=T_CELLS, marker="CD34", spill=None):
        populations = {"blasts": {marker: blasts}, "T": {marker: control}}
        if spill:
            populations["blasts"]["CD10"], populations["T"]["CD10"] = spill, 0.0
        tube = make_tube(populations, spill={("CD10", marker): 0.2} if spill else None)
        antigen = antigen_of(definitions.vocabulary, Marker(marker))
        blasts_of = tube.populations["blasts"]
        return call_marker(tube, blasts_of, antigen, definitions.positivity, fmo=fmo)

    return of_blasts


@pytest.mark.parametrize(
    ("level", "end", "expected"),
    [(101, 100, Call.POSITIVE), (99, 100, Call.NEGATIVE), (99, 98, Call.POSITIVE)],
)
def test_cells_within_reach_of_the_control_tube_are_negative(call, level, end, expected):
    result = call(np.full(400, float(level)), tube_to(end))
    assert result.call is expected
    assert result.cutoff == pytest.approx(end)
    assert result.control == "T+control tube"
    assert call(np.full(400, float(level)), None).call is Call.POSITIVE


def test_a_control_tube_below_cells_of_the_tube_changes_no_cutoff(call):
    control = np.linspace(0, 500, 1000)
    with_tube = call(np.full(400, 450.0), tube_to(20), control=control)
    without = call(np.full(400, 450.0), None, control=control)
    assert (with_tube.cutoff, with_tube.call, with_tube.percent) == (
        without.cutoff,
        without.call,
        without.percent,
    )


@pytest.mark.parametrize(("n", "used"), [(199, False), (200, True)])
def test_a_control_tube_of_few_cells_is_said_to_be_too_small(call, n, used):
    result = call(np.full(400, 50.0), tube_to(100, n))
    assert result.call is (Call.NEGATIVE if used else Call.POSITIVE)
    assert result.reasons == (() if used else (R.NEG_CONTROL_TOO_SMALL,))
    assert result.control == ("T+control tube" if used else "T")


def test_it_does_not_stand_in_for_cells_of_the_tube(call):
    result = call(np.full(400, 5000.0), tube_to(100), control=np.zeros(199))
    assert (result.call, result.reasons) == (Call.NOT_EVALUABLE, (R.NEG_CONTROL_TOO_SMALL,))


def test_a_marker_without_negative_cells_is_judged_by_its_level_as_before(call):
    blasts, control = np.full(400, 3000.0), np.full(300, 9000.0)
    with_tube, without = (
        call(blasts, fmo, marker="CD45", control=control) for fmo in (tube_to(1e5), None)
    )
    assert with_tube == without


def test_ratios_stay_those_against_cells_of_the_tube(call):
    control = np.linspace(10, 50, 401)
    with_tube, without = (
        call(np.full(400, 3000.0), fmo, control=control) for fmo in (tube_to(900), None)
    )
    assert (with_tube.rmfi, with_tube.stain_index) == (without.rmfi, without.stain_index)
    assert with_tube.rmfi == pytest.approx(100)


def test_the_spillover_check_keeps_to_the_raised_cutoff(call):
    """10 % more spillover moves these cells by 400: past zero, not past what the tube shows."""
    blasts = np.full(400, 300.0)
    assert R.COMP_SENSITIVE in call(blasts, None, spill=20_000.0).reasons
    within = call(blasts, tube_to(1000), spill=20_000.0)
    assert (within.call, within.reasons) == (Call.NEGATIVE, ())


@pytest.mark.parametrize(
    ("less", "more", "sensitive"),
    [(1000, 1000, False), (1000, 200, False), (1800, 200, False), (600, 1000, True)],
)
def test_the_end_of_the_control_tube_moves_with_the_matrix(call, less, more, sensitive):
    """With less spillover taken off, cells at 300 would lie at 700: past the end of the tube?"""
    result = call(np.full(400, 300.0), tube_to(1000, less=less, more=more), spill=20_000.0)
    assert (R.COMP_SENSITIVE in result.reasons) == sensitive
    assert result.call is (Call.BORDERLINE if sensitive else Call.NEGATIVE)
    assert result.cutoff == pytest.approx(1000)


def test_of_a_phenotype_only_the_marker_it_is_for(definitions, make_tube):
    tube = make_tube({
        "blasts": {"CD34": np.full(300, 50.0), "CD19": 50.0},
        "T": {"CD34": T_CELLS, "CD19": 0.0},
    })  # fmt: skip
    phenotype = call_phenotype(
        tube,
        tube.populations["blasts"],
        definitions.vocabulary,
        definitions.positivity,
        fmo={CD34: tube_to(100), Marker("CD7"): tube_to(100)},
    )
    calls = {marker: c.call for marker, c in phenotype.calls.items()}
    assert calls == {CD34: Call.NEGATIVE, "CD19": Call.POSITIVE}


@given(st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=60), st.floats(-1e5, 1e5))
def test_a_cutoff_is_never_lower_with_a_control_tube(definitions, values, beyond):
    control = np.array(values)
    alone = end_of_negative(control, definitions.positivity)
    assert end_of_negative(control, definitions.positivity, beyond=beyond) == max(alone, beyond)


def test_the_end_of_a_tube_is_its_quantile(definitions):
    assert end_of_tube(np.arange(1001.0), definitions.positivity) == pytest.approx(995)
    assert end_of_tube(np.empty(0), definitions.positivity) is None
