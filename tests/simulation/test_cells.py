from __future__ import annotations

import numpy as np
import pytest

from flowpheno.panel.tubes import builtin_tubes
from flowpheno.simulation.cells import Staining, draw_population, stain
from flowpheno.simulation.composition import Background, BlastRequest, draw_composition
from flowpheno.simulation.levels import Level
from flowpheno.simulation.specification import load_specification

SPECIFICATION = load_specification()
TUBES = builtin_tubes()
N = 20_000


def staining(tube="euroflow_bcp_all_mrd_t1"):
    shifts = np.zeros(len(TUBES[tube].channels), dtype=np.float32)
    return Staining(specification=SPECIFICATION, tube=TUBES[tube], shifts=shifts)


def light_of(levels, marker, *, tube="euroflow_bcp_all_mrd_t1", size=None):
    size = np.zeros(N, dtype=np.float32) if size is None else size
    light = stain(levels, size, staining(tube), autofluorescence=2.0, rng=np.random.default_rng(1))
    return light[:, TUBES[tube].markers.index(marker)]


def specimen(archetype="common", state="steady_child"):
    request = BlastRequest(fraction=0.5, archetype=archetype)
    rng = np.random.default_rng(2)
    return draw_composition(SPECIFICATION, Background(state=state), request, rng=rng)


def test_what_is_not_expressed_is_centred_autofluorescence():
    light = light_of({}, "CD10")
    assert np.median(light) == pytest.approx(0, abs=2)
    assert np.log10(light + 100).std() == pytest.approx(0.20, abs=0.01)


def test_reagents_of_a_combined_channel_add_linearly():
    one, other = Level(mean=4.0, sd=0.0), Level(mean=4.3, sd=0.0)
    both = light_of({"CD66c": one, "CD123": other}, "CD66c+CD123")
    assert np.median(both) == pytest.approx(10**4.0 + 10**4.3, rel=0.001)
    assert np.median(light_of({"CD123": other}, "CD66c+CD123")) == pytest.approx(10**4.3, rel=0.01)


def test_partial_markers_split_the_population():
    light = light_of({"CD10": Level(mean=4.5, sd=0.1, positive=0.7)}, "CD10")
    assert np.mean(light > 3_000) == pytest.approx(0.7, abs=0.015)


def test_levels_below_the_limit_are_not_expressed():
    light = light_of({"CD10": Level(mean=2.2, sd=0.0, negative_below=2.3)}, "CD10")
    assert np.median(light) == pytest.approx(0, abs=2)


def test_large_cells_carry_more_antigen():
    size = np.random.default_rng(3).standard_normal(N).astype(np.float32)
    light = light_of({"CD10": Level(mean=4.5, sd=0.2)}, "CD10", size=size)
    assert np.corrcoef(size, np.log10(light))[0, 1] == pytest.approx(0.25, abs=0.02)
    assert np.log10(light).std() == pytest.approx(0.2, rel=0.03)


@pytest.mark.parametrize("name", ["T", "gran_mature", "erythro_nuc"])
def test_a_population_has_the_scatter_and_levels_of_the_specification(name):
    kind, composition = SPECIFICATION.populations[name], specimen()
    rng = np.random.default_rng(4)
    cells = draw_population(staining(), composition, name, N, rng=rng)
    assert cells.fsc.mean() == pytest.approx(kind.fsc[0], rel=0.01)
    assert cells.ssc.std() == pytest.approx(kind.ssc[1], rel=0.03)
    cd45 = cells.light[:, TUBES["euroflow_bcp_all_mrd_t1"].markers.index("CD45")]
    background = 10 ** (kind.af or 2.0) - 100
    expected = kind.m["CD45"][0] + composition.shifts[name]["CD45"]
    assert np.log10(np.median(cd45) - background) == pytest.approx(expected, abs=0.02)
    assert np.isnan(cells.maturation).all()


def test_dead_cells_are_small_autofluorescent_and_take_up_the_dye():
    composition, full = specimen(), TUBES["lineage_full"]
    alive, dead = (
        draw_population(
            staining("lineage_full"),
            composition,
            "T",
            N,
            rng=np.random.default_rng(5),
            dead=dead,
        )
        for dead in (False, True)
    )
    dye, cd13 = full.markers.index("VIABILITY"), full.markers.index("CD13")
    assert np.median(dead.fsc) == pytest.approx(0.62 * np.median(alive.fsc), rel=0.01)
    assert np.median(dead.ssc) == pytest.approx(1.15 * np.median(alive.ssc), rel=0.01)
    assert np.log10(np.median(dead.light[:, cd13]) + 100) == pytest.approx(2.55, abs=0.02)
    assert np.log10(np.median(dead.light[:, dye])) == pytest.approx(4.6, abs=0.02)
    assert np.median(alive.light[:, dye]) == pytest.approx(0, abs=3)


def test_no_cells():
    cells = draw_population(staining(), specimen(), "T", 0, rng=np.random.default_rng(0))
    assert cells.light.shape == (0, 8)
