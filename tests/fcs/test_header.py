from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowpheno.errors import FcsError, UnsupportedFcsError
from flowpheno.fcs.header import Segment, parse_header
from flowpheno.fcs.repair import Repairs, Strictness
from tests.fcs.fcs_bytes import build_header


def lenient():
    return Repairs(strictness=Strictness.LENIENT)


def test_segments_are_read():
    header = parse_header(build_header("FCS3.1", 58, 99, 100, 199, 0, 0), repairs=lenient())
    assert header.version == "FCS3.1"
    assert (header.text, header.data, header.analysis) == (
        Segment(58, 99),
        Segment(100, 199),
        None,
    )


def test_fields_without_blanks_between_are_read():
    raw = b"FCS3.0    00000074000060800000608100006188       0       0"
    header = parse_header(raw, repairs=lenient())
    assert (header.text, header.data) == (Segment(74, 6080), Segment(6081, 6188))


def test_blank_offsets_leave_data_to_text():
    repairs = lenient()
    assert (
        parse_header(build_header("FCS3.0", 58, 99, "", "", "", ""), repairs=repairs).data is None
    )
    assert repairs.noted == []


def test_unreadable_data_offsets_are_noted():
    repairs = lenient()
    raw = build_header("FCS3.0", 58, 99, "x12", "-4", 0, 0)
    assert parse_header(raw, repairs=repairs).data is None
    assert "offsets of DATA are" in repairs.noted[0].message


def test_strict_reading_refuses_what_lenient_reading_notes():
    raw = build_header("FCS3.0", 58, 99, "x12", "-4", 0, 0)
    with pytest.raises(FcsError, match=r"offsets of DATA are .* passed over"):
        parse_header(raw, repairs=Repairs(strictness=Strictness.STRICT))


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "byte 0: not an FCS file"),
        (b"<html>", "not an FCS file"),
        (b"FCS3.1    ", "truncated: 58 bytes expected, 10 present"),
        (b"FCSoops".ljust(58), "is no FCS version"),
        (build_header("FCS3.0", "", "", 0, 0, 0, 0), "does not say where TEXT is"),
        (build_header("FCS3.0", 99, 58, 0, 0, 0, 0), "does not say where TEXT is"),
        (build_header("FCS3.0", 10, 99, 0, 0, 0, 0), "does not say where TEXT is"),
        (build_header("FCS3.0", -1, 99, 0, 0, 0, 0), "does not say where TEXT is"),
    ],
    ids=["empty", "html", "short", "version", "blank", "backwards", "overlap", "negative"],
)
def test_refusals(raw, problem):
    with pytest.raises(FcsError, match=problem):
        parse_header(raw, repairs=lenient())


def test_unknown_version_is_unsupported():
    raw = build_header("FCS1.0", 58, 99, 0, 0, 0, 0)
    with pytest.raises(UnsupportedFcsError, match=r"version FCS1\.0; flowpheno reads FCS2\.0"):
        parse_header(raw, repairs=lenient())


def test_errors_name_the_place_in_the_file():
    with pytest.raises(FcsError, match="byte 4000") as caught:
        parse_header(b"", repairs=lenient(), at=4000)
    assert (caught.value.segment, caught.value.offset) == ("HEADER", 4000)


@given(st.binary(max_size=80) | st.binary(max_size=80).map(lambda tail: b"FCS3.1" + tail))
def test_any_bytes_parse_or_raise_fcs_error(raw):
    with contextlib.suppress(FcsError):
        parse_header(raw, repairs=lenient())
