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
from flowpheno.fcs.writer import write_fcs


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
        ("Time", "", 0.5),
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
