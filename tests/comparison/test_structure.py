"""Sub-populations at two times, and the figures that need the events of both."""

from __future__ import annotations

import math

import numpy as np
import pytest

from flowpheno.comparison import Fate, Profile, compare
from flowpheno.comparison.joint import MOST_EVENTS, Joint, keep
from flowpheno.comparison.values import MarkerProfile
from flowpheno.marker import Marker
from flowpheno.panel.comparison import load_comparison_limits
from flowpheno.phenotype import Call, MarkerCall, Phenotype

LIMITS = load_comparison_limits()
CD10, CD20, CD34 = Marker("CD10"), Marker("CD20"), Marker("CD34")
MARKERS = (CD10, CD20)


def cloud(*parts, n=4000, seed=1):
    """Events of parts: share, and where the two markers lie, log10."""
    rng = np.random.default_rng(seed)
    sizes = [round(share * n) for share, *_ in parts]
    blocks = [
        rng.normal(centre, 0.15, (size, 2)) for size, (_, centre) in zip(sizes, parts, strict=True)
    ]
    return rng.permutation(np.concatenate(blocks))


def profiled(values, markers=MARKERS):
    """Profile of events on the asinh scale, log10."""
    linear = 150 * np.sinh(values * np.log(10))
    levels = np.linspace(0, 1, 201)
    kept = {
        marker: MarkerProfile(
            quantiles=tuple(np.quantile(linear[:, i], levels).tolist()),
            n=len(values), cofactor=150.0,
        )
        for i, marker in enumerate(markers)
    }  # fmt: skip
    calls = {m: MarkerCall(marker=m, call=Call.POSITIVE) for m in markers}
    return Profile(
        population="blasts",
        tube="T",
        n=len(values),
        phenotype=Phenotype(population="blasts", calls=calls),
        markers=kept,
        joint=keep(values, markers),
    )


def compared(before, after):
    return compare(before, after, LIMITS, rng=np.random.default_rng(3))


def fates(before, after):
    structure = compared(profiled(before), profiled(after)).structure
    return {part.name: part.fate for part in structure.subpopulations}


def test_a_part_that_was_not_there_is_new():
    before = cloud((1.0, (2.5, 0.2)))
    after = cloud((0.6, (2.5, 0.2)), (0.4, (2.5, 1.8)), seed=2)
    assert fates(before, after) == {"CD20-": Fate.KEPT, "CD20+": Fate.NEW}
    assert fates(after, before) == {"CD20-": Fate.KEPT, "CD20+": Fate.LOST}
    said = compared(profiled(before), profiled(after)).implications
    assert any(s.startswith("Sub-population CD20+: new, 0.0 % of the") for s in said)


def test_a_small_part_that_takes_over_has_expanded():
    before = cloud((0.9, (2.5, 0.2)), (0.1, (2.5, 1.8)))
    after = cloud((0.2, (2.5, 0.2)), (0.8, (2.5, 1.8)), seed=2)
    assert fates(before, after) == {"CD20+": Fate.EXPANDED, "CD20-": Fate.SHRUNK}


def test_a_part_is_told_by_all_markers_that_divide():
    before = cloud((1.0, (2.5, 0.2)))
    after = cloud((0.5, (2.5, 0.2)), (0.5, (0.2, 1.8)), seed=2)
    assert fates(before, after) == {"CD10+ CD20-": Fate.KEPT, "CD10- CD20+": Fate.NEW}


@pytest.mark.parametrize("moved", [-2.0, -0.4, 0.0, 1.2])
def test_a_population_that_moves_as_a_whole_has_no_parts(moved):
    before, after = cloud((1.0, (2.5, 0.5))), cloud((1.0, (2.5, 0.5 + moved)), seed=2)
    assert fates(before, after) == {}


@pytest.mark.parametrize("seed", range(20))
def test_two_samples_of_one_mixture_differ_in_nothing(seed):
    parts = (0.55, (2.5, 0.2)), (0.3, (2.5, 1.6)), (0.15, (1.2, 1.6))
    found = fates(cloud(*parts, seed=seed), cloud(*parts, seed=seed + 100))
    assert len(found) == 3
    assert {*found.values()} == {Fate.KEPT}


def test_parts_of_a_few_events_are_none():
    before = cloud((1.0, (2.5, 0.2)), n=300)
    after = cloud((0.9, (2.5, 0.2)), (0.1, (2.5, 1.8)), n=300, seed=2)
    assert "CD20+" not in fates(before, after)  # 30 events


def test_figures_of_alike_and_of_different_clouds():
    same = compared(profiled(cloud((1.0, (2, 2)))), profiled(cloud((1.0, (2, 2)), seed=2)))
    assert same.structure.auc == pytest.approx(0.5, abs=0.05)
    assert same.structure.energy_log10 < 0.02
    far = compared(profiled(cloud((1.0, (2, 2)))), profiled(cloud((1.0, (1, 2)), seed=2)))
    assert far.structure.auc > 0.99
    assert far.structure.energy_log10 > 0.5


def test_without_events_of_a_side_nothing_is_said():
    bare = Profile.from_dict(
        {k: v for k, v in profiled(cloud((1.0, (2, 2)))).to_dict().items() if k != "joint"}
    )
    assert bare.joint is None  # stored by an earlier version
    structure = compared(bare, profiled(cloud((1.0, (2, 2))))).structure
    assert structure.subpopulations == ()
    assert math.isnan(structure.auc)


def test_events_are_kept_through_json():
    values = cloud((1.0, (2.5, -0.3)))
    profile = profiled(values)
    assert Profile.from_dict(profile.to_dict()) == profile
    assert profile.joint.n == MOST_EVENTS
    assert profile.joint.columns([CD20])[0, 0] == pytest.approx(values[0, 1], abs=5e-4)
    with pytest.raises(ValueError, match="not in tuple"):
        profile.joint.columns([CD34])


def test_nothing_is_kept_of_nothing():
    assert keep(np.empty((0, 2)), MARKERS) is None
    assert keep(np.full((3, 2), np.nan), MARKERS) is None


@pytest.mark.parametrize(
    ("coded", "sentence"), [("AAAA", "3 bytes for 1 events"), ("&", "not base64")]
)
def test_events_that_make_no_sense_are_refused(coded, sentence):
    with pytest.raises(ValueError, match=sentence):
        Joint(markers=MARKERS, n=1, coded=coded)
