from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.errors import MarkerNotFoundError
from flowpheno.marker import Marker
from flowpheno.plotdata import Direction, density2d, histogram, line_gate, polygon_gate, time_plot
from flowpheno.population import Population
from tests.invented import marrow

CD19, CD10, CD34, CD45 = map(Marker, ("CD19", "CD10", "CD34", "CD45"))


@pytest.mark.parametrize("n", [0, 1, 12, 3000])
def test_every_event_is_in_one_bin(n):
    sample, populations = marrow(n)
    root, blasts = populations["nucleated"], populations["blasts"]
    plot = density2d(sample, CD19, CD10, parent=root, overlays=[blasts], bins=50)
    assert plot.counts.sum() == plot.n_parent == n
    assert plot.overlays[0].counts.sum() == plot.overlays[0].n == blasts.n
    assert plot.counts.shape == (50, 50)


def test_a_bright_event_lies_right_of_and_above_a_dim_one():
    sample, populations = marrow()
    low, high = populations["granulocytes"], populations["blasts"]
    root = populations["nucleated"]
    plot = density2d(sample, CD19, CD10, parent=root, overlays=[low, high])
    dim, bright = (np.argwhere(o.counts).mean(axis=0) for o in plot.overlays)
    assert (bright > dim + 20).all()


def test_events_beyond_an_end_are_counted_in_the_last_bin():
    sample, populations = marrow(100)
    events = np.array(sample.events)
    events[:, sample.column(CD19)] = np.where(np.arange(100) < 30, -1e9, 1e9)
    root = populations["nucleated"]
    axis_of_normal = density2d(sample, CD19, CD10, parent=root).x
    plot = histogram(replace(sample, events=events), CD19, populations=[root])
    assert plot.curves[0].counts.sum() == 100
    assert plot.curves[0].counts[[0, -1]].sum() >= 30
    assert axis_of_normal.high == 262144.0


def test_events_that_are_no_number_are_in_no_bin():
    sample, populations = marrow(10)
    events = np.array(sample.events)
    events[:4, sample.column(CD19)] = np.nan
    broken = replace(sample, events=events)
    plot = density2d(broken, CD19, CD10, parent=populations["nucleated"])
    assert (plot.n_parent, plot.counts.sum()) == (10, 6)


def test_a_marker_not_stained_is_refused():
    sample, populations = marrow(10)
    with pytest.raises(MarkerNotFoundError, match="no channel stains CD99"):
        density2d(sample, Marker("CD99"), CD10, parent=populations["nucleated"])


def test_a_gate_is_counted_against_its_parent():
    _, populations = marrow(1000)
    blasts, root = populations["blasts"], populations["nucleated"]
    gate = polygon_gate([(0, 0), (0, 1), (1, 1)], inside=blasts, parent=root)
    assert (gate.label, gate.n, gate.percent) == ("blasts", blasts.n, 100 * blasts.n / 1000)
    assert line_gate(Direction.VERTICAL, 5, inside=blasts, parent=blasts).percent == 100


def test_a_gate_on_nothing_has_no_percentage():
    nothing = Population("none", "", np.zeros(5, dtype=bool))
    gate = line_gate(Direction.HORIZONTAL, 5.0, inside=nothing, parent=nothing)
    assert gate.n == 0
    assert np.isnan(gate.percent)


def test_percent_above_the_cutoff_is_of_the_first_population():
    sample, populations = marrow()
    blasts, t_cells = populations["blasts"], populations["t_cells"]
    values = sample.events[blasts.mask, sample.column(CD34)]
    plot = histogram(sample, CD34, populations=[blasts, t_cells], cutoff=900.0)
    assert plot.percent == pytest.approx(100 * np.mean(values > 900))
    assert [c.name for c in plot.curves] == ["blasts", "t_cells"]
    assert np.isnan(histogram(sample, CD34, populations=[blasts]).percent)


def test_time_is_in_seconds_and_knows_what_was_removed():
    sample, _ = marrow(1000)
    plot = time_plot(
        sample, removed=np.arange(1000) < 200, markers=[CD45, Marker("CD99")], bins=10
    )
    assert plot.label == "Time (s)"
    assert plot.edges[-1] == pytest.approx(9.99)
    assert plot.removed.tolist() == [True] * 2 + [False] * 8
    assert plot.n_removed == 200
    assert [len(t.medians) for t in plot.traces] == [10]


def test_without_a_clock_the_file_order_is_shown_and_said():
    sample, _ = marrow(50)
    clockless = replace(sample, channels=sample.channels[:-1], events=sample.events[:, :-1])
    assert time_plot(clockless).label == "Event number (no Time channel)"
    assert time_plot(replace(sample, keywords={})).label == "Time (ticks of the instrument)"


@pytest.mark.parametrize("n", [0, 1, 12])
def test_time_of_few_events(n):
    sample, _ = marrow(n)
    plot = time_plot(sample, markers=[CD45], bins=10)
    assert plot.counts.sum() == n
    assert np.isfinite(plot.traces[0].medians).sum() == np.count_nonzero(plot.counts)
    assert not plot.removed.any()
