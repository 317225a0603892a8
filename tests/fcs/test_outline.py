from __future__ import annotations

import numpy as np
import pytest

from flowpheno.errors import FcsError
from flowpheno.fcs import outline
from flowpheno.fcs.part import Wanted
from flowpheno.fcs.reader import inspect_file, read_bytes
from flowpheno.fcs.repair import Strictness
from tests.fcs.fcs_bytes import build_fcs, build_text, describe, float_file, integer_file

LOG = [[100, 200], [300, 400]]
LINEAR = [[5000, 6000], [7000, 8000]]


def chain(*files):
    """Join files into one, putting the true distance where $NEXTDATA is 99999999."""
    parts = [raw.replace(b"99999999", f"{len(raw):08}".encode()) for raw in files[:-1]]
    return b"".join([*parts, files[-1]])


def coulter(**more):
    names = {"P1N": "FL1 Log", "P2N": "FL2 Log", "P1S": "CD3-FITC", "P2S": "FL2 Log"}
    names |= {"P1R": "1024", "P2R": "1024", "P1E": "4,0.1", "_$CYT": "FC 500"}
    first = integer_file(LOG, NEXTDATA="99999999", version="FCS2.0", **names | more)
    second = integer_file(LINEAR, bits=32, P1N="FL1", P2N="FL2", P1R="1048576", P2R="1048576")
    return chain(first, second)


def test_the_finest_data_set_is_read_with_the_names_of_the_first():
    dataset = read_bytes(coulter())
    np.testing.assert_array_equal(dataset.events, LINEAR)
    assert [p.label for p in dataset.parameters] == ["CD3-FITC", ""]
    assert (dataset.index, dataset.n_datasets) == (1, 2)
    assert dataset.keywords["$CYT"] == "FC 500"
    assert dataset.keywords["$P1S"] == "CD3-FITC"
    assert dataset.keywords["$P1N"] == "FL1"
    assert "data set 2 of 2 is read" in dataset.findings[0].message


def test_each_data_set_can_be_asked_for():
    first = read_bytes(coulter(), wanted=Wanted(dataset=0))
    assert first.parameters[0].detector == "FL1 Log"
    np.testing.assert_allclose(first.events[0, 0], 0.1 * 10 ** (400 / 1024), rtol=1e-6)
    np.testing.assert_array_equal(read_bytes(coulter(), wanted=Wanted(dataset=1)).events, LINEAR)


@pytest.mark.parametrize("dataset", [2, -1])
def test_a_data_set_that_is_not_there(dataset):
    with pytest.raises(FcsError, match=rf"holds 2 data set\(s\); number {dataset} \(from 0\)"):
        read_bytes(coulter(), wanted=Wanted(dataset=dataset))


def test_percentages_of_the_first_are_the_matrix_of_the_second():
    raw = coulter(**{"_$DFC1TO2": "10.0"})
    second = read_bytes(raw)
    np.testing.assert_allclose(second.spillover.matrix, [[1, 0.1], [0, 1]])
    assert second.spillover.detectors == ("FL1", "FL2")
    assert not second.compensated
    assert read_bytes(raw, wanted=Wanted(dataset=0)).compensated


def test_data_sets_of_other_events_are_not_joined():
    wells = [float_file([[1.0]] * n, NEXTDATA="99999999") for n in (3, 5)]
    dataset = read_bytes(chain(*wells, float_file([[9.0]])))
    assert (len(dataset.events), dataset.index, dataset.n_datasets) == (3, 0, 3)
    assert dataset.findings[0].severity == "warning"


def test_an_empty_first_data_set_is_passed_over():
    empty = build_fcs(describe(0, 1, NEXTDATA="99999999"), b"", header_data=(0, 0), text_data=None)
    assert read_bytes(chain(empty, float_file([[4.0]]))).events.tolist() == [[4.0]]


