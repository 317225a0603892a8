"""What must hold of any bytes: a data set, or an FcsError; nothing else."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import FcsError, WritingError
from flowpheno.fcs.parameters import DataType
from flowpheno.fcs.part import Wanted
from flowpheno.fcs.reader import read_bytes
from flowpheno.fcs.repair import Strictness
from flowpheno.fcs.selection import Scaling
from flowpheno.reading.list_mode import sample_of_dataset
from flowpheno.writing.write import write_sample

if TYPE_CHECKING:
    from pathlib import Path

    from flowpheno.fcs.dataset import FcsDataset

_NUMBER = re.compile(r"[0-9][0-9.,:e+-]*")
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"[^\"]*\"")
_SEGMENTS = {"FILE", "HEADER", "TEXT", "DATA", "ANALYSIS", "OTHER"}
_MOST_DATASETS = 3


def hold_to_contract(raw: bytes) -> str:
    """Read bytes in every way there is; a warning counts as an exception.

    Parameters
    ----------
    raw : bytes
        Anything.

    Returns
    -------
    str
        ``"read"``, or the reason of the refusal without its numbers and names.

    Raises
    ------
    AssertionError
        If a value handed out is not what it is said to be.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read, refusal = _try(raw)
        strictly, _ = _try(raw, strictness=Strictness.STRICT)
        if strictly is not None:
            assert read is not None, "refused leniently, though read strictly"
            assert np.array_equal(strictly.events, read.events, equal_nan=True)
        if read is None:
            _try(raw, wanted=Wanted(dataset=0))  # the first may be whole
            return refusal
        _check_parts(raw, read)
        for dataset in range(min(read.n_datasets, _MOST_DATASETS)):
            _try(raw, wanted=Wanted(dataset=dataset))
        sample = sample_of_dataset(read, name="fuzzed")
        assert len(sample.channels) == len(read.parameters)
    return "read"


def hold_to_round_trip(raw: bytes, folder: Path, *, deidentify: bool = False) -> str:
    """Write what can be read, and read it again; a warning counts as an exception.

    Parameters
    ----------
    raw : bytes
        Anything.
    folder : Path
        Where to write.
    deidentify : bool
        Whether to leave out identifiers; FCS 3.2 is written then, else FCS 3.1.

    Returns
    -------
    str
        ``"written"``, or that it was refused in reading or writing.

    Raises
    ------
    AssertionError
        If what was written does not hold the same values.
    """
    version = "3.2" if deidentify else "3.1"
    path = folder / "written.fcs"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            sample = sample_of_dataset(read_bytes(raw), name="fuzzed")
            write_sample(sample, path, version=version, deidentify=deidentify, overwrite=True)
        except FcsError:
            return "not read"
        except WritingError as error:
            return f"not written: {_NUMBER.sub('#', _QUOTED.sub('', str(error)))}"
        again = read_bytes(path.read_bytes())
        assert again.events.tobytes() == sample.events.tobytes()
    return "written"


def _try(raw: bytes, **options) -> tuple[FcsDataset | None, str]:
    """Read once; the data set, or why not."""
    try:
        dataset = read_bytes(raw, **options)
    except FcsError as error:
        return None, _reason(error)
    _check(dataset)
    return dataset, ""


def _reason(error: FcsError) -> str:
    """Say why, without numbers and names."""
    assert error.segment in _SEGMENTS
    assert error.offset >= 0
    reason = _NUMBER.sub("#", _QUOTED.sub("'...'", error.problem))
    return f"{error.segment}: {reason}"


def _check(dataset: FcsDataset) -> None:
    """A matrix of the shape announced, frozen; a spillover matrix of numbers."""
    events = dataset.events
    assert events.shape == (len(events), len(dataset.parameters))
    assert events.dtype == np.float32
    assert events.flags.c_contiguous
    assert not events.flags.writeable
    if len(events):
        top = events.max(axis=0)
        whole = np.array([p.data_type is DataType.INTEGER for p in dataset.parameters])
        known = (dataset.high == top) | (whole & (dataset.high >= top))
        assert (known | np.isnan(dataset.high)).all()
    detectors = {parameter.detector for parameter in dataset.parameters}
    assert len(detectors) == len(dataset.parameters)
    if dataset.spillover is not None:
        n_detectors = len(dataset.spillover.detectors)
        assert dataset.spillover.matrix.shape == (n_detectors, n_detectors)
        assert np.isfinite(dataset.spillover.matrix).all()
        assert set(dataset.spillover.detectors) <= detectors or _said_to_be_partial(dataset)


def _check_parts(raw: bytes, read: FcsDataset) -> None:
    """A part is the part of the whole; other scalings have the same shape."""
    detectors = [parameter.detector for parameter in read.parameters]
    part = slice(1, None, 3)
    wanted = Wanted(dataset=read.index, channels=[detectors[-1]], events=part)
    some, refusal = _try(raw, wanted=wanted)
    assert some is not None, refusal
    assert np.array_equal(some.events, read.events[part, -1:], equal_nan=True)
    for scaling in (Scaling.RAW, Scaling.GAIN):
        scaled, refusal = _try(raw, wanted=Wanted(dataset=read.index, scaling=scaling))
        assert scaled is not None, refusal
        assert scaled.events.shape == read.events.shape


def _said_to_be_partial(dataset: FcsDataset) -> bool:
    """Whether a finding says that the matrix needs channels that are not read."""
    return any("channels that are not read" in finding.message for finding in dataset.findings)
