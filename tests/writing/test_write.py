"""A sample goes to a file and comes back."""

from __future__ import annotations

import csv

import flowio
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from flowpheno.compensation import compensate
from flowpheno.errors import FcsError, WritingError
from flowpheno.fcs.reader import read_dataset
from flowpheno.fcs.repair import Strictness
from flowpheno.fcs.spillover import Spillover
from flowpheno.fcs.writer import FcsVersion, write_fcs
from flowpheno.reading import find_files, read_fcs, sample_from_table
from flowpheno.sample import Channel, Sample, Scale
from flowpheno.writing import DisplayScale, scale_sample, write_sample
from tests.writing.conftest import SECRETS


def described(sample):
    """What must survive, all but the events and the full scale."""
    spillover = sample.spillover
    return {
        "channels": [
            (c.detector, c.label, c.marker, c.kind, c.measure, c.fluorochrome)
            for c in sample.channels
        ],
        "spillover": None
        if spillover is None
        else (spillover.detectors, spillover.matrix.tolist()),
        "state": (sample.compensated, sample.scale),
    }


@pytest.mark.parametrize("version", ["3.1", "3.2"])
def test_fcs_comes_back(record, tmp_path, bits, version):
    sample = record()
    path = write_sample(sample, tmp_path / "again.fcs", version=version)
    again = read_fcs(path)
    bits(again.events, sample.events)
    assert described(again) == described(sample)
    assert [c.range for c in again.channels] == [c.range for c in sample.channels]
    assert again.version == f"FCS{version}"
    assert again.keywords.items() >= SECRETS.items()  # kept unless asked otherwise
    assert [again.keywords[f"$P2{letter}"] for letter in "VG"] == ["481", "2.5"]
    assert again.keywords["$ORIGINALITY"] == "NonDataModified"
    read_dataset(path, strictness=Strictness.STRICT)


def test_fcs_3_2_spells_date_and_time_anew(record, tmp_path):
    path = write_sample(record(), tmp_path / "again.fcs", version="3.2")
    keywords = read_fcs(path).keywords
    assert keywords["$BEGINDATETIME"] == "2020-03-02T09:42:05"
    assert keywords["$ENDDATETIME"] == "2020-03-02T09:50:15"
    assert "$BEGINDATETIME" not in record().keywords


def test_fcs_3_2_knows_no_gain_of_time(record, tmp_path):
    sample = record(**{"$P4G": "0.01"})
    for version, kept in (("3.1", True), ("3.2", False)):
        path = write_sample(sample, tmp_path / "again.fcs", version=version, overwrite=True)
        assert ("$P4G" in read_fcs(path).keywords) is kept


def test_parquet_comes_back_whole(record, tmp_path, bits):
    sample = compensate(record())
    again = sample_from_table(write_sample(sample, tmp_path / "a.parquet"))
    bits(again.events, sample.events)
    assert described(again) == described(sample)
    assert [c.range for c in again.channels] == [c.range for c in sample.channels]
    assert again.version == sample.version
    assert again.keywords["PATIENT ID"] == SECRETS["PATIENT ID"]


def test_parquet_is_a_plain_table_for_others(record, tmp_path):
    sample = record()
    table = pd.read_parquet(write_sample(sample, tmp_path / "a.parquet"))
    assert list(table.columns) == ["FSC-A", "PE-A", "FITC-A", "Time"]
    np.testing.assert_array_equal(table.to_numpy(), sample.events)


def test_csv_has_one_heading_with_both_names(record, tmp_path, bits):
    sample = record()
    path = write_sample(sample, tmp_path / "a.csv")
    with path.open(newline="", encoding="utf-8") as file:
        heading = next(csv.reader(file))
    assert heading == ["FSC-A", "PE-A :: CD19", "FITC-A :: Mustermann", "Time"]
    again = sample_from_table(path, scale=Scale.LINEAR)
    bits(again.events, sample.events)
    assert [c.marker for c in again.channels] == [c.marker for c in sample.channels]


@given(
    hnp.arrays(
        np.float32,
        st.tuples(st.integers(1, 4), st.just(2)),
        elements=st.floats(allow_nan=False, allow_infinity=False, width=32),
    )
)
def test_csv_gives_every_float_again(tmp_path_factory, events):
    sample = Sample(
        name="s", channels=(Channel(detector="A"), Channel(detector="B")), events=events
    )
    path = tmp_path_factory.getbasetemp() / "floats.csv"
    write_sample(sample, path, overwrite=True)
    again = sample_from_table(path, scale=Scale.LINEAR).events
    np.testing.assert_array_equal(again, events)


