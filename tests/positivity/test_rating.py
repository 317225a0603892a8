from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.marker import Marker
from flowpheno.phenotype import Call, Rating
from flowpheno.positivity import RatingLimits, call_marker, call_phenotype
from flowpheno.positivity.control import antigen_of
from flowpheno.positivity.rating import rate
from flowpheno.specimen import Therapy
from flowpheno.statistics import Interval, wilson_percent

TABLE = [  # of 1000 events
    (0, Rating.NEGATIVE),
    (99, Rating.NEGATIVE),
    (100, Rating.WEAK),
    (101, Rating.WEAK),
    (199, Rating.WEAK),
    (499, Rating.WEAK),
    (500, Rating.STRONG),
    (501, Rating.STRONG),
    (1000, Rating.STRONG),
]


@pytest.fixture
def rated(definitions, make_tube):
    def of_marker(marker, k, *, scheme):
        cells = {marker: np.repeat([5000.0, 0.0], [k, 1000 - k])}
        control = {"T": {marker: np.zeros(300)}, "B_mature": {marker: np.zeros(300)}}
        tube = make_tube({"blasts": cells, **control, "lymphocytes": {marker: np.zeros(300)}})
        limits = replace(definitions.positivity, scheme=scheme)
        antigen = antigen_of(definitions.vocabulary, Marker(marker))
        return call_marker(tube, tube.populations["blasts"], antigen, limits)

    return of_marker


@pytest.mark.parametrize(("k", "rating"), TABLE)
@pytest.mark.parametrize("marker", ["CD34", "cyCD79a", "cyMPO"])
@pytest.mark.parametrize("scheme", ["egil", "aieop_bfm"])
def test_three_steps_whatever_the_scheme_and_where_the_antigen_is(
    rated, k, rating, marker, scheme
):
    assert rated(marker, k, scheme=scheme).rating is rating


@pytest.mark.parametrize(
    ("k", "egil", "aieop_bfm"),
    [
        (60, Call.NEGATIVE, Call.NEGATIVE),
        (150, Call.NEGATIVE, Call.POSITIVE),
        (300, Call.POSITIVE, Call.POSITIVE),
    ],
)
def test_the_scheme_decides_the_call_and_not_the_rating(rated, k, egil, aieop_bfm):
    by = {scheme: rated("CD34", k, scheme=scheme) for scheme in ("egil", "aieop_bfm")}
    assert (by["egil"].call, by["aieop_bfm"].call) == (egil, aieop_bfm)
    assert by["egil"].rating is by["aieop_bfm"].rating


def test_limits_are_those_of_the_file(definitions):
    limits = definitions.positivity.rating
    assert (limits.weak, limits.strong) == (10, 50)
    assert "[K]" in limits.source


def test_without_a_percentage_there_is_no_rating(definitions):
    assert rate(None, definitions.positivity.rating) is None


def test_an_estimate_is_rated_however_wide_its_interval(definitions):
    assert rate(Interval(50, 5, 95), definitions.positivity.rating) is Rating.STRONG
    assert wilson_percent(5, 10).low < 50


@pytest.mark.parametrize(("weak", "strong"), [(50, 10), (10, 10), (-1, 50), (10, 101)])
def test_limits_in_the_wrong_order_are_refused(weak, strong):
    with pytest.raises(ValueError, match="weak must lie below strong"):
        RatingLimits(weak=weak, strong=strong, source="a paper")


def test_levels_and_hidden_antigens_are_not_rated(definitions, make_tube):
    cells = {"CD45": np.full(300, 5000.0), "CD19": 5000.0}
    tube = make_tube({"blasts": cells, "T": {"CD45": np.full(300, 5000.0), "CD19": 0.0}})
    phenotype = call_phenotype(
        tube,
        tube.populations["blasts"],
        definitions.vocabulary,
        definitions.positivity,
        therapy=[Therapy.ANTI_CD19],
    )
    assert {call.rating for call in phenotype.calls.values()} == {None}
    assert phenotype.scheme == "egil"
