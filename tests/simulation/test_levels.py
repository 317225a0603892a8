from __future__ import annotations

import numpy as np
import pytest

from flowpheno.simulation.composition import Background, BlastRequest, draw_composition
from flowpheno.simulation.levels import draw_levels
from flowpheno.simulation.specification import load_specification

SPECIFICATION = load_specification()
N = 20_000


def levels_of(name, *, archetype="common", state="steady_child", seed=1):
    rng = np.random.default_rng(seed)
    request = BlastRequest(fraction=0.5, archetype=archetype)
    composition = draw_composition(SPECIFICATION, Background(state=state), request, rng=rng)
    return composition, draw_levels(SPECIFICATION, composition, name, N, rng=rng)


@pytest.mark.parametrize("state", SPECIFICATION.hematogones.mixtures)
def test_stages_have_the_weights_of_the_state(state):
    _, drawn = levels_of("hematogone", state=state)
    edges = [0.0, 0.30, 0.72, 1.0]
    shares = np.histogram(drawn.maturation, edges)[0] / N
    assert shares == pytest.approx(SPECIFICATION.hematogones.mixtures[state].w, abs=0.015)


def test_hematogones_follow_the_knots():
    composition, drawn = levels_of("hematogone")
    at = np.isclose(drawn.maturation, 0.40, atol=0.005)
    shift = composition.shifts["hematogone"]["CD10"]
    assert np.median(drawn.levels["CD10"].mean[at]) == pytest.approx(4.40 + shift, abs=0.02)
    order = np.argsort(drawn.maturation)
    assert (np.diff(drawn.levels["CD45"].mean[order]) >= 0).all()


def test_each_mature_b_cell_has_one_light_chain():
    for name, share in (("B_mature", 0.60), ("hematogone", 0.60)):
        _, drawn = levels_of(name)
        kappa = np.isfinite(drawn.levels["sIgK"].mean)
        lam = np.isfinite(drawn.levels["sIgL"].mean)
        assert (kappa ^ lam).all()
        assert kappa.mean() == pytest.approx(share, abs=0.015)


def test_burkitt_is_restricted_to_one_light_chain():
    _, drawn = levels_of("blast", archetype="burkitt_BIV")
    assert np.isfinite(drawn.levels["sIgK"].mean).all()
    assert not np.isfinite(drawn.levels["sIgL"].mean).any()


def test_precursor_blasts_have_no_light_chain():
    _, drawn = levels_of("blast")
    assert "sIgK" not in drawn.levels


def test_dna_content():
    composition, drawn = levels_of("T")
    content = 10 ** (drawn.levels["SYTO"].mean - 4.5)
    assert np.mean(content > 1.01) == pytest.approx(composition.cycling, abs=0.01)
    assert content.max() == pytest.approx(2.0, rel=1e-4)
    hyper, blasts = levels_of("blast", archetype="hyperdiploid")
    index = np.median(10 ** (blasts.levels["SYTO"].mean - 4.5))
    assert index == pytest.approx(hyper.patient.dna_index, rel=1e-3)
    assert index >= 1.16


def test_blasts_have_the_levels_of_their_patient():
    composition, drawn = levels_of("blast")
    assert {m: level.mean for m, level in drawn.levels.items() if m != "SYTO"} == {
        m: expression.mean for m, expression in composition.patient.expression.items()
    }


def test_each_t_cell_carries_one_of_cd4_cd8_and_gamma_delta_at_most():
    levels = levels_of("T")[1].levels
    carried = {m: np.isfinite(levels[m].mean) for m in ("CD4", "CD8", "TCRgd")}
    shares = SPECIFICATION.populations["T"].one_of
    assert {m: mask.mean() for m, mask in carried.items()} == pytest.approx(shares, abs=0.02)
    assert sum(mask.astype(int) for mask in carried.values()).max() == 1


def test_markers_that_came_later_change_no_marrow_that_lacks_them():
    bare = {
        n: p.model_copy(update={"also": {}, "one_of": {}})
        for n, p in SPECIFICATION.populations.items()
    }
    before = SPECIFICATION.model_copy(update={"populations": bare})
    one, other = (
        draw_composition(s, Background(), rng=np.random.default_rng(3))
        for s in (before, SPECIFICATION)
    )
    assert one.fractions == other.fractions
    assert one.cycling == other.cycling
    for name, shifts in one.shifts.items():
        assert shifts.items() <= other.shifts[name].items()
