from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.finding import ReasonCode
from flowpheno.marker import Marker
from flowpheno.phenotype import Call
from flowpheno.positivity import call_marker
from flowpheno.positivity.cells import judged
from flowpheno.positivity.control import Control, antigen_of
from flowpheno.positivity.negative import end_of_negative, reach_of
from flowpheno.positivity.sensitivity import percent_range

SPILL = {("CD10", "CD34"): 0.28, ("CD34", "CD10"): 0.03, ("CD19", "CD34"): 0.05}


def tube_of(make_tube, *, cd10, cd34, n=2000, spill=SPILL):
    rng = np.random.default_rng(11)

    def noisy(level, size):
        return rng.normal(level, 60 + 0.1 * abs(level), size)

    return make_tube(
        {
            "blasts": {"CD10": noisy(cd10, n), "CD34": noisy(cd34, n), "CD19": noisy(6000, n)},
            "T": {"CD10": noisy(0, 1500), "CD34": noisy(0, 1500), "CD19": noisy(0, 1500)},
        },
        spill=spill,
    )


def range_of(tube, marker, limits):
    control = Control(name="T", mask=tube.mask("T"), reasons=())
    reach = reach_of(tube, marker, control, limits)
    return percent_range(tube, marker, judged(tube.mask("blasts")), reach, limits)


def brute_force(tube, marker, limits):
    """Compensate the raw events again, from the start, with each changed matrix."""
    matrix = tube.sample.spillover.matrix
    raw = tube.sample.events.astype(np.float64) @ matrix
    at = tube.sample.column(Marker(marker))
    percents = []
    for factor in (1.0, 1 - limits.spillover_change, 1 + limits.spillover_change):
        changed = matrix.copy()
        for row in range(len(changed)):
            if row != at:
                changed[row, at] *= factor
        events = raw @ np.linalg.inv(changed)
        cut = end_of_negative(events[tube.mask("T"), at], limits)
        percents.append(100 * float(np.mean(events[tube.mask("blasts"), at] > cut)))
    return min(percents), max(percents)


@pytest.mark.parametrize("cd34", [0, 100, 300, 1000, 20_000])
@pytest.mark.parametrize("cd10", [0, 8000, 60_000])
@pytest.mark.parametrize("marker", ["CD34", "CD10", "CD19"])
def test_range_is_that_of_a_recomputation_from_raw_events(
    definitions, make_tube, cd10, cd34, marker
):
    tube, limits = tube_of(make_tube, cd10=cd10, cd34=cd34), definitions.positivity
    found = range_of(tube, Marker(marker), limits)
    assert found == pytest.approx(brute_force(tube, marker, limits), abs=0.15)  # float32 events


def test_without_a_matrix_there_is_no_range(definitions, make_tube):
    tube = tube_of(make_tube, cd10=60_000, cd34=0, spill=None)
    low, high = range_of(tube, Marker("CD34"), definitions.positivity)
    assert low == high


@pytest.mark.parametrize(
    ("cd10", "cd34", "call", "sensitive"),
    [
        (60_000, 0, Call.BORDERLINE, True),  # spill of CD10, 10 % off, looks like CD34
        (0, 0, Call.NEGATIVE, False),
        (60_000, 40_000, Call.POSITIVE, False),  # true CD34 far above any spill
        (0, 40_000, Call.POSITIVE, False),
    ],
)
def test_a_call_that_rests_on_the_matrix_is_borderline(
    definitions, make_tube, cd10, cd34, call, sensitive
):
    tube = tube_of(make_tube, cd10=cd10, cd34=cd34)
    antigen = antigen_of(definitions.vocabulary, Marker("CD34"))
    result = call_marker(tube, tube.populations["blasts"], antigen, definitions.positivity)
    assert result.call is call
    assert (ReasonCode.COMP_SENSITIVE in result.reasons) == sensitive
    assert result.truth is None or not sensitive


@pytest.mark.parametrize(
    ("cd10", "cd34", "call"),
    [
        (400_000, 1000, Call.BORDERLINE),  # CD10 beyond its range may be all that CD34 sees
        (400_000, 0, Call.NEGATIVE),  # hidden light only adds to its neighbours
        (100_000, 1000, Call.POSITIVE),  # nothing is hidden within the range
    ],
)
def test_light_beyond_a_neighbour_s_range_makes_no_marker_positive(
    definitions, make_tube, cd10, cd34, call
):
    tube = tube_of(make_tube, cd10=cd10, cd34=cd34, spill={("CD10", "CD34"): 0.002})
    antigen = antigen_of(definitions.vocabulary, Marker("CD34"))
    calls = call_marker(tube, tube.populations["blasts"], antigen, definitions.positivity)
    assert calls.call is call
    assert (ReasonCode.COMP_SENSITIVE in calls.reasons) == (call is Call.BORDERLINE)
    none = replace(definitions.positivity, saturated_excess=0.0)
    alone = call_marker(tube, tube.populations["blasts"], antigen, none)
    assert alone.call is (Call.POSITIVE if cd34 else Call.NEGATIVE)
