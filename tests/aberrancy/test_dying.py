"""Dying cells among blasts: small and glowing, unlike living cells of another size."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.aberrancy.dying import find_dying
from flowpheno.pipeline.tube import analyse_tube
from flowpheno.simulation import Artefacts
from flowpheno.specimen import Specimen

LEVELS = {"CD10": 60_000, "CD19": 9_000, "CD45": 4_000, "CD38": 8_000}
"""Antigens of the invented blasts; CD20 and CD34 they lack."""
DARK = ("CD20", "CD34")
GLOW = 300


def cells(rng, n, *, size=60_000.0, side=17_000.0, glow=0.0, **levels):
    """Invent cells; a marker without a level is dark."""

    def spread(centre, sd):
        return 10 ** rng.normal(np.log10(centre), sd, n)

    light = {m: spread(v, 0.15) for m, v in {**LEVELS, **levels}.items()}
    dark = {m: np.zeros(n) for m in DARK if m not in levels}
    stained = {m: v + glow + rng.normal(0, 60, n) for m, v in {**light, **dark}.items()}
    return {"FSC": spread(size, 0.05), "SSC": spread(side, 0.1), **stained}


def with_scatter(tube):
    """Size and granularity are no antigens."""
    stained = {m: t for m, t in tube.decades.transforms.items() if m not in {"FSC", "SSC"}}
    return replace(tube, decades=replace(tube.decades, transforms=stained))


def found(make_tube, definitions, other, n=2_000, m=200, more=None, **options):
    """Share of the other cells, and of the blasts, that are taken for dying ones."""
    rng = np.random.default_rng(81)
    groups = {"living": cells(rng, n), "other": cells(rng, m, **other)}
    for group in groups.values():
        group.update(more or {})
    tube = with_scatter(make_tube(groups, **options))
    both = tube.mask("living") | tube.mask("other")
    dying = find_dying(tube, both, definitions.aberrancy)
    return dying[tube.mask("other")].mean(), dying[tube.mask("living")].mean()


DYING = {"size": 0.62 * 60_000, "side": 1.15 * 17_000, "glow": GLOW}


def test_small_glowing_cells_are_dying(make_tube, definitions):
    taken, lost = found(make_tube, definitions, DYING)
    assert taken > 0.95
    assert lost < 0.01


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(DYING | {"glow": 0.0}, id="small, no glow"),
        pytest.param(DYING | {"size": 60_000.0}, id="glow, not small"),
        pytest.param(DYING | {"side": 11_000.0}, id="less granular, as small living cells are"),
        pytest.param(DYING | {"CD10": 9_000}, id="less of an antigen: a clone"),
        pytest.param(DYING | {"glow": 0.0, "CD34": 900}, id="one antigen more: a clone"),
    ],
)
def test_living_cells_of_another_size_are_not(make_tube, definitions, other):
    assert found(make_tube, definitions, other) == (0.0, 0.0)


def test_neither_are_more_than_a_part_of_the_cells_nor_few(make_tube, definitions):
    assert found(make_tube, definitions, DYING, n=1_000, m=800) == (0.0, 0.0)
    assert found(make_tube, definitions, DYING, n=80, m=12) == (0.0, 0.0)
    assert found(make_tube, definitions, DYING, m=5) == (0.0, 0.0)


def test_where_the_tube_cannot_show_it_none_is_taken(make_tube, definitions):
    dye = {"VIABILITY": 5.0}
    assert found(make_tube, definitions, DYING, more=dye) == (0.0, 0.0)  # it has a say of its own
    assert found(make_tube, definitions, DYING, relative=True) == (0.0, 0.0)


def test_cells_without_scatter_or_without_any_are_no_error(make_tube, definitions):
    tube = make_tube({"living": {"CD10": np.full(500, 9e4), "CD19": 8e3}})
    everyone, nobody = np.ones(500, bool), np.zeros(500, bool)
    assert not find_dying(tube, everyone, definitions.aberrancy).any()
    assert not find_dying(tube, nobody, definitions.aberrancy).any()


@pytest.mark.parametrize("archetype", ["common", "hyperdiploid"])
def test_dying_blasts_of_a_marrow_are_no_blasts(simulate, definitions, archetype):
    artefacts = Artefacts(dead=0.12, doublets=0.0, clog=False)
    marrow = simulate(
        15_300,
        state="end_induction",
        blasts=(archetype, 0.5),
        n_events=15_000,
        artefacts=artefacts,
    )
    specimen = Specimen(name="x", tubes=(marrow.sample,), known_bcp_all=True)
    tube = analyse_tube(marrow.sample, specimen, definitions)
    dying, blasts = tube.detection.dying, tube.detection.blasts
    assert dying is not None
    assert not (dying & blasts).any()
    assert (dying & marrow.blasts).sum() < 0.02 * marrow.blasts.sum()
    assert (blasts & ~marrow.blasts).sum() < 0.02 * blasts.sum()
    assert tube.gated.populations["dying_blasts"].n == dying.sum()
    assert not (tube.gated.mask("hematogones") & dying).any()
    (said,) = [f for f in tube.findings if f.stage == "aberrancy.dying"]
    assert said.value == dying.sum()
    assert f"{dying.sum()} of {dying.sum() + blasts.sum()} cells" in said.message


def test_without_dying_cells_nearly_none_is_taken(simulate, definitions):
    artefacts = Artefacts(dead=0.0, clog=False)
    marrow = simulate(15_301, blasts=("common", 0.5), n_events=15_000, artefacts=artefacts)
    specimen = Specimen(name="x", tubes=(marrow.sample,), known_bcp_all=True)
    tube = analyse_tube(marrow.sample, specimen, definitions)
    dying = tube.detection.dying
    assert dying is None or (dying & marrow.blasts).sum() < 0.01 * marrow.blasts.sum()
