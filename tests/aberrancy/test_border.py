"""Blasts on both sides of the cut of CD19."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.aberrancy.border import check_border
from flowpheno.finding import ReasonCode


@pytest.fixture(scope="module")
def cut_in_two(simulate, gate):
    """Blasts with CD10, a quarter of them under the cut of CD19."""
    simulated = simulate(13_950, blasts=("common", 0.2), n_events=15_000)
    gated = gate(simulated.sample)
    cells = simulated.blasts & gated.nucleated
    cd19 = gated.decades.of("CD19")
    border = float(np.percentile(cd19[cells], 25))
    cut = replace(gated.cutpoints["CD19"], decade=border)
    return replace(gated, cutpoints={**gated.cutpoints, "CD19": cut}), cells, cd19 > border


def judged(tube, limits, **cuts):
    gated, cells, above = tube
    changed = {m: replace(gated.cutpoints[m], decade=at) for m, at in cuts.items()}
    gated = replace(gated, cutpoints={**gated.cutpoints, **changed})
    return check_border(gated, cells & above, cells & ~above, limits)


def test_without_cd10_their_lineage_is_doubted(cut_in_two, definitions):
    (found,) = judged(cut_in_two, definitions.aberrancy, CD10=5.0)
    assert found.code is ReasonCode.CD19_BORDER_CROSSED
    assert found.value > 50
    gated, cells, above = cut_in_two
    unstained = {m: c for m, c in gated.cutpoints.items() if m != "CD10"}
    tube = replace(gated, cutpoints=unstained), cells, above
    assert len(judged(tube, definitions.aberrancy)) == 1


def test_with_cd10_it_is_not(cut_in_two, definitions):
    assert judged(cut_in_two, definitions.aberrancy) == ()


def test_cd10_on_a_part_of_them_does_not_decide(cut_in_two, definitions):
    gated, cells, above = cut_in_two
    middle = float(np.percentile(gated.decades.of("CD10")[cells & above], 30))
    assert len(judged(cut_in_two, definitions.aberrancy, CD10=middle)) == 1


def test_nothing_is_said_of_none_or_of_few_below(cut_in_two, definitions):
    gated, cells, above = cut_in_two
    limits, nobody = definitions.aberrancy, np.zeros_like(cells)
    without = replace(gated, cutpoints={})
    assert check_border(gated, nobody, cells, limits) == ()
    assert check_border(without, cells & above, cells & ~above, limits) == ()
    assert judged((gated, cells, above | cells), limits, CD10=5.0) == ()
