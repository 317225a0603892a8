"""Three-valued everywhere."""

import pytest

from flowpheno.marker import Marker
from flowpheno.phenotype import Call, MarkerCall, Phenotype

CD10, CD19 = Marker("CD10"), Marker("CD19")


@pytest.mark.parametrize(
    ("call", "truth"),
    [
        (Call.POSITIVE, True),
        (Call.NEGATIVE, False),
        (Call.BORDERLINE, None),
        (Call.NOT_EVALUABLE, None),
        (Call.NOT_REPORTED, None),
    ],
)
def test_only_positive_and_negative_are_known(call, truth):
    assert MarkerCall(marker=CD10, call=call).truth is truth


def test_what_was_not_measured_is_not_reported_and_never_negative():
    positive = MarkerCall(marker=CD10, call=Call.POSITIVE)
    phenotype = Phenotype(population="blasts", calls={CD10: positive})
    assert phenotype.call(CD10) is positive
    assert phenotype.call(CD19) == MarkerCall(marker=CD19, call=Call.NOT_REPORTED)
