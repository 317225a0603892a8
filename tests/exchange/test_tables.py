from __future__ import annotations

from dataclasses import replace

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given

import flowpheno as fp
from flowpheno.errors import TableError
from flowpheno.fcs.spillover import Spillover
from flowpheno.finding import ReasonCode
from flowpheno.reading import name_channels
from flowpheno.sample import Sample, Scale

NAMES = [("FSC-A", ""), ("PE-A", "CD10"), ("APC-A", "CD19"), ("Time", "")]
MATRIX = np.array([[1, 0.1], [0.02, 1]])


def sample_of(events, **more):
    channels, _ = name_channels(NAMES, fp.load_definitions().vocabulary)
    keywords = {"$P2V": "481", "$P2G": "1.0", "$SRC": "x", "$P2N": "old", "$DATATYPE": "I"}
    options = {"name": "a", "channels": channels, "keywords": keywords, "version": "FCS3.0"}
    return Sample(events=np.asarray(events, np.float32), **options | more)


@pytest.fixture
def sample():
    spillover = Spillover(detectors=("PE-A", "APC-A"), matrix=MATRIX, source="$SPILLOVER")
    return sample_of([[1e5, 20.25, -3.5, 0], [2e5, 3000, 7, 1]], spillover=spillover)


def test_meta_is_what_fcsparser_gives(sample):
    meta, frame = sample.to_fcsparser()
    assert meta["__header__"]["FCS format"] == b"FCS3.0"
    assert (meta["$PAR"], meta["$TOT"], meta["$P2B"], meta["$NEXTDATA"]) == (4, 2, 32, 0)
    assert (meta["$P2N"], meta["$P2S"], meta["$P2R"], meta["$P2E"]) == (
        "PE-A",
        "CD10",
        "262144",
        "0,0",
    )
    assert (meta["$DATATYPE"], meta["$P2V"], meta["$SRC"]) == ("F", "481", "x")
    assert "$P1S" not in meta
    assert meta["$SPILLOVER"] == "2,PE-A,APC-A,1.0,0.1,0.02,1.0"
    assert list(frame.columns) == ["FSC-A", "CD10", "CD19", "Time"]
    np.testing.assert_array_equal(frame.to_numpy(), sample.events)


def test_reformatted_meta_has_the_table_of_channels(sample):
    meta, _ = sample.to_fcsparser(reformat_meta=True)
    table = meta["_channels_"]
    assert table.index.tolist() == [1, 2, 3, 4]
    assert table.index.name == "Channel Number"
    assert table["$PnN"].tolist() == ["FSC-A", "PE-A", "APC-A", "Time"]
    assert table["$PnE"].tolist() == [["0", "0"]] * 4
    assert table["$PnS"].tolist() == ["FSC-A", "CD10", "CD19", "Time"]
    assert meta["_channel_names_"] == ("FSC-A", "CD10", "CD19", "Time")
    assert "$P2N" not in meta


def test_the_frame_can_be_written_to_and_the_sample_stays(sample):
    _, frame = sample.to_fcsparser()
    frame.iloc[0, 0] = 7
    assert sample.events[0, 0] == 1e5


@pytest.mark.parametrize("reformat_meta", [False, True])
@pytest.mark.parametrize("compensated", [False, True])
@pytest.mark.parametrize("scale", list(Scale))
def test_there_and_back(sample, reformat_meta, compensated, scale):
    sample = replace(sample, compensated=compensated, scale=scale)
    back = fp.from_fcsparser(*sample.to_fcsparser(reformat_meta=reformat_meta))
    np.testing.assert_array_equal(back.events, sample.events)
    assert back.channels == sample.channels
    assert (back.compensated, back.scale, back.version) == (compensated, scale, "FCS3.0")
    assert back.spillover.detectors == ("PE-A", "APC-A")
    np.testing.assert_array_equal(back.spillover.matrix, MATRIX)
    codes = [finding.code for finding in back.findings]
    assert codes == [ReasonCode.SCALE_RELATIVE] * (scale is Scale.RELATIVE)


def test_a_matrix_that_was_applied_is_not_offered_again(sample):
    meta, _ = fp.compensate(sample).to_fcsparser()
    assert not {"$SPILLOVER", "SPILL", "$COMP"} & set(meta)
    assert meta["FLOWPHENO COMPENSATED"] == "TRUE"