@pytest.mark.parametrize("kept", [3, 57, 58, 100, -20, -1])
def test_a_truncated_further_data_set_is_refused_unless_the_first_is_asked_for(kept):
    raw = coulter()
    cut_raw = raw[: raw.index(b"FCS3.0") + kept if kept > 0 else kept]
    with pytest.raises(FcsError, match="truncated"):
        read_bytes(cut_raw)
    kept = read_bytes(cut_raw, wanted=Wanted(dataset=0))
    assert any("a further data set cannot be read" in f.message for f in kept.findings)
    with pytest.raises(FcsError, match="truncated"):
        read_bytes(cut_raw, wanted=Wanted(dataset=1))


def test_next_data_beyond_the_file_is_a_truncated_file():
    with pytest.raises(FcsError, match="truncated: data set 1 begins at 99999999"):
        read_bytes(float_file([[1.0]], NEXTDATA="99999999"))


def test_a_file_that_ends_where_the_next_data_set_should_begin_warns():
    raw = coulter()
    dataset = read_bytes(raw[: raw.index(b"FCS3.0")])
    assert dataset.findings[0].severity == "warning"
    assert "where no data set begins" in dataset.findings[0].message


@pytest.mark.parametrize("distance", ["10", "90", "-5"])
def test_next_data_where_none_begins_is_passed_over(distance):
    dataset = read_bytes(float_file([[1.0]], NEXTDATA=distance))
    assert dataset.n_datasets == 1
    assert "where no data set begins" in dataset.findings[0].message


def test_too_many_data_sets(monkeypatch):
    monkeypatch.setattr(outline, "MAXIMUM_DATASETS", 2)
    piece = float_file([[1.0]], NEXTDATA="99999999")
    with pytest.raises(FcsError, match="more than 2 data sets"):
        read_bytes(chain(piece, piece, float_file([[1.0]])))


def with_supplement(raw_text, *, begin=None):
    """A file with supplemental TEXT behind DATA."""
    keywords = describe(1, 1) | {"$BEGINSTEXT": "00000000", "$ENDSTEXT": "00000001"}
    raw = build_fcs(keywords, np.float32([7]).tobytes(), behind=raw_text)
    place = raw.index(raw_text) if begin is None else begin
    raw = raw.replace(b"$BEGINSTEXT|00000000", f"$BEGINSTEXT|{place:08}".encode())
    return raw.replace(b"$ENDSTEXT|00000001", f"$ENDSTEXT|{place + len(raw_text) - 1:08}".encode())


def test_supplemental_text_adds_keywords():
    dataset = read_bytes(with_supplement(build_text({"EXTRA": "1", "$TOT": "9"})))
    assert (dataset.keywords["EXTRA"], dataset.keywords["$TOT"]) == ("1", "1")
    assert dataset.findings == ()


def test_supplemental_text_equal_to_primary_text():
    assert read_bytes(with_supplement(b"|A|1|", begin=58)).findings == ()


@pytest.mark.parametrize(
    ("text", "begin"), [(b"PK\x03\x04zip", None), (b"|A|1|", 10**6), (b"|A|1|", 10**8 - 9)]
)
def test_supplemental_text_that_is_none_is_passed_over(text, begin):
    dataset = read_bytes(with_supplement(text, begin=begin))
    assert "is no list of keywords; passed over" in dataset.findings[0].message
    assert dataset.events.tolist() == [[7.0]]


def test_truncated_text():
    with pytest.raises(
        FcsError, match=r"TEXT segment, byte 80: truncated: \d+ bytes expected, 22"
    ):
        read_bytes(float_file([[1.0]])[:80])


def test_inspecting_needs_no_data(tmp_path):
    path = tmp_path / "two.fcs"
    path.write_bytes(coulter())
    contents = inspect_file(path)
    assert [o.layout.n_events for o in contents.outlines] == [2, 2]
    assert contents.damage is None


def test_strict_reading_refuses_a_damaged_further_data_set():
    with pytest.raises(FcsError, match="truncated"):
        read_bytes(coulter()[:-1], strictness=Strictness.STRICT, wanted=Wanted(dataset=0))
