from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowpheno.marker import spelling
from flowpheno.marker.spelling import squash, unwrap


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("CD 10", "CD10"),
        ("hla-dr", "HLADR"),
        ("PerCP-Cy5-5", "PERCPCY5.5"),
        ("7'1", "7.1"),
        ("71", "71"),
        ("κ", "KAPPA"),
        ("TCRγδ", "TCRGD"),  # noqa: RUF001 - the Greek letters are what is tested
        ("Alexa Fluor™ 700", "ALEXAFLUOR700"),
        ("--", ""),
        ("", ""),
    ],
)
def test_spelling(name, spelled):
    assert spelling(name) == spelled


@pytest.mark.parametrize(
    ("name", "text", "measure", "mass", "optical"),
    [
        ("CD10-A", "CD10", "area", False, False),
        ("CD10-H", "CD10", "height", False, False),
        ("FSC.W", "FSC", "width", False, False),
        ("CD79 a", "CD79 A", None, False, False),
        ("APC-H7", "APC-H7", None, False, False),
        ("HLA-DR_Yb174", "HLA-DR_", None, True, False),
        ("148-CD34", "CD34", None, True, False),
        ("405-CD34", "405-CD34", None, False, False),
        ("HLADR PB450-A", "HLADR PB450", "area", False, False),
        ("CD112", "CD112", None, False, False),
        ("Cd112Di", "", None, True, False),
        ("405nm BV421 (445/60) LogH", "BV421 LOG", "height", False, True),
        ("CD3/16/19/56", "CD3/CD16/CD19/CD56", None, False, False),
        ("CD34/7-AAD", "CD34/7-AAD", None, False, False),
        ("CD7_19", "CD7_CD19", None, False, False),
        ("CD38_123", "CD38_123", None, False, False),
    ],
)
def test_unwrap(name, text, measure, mass, optical):
    bare = unwrap(name)
    assert " ".join(bare.text.split()) == text
    assert (bare.measure, bare.mass, bare.optical) == (measure, mass, optical)


@given(st.text(max_size=60))
def test_squashed_name_has_its_gaps_in_range(text):
    squashed = squash(text)
    assert squashed.joints <= squashed.gaps <= set(range(len(squashed.key) + 1))
    assert spelling(squashed.key) == squashed.key
