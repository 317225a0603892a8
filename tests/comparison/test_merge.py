"""Several tubes at each time, and panels that differ between the times."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.comparison import MarkerProfile, Profile, ShiftCall, compare, pair_up
from flowpheno.finding import ReasonCode
from flowpheno.marker import Marker
from flowpheno.panel.comparison import load_comparison_limits
from flowpheno.phenotype import Call, MarkerCall, Phenotype

LIMITS = load_comparison_limits()
CD10, CD19, CD58 = Marker("CD10"), Marker("CD19"), Marker("CD58")


def tube(name, stains, *, n=1000, median=10_000.0, aberrancies=(), limited=()):
    values = median * 10 ** np.random.default_rng(1).normal(0, 0.2, n)
    quantiles = tuple(np.quantile(values, np.linspace(0, 1, 201)).tolist())
    markers = {
        marker: MarkerProfile(quantiles=quantiles, n=n, cofactor=150.0, fluorochrome=dye)
        for marker, dye in stains.items()
    }
    calls = {m: MarkerCall(marker=m, call=Call.POSITIVE) for m in stains}
    return Profile(
        population="blasts", tube=name, n=n, markers=markers, aberrancies=aberrancies,
        phenotype=Phenotype(population="blasts", calls=calls), limited=limited,
    )  # fmt: skip


def calls_of(earlier, later):
    comparison = compare(*pair_up(earlier, later), LIMITS, rng=np.random.default_rng(1))
    return {s.marker: (s.call, s.reasons) for s in comparison.shifts}


def test_one_tube_at_each_time_stays_as_it_is():
    one, other = tube("a", {CD10: "PE"}), tube("b", {CD10: "PE"})
    assert pair_up([one], [other]) == (one, other)


def test_a_marker_comes_from_the_tubes_that_share_its_fluorochrome():
    small = tube("d2", {CD10: "PE"}, n=300, median=1000.0)
    earlier = [tube("d1", {CD10: "APC"}, n=5000), small]
    later = [tube("r1", {CD10: "PE"}, median=1000.0)]
    assert calls_of(earlier, later)[CD10] == (ShiftCall.STABLE, ())
    assert calls_of(earlier[:1], later)[CD10] == (
        ShiftCall.NOT_COMPARABLE,
        (ReasonCode.FLUOROCHROME_DIFFERS,),
    )


def test_markers_of_all_tubes_are_compared_and_the_rest_is_listed():
    earlier = [tube("d1", {CD19: "PE", CD10: "APC"}), tube("d2", {CD19: "PE", CD58: "FITC"})]
    later = [tube("r1", {CD19: "PE", CD58: "FITC"})]
    found = calls_of(earlier, later)
    assert found[CD58][0] is found[CD19][0] is ShiftCall.STABLE
    assert found[CD10] == (ShiftCall.NOT_COMPARABLE, (ReasonCode.MARKER_MISSING,))


def test_aberrancies_of_all_tubes_are_those_of_the_specimen():
    earlier = [tube("a", {CD10: "PE"}, aberrancies=(CD10,)), tube("b", {CD58: "PE"})]
    merged, _ = pair_up([*earlier, replace(earlier[1], aberrancies=(CD58, CD10))], earlier)
    assert merged.aberrancies == (CD10, CD58)
    assert merged.tube == "a, b, b"
    unknown = [replace(t, aberrancies=None) for t in earlier]
    assert pair_up(unknown, earlier)[0].aberrancies is None


def test_what_limits_one_tube_limits_its_markers_alone():
    doubtful = tube("b", {CD58: "PE"}, limited=(ReasonCode.COMP_MATRIX_MISSING,))
    found = calls_of([tube("a", {CD10: "PE"}), doubtful], [tube("r", {CD10: "PE", CD58: "PE"})])
    assert found[CD10][0] is ShiftCall.STABLE
    assert found[CD58] == (ShiftCall.NOT_COMPARABLE, (ReasonCode.COMP_MATRIX_MISSING,))


@pytest.mark.parametrize("sides", [([], [tube("a", {})]), ([tube("a", {})], [])])
def test_a_side_without_a_tube_is_refused(sides):
    with pytest.raises(ValueError, match="a tube at both times"):
        pair_up(*sides)