@pytest.mark.parametrize("form", ["fcs", "csv"])
def test_compensated_columns_are_named_so(record, tmp_path, form):
    sample = compensate(record())
    path = write_sample(sample, tmp_path / f"a.{form}")
    again = read_fcs(path) if form == "fcs" else sample_from_table(path, scale=Scale.LINEAR)
    assert again.compensated
    assert again.spillover is None  # nobody can apply it again
    assert [c.detector.split(" :: ")[0] for c in again.channels] == [
        "FSC-A",
        "Comp-PE-A",
        "Comp-FITC-A",
        "Time",
    ]
    np.testing.assert_array_equal(again.events, sample.events)
    assert [c.marker for c in again.channels] == [c.marker for c in sample.channels]


def test_fcs_says_what_was_done(record, tmp_path):
    keywords = read_fcs(write_sample(compensate(record()), tmp_path / "a.fcs")).keywords
    assert keywords["FLOWPHENO COMPENSATED"] == "TRUE"
    assert keywords["FLOWPHENO APPLIED SPILLOVER"].startswith("2,PE-A,FITC-A,1.0,0.1,")
    assert keywords["$ORIGINALITY"] == "DataModified"
    assert not {"$SPILLOVER", "SPILL", "$P2G"} & keywords.keys()
    assert keywords["$P3G"] == "1.0"  # a gain of 1 stays true
    assert keywords["$P1G"] == "4"  # scatter is not compensated


@pytest.mark.parametrize("form", ["fcs", "parquet"])
@pytest.mark.parametrize("display", DisplayScale)
def test_a_transformed_sample_is_known_as_such(record, tmp_path, display, form):
    sample = scale_sample(compensate(record()), display)
    path = write_sample(sample, tmp_path / f"a.{form}")
    again = read_fcs(path) if form == "fcs" else sample_from_table(path)
    assert (again.scale, again.compensated) == (Scale.RELATIVE, True)
    np.testing.assert_array_equal(again.events, sample.events)
    assert again.keywords["FLOWPHENO P2TRANSFORM"].startswith(f"{display} ")


def test_full_scale_lies_above_every_value(record, tmp_path):
    events = np.full((3, 4), 300_000.5)
    events[0, 1] = np.inf
    events[1, 2] = np.nan
    path = write_sample(record(events), tmp_path / "a.fcs")
    ranges = [p.range for p in read_dataset(path).parameters]
    assert ranges == [300_001] * 4


def test_a_sample_without_events_or_keywords(tmp_path):
    sample = Sample(
        name="s", channels=(Channel(detector="PE-A"),), events=np.zeros((0, 1), np.float32)
    )
    for form in ("fcs", "parquet", "csv"):
        path = write_sample(sample, tmp_path / f"a.{form}")
        again = read_fcs(path) if form == "fcs" else sample_from_table(path, scale=Scale.LINEAR)
        assert again.events.shape == (0, 1)
        assert [c.detector for c in again.channels] == ["PE-A"]


def one_channel(*detectors: str, **options) -> Sample:
    channels = tuple(Channel(detector=name) for name in detectors)
    return Sample(
        name="s", channels=channels, events=np.zeros((1, len(detectors)), np.float32), **options
    )


@pytest.mark.parametrize(
    ("sample", "options", "problem"),
    [
        (one_channel("A"), {"form": "xlsx"}, "written are fcs, parquet, csv, not 'xlsx'"),
        (one_channel("A"), {"version": "3.0"}, r"FCS 3\.0 is not written; 3\.1 and 3\.2 are"),
        (one_channel("A,B"), {}, "FCS allows no column name with a comma: 'A,B'"),
        (one_channel("A", "A"), {}, "two columns would be called A"),
        (one_channel("A", "A"), {"form": "parquet"}, "two columns called 'A'"),
        (one_channel(" "), {"form": "parquet"}, "a column without a name"),
        (one_channel("A", "Comp-A", compensated=True), {}, "two columns would be called Comp-A"),
        (one_channel(), {}, "no channels to write"),
        (one_channel(), {"form": "csv"}, "a column without a name"),
    ],
    ids=["form", "version", "comma", "twin", "twin table", "blank", "both", "none", "none table"],
)
def test_refusals_leave_nothing_behind(tmp_path, sample, options, problem):
    with pytest.raises(WritingError, match=problem):
        write_sample(sample, tmp_path / "a.fcs", **options)
    assert list(tmp_path.iterdir()) == []


def test_the_ending_must_be_known(record, tmp_path):
    with pytest.raises(WritingError, match="not 'txt'"):
        write_sample(record(), tmp_path / "a.txt")


