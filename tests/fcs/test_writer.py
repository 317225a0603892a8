from __future__ import annotations

import flowio
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from flowpheno.fcs import writer
from flowpheno.fcs.reader import read_bytes, read_dataset
from flowpheno.fcs.repair import Strictness
from flowpheno.fcs.spillover import Spillover
from flowpheno.fcs.writer import FcsVersion, write_fcs


@pytest.fixture
def write(tmp_path):
    """Writes events with invented names unless told otherwise; gives the path."""

    def _write(events, **options):
        n_columns = events.shape[1] if events.ndim == 2 else 1
        options = {
            "detectors": [f"FL{n}-A" for n in range(n_columns)],
            "labels": [""] * n_columns,
            "ranges": [262144.0] * n_columns,
        } | options
        path = tmp_path / "written.fcs"
        write_fcs(path, events, **options)
        return path

    return _write


def spillover(*detectors: str, matrix=((1, 0.1), (1 / 3, 1))) -> Spillover:
    return Spillover(detectors=detectors, matrix=np.array(matrix), source="test")


def test_everything_comes_back(write):
    events = np.array([[1.5, -2.25], [np.float32(1e-40), 3e38]], dtype=np.float32)
    path = write(
        events,
        detectors=["PE-A", "Time"],
        labels=["CD10", ""],
        ranges=[262144, 0.5],
        keywords={"$cyt": "simulated | / \\", "note": "Universität", "$TOT": "99", "SPILL": "x"},
    )
    dataset = read_dataset(path, strictness=Strictness.STRICT)
    np.testing.assert_array_equal(dataset.events.view(np.uint32), events.view(np.uint32))
    assert [(p.detector, p.label, p.range) for p in dataset.parameters] == [
        ("PE-A", "CD10", 262144),
        ("Time", "", 1),
    ]
    assert dataset.keywords["$CYT"] == "simulated | / \\"
    assert dataset.keywords["NOTE"] == "Universität"
    assert "SPILL" not in dataset.keywords
    assert (dataset.version, dataset.findings) == ("FCS3.1", ())


def test_the_matrix_comes_back_to_the_bit(write):
    path = write(np.zeros((1, 2), np.float32), spillover=spillover("FL1-A", "FL0-A"))
    read = read_dataset(path).spillover
    assert read.detectors == ("FL1-A", "FL0-A")
    np.testing.assert_array_equal(read.matrix, [[1, 0.1], [1 / 3, 1]])


def test_no_events(write):
    assert read_dataset(write(np.zeros((0, 3), np.float32))).events.shape == (0, 3)


def test_columns_of_a_larger_array(write):
    events = np.arange(12, dtype=np.float32).reshape(3, 4)[:, ::2]
    np.testing.assert_array_equal(read_dataset(write(events)).events, events)


def test_large_files_have_their_offsets_in_text_only(write, monkeypatch):
    monkeypatch.setattr(writer, "_LARGEST_HEADER_OFFSET", 999)
    events = np.arange(1000, dtype=np.float32).reshape(500, 2)
    path = write(events)
    assert path.read_bytes()[26:42].split() == [b"0", b"0"]
    np.testing.assert_array_equal(read_dataset(path, strictness=Strictness.STRICT).events, events)


def test_keywords_too_long_for_a_header(write, monkeypatch):
    monkeypatch.setattr(writer, "_LARGEST_HEADER_OFFSET", 99)
    with pytest.raises(ValueError, match=r"keywords of \d+ bytes do not fit a HEADER"):
        write(np.zeros((1, 1), np.float32))


def test_flowio_reads_it(write):
    events = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    path = write(events, labels=["CD10", "CD19", ""], spillover=spillover("FL0-A", "FL1-A"))
    read = flowio.FlowData(str(path))
    np.testing.assert_array_equal(np.reshape(read.events, (-1, 3)).astype(np.float32), events)
    assert read.pns_labels == ["CD10", "CD19", ""]
    assert read.text["spillover"].startswith("2,FL0-A,FL1-A,1.0,0.1,")


EVENTS = np.zeros((1, 2), np.float32)


@pytest.mark.parametrize(
    ("events", "options", "problem"),
    [
        (np.zeros(3, np.float32), {}, r"a matrix with columns, not of shape \(3,\)"),
        (np.zeros((3, 0), np.float32), {}, r"not of shape \(3, 0\)"),
        (EVENTS, {"labels": [""]}, "2 detectors, 1 labels and 2 ranges do not fit 2 columns"),
        (EVENTS, {"detectors": ["A", "A"]}, r"must be unique and not empty: \['A'\]"),
        (EVENTS, {"detectors": ["A", " "]}, r"must be unique and not empty"),
        (EVENTS, {"ranges": [1, float("nan")]}, "ranges must be finite"),
        (EVENTS, {"spillover": spillover("FL0-A", "B")}, r"cannot be written: \['B'\]"),
        (
            EVENTS,
            {"detectors": ["A,1", "B"], "spillover": spillover("A,1", "B")},
            r"cannot be written: \['A,1'\]",
        ),
        (
            EVENTS,
            {"keywords": {"X": "".join(map(chr, range(1, 127)))}},
            "keywords use every character that could delimit them",
        ),
    ],
    ids=["vector", "empty", "lengths", "twice", "blank", "nan", "unknown", "comma", "delimiter"],
)
def test_refusals(write, events, options, problem):
    with pytest.raises(ValueError, match=problem):
        write(events, **options)


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=9
)
KEYS = WORDS.filter(lambda word: word == word.upper()).map("X".__add__)


