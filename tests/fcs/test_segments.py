from __future__ import annotations

import numpy as np
import pytest

from flowpheno.errors import FcsError
from flowpheno.fcs.checksum import crc_of
from flowpheno.fcs.reader import inspect_file, read_bytes, read_dataset, read_other
from flowpheno.fcs.repair import Strictness
from flowpheno.fcs.source import bytes_source
from tests.fcs.fcs_bytes import build_header, build_text, describe, float_file

VALUES = np.array([[1, 2], [3, 4]], dtype=np.float32)


def messages(dataset):
    return [finding.message for finding in dataset.findings]


def with_segments(*, analysis=b"", other=b"", in_header=True):
    """HEADER, OTHER offsets, TEXT, DATA, ANALYSIS, OTHER."""
    data = VALUES.tobytes()
    text_begin = 58 + 16
    keywords = describe(2, 2)
    for _ in range(2):  # the digits of the offsets are part of TEXT
        length = len(build_text(keywords))
        data_begin = text_begin + length
        analysis_begin = data_begin + len(data)
        places = {"$BEGINDATA": data_begin, "$ENDDATA": analysis_begin - 1}
        if analysis:
            places |= {
                "$BEGINANALYSIS": analysis_begin,
                "$ENDANALYSIS": analysis_begin + len(analysis) - 1,
            }
        keywords |= {key: f"{value:>8}" for key, value in places.items()}
    text = build_text(keywords)
    begin = analysis_begin if analysis and in_header else 0
    end = analysis_begin + len(analysis) - 1 if begin else 0
    others = analysis_begin + len(analysis)
    header = build_header(
        "FCS3.1",
        text_begin,
        text_begin + len(text) - 1,
        data_begin,
        analysis_begin - 1,
        begin,
        end,
    )
    header += f"{others:>8}{others + len(other) - 1:>8}".encode() if other else b" " * 16
    return header + text + data + analysis + other


@pytest.mark.parametrize("in_header", [True, False])
def test_analysis_is_read(in_header):
    raw = with_segments(
        analysis=build_text({"gate r1": "1,2", "Region": "a||b"}), in_header=in_header
    )
    dataset = read_bytes(raw, strictness=Strictness.STRICT)
    assert dict(dataset.analysis) == {"GATE R1": "1,2", "REGION": "a|b"}
    np.testing.assert_array_equal(dataset.events, VALUES)
    with pytest.raises(TypeError):
        dataset.analysis["GATE R1"] = ""


def test_analysis_that_holds_something_else():
    raw = with_segments(analysis=b"<xml>boolean</xml>")
    dataset = read_bytes(raw)
    assert dict(dataset.analysis) == {}
    assert any("is no list of keywords; passed over" in m for m in messages(dataset))
    with pytest.raises(FcsError, match="ANALYSIS segment, byte"):
        read_bytes(raw, strictness=Strictness.STRICT)


def test_a_file_without_analysis():
    assert dict(read_bytes(float_file(VALUES)).analysis) == {}


def test_other_segments_are_found_and_read(tmp_path):
    path = tmp_path / "other.fcs"
    path.write_bytes(with_segments(other=b"private words"))
    (outline,) = inspect_file(path, strictness=Strictness.STRICT).outlines
    assert [place.size for place in outline.others] == [13]
    assert read_other(path, 0) == b"private words"
    with pytest.raises(FcsError, match="1 OTHER segments; number 1 was asked for"):
        read_other(path, 1)


def test_padding_before_text_is_no_other_segment():
    path_free = with_segments()
    assert read_bytes(path_free, strictness=Strictness.STRICT).findings == ()


def test_real_files_with_other_segments(data_dir):
    (path,) = data_dir.rglob("System II*")
    (outline,) = inspect_file(path).outlines
    assert len(outline.others) == 1
    assert len(read_other(path, 0)) == outline.others[0].size


@pytest.mark.parametrize("start", [0, 0xFFFF])
def test_a_checksum_that_fits(start):
    raw = float_file(VALUES)
    crc = crc_of(bytes_source(raw), 0, len(raw), start=start)
    assert read_bytes(raw + f"{crc:08d}".encode(), strictness=Strictness.STRICT).findings == ()


def test_the_polynomial_is_that_of_ccitt():
    digits = bytes_source(b"123456789")  # the check value of the catalogues of CRCs
    assert crc_of(digits, 0, 9) == 0x31C3
    assert crc_of(digits, 0, 9, start=0xFFFF) == 0x29B1


def test_a_checksum_that_does_not_fit():
    raw = float_file(VALUES)
    crc = (crc_of(bytes_source(raw), 0, len(raw)) + 1) % 0x10000 or 1
    damaged = raw + f"{crc:08d}".encode()
    assert any(
        m.startswith(f"CRC is {crc}, the bytes give") for m in messages(read_bytes(damaged))
    )
    with pytest.raises(FcsError, match="damaged"):
        read_bytes(damaged, strictness=Strictness.STRICT)


@pytest.mark.parametrize("tail", [b"00000000", b"", b"        ", b"\x00" * 8, b"abc"])
def test_no_checksum(tail):
    assert read_bytes(float_file(VALUES) + tail, strictness=Strictness.STRICT).findings == ()


def test_no_real_file_has_a_checksum_that_does_not_fit(data_dir):
    for path in sorted((data_dir / "fcs_corpus").rglob("*.fcs")):
        if path.name not in {"corrupted.fcs", "sample_header.fcs"}:
            assert not [m for m in messages(read_dataset(path)) if m.startswith("CRC")], path
