from __future__ import annotations

import contextlib
import gzip
import os
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowpheno.errors import FcsError
from flowpheno.fcs import source
from flowpheno.fcs.reader import read_bytes, read_dataset
from flowpheno.fcs.repair import Strictness
from tests.fcs.fcs_bytes import build_fcs, describe, float_file, integer_file

VALUES = [[1.0, 2.0], [3.0, 4.0]]


def test_a_plain_file(tmp_path):
    path = tmp_path / "plain.fcs"
    path.write_bytes(float_file(VALUES, P1S="CD10", _FIL="plain.fcs"))
    dataset = read_dataset(path, strictness=Strictness.STRICT)
    np.testing.assert_array_equal(dataset.events, VALUES)
    assert dataset.events.flags.c_contiguous
    assert not dataset.events.flags.writeable
    assert [p.label for p in dataset.parameters] == ["CD10", ""]
    assert dataset.keywords["FIL"] == "plain.fcs"
    assert (dataset.n_datasets, dataset.index, dataset.findings) == (1, 0, ())
    with pytest.raises(TypeError):
        dataset.keywords["FIL"] = "other"


def test_a_gzipped_file_whatever_its_name(tmp_path):
    path = tmp_path / "packed.fcs"
    path.write_bytes(gzip.compress(float_file(VALUES)))
    np.testing.assert_array_equal(read_dataset(path).events, VALUES)


@pytest.mark.parametrize("kept", [2, 10, -5])
def test_damaged_gzip(kept):
    packed = gzip.compress(float_file(VALUES))
    with pytest.raises(FcsError, match=r"FILE segment, byte .*gzip is damaged"):
        read_bytes(packed[:kept])


def test_a_gzip_bomb(monkeypatch):
    monkeypatch.setattr(source, "_SMALL", 1 << 20)
    with pytest.raises(FcsError, match="gzip expands beyond"):
        read_bytes(gzip.compress(bytes(20 << 20)))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FcsError, match="FILE segment, byte 0: cannot be read: No such file"):
        read_dataset(tmp_path / "absent.fcs")


def test_a_folder(tmp_path):
    with pytest.raises(FcsError, match="not a regular file"):
        read_dataset(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.fcs")
    with pytest.raises(FcsError, match="not a regular file"):
        read_dataset(tmp_path / "pipe.fcs")


def test_errors_cross_process_boundaries():
    with pytest.raises(FcsError) as caught:
        read_bytes(b"")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301 - own


def seeds() -> list[bytes]:
    log: dict[str, Any] = {"P1E": "4,0", "P1R": "1024", "P2E": "4,1"}
    return [
        float_file(VALUES, _SPILL="2,FL1-A,FL2-A,1,0.1,0.2,1"),
        integer_file([[1, 2], [3, 1000]], **log),
        integer_file([[1, 2], [3, 1000]], bits=24, order=">"),
        build_fcs(describe(2, 2, P1DATATYPE="I", P1B="8"), bytes(10), version="FCS3.2"),
        build_fcs(describe(1, 2, data_type="A", bits=1, P1B="*", P2B="*"), b"1 2"),
        float_file(VALUES, **{"_$DFC1TO2": "12.5", "BEGINSTEXT": "58", "ENDSTEXT": "99"}),
    ]


def read_or_refuse(raw, strictness=Strictness.LENIENT):
    """The contract: any other exception fails the test."""
    with contextlib.suppress(FcsError):
        dataset = read_bytes(raw, strictness=strictness)
        assert dataset.events.shape == (len(dataset.events), len(dataset.parameters))
        assert dataset.events.dtype == np.float32


@given(st.binary(max_size=400) | st.binary(max_size=400).map(lambda tail: b"FCS3.1    " + tail))
def test_any_bytes_are_read_or_refused(raw):
    read_or_refuse(raw)


FRAGMENTS = st.sampled_from(
    [
        *(
            b"$PAR|9999999999",
            b"$TOT",
            b"$P1B|0",
            b"|",
            b"||",
            b"99999999",
            b"-1",
            b"1e308",
            b"nan",
        ),
        *(b"nan", b"$NEXTDATA|7", b"4,3,2,1", b"3,4,1,2", b"|D|", b"|A|", b"|I|", b"*", b"\xff"),
    ]
)
EDITS = st.tuples(st.floats(0, 1), FRAGMENTS | st.binary(min_size=1, max_size=3), st.booleans())


@given(
    st.sampled_from(seeds()), st.lists(EDITS, min_size=1, max_size=4), st.sampled_from(Strictness)
)
def test_mutated_files_are_read_or_refused(raw, edits, strictness):
    for place, fragment, insert in edits:
        at = int(place * len(raw))
        raw = raw[:at] + fragment + raw[at if insert else at + len(fragment) :]
    read_or_refuse(raw, strictness)


@pytest.mark.parametrize("seed", range(6))
def test_no_truncation_passes_in_silence(seed):
    raw = seeds()[seed]
    for length in range(len(raw)):
        with pytest.raises(FcsError):
            read_bytes(raw[:length])