@given(
    hnp.arrays(np.float32, hnp.array_shapes(min_dims=2, max_dims=2, max_side=6)),
    st.dictionaries(KEYS, WORDS, max_size=5),
)
def test_round_trip(tmp_path_factory, events, keywords):
    path = tmp_path_factory.getbasetemp() / "round.fcs"
    names = [f"D{n}" for n in range(events.shape[1])]
    options = {"labels": names, "ranges": [1024] * len(names)}
    write_fcs(path, events, detectors=names, keywords=keywords, **options)
    dataset = read_bytes(path.read_bytes(), strictness=Strictness.STRICT)
    np.testing.assert_array_equal(dataset.events.view(np.uint32), events.view(np.uint32))
    assert keywords.items() <= dataset.keywords.items()


def header_offsets(raw: bytes) -> list[int]:
    return [int(raw[place : place + 8]) for place in range(10, 58, 8)]


@pytest.mark.parametrize("version", FcsVersion)
@pytest.mark.parametrize("data_bytes", [0, 4, 99_999_000, 99_999_999, 100_000_000, 10**10, 10**12])
def test_offsets_of_any_size_without_writing_it(data_bytes, version):
    raw = writer._header_and_text({"$PAR": "1"}, data_bytes, version)
    words = raw[59:-1].decode().split(chr(raw[58]))
    text = dict(zip(words[::2], words[1::2], strict=True))
    begin, end = int(text["$BEGINDATA"]), int(text["$ENDDATA"])
    assert raw.startswith(f"FCS{version}    ".encode())
    assert len(raw[:58].decode("ascii")) == 58
    assert header_offsets(raw)[:2] == [58, len(raw) - 1]
    assert (begin, end) == ((len(raw), len(raw) + data_bytes - 1) if data_bytes else (0, 0))
    assert header_offsets(raw)[2:4] == ([begin, end] if end <= 99_999_999 else [0, 0])
    assert header_offsets(raw)[4:] == [0, 0]


def test_the_last_offset_that_fits_a_header():
    text = len(writer._header_and_text({"$PAR": "1"}, 90_000_000))
    last = 99_999_999 - text + 1
    assert header_offsets(writer._header_and_text({"$PAR": "1"}, last))[2:4] == [text, 99_999_999]
    assert header_offsets(writer._header_and_text({"$PAR": "1"}, last + 1))[2:4] == [0, 0]


@pytest.mark.slow
def test_a_file_beyond_the_header_is_read_by_us_and_by_flowio(write):
    events = np.arange(26_000_000, dtype=np.float32).reshape(-1, 4)  # 104 MB
    path = write(events)
    with path.open("rb") as file:
        assert header_offsets(file.read(58))[2:4] == [0, 0]
    np.testing.assert_array_equal(read_dataset(path, strictness=Strictness.STRICT).events, events)
    read = flowio.FlowData(str(path))
    np.testing.assert_array_equal(np.frombuffer(read.events, np.float32), events.ravel())


@pytest.mark.parametrize(("given", "written"), [({}, "unknown"), ({"$CYT": "LSR II"}, "LSR II")])
def test_fcs_3_2_names_the_cytometer(write, given, written):
    path = write(np.zeros((1, 2), np.float32), keywords=given, version=FcsVersion.FCS_3_2)
    dataset = read_dataset(path, strictness=Strictness.STRICT)
    assert (dataset.version, dataset.keywords["$CYT"]) == ("FCS3.2", written)
    required = {"$BEGINDATA", "$BYTEORD", "$CYT", "$DATATYPE", "$ENDDATA", "$NEXTDATA", "$PAR"}
    required |= {f"$P{n}{letter}" for n in (1, 2) for letter in "BENR"} | {"$TOT"}
    assert required <= dataset.keywords.keys()
    assert dataset.keywords["$BYTEORD"] in {"1,2,3,4", "4,3,2,1"}


@pytest.mark.parametrize("version", FcsVersion)
def test_what_flowcore_asks_for(write, version):
    """No empty value, no delimiter inside one, $PnR an integer, offsets that agree."""
    events = np.array([[0.5, 1e6]], np.float32)
    keywords = {"EMPTY": "", "ODD": "|/\\x0c", "$COM": "a|b"}
    path = write(events, ranges=[0.25, 1e6], keywords=keywords, version=version)
    raw = path.read_bytes()
    text_end = header_offsets(raw)[1]
    delimiter = raw[58:59]
    assert raw[text_end : text_end + 1] == delimiter
    words = raw[59:text_end].split(delimiter)
    assert len(words) % 2 == 0
    assert all(words)
    text = dict(zip(words[::2], words[1::2], strict=True))
    assert (text[b"$P1R"], text[b"$P2R"]) == (b"1", b"1000000")
    assert [int(text[b"$BEGINDATA"]), int(text[b"$ENDDATA"])] == header_offsets(raw)[2:4]


@pytest.mark.parametrize("keyword", ["DFC1TO2", "$DFC1TO2", "$COMP", "$CSMODE", "$UNICODE"])
def test_keywords_of_another_layout_are_not_carried_over(write, keyword):
    path = write(np.zeros((1, 2), np.float32), keywords={keyword: "1"})
    assert keyword not in read_dataset(path).keywords
