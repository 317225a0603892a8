from __future__ import annotations

import numpy as np
import pytest

import flowpheno as fp
from flowpheno.errors import FcsError, MissingPackageError, UnsupportedFcsError
from flowpheno.exchange.parsing import parse_dataset
from tests.fcs.fcs_bytes import float_file, integer_file

VALUES = [[1.5, -2.0], [3.0, 4.0]]


@pytest.fixture
def needs_fcsparser():
    pytest.importorskip("fcsparser", reason="fcsparser needs numpy < 2: extra fcsparser")


@pytest.fixture
def write(tmp_path):
    def to_file(raw):
        path = tmp_path / "a.fcs"
        path.write_bytes(raw)
        return path

    return to_file


def test_without_the_package_the_extra_is_named(write):
    try:
        import fcsparser  # noqa: F401, PLC0415 - whether it is there
    except ImportError:
        with pytest.raises(MissingPackageError, match=r"pip install 'flowpheno\[fcsparser\]'"):
            fp.read_fcs(write(float_file(VALUES)), reader="fcsparser")
    else:
        pytest.skip("fcsparser is installed")


def test_an_unknown_reader_is_refused(write):
    with pytest.raises(ValueError, match="'flowio' is no reader; one of 'flowpheno', 'fcsparser'"):
        fp.read_fcs(write(float_file(VALUES)), reader="flowio")


@pytest.mark.usefixtures("needs_fcsparser")
@pytest.mark.parametrize("raw", [float_file(VALUES), integer_file([[3, 9]], P1E="4,1")])
def test_reads_what_the_own_reader_reads(write, raw):
    path = write(raw)
    theirs, ours = fp.read_fcs(path, reader=fp.Reader.FCSPARSER), fp.read_fcs(path)
    np.testing.assert_array_equal(theirs.events, ours.events)
    assert (theirs.channels, theirs.sha256) == (ours.channels, ours.sha256)
    assert theirs.findings[0].message == "read by fcsparser"


@pytest.mark.usefixtures("needs_fcsparser")
@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "not an FCS file"),
        (float_file(VALUES)[:-4], "truncated: 2 events of 8 bytes expected"),
        (float_file(VALUES, MODE="C"), "MODE is C: histograms, not events"),
        (float_file(VALUES, NEXTDATA=""), "fcsparser cannot read the file: KeyError: .*NEXTDATA"),
        (float_file(VALUES, BYTEORD="3,4,1,2"), "BYTEORD 3,4,1,2 not implemented"),
        (integer_file([[3, 9]], bits=16, P1B="10", P2B="10"), "10 bits for 'FL1-A'"),
        (float_file(VALUES, P1DATATYPE="I"), "parameters differ in type"),
        (float_file(VALUES, P1B="", PAR="1000000000"), "but there are"),
    ],
    ids=[
        "empty",
        "truncated",
        "mode",
        "no $NEXTDATA",
        "byte order",
        "10 bits",
        "mixed types",
        "huge $PAR",
    ],
)
def test_what_it_cannot_read_or_reads_wrongly_is_refused(write, raw, sentence):
    with pytest.raises(FcsError, match=sentence):
        parse_dataset(write(raw))


@pytest.mark.usefixtures("needs_fcsparser")
def test_a_data_set_that_is_not_there_is_refused(write):
    with pytest.raises(FcsError, match=r"holds 1 data set\(s\); number 3"):
        parse_dataset(write(float_file(VALUES)), dataset=3)


@pytest.mark.usefixtures("needs_fcsparser")
def test_its_own_exception_is_unsupported_and_no_path_is_told(write):
    with pytest.raises(UnsupportedFcsError) as caught:
        parse_dataset(write(float_file(VALUES, BYTEORD="3,4,1,2")))
    assert "a.fcs" not in str(caught.value)


@pytest.mark.usefixtures("needs_fcsparser")
@pytest.mark.parametrize("seed", range(8))
def test_damage_is_an_fcs_error_whatever_fcsparser_makes_of_it(write, seed):
    rng = np.random.default_rng(seed)
    whole = [float_file(VALUES * 9), integer_file([[3, 9]] * 20, order=">")]
    refused = 0
    for _ in range(40):
        raw = np.frombuffer(whole[rng.integers(2)], np.uint8).copy()
        places = rng.integers(0, len(raw) - 60, rng.integers(1, 6))
        raw[places] = rng.integers(32, 127, len(places))
        cut = rng.integers(1, len(raw)) if rng.random() < 0.2 else len(raw)
        try:
            parse_dataset(write(raw[:cut].tobytes()))
        except FcsError:
            refused += 1
    assert 0 < refused < 40
