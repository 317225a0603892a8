from __future__ import annotations

import itertools

import pytest

from flowpheno.marker import CONTROL_POPULATIONS, REFERENCES, Marker, combined


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (["CD10"], "CD10"),
        (["CD66c", "CD123"], "CD66c+CD123"),
        (["CD7", "CD19"], "CD7+CD19"),
        (["sIgM", "CD117"], "sIgM+CD117"),
        (["CD73", "CD304", "CD73"], "CD73+CD304"),
        (["CD1a", "TdT", "CD11b", "CD11c"], "TdT+CD1a+CD11b+CD11c"),
    ],
)
def test_combination_has_one_name_whatever_the_order(parts, name):
    for order in itertools.permutations(map(Marker, parts)):
        assert combined(order) == name


def test_every_control_population_may_be_a_reference():
    assert CONTROL_POPULATIONS < REFERENCES
