"""Plots of any number of events; what is printed in them is what was counted."""

from __future__ import annotations

from itertools import pairwise

import pytest

from flowpheno.marker import Marker
from flowpheno.plotdata import (
    Axis,
    AxisScale,
    Direction,
    density2d,
    histogram,
    line_gate,
    polygon_gate,
    time_plot,
)
from flowpheno.report.axes import ticks
from flowpheno.report.figures import draw
from flowpheno.report.page import png_of
from flowpheno.report.palette import colour_of
from tests.invented import marrow

CD10, CD19, CD34 = map(Marker, ("CD10", "CD19", "CD34"))


def _plots(n):
    sample, populations = marrow(n)
    root, blasts = populations["nucleated"], populations["blasts"]
    gates = [
        polygon_gate([(100, 100), (100, 1e5), (1e5, 1e5)], inside=blasts, parent=root),
        line_gate(Direction.VERTICAL, 900, inside=blasts, parent=root),
        line_gate(Direction.HORIZONTAL, 900, inside=blasts, parent=root),
    ]
    return {
        "density": density2d(sample, CD19, CD10, parent=root),
        "gates": density2d(sample, CD19, CD10, parent=root, overlays=[blasts], gates=gates),
        "histogram": histogram(sample, CD34, populations=[blasts, root], cutoff=900.0),
        "time": time_plot(sample, markers=[CD19]),
    }


def _texts(figure):
    words = [text.get_text() for axes in figure.axes for text in axes.texts]
    words += [axes.get_title(loc="left") for axes in figure.axes]
    words += [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    return "\n".join(words)


@pytest.mark.parametrize("kind", ["density", "gates", "histogram", "time"])
@pytest.mark.parametrize("n", [0, 1, 12, 4000])
def test_any_number_of_events_can_be_drawn(kind, n):
    figure = draw(_plots(n)[kind])
    assert png_of(figure).startswith(b"\x89PNG")
    assert ("no events" in _texts(figure)) == (n == 0)


def test_the_plot_prints_what_was_counted():
    plot = _plots(4000)["gates"]
    figure = draw(plot)
    text = _texts(figure)
    assert "nucleated, n = 4,000" in text
    assert f"blasts, n = {plot.overlays[0].n:,}" in text
    assert f"{plot.gates[0].n:,} ({plot.gates[0].percent:.1f} %)" in text
    (axes,) = figure.axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("CD19 PE-Cy7", "CD10 APC")


def test_the_same_plot_gives_the_same_picture():
    plot = _plots(500)["gates"]
    assert png_of(draw(plot)) == png_of(draw(plot))


def test_ticks_are_decades_in_order_and_apart():
    parameters = {"T": 262144.0, "W": 0.5, "M": 4.5, "A": 0.0}
    axis = Axis(
        label="CD19", scale=AxisScale.LOGICLE, low=-100.0, high=262144.0, parameters=parameters
    )
    positions, names, _ = ticks(axis)
    assert positions == sorted(positions)
    assert min(b - a for a, b in pairwise(positions)) > 0.04
    assert {"0", "10³", "10⁴", "10⁵"} <= set(names)


def test_a_linear_axis_has_round_numbers():
    axis = Axis(label="FSC-A", scale=AxisScale.LINEAR, low=0.0, high=250_000.0)
    assert ticks(axis)[1][:2] == ["0", "50k"]


@pytest.mark.parametrize("name", ["blasts", "hematogones", "T", "something $new$ <b>"])
def test_a_population_has_one_colour(name):
    assert colour_of(name) == colour_of(name.upper())
    assert len(colour_of(name)) == 7


def test_blasts_have_a_colour_of_their_own():
    others = ("hematogones", "mature_b", "t_cells", "granulocytes", "monocytes", "non_b_blasts")
    assert colour_of("blasts") not in map(colour_of, others)


def test_a_dollar_in_a_label_is_no_formula():
    sample, populations = marrow(50)
    strange = populations["blasts"]
    object.__setattr__(strange, "name", r"$\frac{1}$ <b>")
    plot = density2d(sample, CD19, CD10, parent=strange, overlays=[strange])
    assert png_of(draw(plot))
