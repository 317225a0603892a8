"""What makes a cluster aberrant: two differences, a strong one, or one beside a lesser one."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from flowpheno.aberrancy.difference import lesser_aberrancies, show_aberrant
from flowpheno.aberrancy.evidence import AberrancyKind
from flowpheno.aberrancy.template import NormalTemplate
from flowpheno.marker import Marker

LEVELS = {
    "CD10": 2.5, "CD19": 1.9, "CD20": 0.1, "CD34": 0.1, "CD38": 2.7, "CD45": 1.9,
    "CD66c+CD123": 0.0, "CD81": 2.4,
}  # fmt: skip
CELL_SD, MARROW_SD, EVENTS, MARROWS = 0.2, 0.04, 400, 12


def invented(*, marrow_sd=MARROW_SD, marrows=MARROWS, sizes=True):
    """Make a template of marrows that hold one stage and differ little."""
    rng = np.random.default_rng(7)
    middle = np.array(list(LEVELS.values()))
    m = len(middle)
    homes = middle + rng.normal(0, marrow_sd, (marrows, m))
    reference = np.vstack([home + rng.normal(0, CELL_SD, (EVENTS, m)) for home in homes])
    return NormalTemplate(
        name="invented",
        markers=tuple(Marker(name) for name in LEVELS),
        fluorochromes={},
        normals=tuple(f"marrow {n}" for n in range(marrows)),
        left_out=(),
        cytometers=(),
        weights=np.ones(1),
        means=middle[None],
        covariances=np.eye(m)[None] * CELL_SD**2,
        threshold=10.0,
        levels=np.zeros(1),
        rates=np.full(1, 0.005),
        reference=reference,
        sizes=(EVENTS,) * marrows if sizes else (),
        anchors={},
    )


def moved(**shifts):
    return np.array([level + shifts.get(name, 0.0) for name, level in LEVELS.items()])


def still(_marker):
    return np.zeros(2)


@pytest.fixture
def lesser(definitions):
    return partial(lesser_aberrancies, limits=definitions.aberrancy, moves=still, known=())


def test_a_shift_that_no_marrow_shows_is_a_lesser_aberrancy(lesser):
    (found,) = lesser(invented(), moved(CD81=-0.26))
    assert (found.marker, found.kind, found.strong) == ("CD81", AberrancyKind.UNDER, False)
    assert found.delta_log10 == pytest.approx(-0.26, abs=0.03)
    assert "12 normal marrows" in found.text
    assert not found.sensitive


@pytest.mark.parametrize(
    ("template", "shift"),
    [
        pytest.param(invented(), 0.17, id="too small"),
        pytest.param(invented(marrow_sd=0.1), 0.26, id="marrows differ as much"),
        pytest.param(invented(marrows=9), 0.26, id="too few marrows"),
        pytest.param(invented(sizes=False), 0.26, id="marrows not told apart"),
        pytest.param(invented(), 0.0, id="none"),
    ],
)
@pytest.mark.parametrize("sign", [-1, 1])
def test_any_other_shift_is_none(lesser, template, shift, sign):
    assert lesser(template, moved(CD38=sign * shift)) == ()


def test_what_a_wrong_matrix_would_unmake_or_is_known_is_none(definitions):
    of = partial(lesser_aberrancies, invented(), moved(CD38=-0.26), definitions.aberrancy)
    assert of(moves=lambda _: np.array([0.2, -0.2]), known=()) == ()
    assert of(moves=still, known=(Marker("CD38"),)) == ()
    assert len(of(moves=still, known=(Marker("CD81"),))) == 1


def test_marrow_medians_are_those_of_the_marrows():
    template = invented()
    rows = np.arange(len(template.reference))
    each = template.marrow_medians(rows, 3, least=10)
    np.testing.assert_allclose(
        each, np.median(template.reference[:, 3].reshape(MARROWS, EVENTS), axis=1)
    )
    few = np.r_[0:9, 400:410]
    assert len(template.marrow_medians(few, 3, least=10)) == 1
    assert template.marrow_medians(rows[:0], 3, least=10).size == 0
    assert replace(template, sizes=()).marrow_medians(rows, 3, least=10).size == 0


# --- the rule ---


@pytest.fixture(scope="module")
def tube(simulate, gate):
    return gate(simulate(13_900, n_events=15_000).sample)


@pytest.fixture
def shown(tube, definitions):
    def of(name, medians, most=300, sd=0.1):
        rows = np.flatnonzero(tube.mask(name))[:most]
        spread = np.random.default_rng(5).normal(0, sd, (len(rows), len(medians)))
        events = medians + spread - np.median(spread, axis=0)
        found, suffices = show_aberrant(tube, invented(), rows, events, definitions.aberrancy)
        return [a.marker for a in found], suffices

    return of


# the strong one lies outside the backbone, by which the stage is matched
ONE, SECOND, LITTLE = {"CD38": -0.5}, {"CD81": -0.5}, {"CD81": -0.26}
STRONG = {"CD38": 1.2}


@pytest.mark.parametrize(
    ("shifts", "named", "suffices"),
    [
        ({}, [], False),
        (LITTLE, [], False),  # beside nothing it is none
        (ONE, ["CD38"], False),
        (STRONG, ["CD38"], True),
        (ONE | {"CD81": -0.55}, ["CD81", "CD38"], True),
        (ONE | LITTLE, ["CD38", "CD81"], True),
        (ONE | {"CD81": -0.15}, ["CD38"], False),
    ],
)
def test_two_or_a_strong_one_or_one_and_a_lesser_one(shown, shifts, named, suffices):
    assert shown("B_precursors", moved(**shifts)) == (named, suffices)


def test_few_cells_show_no_lesser_one(shown):
    assert shown("B_precursors", moved(**ONE, **LITTLE), most=99) == (["CD38"], False)
    assert shown("B_precursors", moved(**ONE, **LITTLE), most=100)[1]


def test_one_strong_difference_makes_no_precursor_of_mature_cells(shown):
    assert shown("B_mature", moved(**STRONG)) == (["CD38"], False)
    assert shown("B_mature", moved(**STRONG, **SECOND)) == (["CD38", "CD81"], True)


def test_what_other_cells_of_the_kind_might_not_show_shows_nothing(shown):
    two = moved(CD38=-0.55, CD81=-0.55)
    assert shown("B_precursors", two, most=300, sd=0.3)[1]
    assert shown("B_precursors", two, most=25, sd=0.1)[1]
    named, suffices = shown("B_precursors", two, most=25, sd=0.6)
    assert (sorted(named), suffices) == (["CD38", "CD81"], False)
