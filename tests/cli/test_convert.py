"""flowpheno convert: FCS to FCS, Parquet, CSV."""

import json

import flowio
import numpy as np
import pandas as pd
import pytest

from flowpheno.cli import main
from flowpheno.compensation import compensate
from flowpheno.reading import read_fcs


def test_to_fcs(tmp_path, normal, capsys):
    out = tmp_path / "new.fcs"
    assert main(["convert", str(normal), "--to", "fcs", "--out", str(out)]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert rows[0] == ["read", "written", "events", "compensated", "scale"]
    assert rows[1][1:] == [str(out), rows[1][2], "no", "linear"]
    before = read_fcs(normal)
    events = np.frombuffer(flowio.FlowData(str(out)).events, np.float32)
    np.testing.assert_array_equal(events.reshape(before.events.shape), before.events)
    assert read_fcs(out).keywords["FLOWPHENO SIMULATED"] == "TRUE"


def test_several_files_to_a_folder_one_is_bad(tmp_path, normal, leukemic, capsys):
    bad = tmp_path / "bad.fcs"
    bad.write_bytes(b"no")
    out = tmp_path / "out"
    given = [str(normal), str(bad), str(leukemic)]
    status = main(["convert", *given, "--to", "parquet", "--compensate", "--out", str(out)])
    assert status == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"flowpheno: {bad}: HEADER segment, byte 0")
    assert sorted(path.name for path in out.iterdir()) == ["leukemic.parquet", "normal.parquet"]
    expected = compensate(read_fcs(normal)).events
    np.testing.assert_array_equal(pd.read_parquet(out / "normal.parquet").to_numpy(), expected)


def test_nothing_is_replaced_without_force(tmp_path, normal, one_line):
    arguments = ["convert", str(normal), "--to", "csv", "--out", str(tmp_path)]
    assert main(arguments) == 0
    assert main(arguments) == 1
    assert "exists already" in one_line()
    assert main([*arguments, "--force"]) == 0


def test_json_links_what_was_read_with_what_was_written(tmp_path, normal, capsys):
    arguments = ["convert", str(normal), "--to", "fcs", "--fcs-version", "3.2", "--deidentify"]
    assert main([*arguments, "--transform", "asinh", "--out", str(tmp_path), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    (one,) = report["converted"]
    assert (one["source"], one["scale"]) == (str(normal), "relative")
    assert one["target"] == str(tmp_path / "deidentified_001.fcs")
    assert {f["code"] for f in one["findings"]} >= {"METADATA_DERIVED", "COMP_MATRIX_MISSING"}
    assert report["failures"] == []
    assert read_fcs(one["target"]).version == "FCS3.2"


def test_a_matrix_from_a_table(tmp_path, normal):
    spillover = read_fcs(normal).spillover
    table = pd.DataFrame(
        spillover.matrix * 1.0, index=spillover.detectors, columns=spillover.detectors
    )
    table.iloc[0, 1] = 0.5
    table.to_csv(tmp_path / "m.csv")
    out = tmp_path / "new.fcs"
    arguments = ["convert", str(normal), "--to", "fcs", "--matrix", str(tmp_path / "m.csv")]
    assert main([*arguments, "--out", str(out)]) == 0
    assert read_fcs(out).spillover.matrix[0, 1] == 0.5


def test_rules_of_ones_own(tmp_path, normal, one_line):
    panels = tmp_path / "panels"
    panels.mkdir()
    (panels / "deidentify.yaml").write_text("kept: []\n")
    arguments = ["convert", str(normal), "--to", "fcs", "--deidentify", "--panels", str(panels)]
    assert main([*arguments, "--out", str(tmp_path / "o")]) == 1
    assert "deidentify.yaml" in one_line()
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["none.fcs", "--to", "fcs"], "does not exist: none.fcs"),
        ([".", "--to", "fcs"], "no FCS file among what was given"),
        ([".", "--to", "xlsx"], "'xlsx' is not one of 'fcs', 'parquet', 'csv'"),
        ([".", "--to", "fcs", "--fcs-version", "3.0"], "'3.0' is not one of '3.1', '3.2'"),
        (["."], "Missing option '--to'"),
    ],
    ids=["missing", "empty", "form", "version", "no form"],
)
def test_usage(tmp_path, monkeypatch, one_line, arguments, problem):
    monkeypatch.chdir(tmp_path)
    assert main(["convert", *arguments]) == 2
    assert problem in one_line()
