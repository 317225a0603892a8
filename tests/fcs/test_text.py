from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowpheno.errors import FcsError
from flowpheno.fcs import text as text_module
from flowpheno.fcs.repair import Repairs, Strictness
from flowpheno.fcs.text import parse_text
from flowpheno.finding import Severity
from tests.fcs.fcs_bytes import build_text


def parse(raw, strictness=Strictness.LENIENT):
    repairs = Repairs(strictness=strictness)
    return parse_text(raw, repairs=repairs), repairs.noted


@pytest.mark.parametrize("delimiter", ["\x0c", "|", "/", "\\", "!", "\x1e", "a", "7"])
def test_any_delimiter(delimiter):
    keywords, noted = parse(build_text({"$PXR": "9", "FIL": "x y"}, delimiter))
    assert keywords == {"$PXR": "9", "FIL": "x y"}
    assert noted == []


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"|A|x||y|B|2|", {"A": "x|y", "B": "2"}),
        (b"|A||B|2|", {"A": "", "B": "2"}),
        (b"|A||B||C|3|", {"A": "", "B": "", "C": "3"}),
        (b"|A|x|||B|2|", {"A": "x|", "B": "2"}),
        (b"|A|||x|B|2|", {"A": "|x", "B": "2"}),
        (b"|A|x||||y|B|2|", {"A": "x||y", "B": "2"}),
        (b"|A|1|B||", {"A": "1", "B": ""}),
    ],
    ids=["escape", "empty", "two-empty", "trailing", "leading", "double-escape", "last-empty"],
)
def test_escaped_delimiters_are_told_from_empty_values(raw, expected):
    assert parse(raw)[0] == expected


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("Alexa Fluor™ 405".encode(), "Alexa Fluor™ 405"),
        ("Universität".encode("latin-1"), "Universität"),
        (b"CELLQuest\xaa 3.3", "CELLQuest™ 3.3"),
    ],
    ids=["utf-8", "latin-1", "mac-roman"],
)
def test_encodings(raw, value):
    assert parse(b"|CREATOR|" + raw + b"|")[0] == {"CREATOR": value}


def test_keywords_are_upper_case_and_values_stripped():
    assert parse(b"|$tot|  83411   |")[0] == {"$TOT": "83411"}


def test_the_first_of_two_values_counts():
    keywords, noted = parse(b"|A|1|A|2|A|1|")
    assert keywords == {"A": "1"}
    assert "1 keyword(s) written twice, the first value counts: A" in noted[0].message
    assert noted[0].severity is Severity.NOTE


def test_repeated_standard_keyword_is_a_warning():
    assert parse(b"|$TOT|1|$TOT|2|")[1][0].severity is Severity.WARNING


def test_findings_never_hold_values():
    _, noted = parse(b"|PATIENT|Jane Doe|PATIENT|John Doe|X|Jane")
    assert noted
    assert not any("Doe" in finding.message or "Jane" in finding.message for finding in noted)


def test_missing_last_delimiter_is_repaired():
    keywords, noted = parse(b"|A|1|B|22")
    assert keywords == {"A": "1", "B": "22"}
    assert "last 2 characters are kept" in noted[0].message
    with pytest.raises(FcsError, match="does not end with its delimiter"):
        parse(b"|A|1|B|22", Strictness.STRICT)


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "is empty"),
        (b"   ", "is empty"),
        (b"|" * 1_000_002, "delimiter b'|' more than 1000000 times".replace("|", r"\|")),
        (b"|A|" + b"x" * 16_000_000, "16000003 bytes; at most 16000000 are read"),
    ],
    ids=["empty", "blank", "storm", "huge"],
)
def test_refusals(raw, problem):
    with pytest.raises(FcsError, match=problem):
        parse(raw)


def test_the_bounds_are_those_of_the_tests():
    assert text_module.MAXIMUM_TEXT_BYTES == 16_000_000


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12
)


@given(
    st.dictionaries(WORDS.map(str.upper).filter(lambda w: "|" not in w and w == w.upper()), WORDS)
)
def test_escaped_text_comes_back(keywords):
    clean = {k: v for k, v in keywords.items() if not v.startswith("|")}
    if clean:
        raw = build_text({k: v.replace("|", "||") for k, v in clean.items()})
        assert parse(raw)[0] == {k.strip(): v.strip(" \t\r\n\0") for k, v in clean.items()}


@given(st.binary(max_size=300) | st.text("|A$", max_size=200).map(str.encode))
def test_any_bytes_parse_or_raise_fcs_error(raw):
    with contextlib.suppress(FcsError):
        parse(raw)
