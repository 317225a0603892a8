"""Agreement with fcsparser 0.2.8, to the bit, wherever it reads a file; needs numpy below 2."""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np
import pytest

from flowpheno.errors import FcsError
from flowpheno.fcs.reader import inspect_file, read_dataset
from flowpheno.fcs.selection import Scaling
from flowpheno.fcs.spillover import Spillover
from flowpheno.fcs.writer import FcsVersion, write_fcs

REFUSED_BY_BOTH = {"corrupted.fcs", "sample_header.fcs"}
DISAGREEMENTS = {  # (file, data set) -> reason
    ("Beckman Coulter - Cytomics FC500.LMD", 0): (
        "10-bit values stand in 16-bit words; fcsparser reads 10 // 8 = 1 byte for each"
    ),
    ("data_start_offset_discrepancy_example.fcs", 0): (
        "HEADER puts DATA inside TEXT, where fcsparser reads; variable_int_example.fcs, of which "
        "it is a copy with that one offset altered, has the values that stand where TEXT says"
    ),
}


class Compared(NamedTuple):
    """One data set of one file."""

    file: str
    number: int
    same: bool


@pytest.fixture(scope="module")
def fcsparser():
    reason = "fcsparser 0.2.8 needs numpy < 2: extra fcsparser"
    return pytest.importorskip("fcsparser", reason=reason)


@pytest.fixture(scope="module")
def paths(data_dir):
    found = (data_dir / "fcs_corpus").rglob("*")
    return sorted(p for p in found if p.suffix.lower() in {".fcs", ".lmd"})


def parse(fcsparser, path, index=0):
    """What fcsparser gives, on the type of the file."""
    options = {"channel_naming": "$PnN", "dtype": None, "data_set": index}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return fcsparser.parse(str(path), **options)


def is_same(frame, dataset):
    """Whether both hold the same values; float32 is what a data set holds."""
    theirs = np.column_stack(
        [frame.iloc[:, n].to_numpy(np.float32) for n in range(frame.shape[1])]
    )
    return theirs.shape == dataset.events.shape and np.array_equal(theirs, dataset.events)


def test_reads_what_fcsparser_reads(fcsparser, paths):
    theirs, ours = set(), set()
    for path in paths:
        try:
            parse(fcsparser, path)
        except ValueError:
            theirs.add(path.name)
        try:
            read_dataset(path, dataset=0)
        except FcsError:
            ours.add(path.name)
    assert ours == REFUSED_BY_BOTH
    assert theirs == REFUSED_BY_BOTH


def test_agrees_to_the_bit_but_where_a_reason_is_known(fcsparser, paths):
    compared = []
    for path in paths:
        if path.name in REFUSED_BY_BOTH:
            continue
        for index in range(len(inspect_file(path).outlines)):
            ours = read_dataset(path, dataset=index, scaling=Scaling.RAW)
            _, frame = parse(fcsparser, path, index)
            compared.append(Compared(path.name, index, is_same(frame, ours)))
    different = {(c.file, c.number) for c in compared if not c.same}
    assert different == DISAGREEMENTS.keys()
    assert len(compared) >= 36


def test_the_altered_offset_hides_the_values_of_the_original(data_dir):
    folder = data_dir / "fcs_corpus" / "flowio" / "fcs_files"
    altered = read_dataset(folder / "data_start_offset_discrepancy_example.fcs")
    original = read_dataset(folder / "variable_int_example.fcs")
    np.testing.assert_array_equal(altered.events, original.events)


@pytest.mark.parametrize("version", list(FcsVersion))
def test_fcsparser_reads_what_is_written(fcsparser, tmp_path, version):
    events = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    spillover = Spillover(detectors=("A", "B"), matrix=np.eye(2) + 0.1, source="test")
    described = {"detectors": ["A", "B"], "labels": ["CD10", ""], "ranges": [1000.0, 2.5]}
    path = tmp_path / "a.fcs"
    write_fcs(
        path, events, spillover=spillover, version=version, keywords={"$P1V": "9"}, **described
    )
    meta, frame = fcsparser.parse(str(path), dtype=None)
    np.testing.assert_array_equal(frame.to_numpy(), events)
    assert list(frame.columns) == ["CD10", "B"]
    assert (meta["$PAR"], meta["$TOT"], meta["$P1V"]) == (2, 50, "9")
    assert meta["$SPILLOVER"] == "2,A,B,1.1,0.1,0.1,1.1"


@pytest.mark.parametrize("folder", ["b_all_mrd_labelled", "flowjo", "b_all_diagnosis"])
def test_agrees_on_patient_files(fcsparser, data_dir, folder):
    paths = sorted((data_dir / folder).rglob("*.fcs"))[:5]
    for path in paths:
        _, frame = parse(fcsparser, path)
        assert is_same(frame, read_dataset(path, dataset=0, scaling=Scaling.RAW)), path.name
    assert paths
