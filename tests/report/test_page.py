"""Numbers as pages write them, and pictures that are crisp on paper."""

import io
import struct

import pytest
from matplotlib.figure import Figure

from flowpheno.report.page import _DPI, format_percent, format_shift, png_of


def test_pictures_have_at_least_200_dots_an_inch(monkeypatch):
    monkeypatch.setattr("flowpheno.report.page._DPI", _DPI)  # as it is outside of tests
    content = png_of(Figure(figsize=(2, 1)))
    with io.BytesIO(content) as picture:
        picture.seek(16)
        width, height = struct.unpack(">II", picture.read(8))
    assert width >= 400 <= 2 * height


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "\N{EN DASH}"),
        (float("nan"), "\N{EN DASH}"),
        (0, "0"),
        (43.2109, "43.2"),
        (1.5, "1.50"),
        (0.00123, "0.00123"),
    ],
)
def test_a_percentage_has_as_many_digits_as_it_has_meaning(value, words):
    assert format_percent(value) == words


def test_a_shift_has_its_sign():
    assert (format_shift(-0.541), format_shift(0.2)) == ("\N{MINUS SIGN}0.54", "+0.20")
