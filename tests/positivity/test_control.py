from __future__ import annotations

import numpy as np
import pytest

from flowpheno.finding import ReasonCode
from flowpheno.marker import Marker
from flowpheno.positivity import find_control
from flowpheno.positivity.control import antigen_of


@pytest.fixture
def control(definitions, make_tube):
    def of_sizes(marker, **sizes):
        tube = make_tube({name: {marker: np.zeros(n)} for name, n in sizes.items()})
        antigen = antigen_of(definitions.vocabulary, Marker(marker))
        return find_control(tube, antigen, definitions.positivity)

    return of_sizes


@pytest.mark.parametrize(
    ("marker", "sizes", "name", "substituted"),
    [
        ("CD19", {"T": 300, "NK": 300, "gran": 900}, "T", False),
        ("CD19", {"T": 150, "NK": 150, "gran": 900}, "T+NK", False),
        ("CD19", {"T": 100, "NK": 50, "gran": 900}, "T+NK+gran", True),
        ("CD34", {"T": 20, "B_mature": 200}, "T+B_mature", False),
        ("CD34", {"B_mature": 250, "T": 0, "gran": 900}, "B_mature", False),
        ("CD3", {"B_mature": 200, "T": 900}, "B_mature", False),
        ("cyMPO", {"lymphocytes": 200, "gran": 900}, "lymphocytes", False),
        ("CD20", {"T": 20, "gran": 900}, "T+gran", True),
        ("CD20", {"T": 20, "erythroid": 900}, "T+erythroid", True),
        ("CD34", {"T": 199, "B_mature": 0, "erythroid": 1}, "T+erythroid", True),
    ],
)
def test_control_and_what_stands_in_for_it(control, marker, sizes, name, substituted):
    found = control(marker, **sizes)
    assert found.name == name
    assert found.mask.sum() == sum(sizes[part] for part in name.split("+"))
    assert found.reasons == ((ReasonCode.REF_SUBSTITUTED,) if substituted else ())


@pytest.mark.parametrize(
    ("marker", "sizes"),
    [
        ("CD19", {"T": 100, "NK": 99}),
        ("CD19", {"B_mature": 900}),
        ("CD34", {"blasts": 900}),
        *(
            (marker, {"gran": 900, "T": 100})
            for marker in (
                "CD15",
                "CD13",
                "CD33",
                "CD66c",
                "CD24",
                "CD10",
                "cyMPO",
                "CD16",
                "CD65",
            )
        ),
        ("CD3", {"T": 900, "B_mature": 10}),
        ("CD7", {"T": 900, "NK": 900}),
        ("CD56", {"NK": 900}),
    ],
)
def test_cells_that_carry_the_antigen_are_no_control(control, marker, sizes):
    assert control(marker, **sizes) is None


def test_a_combined_channel_is_negative_where_both_parts_are(definitions):
    both = antigen_of(definitions.vocabulary, Marker("CD66c+CD123"))
    parts = [definitions.vocabulary.antigens[Marker(m)] for m in ("CD66c", "CD123")]
    for name in both.negative_controls:
        assert all(name in part.negative_controls for part in parts)
    for part in parts:
        assert set(part.positive_controls) <= set(both.positive_controls)


def test_an_unknown_marker_is_judged_against_whatever_is_there(control):
    found = control("CD999", T=300)
    assert found.reasons == (ReasonCode.REF_SUBSTITUTED,)
