from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from flowpheno.errors import TableError
from flowpheno.finding import ReasonCode
from flowpheno.reading import sample_from_table
from flowpheno.sample import Scale

PANELS = {
    "001": ("CD45",),  # the others are isotype controls
    "002": ("sIgK", "sIgL", "CD45", "CD19", "CD20"),
    "003": ("CD7", "CD4", "CD45", "CD8", "CD2"),
    "004": ("CD15", "CD13", "CD45", "CD16", "CD56"),
    "005": ("CD14", "CD11c", "CD45", "CD64", "CD33"),
    "006": ("HLADR", "CD117", "CD45", "CD34", "CD38"),
    "007": ("CD5", "CD19", "CD45", "CD3", "CD10"),
}


@pytest.fixture
def frame():
    return pd.DataFrame({"FSC-A": [1, 2], "PE-A :: CD10": [3.5, -4.0], "Time": [0, 1]})


@pytest.mark.parametrize(("tube", "markers"), PANELS.items(), ids=PANELS)
def test_clinical_panel(tube, markers, data_dir):
    (path,) = (data_dir / "clinical_multitube").glob(f"*_{tube}.LMD.csv.gz")
    sample = sample_from_table(path, scale=Scale.RELATIVE)
    assert sample.markers == markers
    assert sample.name.endswith(tube)
    assert [finding.code for finding in sample.findings] == [ReasonCode.SCALE_RELATIVE]
    assert len(sample.sha256) == 64


def test_frame_becomes_a_sample(frame):
    sample = sample_from_table(frame, scale=Scale.LINEAR, name="A3a")
    assert [c.marker for c in sample.channels] == ["FSC", "CD10", None]
    assert sample.channels[1].fluorochrome == "PE"
    assert [c.range for c in sample.channels] == [4.0, 4.0, 1.0]  # light has one full scale
    np.testing.assert_array_equal(sample.events, np.float32([[1, 3.5, 0], [2, -4, 1]]))
    assert sample.events.dtype == np.float32
    assert (sample.name, sample.sha256, sample.findings) == ("A3a", "", ())


def test_frame_is_copied(frame):
    wide = frame.astype(np.float32)
    sample = sample_from_table(wide, scale=Scale.LINEAR)
    wide.iloc[0, 0] = 99
    assert sample.events[0, 0] == 1
    assert not sample.events.flags.writeable


def test_empty_table_is_an_empty_sample(frame):
    assert sample_from_table(frame.iloc[:0].astype(float), scale=Scale.LINEAR).n_events == 0


def test_names_without_rows_are_an_empty_sample(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("FSC-A,CD10\n")
    sample = sample_from_table(path, scale=Scale.LINEAR)
    assert (sample.n_events, sample.markers) == (0, ("CD10",))


@pytest.mark.parametrize(
    ("columns", "compensated"),
    [(["Comp-PE-A :: CD10", "FSC-A"], True), (["Comp-PE-A", "FITC-A"], False), (["FSC-A"], False)],
)
def test_compensated_columns_are_known_by_name(columns, compensated):
    frame = pd.DataFrame([[1.0] * len(columns)], columns=columns)
    assert sample_from_table(frame, scale=Scale.LINEAR).compensated is compensated


@pytest.mark.parametrize(
    ("ending", "write"), [(".csv", "to_csv"), (".csv.gz", "to_csv"), (".parquet", "to_parquet")]
)
def test_file_holds_the_same_sample(ending, write, frame, tmp_path):
    path = tmp_path / f"tube{ending}"
    getattr(frame, write)(path, index=False)
    sample = sample_from_table(str(path), scale=Scale.LINEAR)
    np.testing.assert_array_equal(sample.events, frame.to_numpy(np.float32))
    assert (sample.name, len(sample.sha256)) == ("tube", 64)


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.csv", b"", "cannot be read as an event table: No columns"),
        ("a.csv", b"CD10,CD10\n1,2\n", "column 'CD10' stands there twice"),
        ("a.csv", b"CD10,\n1,2\n", "column 2 has no name"),
        ("a.csv", b"CD10,CD19\n1,2,3\n4,5,6\n", "2 names over 3 columns"),
        ("a.csv", b"CD10,name\n1,x\n", "column 'name' does not hold numbers"),
        ("a.csv", b"CD10,CD19\n1,\n", "column 'CD19' has 1 missing or infinite value"),
        ("a.csv", b"CD10\ninf\n1e60\n", "column 'CD10' has 2 missing or infinite value"),
        ("a.csv", b"CD10,CD19\n1,2\n1,2,3\n", "cannot be read as an event table"),
        ("a.csv", b"CD10,CD19\n\xff\xfe,2\n", "cannot be read as an event table"),
        ("a.csv.gz", b"CD10\n1\n", "cannot be read as an event table"),
        ("a.csv.gz", b"\x1f\x8b\x08\x00\x00\x00\x00\x00", "cannot be read as an event table"),
        ("a.parquet", b"PAR1 not really", "cannot be read as an event table"),
        ("a.txt", b"CD10\n1\n", r"event tables end in \.csv, \.csv\.gz or \.parquet"),
    ],
)
def test_wrong_file_is_refused_in_one_line(name, content, problem, tmp_path):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(TableError, match=problem) as refused:
        sample_from_table(path, scale=Scale.LINEAR)
    assert "\n" not in str(refused.value)


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(TableError, match=r"cannot be read as an event table: .*No such file"):
        sample_from_table(tmp_path / "none.csv", scale=Scale.LINEAR)


def test_text_columns_of_the_public_mass_table_are_refused(data_dir):
    path = data_dir / "cytof_b_all" / "tidytof_ddpr_data.csv.gz"
    with pytest.raises(TableError, match="column 'sample_name' does not hold numbers"):
        sample_from_table(path, scale=Scale.LINEAR)
    columns = pd.read_csv(path).drop(columns="sample_name")
    sample = sample_from_table(columns, scale=Scale.LINEAR)
    assert sample.n_events == 5000
    assert {"CD19", "CD10", "CD34", "CD38", "CD45", "CD58"} <= set(sample.markers)


def test_frame_without_columns_is_refused():
    with pytest.raises(TableError, match="table: no columns"):
        sample_from_table(pd.DataFrame(), scale=Scale.LINEAR)
