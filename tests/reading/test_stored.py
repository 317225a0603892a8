"""What a Parquet file says of itself is checked before it is believed."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flowpheno.errors import TableError
from flowpheno.reading import sample_from_table
from flowpheno.sample import Scale

MEASURED = {"fluorochrome": "PE", "kind": "fluorescence", "measure": "area"}
TOLD: dict[str, Any] = {
    "format": 1,
    "flowpheno": "0.1.0",
    "version": "FCS3.0",
    "scale": "linear",
    "compensated": False,
    "spillover": {"detectors": ["PE-A", "FITC-A"], "matrix": [[1, 0.1], [0, 1]], "source": "x"},
    "channels": [
        {"detector": "PE-A", "label": "CD10", "range": 1024.5, "marker": "CD10"} | MEASURED,
        {"detector": "FITC-A", "label": "", "range": 262144, "marker": "CD19"} | MEASURED,
    ],
    "keywords": {"$CYT": "x"},
}


@pytest.fixture
def store(tmp_path):
    """Write a table with any description."""

    def _store(told, columns=("PE-A", "FITC-A")):
        table = pa.table({name: np.float32([1, 2]) for name in columns})
        raw = told if isinstance(told, bytes) else json.dumps(told).encode()
        path = tmp_path / "tube.parquet"
        pq.write_table(table.replace_schema_metadata({b"flowpheno": raw}), path)
        return path

    return _store


def test_what_the_file_says_is_believed(store):
    sample = sample_from_table(store(TOLD))
    assert [(c.label, c.marker, c.range) for c in sample.channels] == [
        ("CD10", "CD10", 1024.5),
        ("", "CD19", 262144),  # FCS 3.2 may have said so
    ]
    assert (sample.scale, sample.version, sample.keywords["$CYT"]) == (Scale.LINEAR, "FCS3.0", "x")
    np.testing.assert_array_equal(sample.spillover.matrix, [[1, 0.1], [0, 1]])
    assert not sample.spillover.matrix.flags.writeable
    with pytest.raises(TypeError):
        sample.keywords["$CYT"] = "y"


def test_a_marker_that_nobody_knows_is_not_believed(store):
    channels = [TOLD["channels"][0] | {"marker": "<b>x</b>"}, TOLD["channels"][1]]
    sample = sample_from_table(store(TOLD | {"channels": channels}))
    assert [c.marker for c in sample.channels] == ["CD10", "CD19"]


def test_two_scales_are_one_too_many(store):
    path = store(TOLD)
    assert sample_from_table(path, scale=Scale.LINEAR).scale is Scale.LINEAR
    with pytest.raises(TableError, match="its scale is linear, not relative"):
        sample_from_table(path, scale=Scale.RELATIVE)


def test_a_table_of_others_needs_its_scale_said(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"PE-A": np.float32([1])}), path)
    with pytest.raises(TableError, match="a table does not say its scale"):
        sample_from_table(path)
    assert sample_from_table(path, scale=Scale.RELATIVE).n_events == 1


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (b"{", "its description makes no sense: all of it: Invalid JSON"),
        (b"\xff\xfe", "its description makes no sense"),
        ({"format": 2}, "format: Input should be 1"),
        ({"scale": "log"}, "scale: Input should be 'linear' or 'relative'"),
        ({"secret": 1}, "secret: Extra inputs are not permitted"),
        ({"channels": []}, "channels: .*at least 1 item"),
        ({"channels": TOLD["channels"][:1], "spillover": None}, "not those it describes"),
        ({"channels": TOLD["channels"][::-1]}, "its columns are not those it describes"),
        ({"spillover": TOLD["spillover"] | {"matrix": [[1]]}}, "need 2 x 2 coefficients"),
        ({"spillover": TOLD["spillover"] | {"detectors": ["A", "B"]}}, "the matrix names others"),
        ({"channels": [TOLD["channels"][0]] * 2}, "channels are not unique"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_description_that_makes_no_sense(store, change, problem):
    told = change if isinstance(change, bytes) else TOLD | change
    with pytest.raises(TableError, match=problem):
        sample_from_table(store(told))