def test_an_existing_file_stays_unless_it_may_go(record, tmp_path):
    sample, path = record(), tmp_path / "a.fcs"
    path.write_text("precious")
    with pytest.raises(WritingError, match="exists already"):
        write_sample(sample, path)
    assert path.read_text() == "precious"
    write_sample(sample, path, overwrite=True)
    assert read_fcs(path).n_events == sample.n_events


def corpus(data_dir):
    folders = ["fcs_corpus", "b_all_mrd_labelled", "aml_vs_normal", "gatingml2", "cytof_b_all"]
    small = find_files([data_dir / folder for folder in folders])
    return [*small, data_dir / "b_all_diagnosis" / "HNJ_002.fcs"]


def test_every_real_file_comes_back(data_dir, tmp_path, bits):
    done = 0
    for source in corpus(data_dir):
        try:
            sample = read_fcs(source)
        except FcsError:
            continue
        path = write_sample(sample, tmp_path / "a.fcs", overwrite=True)
        again = read_fcs(path)
        bits(again.events, sample.events)
        before, after = described(sample), described(again)
        if (
            sample.compensated
            and sample.spillover is not None
            and before["spillover"] != after["spillover"]
        ):
            before["spillover"] = None  # applied, as the new names say
            before["channels"] = [(c[0].removeprefix("Comp-"), *c[1:]) for c in before["channels"]]
            after["channels"] = [(c[0].removeprefix("Comp-"), *c[1:]) for c in after["channels"]]
        assert after == before, source
        ranges = [(c.range, d.range) for c, d in zip(sample.channels, again.channels, strict=True)]
        assert all(old <= new < old + 1 for old, new in ranges), source
        other = flowio.FlowData(str(path))
        np.testing.assert_array_equal(
            np.frombuffer(other.events, np.float32), again.events.ravel(), err_msg=str(source)
        )
        assert other.pnn_labels == [c.detector for c in again.channels]
        done += 1
    assert done > 30


@pytest.fixture
def fcs_3_2(tmp_path):
    """A file whose markers and state are said by keywords of FCS 3.2 alone."""

    def write(fluorescence="Raw Fluorescence", spillover=None):
        path = tmp_path / "new.fcs"
        write_fcs(
            path,
            np.random.default_rng(5).uniform(1, 900, (20, 3)).astype(np.float32),
            detectors=["X1", "B1-A", "B2-A"],
            labels=["", "", ""],
            ranges=[1024] * 3,
            spillover=spillover,
            version=FcsVersion.FCS_3_2,
            keywords={
                "$P1TYPE": "Side Scatter",
                "$P2TYPE": fluorescence,
                "$P3TYPE": fluorescence,
                "$P2ANALYTE": "CD19",
                "$P2TAG": "PE",
                "$P3ANALYTE": "CD10",
            },
        )
        return read_fcs(path)

    return write


@pytest.mark.parametrize("deidentify", [False, True])
@pytest.mark.parametrize("form", ["3.1", "3.2", "parquet"])
def test_markers_said_by_keywords_alone(fcs_3_2, tmp_path, form, deidentify):
    sample = fcs_3_2()
    assert [c.marker for c in sample.channels] == ["SSC", "CD19", "CD10"]
    path = tmp_path / ("a.parquet" if form == "parquet" else "a.fcs")
    version = form if form != "parquet" else "3.1"
    write_sample(sample, path, version=version, deidentify=deidentify)
    again = sample_from_table(path) if form == "parquet" else read_fcs(path)
    assert [c.marker for c in again.channels[1:]] == ["CD19", "CD10"]
    assert [c.fluorochrome for c in again.channels] == [c.fluorochrome for c in sample.channels]


@pytest.mark.parametrize(("version", "name"), [("3.1", "Comp-B1-A"), ("3.2", "B1-A")])
def test_unmixed_stays_unmixed(fcs_3_2, tmp_path, version, name):
    sample = fcs_3_2("Unmixed Fluorescence")
    assert sample.compensated
    again = read_fcs(write_sample(sample, tmp_path / "a.fcs", version=version))
    assert again.compensated
    assert again.channels[1].detector == name


def test_compensated_columns_are_raw_no_more(fcs_3_2, tmp_path):
    matrix = np.array([[1, 0.1], [0.2, 1]])
    spillover = Spillover(detectors=("B1-A", "B2-A"), matrix=matrix, source="x")
    sample = compensate(fcs_3_2(spillover=spillover))
    again = read_fcs(write_sample(sample, tmp_path / "a.fcs", version="3.2"))
    assert again.keywords["$P2TYPE"] == "Unmixed Fluorescence"
    assert again.compensated
