"""Typed phenotypes in the notations of reports."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowpheno.errors import NotationError
from flowpheno.notation import parse_phenotype
from flowpheno.panel.vocabulary import builtin_vocabulary
from flowpheno.phenotype import Call, Qualifier

POS, NEG, BORDER = Call.POSITIVE, Call.NEGATIVE, Call.BORDERLINE
BRIGHT, DIM, PARTIAL = Qualifier.BRIGHT, Qualifier.DIM, Qualifier.PARTIAL


def read(text):
    calls = parse_phenotype(text, builtin_vocabulary()).calls
    return {marker: (call.call, *call.qualifiers) for marker, call in calls.items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        (" , ; ", {}),
        ("CD10+", {"CD10": (POS,)}),
        ("CD10 +", {"CD10": (POS,)}),
        ("CD10-", {"CD10": (NEG,)}),
        ("CD10\N{MINUS SIGN}", {"CD10": (NEG,)}),
        ("CD10\N{SUPERSCRIPT PLUS SIGN}", {"CD10": (POS,)}),
        ("CD10++", {"CD10": (POS, BRIGHT)}),
        ("CD10+++", {"CD10": (POS, BRIGHT)}),
        ("CD10dim", {"CD10": (POS, DIM)}),
        ("CD10bright", {"CD10": (POS, BRIGHT)}),
        ("CD10 weak", {"CD10": (POS, DIM)}),
        ("CD10 (partial)", {"CD10": (POS, PARTIAL)}),
        ("CD10+ (dim, partial)", {"CD10": (POS, DIM, PARTIAL)}),
        ("CD10 (+)", {"CD10": (POS,)}),
        ("CD34neg", {"CD34": (NEG,)}),
        ("TdT-", {"TdT": (NEG,)}),
        ("cyCD79a pos", {"cyCD79a": (POS,)}),
        ("CD79a+", {"cyCD79a": (POS,)}),
        ("MPO negative", {"cyMPO": (NEG,)}),
        ("HLA-DR positive", {"HLADR": (POS,)}),
        ("HLA-DR-", {"HLADR": (NEG,)}),
        ("HLA-DR+ CD34-", {"HLADR": (POS,), "CD34": (NEG,)}),
        ("CD19+/-", {"CD19": (BORDER,)}),
        ("CD19-/+", {"CD19": (BORDER,)}),
        ("CD19 equivocal", {"CD19": (BORDER,)}),
        ("CD19 not done", {"CD19": (Call.NOT_REPORTED,)}),
        ("partial CD20", {"CD20": (POS, PARTIAL)}),
        ("CD10+ partial CD20", {"CD10": (POS,), "CD20": (POS, PARTIAL)}),
        ("CD10+ partial, CD20-", {"CD10": (POS, PARTIAL), "CD20": (NEG,)}),
        ("CD5+ dim CD20+", {"CD5": (POS, DIM), "CD20": (POS,)}),
        ("CD19+CD10+cyCD79a+", {"CD19": (POS,), "CD10": (POS,), "cyCD79a": (POS,)}),
        ("CD34-CD19+", {"CD34": (NEG,), "CD19": (POS,)}),
        ("CD34+/CD19+", {"CD34": (POS,), "CD19": (POS,)}),
        ("CD34+ and CD19-", {"CD34": (POS,), "CD19": (NEG,)}),
        ("CD34 pos; CD19 neg.\nCD10++", {"CD34": (POS,), "CD19": (NEG,), "CD10": (POS, BRIGHT)}),
        ("CD10+ CD10+", {"CD10": (POS,)}),
        ("CD15/CD65+", {"CD15+CD65": (POS,)}),
        ("CD103- CD10+", {"CD10": (POS,), "CD103": (NEG,)}),
        ("cd19POS Cd10DIM", {"CD19": (POS,), "CD10": (POS, DIM)}),
    ],
)
def test_notations(text, expected):
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("CD10+ CD1O+", "'CD1O' is not a marker flowpheno knows; did you mean "),
        ("CD34+ rubbish, CD19+", "'rubbish' is not a marker flowpheno knows"),
        ("CD10", "CD10: say whether it is positive"),
        ("CD10 CD19+", "CD10: say whether it is positive"),
        ("CD10+ CD10-", "CD10 is given twice, and not alike"),
        ("CD10+ CD10dim", "CD10 is given twice, and not alike"),
        ("CD10- bright", "CD10 is given twice, and not alike"),
        ("CD10 dim bright", "CD10 is given twice, and not alike"),
        ("positive", "'positive' names no marker"),
        ("CD19+ (30 %)", "'30' is not a marker"),
        ("CD10+ " * 1000, "a phenotype of 6000 characters; at most 5000"),
    ],
)
def test_refusals(text, message):
    with pytest.raises(NotationError, match=message) as error:
        read(text)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "strong"),
    [
        ("CD19++", True),
        ("CD19 strong", True),
        ("CD19dim", False),
        ("CD19+", None),
        ("CD19-", None),
    ],
)
def test_a_word_on_brightness_answers_the_intensity_criterion(text, strong):
    measured = parse_phenotype(text, builtin_vocabulary())
    assert measured.calls["CD19"].strong is strong


@given(st.text(max_size=60) | st.text(alphabet="CD1930+-/() ,;dimposn", max_size=60))
def test_any_text_is_read_or_refused(text):
    try:
        measured = parse_phenotype(text, builtin_vocabulary())
    except NotationError as error:
        assert str(error)  # noqa: PT017 - either is right
    else:
        assert all(marker == call.marker for marker, call in measured.calls.items())
