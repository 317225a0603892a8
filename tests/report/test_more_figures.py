"""Figures of several panels and of matrices: any number of events, and what they print."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.comparison import MarkerShift, ShiftCall
from flowpheno.fcs.spillover import Spillover
from flowpheno.marker import Marker
from flowpheno.phenotype import Call, MarkerCall, Phenotype, Qualifier
from flowpheno.plotdata import (
    Continuum,
    MrdPoint,
    MrdSeries,
    back_gate,
    density2d,
    marker_heat,
    maturation_plot,
    spillover_plot,
)
from flowpheno.report import figures
from flowpheno.report.describe import describe, describe_heat
from flowpheno.report.figures.layers import enclosing_levels, smooth_density
from flowpheno.report.figures.maturation import course
from flowpheno.report.page import png_of
from flowpheno.statistics import Interval, wilson_percent
from tests.invented import marrow

CD10, CD19, CD34, CD45 = map(Marker, ("CD10", "CD19", "CD34", "CD45"))
PAIRS = [(CD45, CD10), (CD34, CD10)]
NAN = float("nan")


def _texts(figure):
    words = [text.get_text() for axes in figure.axes for text in axes.texts]
    words += [axes.get_title(loc=side) for axes in figure.axes for side in ("left", "right")]
    words += [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    return "\n".join(words)


def _normal(n):
    rng = np.random.default_rng(3)
    values = {m: 10 ** rng.normal(3.5, 0.4, n) for m in (CD10, CD34, CD45)}
    return Continuum(words="normal B lineage of template x", values=values)


def _maturation(n, n_normal):
    sample, populations = marrow(n)
    normal = _normal(n_normal) if n_normal is not None else None
    blasts = populations["blasts"]
    return maturation_plot(sample, PAIRS, populations=[blasts], continuum=normal)


@pytest.mark.parametrize("n", [0, 12, 4000])
@pytest.mark.parametrize("n_normal", [None, 0, 12, 3000])
def test_maturation_of_any_number_of_events(n, n_normal):
    plot = _maturation(n, n_normal)
    assert [panel.n_parent for panel in plot.panels] == [n_normal or 0] * 2
    figure = figures.draw(plot)
    assert len(figure.axes) == 2
    assert ("no events" in _texts(figure)) == (n == 0 and not n_normal)
    assert ("template x, n = 3,000; arrow" in _texts(figure)) == (n_normal == 3000)
    assert describe(plot).broad


def test_a_normal_marker_that_the_template_lacks_is_not_invented():
    sample, populations = marrow(500)
    normal = replace(_normal(300), values={CD10: _normal(300).values[CD10]})
    plot = maturation_plot(sample, PAIRS, populations=[populations["blasts"]], continuum=normal)
    assert [panel.n_parent for panel in plot.panels] == [0, 0]


def test_the_course_follows_the_median():
    counts = np.zeros((100, 100), np.uint32)
    for step in range(100):
        counts[step, 99 - step] = 20  # what rises on x falls on y
    points = course(counts)
    assert (np.diff(points[:, 0]) > 0).all()
    assert np.allclose(points.sum(axis=1), 1.0, atol=0.05)


def test_contours_hold_their_share():
    rng = np.random.default_rng(5)
    x, y = np.clip(rng.normal(100, 15, (2, 20_000)).astype(int), 0, 199)
    counts = np.bincount(x * 200 + y, minlength=40_000).reshape(200, 200).astype(np.uint32)
    density = smooth_density(counts)
    for share, level in zip((0.9, 0.5), enclosing_levels(density, (0.9, 0.5)), strict=True):
        assert counts[density >= level].sum() / 20_000 == pytest.approx(share, abs=0.03)


@pytest.mark.parametrize("n", [0, 12, 90, 4000])
def test_contours_of_any_number_of_events(n):
    sample, populations = marrow(n)
    root, blasts = populations["nucleated"], populations["blasts"]
    for overlays in ([], [blasts]):
        figure = figures.draw_contour(
            density2d(sample, CD19, CD10, parent=root, overlays=overlays)
        )
        assert png_of(figure).startswith(b"\x89PNG")
        assert ("contours: 95, 80" in _texts(figure)) == (n >= 100)
        assert ("no events" in _texts(figure)) == (n == 0)


@pytest.mark.parametrize("n", [0, 12, 4000])
def test_back_gating_shows_the_population_on_each_gate(n):
    sample, populations = marrow(n)
    blasts = populations["blasts"]
    panels = [
        density2d(sample, *pair, parent=populations["nucleated"], overlays=[blasts])
        for pair in PAIRS
    ]
    plot = back_gate(blasts, panels)
    figure = figures.draw(plot)
    assert f"blasts, n = {blasts.n:,}" in _texts(figure)
    assert len(figure.axes) == 2
    assert f"{blasts.n:,} blasts on CD10 against CD45" in describe(plot).long
    assert "no earlier gates" in _texts(figures.draw(back_gate(blasts, [])))


@pytest.mark.parametrize("n", [0, 1, 4, 30])
def test_a_spillover_matrix_of_any_size(n):
    matrix = np.eye(n) + 0.0321 * np.eye(n, k=1)
    spillover = Spillover(
        detectors=tuple(f"{m}-A" for m in ("CD45", "CD19", "CD10", "CD34"))[:n]
        if n <= 4
        else tuple(f"F{i}" for i in range(n)),
        matrix=matrix,
        source="SPILL",
    )
    plot = spillover_plot(marrow(5)[0], spillover)
    text = _texts(figures.draw(plot))
    assert ("no matrix" in text) == (n == 0)
    assert ("3.2" in text) == (n == 4)  # of thirty detectors numbers would not fit
    if n == 4:
        assert plot.labels[2] == "CD10 APC"
        assert "into CD19 PE-Cy7 3.2 %" in describe(plot).long


def _phenotype(name, ratio, call, **more):
    calls = {
        CD10: MarkerCall(
            marker=CD10, call=call, rmfi=ratio, percent=wilson_percent(9, 10), **more
        ),
        CD34: MarkerCall(marker=CD34, call=Call.NOT_REPORTED),
    }
    return Phenotype(population=name, calls=calls)


def test_a_heat_map_says_the_call_and_never_shows_what_was_not_reported():
    heat = marker_heat([
        _phenotype("blasts", 100.0, Call.POSITIVE, qualifiers=(Qualifier.BRIGHT,)),
        _phenotype("T", 0.5, Call.NEGATIVE),
        _phenotype("mono", None, Call.NOT_EVALUABLE),
    ])  # fmt: skip
    assert heat.markers == ("CD10",)
    assert heat.words == (("+ br",), ("\N{MINUS SIGN}",), ("?",))
    np.testing.assert_allclose(heat.values[:, 0], [2.0, 0.0, NAN])
    assert "+ br" in _texts(figures.draw_marker_heat(heat))
    assert describe_heat(heat).long.startswith("Calls of populations: blasts: CD10 + br; T")


def test_markers_of_a_heat_map_are_in_natural_order():
    calls = {Marker(m): MarkerCall(marker=Marker(m), call=Call.POSITIVE) for m in
             ("CD10", "TdT", "CD9", "CD117")}  # fmt: skip
    assert marker_heat([Phenotype(population="x", calls=calls)]).markers == (
        "CD9", "CD10", "CD117", "TdT",
    )  # fmt: skip


def test_a_heat_map_of_nothing_says_so():
    assert "no population" in _texts(figures.draw_marker_heat(marker_heat([])))


def _shift(marker, call, delta, percent=50):
    side = MarkerCall(
        marker=Marker(marker), call=Call.POSITIVE, n=100, median=900.0,
        percent=wilson_percent(percent, 100),
    )  # fmt: skip
    return MarkerShift(
        marker=Marker(marker), call=call, diagnosis=side, relapse=side, delta_log10=delta,
        low=delta - 0.1, high=delta + 0.1,
    )  # fmt: skip


def test_diagnosis_and_relapse_stand_side_by_side_with_intervals():
    shifts = [_shift("CD10", ShiftCall.DOWN, -0.6), _shift("CD20", ShiftCall.NOT_COMPARABLE, NAN)]
    figure = figures.draw_parallel(shifts, names=("2020", "2024"))
    text = _texts(figure)
    assert "2020, with 95 % interval" in text
    assert "not comparable" in text
    later = [line for line in figure.axes[1].lines if line.get_marker() == "^"]
    earlier = [line for line in figure.axes[1].lines if line.get_marker() == "o"]
    gap = later[0].get_ydata()[0] - earlier[0].get_ydata()[0]
    assert gap == pytest.approx(-0.6)


@pytest.mark.parametrize("shifts", [[], [_shift("CD10", ShiftCall.NOT_COMPARABLE, NAN)]])
def test_a_comparison_of_little_is_drawn(shifts):
    figure = figures.draw_parallel(shifts)
    assert png_of(figure)
    assert ("no marker was measured" in _texts(figure)) == (not shifts)


def _point(name, step, percent, **more):
    values = {"when": f"day {step}", "lod_percent": 0.004, "denominator": "nucleated_all",
              "negative": False, **more}  # fmt: skip
    return MrdPoint(name=name, step=step, percent=Interval(percent, percent, percent), **values)


def test_a_series_prints_numbers_limits_and_what_was_not_done():
    series = MrdSeries(
        points=(
            _point("D", 0, 80.0),
            _point("N", 1, NAN, negative=True),
            _point("B", 2, NAN, negative=None),
            _point("U", 3, NAN, negative=True, lod_percent=NAN),
            _point("R1", 4, 3.0),
            _point("R2", 4, 4.0, denominator="WBC"),
        ),
        thresholds=((0.01, "0.01 %"),),
    )
    figure = figures.draw_mrd_series(series)
    text = _texts(figure)
    for words in ("80 %", "< 0.004 %", "no number", "LOD not known", "0.01 %", "R2"):
        assert words in text
    dashed = [line for line in figure.axes[0].lines if len(set(line.get_xdata())) == 2]
    assert len(dashed) == 4  # D to N, N to R1; the threshold, and the end of the scale


def test_a_series_of_nothing_says_so():
    assert "no specimens" in _texts(figures.draw_mrd_series(MrdSeries(points=())))


def test_every_figure_is_one_function_that_a_notebook_can_call():
    assert sorted(figures.__all__) == list(figures.__all__)
    for name in figures.__all__:
        drawn = getattr(figures, name)
        assert callable(drawn)
        assert "Returns\n    -------\n    Figure" in drawn.__doc__