def test_the_identity_is_doubted_again(sample):
    identity = replace(sample.spillover, matrix=np.eye(2))
    back = fp.from_fcsparser(*replace(sample, spillover=identity, compensated=True).to_fcsparser())
    assert back.compensated
    assert [finding.code for finding in back.findings] == [ReasonCode.COMP_MATRIX_MISSING]


@given(
    st.lists(st.lists(st.floats(width=32, allow_nan=False), min_size=4, max_size=4), max_size=6)
)
def test_there_and_back_to_the_bit(rows):
    events = np.array(rows, np.float32).reshape(-1, 4)
    back = fp.from_fcsparser(*sample_of(events).to_fcsparser())
    np.testing.assert_array_equal(back.events.view(np.uint32), events.view(np.uint32))


def test_columns_and_rows_may_be_left_out_moved_and_added(sample):
    meta, frame = sample.to_fcsparser()
    chosen = frame.iloc[1:][["CD19", "FSC-A"]].assign(ratio=0.5)
    back = fp.from_fcsparser(meta, chosen)
    assert [channel.detector for channel in back.channels] == ["APC-A", "FSC-A", "ratio"]
    assert back.column("CD19") == 0
    np.testing.assert_array_equal(back.events, np.float32([[7, 2e5, 0.5]]))
    assert "$P1V" not in back.keywords
    assert back.spillover is None  # a part of a matrix compensates nothing
    pe = fp.from_fcsparser(meta, frame[["CD10"]])
    assert (pe.keywords["$P1V"], pe.keywords["$P1N"]) == ("481", "PE-A")


def test_values_of_a_logarithmic_amplifier_become_linear():
    meta = {"$PAR": 2, "$DATATYPE": "I", "$P1N": "FL1-H", "$P2N": "Time", "$P1B": 16, "$P2B": 16}
    meta |= {"$P1R": "1024", "$P2R": "1024", "$P1E": "4,1", "$P2E": "0,0"}
    sample = fp.from_fcsparser(meta, pd.DataFrame({"FL1-H": [0, 256, 512], "Time": [0, 1, 2]}))
    np.testing.assert_allclose(sample.events[:, 0], [1, 10, 100], rtol=1e-6)
    np.testing.assert_array_equal(sample.events[:, 1], [0, 1, 2])


def test_alike_labels_give_way_to_detectors():
    channels, _ = name_channels(
        [("PE-A", "CD10"), ("PE-H", "CD10")], fp.load_definitions().vocabulary
    )
    sample = Sample(name="a", channels=channels, events=np.ones((1, 2), np.float32))
    meta, frame = sample.to_fcsparser()
    assert list(frame.columns) == ["PE-A", "PE-H"]
    assert fp.from_fcsparser(meta, frame).channels[1].label == "CD10"
    frame.columns = ["CD10", "CD10"]
    assert fp.from_fcsparser(meta, frame).channels[1].detector == "PE-H"
    with pytest.raises(TableError, match="'CD10' stands for more than one parameter"):
        fp.from_fcsparser(meta, frame.iloc[:, :1])


def test_columns_describe_themselves_where_meta_does_not():
    sample = fp.from_fcsparser({}, pd.DataFrame({"PE-A :: CD10": [1.0, 5.0]}))
    assert sample.markers == ("CD10",)
    assert sample.channels[0].range == 5.0


@pytest.mark.parametrize(
    ("meta", "frame", "sentence"),
    [
        ({}, pd.DataFrame(), "no columns"),
        ({}, pd.DataFrame({"": [1.0]}), "a column has no name"),
        ({}, pd.DataFrame({"PE-A": ["x"]}), "'PE-A' does not hold numbers"),
        ({"$PAR": 3}, pd.DataFrame({"PE-A": [1.0]}), "keywords: \\$PAR is 3, but there are 1"),
        ({"$PAR": 0}, pd.DataFrame({"PE-A": [1.0]}), "no count of parameters"),
    ],
)
def test_what_makes_no_sense_is_refused(meta, frame, sentence):
    with pytest.raises(TableError, match=sentence):
        fp.from_fcsparser(meta, frame)


def test_a_comma_in_a_detector_of_the_matrix_is_refused(sample):
    odd = replace(sample.spillover, detectors=("PE,A", "APC-A"))
    with pytest.raises(TableError, match="'PE,A' of the spillover matrix holds a comma"):
        replace(sample, spillover=odd).to_fcsparser()
