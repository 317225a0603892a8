from __future__ import annotations

import numpy as np
import pytest

from flowpheno.errors import FcsError, UnsupportedFcsError
from flowpheno.fcs.reader import read_bytes
from flowpheno.fcs.repair import Strictness
from flowpheno.finding import ReasonCode, Severity
from tests.fcs.fcs_bytes import build_fcs, describe, float_file, integer_file

VALUES = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]


def note(dataset):
    (finding,) = dataset.findings
    assert finding.code is ReasonCode.FCS_REPAIRED
    return finding


@pytest.mark.parametrize("shift", [1, -1])
def test_an_end_off_by_one_is_repaired(shift):
    raw = float_file(VALUES, end_shift=shift, behind=b"00000000")
    dataset = read_bytes(raw)
    np.testing.assert_array_equal(dataset.events, VALUES)
    assert f"DATA is {shift:+d} bytes off 3 events of 8 bytes" in note(dataset).message
    assert note(dataset).severity is Severity.NOTE
    assert note(dataset).value == shift


@pytest.mark.parametrize("kept", [0, 1, 8, 23])
@pytest.mark.parametrize("strictness", list(Strictness))
def test_truncated_data_are_refused_with_counts(kept, strictness):
    raw = float_file(VALUES)
    cut = len(raw) - 24 + kept
    problem = f"truncated: 3 events of 8 bytes expected, {kept // 8} present"
    with pytest.raises(FcsError, match=problem) as caught:
        read_bytes(raw[:cut], strictness=strictness)
    assert caught.value.segment == "DATA"


def test_more_events_announced_than_there_are():
    with pytest.raises(FcsError, match="truncated: 9 events of 8 bytes expected, 3 present"):
        read_bytes(float_file(VALUES, TOT="9"))


def test_announced_events_beyond_all_files():
    with pytest.raises(
        FcsError, match="1000000000000000000 events of 8 bytes expected, 3 present"
    ):
        read_bytes(float_file(VALUES, TOT=str(10**18)))


def test_fewer_events_announced_than_there_are():
    dataset = read_bytes(float_file(VALUES, TOT="2"))
    np.testing.assert_array_equal(dataset.events, VALUES[:2])
    assert note(dataset).severity is Severity.WARNING


def test_events_are_counted_where_none_are_announced():
    dataset = read_bytes(float_file(VALUES, TOT="", version="FCS2.0", text_data=None))
    np.testing.assert_array_equal(dataset.events, VALUES)
    assert "$TOT is missing" in note(dataset).message


def test_zero_announced_but_events_present():
    dataset = read_bytes(float_file(VALUES, TOT="0"))
    np.testing.assert_array_equal(dataset.events, VALUES)
    assert "$TOT is 0, but DATA holds 3 events" in note(dataset).message


@pytest.mark.parametrize("header_data", [("", ""), (0, 0)])
def test_offsets_in_text_only(header_data):
    dataset = read_bytes(float_file(VALUES, header_data=header_data))
    np.testing.assert_array_equal(dataset.events, VALUES)
    assert dataset.findings == ()


def test_offsets_in_header_only():
    np.testing.assert_array_equal(read_bytes(float_file(VALUES, text_data=None)).events, VALUES)


def test_no_offsets_at_all():
    with pytest.raises(FcsError, match="neither HEADER nor TEXT says where DATA is"):
        read_bytes(float_file(VALUES, header_data=("", ""), text_data=None))


@pytest.mark.parametrize(
    ("header_data", "text_data"), [((700, 900), (0, 0)), (None, (4, 999)), ((58, 90), (0, 0))]
)
def test_of_two_places_the_one_that_fits_is_believed(header_data, text_data):
    raw = float_file(VALUES, header_data=header_data, text_data=text_data)
    dataset = read_bytes(raw)
    np.testing.assert_array_equal(dataset.events, VALUES)
    assert note(dataset).severity is Severity.WARNING
    with pytest.raises(FcsError, match=r"disagree|passed over"):
        read_bytes(raw, strictness=Strictness.STRICT)


def test_an_empty_data_set():
    dataset = read_bytes(build_fcs(describe(0, 2), b"", header_data=(0, 0), text_data=None))
    assert dataset.events.shape == (0, 2)


@pytest.mark.parametrize(
    ("order", "problem"),
    [
        ("", r"\$BYTEORD is ''; an order of bytes"),
        ("1", r"\$BYTEORD is '1'"),
        ("1,1,2,3", r"\$BYTEORD is '1,1,2,3'"),
        ("1,2,3,4,5,6,7,8,9", r"\$BYTEORD is"),
        ("x,y", r"\$BYTEORD is 'x,y'"),
        ("3,4,1,2", r"\$BYTEORD 3,4,1,2 with values of \[2\] bytes"),
    ],
)
def test_byte_orders_that_are_none(order, problem):
    with pytest.raises(FcsError, match=problem):
        read_bytes(integer_file([[1, 2]], bits=16, BYTEORD=order))


@pytest.mark.parametrize("mode", ["C", "U"])
def test_histograms_are_unsupported(mode):
    with pytest.raises(UnsupportedFcsError, match=f"MODE is {mode}: histograms, not events"):
        read_bytes(float_file(VALUES, MODE=mode))


def test_missing_mode_is_list_mode():
    assert "$MODE is missing" in note(read_bytes(float_file(VALUES, MODE=""))).message


def test_delimited_characters_need_a_count():
    keywords = describe(1, 1, data_type="A", bits=1, P1B="*", TOT="")
    with pytest.raises(FcsError, match="delimited values cannot be counted"):
        read_bytes(build_fcs(keywords, b"1"))


def test_truncated_delimited_characters():
    raw = build_fcs(describe(1, 1, data_type="A", bits=1, P1B="*"), b"1" * 20)
    with pytest.raises(FcsError, match="truncated: 20 bytes expected, 10 present"):
        read_bytes(raw[:-10])
