"""The blasts over normal maturation and on the gates before them, from a tube that was judged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.aberrancy.follow_up import Comparators
from flowpheno.marker import Marker
from flowpheno.pipeline.blast_pictures import back_gating, maturation, of_template, shown_blasts
from flowpheno.pipeline.pictures import draw_plots
from flowpheno.pipeline.tube import analyse_tube
from flowpheno.plotdata import BackGatePlot, MaturationPlot, SpilloverPlot
from flowpheno.population import Population
from flowpheno.report.figures import draw
from flowpheno.simulation import Artefacts
from flowpheno.specimen import Specimen

QUIET = Artefacts(clog=False, dead=0.03)


@pytest.fixture(scope="module")
def tube(simulate, definitions, template):
    sample = simulate(15_001, n_events=10_000, blasts=("BCR_ABL1", 0.3), artefacts=QUIET).sample
    specimen = Specimen(name="x", tubes=(sample,))
    return analyse_tube(sample, specimen, definitions, Comparators(template=template))


@pytest.fixture(scope="module")
def healthy(tube):
    """The same tube as if nothing had been found in it."""
    nothing = np.zeros(tube.raw.n_events, bool)
    blasts = Population("blasts", "nucleated", nothing)
    populations = {**tube.gated.populations, "blasts": blasts}
    gated = replace(tube.gated, populations=populations)
    return replace(tube, gated=gated, non_b=Population("non_B_blasts", "nucleated", nothing))


def test_the_template_lies_where_the_mature_cells_of_the_tube_lie(tube, template, definitions):
    normal = of_template(tube.gated, template, definitions.aberrancy)
    assert normal.n == len(template.reference)
    mature = tube.gated.mask("B_mature")
    for name in ("CD45", "CD19"):
        marker = Marker(name)
        own = np.median(tube.gated.sample.events[mature, tube.gated.sample.column(marker)])
        assert 0.5 < np.percentile(normal.values[marker], 75) / own < 2


def test_the_page_has_maturation_back_gating_and_the_matrix(tube, template, definitions):
    plots = draw_plots(tube, template=template, limits=definitions.aberrancy)
    (grown,) = [plot for plot in plots if isinstance(plot, MaturationPlot)]
    (back,) = [plot for plot in plots if isinstance(plot, BackGatePlot)]
    assert grown.continuum == f"normal B lineage of template {template.name}"
    assert [panel.title for panel in grown.panels] == [
        "CD10 against CD20", "CD10 against CD45", "CD34 against CD45",
    ]  # fmt: skip
    assert {o.name for o in grown.panels[0].overlays} == {"blasts", "hematogones"}
    assert back.n == tube.n_blasts == back.panels[0].overlays[0].n
    assert [panel.parent for panel in back.panels] == ["all", "all", "nucleated", "nucleated"]
    given = [plot for plot in plots if isinstance(plot, SpilloverPlot)]
    assert len(given) == (tube.raw.spillover is not None)
    for plot in (grown, back, *given):
        assert draw(plot).axes


def test_without_a_template_the_normal_is_the_specimens_own(tube):
    (grown,) = maturation(tube, shown_blasts(tube), None, None)
    assert grown.continuum == "hematogones and B_mature of this specimen"
    assert grown.has_course
    assert grown.panels[0].n_parent == grown.n_continuum > 0


def test_without_blasts_nothing_is_followed_back(healthy, template, definitions):
    assert shown_blasts(healthy) is None
    assert list(back_gating(healthy, None)) == []
    (grown,) = maturation(healthy, None, template, definitions.aberrancy)
    assert {o.name for o in grown.panels[0].overlays} == {"hematogones"}


def test_the_blasts_of_the_verdict_are_shown_whichever_are_more(tube):
    everything = Population("non_B_blasts", "nucleated", tube.gated.nucleated.copy())
    both = replace(tube, non_b=everything)
    assert shown_blasts(both).name == "blasts"
    assert shown_blasts(both, other=True).name == "non_B_blasts"
