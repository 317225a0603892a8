"""Plots and scores in words: alternative texts, captions, rows of a table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, assert_never

from flowpheno.plotdata import (
    BackGatePlot,
    Density2D,
    Histogram1D,
    MaturationPlot,
    SpilloverPlot,
    TimePlot,
)
from flowpheno.report.palette import plain_name
from flowpheno.results.codec import encode

if TYPE_CHECKING:
    from flowpheno.lineage import LineageScores
    from flowpheno.plotdata import MarkerHeat, Plot

_SCORES = {
    "egil": "EGIL",
    "egil_stage": "EGIL stage",
    "who5": "WHO-HAEM5 / ICC 2022",
    "aieop_bfm": "AIEOP-BFM",
    "lineage": "Lineage",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """A plot in words.

    Attributes
    ----------
    short : str
        Caption.
    long : str
        What a reader who does not see the plot needs.
    broad : bool
        Whether the plot takes a whole row.
    """

    short: str
    long: str
    broad: bool = False


def describe(plot: Plot) -> Description:
    """Put a plot into words.

    Parameters
    ----------
    plot : Plot
        Plot data.

    Returns
    -------
    Description
        Its caption and its alternative text, with the counts that are printed in it.
    """
    match plot:
        case Density2D():
            return _density(plot)
        case Histogram1D():
            return _histogram(plot)
        case TimePlot():
            total = int(plot.counts.sum())
            text = f"{plot.title}: {plot.n_removed:,} of {total:,} events removed."
            return Description(short=text, long=f"Events over {plot.label}. {text}", broad=True)
        case BackGatePlot():
            return _backgate(plot)
        case MaturationPlot():
            return _maturation(plot)
        case SpilloverPlot():
            return _spillover(plot)
        case _ as unreachable:
            assert_never(unreachable)


def describe_heat(heat: MarkerHeat) -> Description:
    """Put a heat map of markers into words.

    Parameters
    ----------
    heat : MarkerHeat
        Plot data.

    Returns
    -------
    Description
        With the call of each cell.
    """
    rows = [
        f"{plain_name(name)}: "
        + ", ".join(
            f"{marker} {word}" for marker, word in zip(heat.markers, words, strict=True) if word
        )
        for name, words in zip(heat.populations, heat.words, strict=True)
    ]
    return Description(
        short="Populations against markers: how far each median lies above the negative control.",
        long=f"Calls of populations: {'; '.join(rows)}.",
        broad=True,
    )


def score_rows(scores: LineageScores | None) -> list[tuple[str, str]]:
    """Put the lineage scores into rows.

    Parameters
    ----------
    scores : LineageScores or None
        Scores of the aberrant population.

    Returns
    -------
    list of (str, str)
        Name and result of each score; empty without scores.
    """
    if scores is None:
        return []
    content: dict[str, Any] = encode(scores)
    rows = [(_SCORES.get(k, plain_name(k)), _words(v)) for k, v in content.items() if k != "egil"]
    return [(_SCORES["egil"], _egil(content["egil"])), *rows]


def _density(plot: Density2D) -> Description:
    parts = [f"{plot.title}: {plot.n_parent:,} events of {plain_name(plot.parent)}."]
    if plot.overlays:
        shown = ", ".join(f"{plain_name(o.name)} (n = {o.n:,})" for o in plot.overlays)
        parts.append(f"In colour: {shown}.")
    for gate in plot.gates:
        share = "" if math.isnan(gate.percent) else f", {gate.percent:.1f} %"
        parts.append(f"Gate {plain_name(gate.label)}: {gate.n:,} events{share}.")
    return Description(short=f"{plot.title}, {plain_name(plot.parent)}", long=" ".join(parts))


def _histogram(plot: Histogram1D) -> Description:
    shown = ", ".join(f"{plain_name(c.name)} (n = {c.n:,})" for c in plot.curves)
    above = "" if math.isnan(plot.percent) else f" {plot.percent:.1f} % lie above the cut-off."
    return Description(short=plot.title, long=f"Histogram of {plot.x.label}: {shown}.{above}")


def _backgate(plot: BackGatePlot) -> Description:
    gates = ", ".join(
        f"{panel.title} of {plain_name(panel.parent)} (n = {panel.n_parent:,})"
        for panel in plot.panels
    )
    name = plain_name(plot.population)
    short = f"Back-gating: the {name} on the gates before them, the parent of each in grey."
    return Description(short=short, long=f"{short} {plot.n:,} {name} on {gates}.", broad=True)


def _maturation(plot: MaturationPlot) -> Description:
    over = {o.name: o.n for panel in plot.panels for o in panel.overlays}
    shown = ", ".join(f"{plain_name(name)} (n = {n:,})" for name, n in over.items())
    pairs = ", ".join(panel.title for panel in plot.panels)
    behind = f"{plain_name(plot.continuum)} (n = {plot.n_continuum:,})"
    said = f"{plain_name(plot.continuum)}{' in grey' if plot.n_continuum else ''}"
    short = f"Maturation of B cells: {said}."
    long = f"{pairs}. Behind: {behind}. Over it: {shown or 'nothing'}."
    return Description(short=short, long=long, broad=True)


def _spillover(plot: SpilloverPlot) -> Description:
    n = len(plot.labels)
    pairs = [
        (float(plot.matrix[row, column]), f"{plot.labels[row]} into {plot.labels[column]}")
        for row in range(n)
        for column in range(n)
        if row != column
    ]
    most = ", ".join(f"{name} {100 * value:.1f} %" for value, name in sorted(pairs)[:-4:-1])
    long = f"{plot.title} of {n} detectors. Largest: {most or 'none'}."
    return Description(short=f"{plot.title}: percent of each dye's own light.", long=long)


def _egil(points: dict[str, Any]) -> str:
    """Points of each lineage with what the markers not measured could still add."""
    parts = []
    for key, name in (("b", "B"), ("t", "T"), ("myeloid", "myeloid")):
        low, high = points.get(f"{key}_range") or (points[key], points[key])
        open_to = "" if low == high else f" (up to {high:g} with the markers not reported)"
        parts.append(f"{name} {points[key]:g}{open_to}")
    return ", ".join(parts)


def _words(value: object) -> str:
    """Any stored value on one line."""
    match value:
        case None:
            return "not evaluable"
        case bool():
            return "yes" if value else "no"
        case {"text": str(text)}:
            return text
        case dict():
            return "; ".join(f"{plain_name(str(k))} {_words(v)}" for k, v in value.items())
        case list():
            return ", ".join(_words(item) for item in value) or "none"
        case float():
            return f"{value:g}"
        case _:
            return plain_name(str(value))
