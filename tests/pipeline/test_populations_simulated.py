"""Populations of simulated marrows against the truth about every event."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from flowpheno.pipeline.populations import find_populations
from tests.marrows import f1

LEAST = 0.9
FEWEST = 20
"""Cells of a kind under which a share of them says little."""
LATE = 0.85
"""Maturation from which precursors are as good as mature B cells: either is right."""
MARROWS: dict[str, dict[str, Any]] = {
    "child": {"seed": 50_101, "state": "steady_child"},
    "adult": {"seed": 50_102, "state": "steady_adult"},
    "regenerating": {"seed": 50_103, "state": "regenerating"},
    "leukemic": {"seed": 50_104, "state": "early_regen", "blasts": ("common", 0.3)},
}
KINDS = {
    "B_lineage": ("B_mature", "hematogone", "blast", "plasma"),
    "B_mature": ("B_mature",),
    "B_precursors": ("hematogone", "blast"),
    "plasma": ("plasma",),
    "lymphocytes": ("T", "NK"),
    "T": ("T",),
    "NK": ("NK",),
    "pDC": ("pDC",),
    "basophils": ("basophil",),
    "mono": ("mono",),
    "gran": ("gran_mature", "gran_immature"),
    "gran_mature": ("gran_mature",),
    "gran_immature": ("gran_immature",),
    "erythroid": ("erythro_nuc",),
    "progenitors": ("myeloblast",),
    "doublets": ("doublet",),
    "dead": ("dead",),
}
BESIDE_DEBRIS = ("erythroid",)
"""Debris that quality control lets through lies where nucleated red cells do."""


@pytest.fixture(scope="module", params=MARROWS)
def marrow(request, simulate, definitions):
    options = dict(MARROWS[request.param])
    simulated = simulate(options.pop("seed"), tube="lineage_full", n_events=20_000, **options)
    return simulated, find_populations(simulated.sample, definitions).gated


def scores(simulated, gated, names, among):
    label = simulated.labels
    late = (label == "hematogone") & (simulated.maturation > LATE)
    found = {}
    for name in names:
        judged = among & ~late if name in {"B_mature", "B_precursors"} else among
        truth = np.isin(label, KINDS[name]) & judged
        if truth.sum() >= FEWEST:
            found[name] = round(f1(gated.mask(name) & judged, truth), 3)
    return found


def below(found):
    return {name: score for name, score in found.items() if score < LEAST}


def test_every_population_is_the_true_one_among_all_events(marrow):
    simulated, gated = marrow
    names = [name for name in KINDS if name not in BESIDE_DEBRIS]
    found = scores(simulated, gated, names, ~simulated.clogged)
    assert len(found) >= 13
    assert below(found) == {}


def test_every_population_is_the_true_one_among_cells(marrow):
    simulated, gated = marrow
    cells = simulated.nucleated & ~simulated.clogged & gated.nucleated
    names = [name for name in KINDS if name not in {"doublets", "dead"}]
    found = scores(simulated, gated, names, cells)
    assert {"erythroid", "NK", "pDC", "basophils", "progenitors"} <= set(found)
    assert below(found) == {}


def test_what_is_wrongly_erythroid_is_debris(marrow):
    simulated, gated = marrow
    wrong = simulated.labels[gated.mask("erythroid") & (simulated.labels != "erythro_nuc")]
    particles = ("debris", "platelet_aggr")
    assert np.isin(wrong, particles).sum() >= len(wrong) - 0.01 * gated.mask("erythroid").sum()
    assert len(wrong) <= 0.25 * gated.mask("erythroid").sum()


def test_what_is_debris_is_no_cell(marrow):
    """Debris that is as large as a cell stays among the cells: only what was found is judged."""
    simulated, gated = marrow
    found = simulated.labels[gated.mask("debris")]
    assert len(found) >= FEWEST
    assert np.isin(found, ("debris", "platelet_aggr", "dead", "margin")).mean() >= LEAST


def test_cells_of_few_kinds_stay_without_a_name(marrow):
    _, gated = marrow
    assert gated.mask("unclassified").sum() <= 0.05 * gated.nucleated.sum()


def test_populations_err_no_more_than_their_stated_doubt(marrow):
    simulated, gated = marrow
    cells = simulated.nucleated & ~simulated.clogged & gated.nucleated
    for name, score in scores(simulated, gated, KINDS, cells).items():
        sure = gated.populations[name].confidence
        if np.isfinite(sure):
            assert 0 <= sure <= 1
            assert 1 - score <= 1 - sure + 0.02, name
