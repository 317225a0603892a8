"""flowpheno gate."""

import csv
import json

import pandas as pd
import pyarrow.parquet as pq
import pytest

from flowpheno.cli import main
from flowpheno.gates.gatingml import gatingml_of
from flowpheno.panel.files import builtin_directory
from flowpheno.panel.strategy import load_strategy
from flowpheno.reading import read_fcs
from flowpheno.writing import Form, write_sample

TEXT = """\
kind: strategy
name: B cells
scales:
  wide: {type: logicle, T: 262144, W: 0.5, M: 4.5}
gates:
  - id: bright
    type: threshold
    parent: cells
    dimension: {channel: CD19, compensation: FCS, scale: wide}
    above: 0.4
  - id: cells
    type: rectangle
    intervals:
      - {channel: FSC-A, low: 20000}
      - {channel: SSC-A, low: 0}
  - id: nothing
    type: threshold
    dimension: {channel: FSC-A}
    above: 1e9
  - id: of nothing
    type: threshold
    parent: nothing
    dimension: {channel: FSC-A}
    above: 0
  - {id: dim, type: and, parent: cells, gates: [cells, {outside: bright}]}
"""


@pytest.fixture
def strategy(tmp_path):
    path = tmp_path / "b_cells.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_a_table_tells_each_gate_with_its_parent(leukemic, strategy, capsys):
    assert main(["gate", str(leukemic), "--strategy", str(strategy)]) == 0
    said = capsys.readouterr()
    rows = [line.split("\t") for line in said.out.splitlines()]
    assert rows[0] == ["gate", "parent", "n", "percent_of_parent"]
    by_gate = {row[0]: row[1:] for row in rows[1:]}
    assert list(by_gate) == ["bright", "cells", "nothing", "of nothing", "dim"]
    assert by_gate["cells"][0] == "all events"
    assert by_gate["nothing"] == ["all events", "0", "0.00"]
    assert by_gate["of nothing"][0:2] == ["nothing", "0"]
    cells, bright, dim = (int(by_gate[name][1]) for name in ("cells", "bright", "dim"))
    assert 0 < bright < cells
    assert bright + dim == cells
    assert by_gate["bright"][2] == f"{100 * bright / cells:.2f}"
    assert said.err == ""


def test_json_says_the_same_and_gating_ml_gives_the_same(leukemic, strategy, tmp_path, capsys):
    xml = tmp_path / "b_cells.xml"
    xml.write_text(gatingml_of(load_strategy(strategy)), encoding="utf-8")
    found = []
    for path in (strategy, xml):
        assert main(["gate", str(leukemic), "--strategy", str(path), "--json"]) == 0
        found.append(json.loads(capsys.readouterr().out))
    assert found[0]["gates"] == found[1]["gates"]
    assert found[0]["events"] == read_fcs(leukemic).n_events
    (empty,) = [gate for gate in found[0]["gates"] if gate["gate"] == "of nothing"]
    assert empty == {"gate": "of nothing", "parent": "nothing", "n": 0, "percent_of_parent": None}


def test_out_holds_table_membership_and_pictures(leukemic, strategy, tmp_path, capsys, one_line):
    out = tmp_path / "gated"
    arguments = ["gate", str(leukemic), "--strategy", str(strategy), "--out", str(out)]
    assert main([*arguments, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    with (out / "gates.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["gate"], int(row["n"])) for row in rows] == [
        (gate["gate"], gate["n"]) for gate in said["gates"]
    ]
    assert rows[3]["percent_of_parent"] == ""
    table = pq.read_table(out / "membership.parquet")
    assert table.column_names == [gate["gate"] for gate in said["gates"]]
    assert {str(field.type) for field in table.schema} == {"bool"}
    counts = [sum(column.to_pylist()) for column in table.columns]
    assert counts == [gate["n"] for gate in said["gates"]]
    assert table.num_rows == said["events"]
    plots = sorted(path.name for path in (out / "plots").iterdir())
    assert plots == [
        "001_bright.png",
        "002_cells.png",
        "003_nothing.png",
        "004_of_nothing.png",
    ]
    assert all((out / "plots" / name).read_bytes().startswith(b"\x89PNG") for name in plots)
    assert main(arguments) == 1
    assert "gates.csv exists already" in one_line()
    assert main([*arguments, "--force"]) == 0


def test_a_matrix_takes_the_place_of_the_one_in_the_file(leukemic, strategy, tmp_path, capsys):
    sample = read_fcs(leukemic)
    detectors = sample.spillover.detectors
    cd19 = sample.channels[sample.column("CD19")].detector
    rows = [[1.0 if a == b else 0.5 if b == cd19 else 0.0 for b in detectors] for a in detectors]
    matrix = tmp_path / "matrix.csv"
    lines = [",".join(detectors), *(",".join(map(str, row)) for row in rows)]
    matrix.write_text("\n".join(lines) + "\n", encoding="utf-8")
    bright = []
    for more in ([], ["--matrix", str(matrix)]):
        assert main(["gate", str(leukemic), "--strategy", str(strategy), "--json", *more]) == 0
        bright.append(json.loads(capsys.readouterr().out)["gates"][0]["n"])
    assert bright[1] < bright[0]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("channel: CD19", "channel: CD777", "gate bright: leukemic has no channel CD777"),
        ("parent: cells", "parent: lost", "line 6: gate bright refers to lost"),
        (TEXT, "- 1", "line 1:"),
    ],
    ids=["channel", "parent", "no strategy"],
)
def test_what_cannot_be_used_is_one_line(leukemic, strategy, one_line, old, new, said):
    strategy.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    assert main(["gate", str(leukemic), "--strategy", str(strategy)]) == 1
    assert said in one_line()


def test_a_file_that_is_no_fcs_is_one_line(strategy, tmp_path, one_line):
    path = tmp_path / "odd.fcs"
    path.write_bytes(b"<html>")
    assert main(["gate", str(path), "--strategy", str(strategy)]) == 1
    assert "odd.fcs" in one_line()


def test_a_file_that_is_not_there_is_wrong_usage(strategy, one_line):
    assert main(["gate", "none.fcs", "--strategy", str(strategy)]) == 2
    assert "does not exist: none.fcs" in one_line()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.xml", "<!DOCTYPE x [<!ENTITY e 'a'>]><x>&e;</x>", "a.xml: line 1: a document type"),
        ("a.xml", "<x/>", "a.xml: line 1: x: is not the root of a Gating-ML 2.0 document"),
        ("a.wsp", "<Workspace", "a.wsp: line 1: "),
    ],
)
def test_hostile_or_foreign_xml_is_one_line(leukemic, tmp_path, one_line, name, content, said):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    assert main(["gate", str(leukemic), "--strategy", str(path)]) == 1
    assert said in one_line()


# --- tables, and strategies by name ---


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_an_event_table_is_gated_as_its_file_is(leukemic, strategy, tmp_path, capsys, ending):
    table = tmp_path / f"events.{ending}"
    write_sample(read_fcs(leukemic), table, form=Form(ending))
    text = TEXT.replace("compensation: FCS, ", "") if ending == "csv" else TEXT
    strategy.write_text(text, encoding="utf-8")
    scale = ["--scale", "linear"] if ending == "csv" else []
    found = []
    for arguments in ([str(leukemic)], [str(table), *scale]):
        assert main(["gate", *arguments, "--strategy", str(strategy), "--json"]) == 0
        found.append(json.loads(capsys.readouterr().out)["gates"])
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "a table does not say its scale"),
        (["--scale", "cubic"], "a scale is linear, relative, mass, log or log:DECADES/CHANNELS"),
    ],
)
def test_a_table_must_be_told_its_scale(strategy, tmp_path, one_line, arguments, said):
    table = tmp_path / "events.csv"
    table.write_text("FSC-A,SSC-A,CD19\n1,2,3\n", encoding="utf-8")
    assert main(["gate", str(table), "--strategy", str(strategy), *arguments]) == 1
    assert said in one_line()


def test_a_strategy_has_a_name(leukemic, strategy, tmp_path, capsys, one_line):
    place = tmp_path / "panels" / "strategies"
    place.mkdir(parents=True)
    strategy.rename(place / "ours.yaml")
    arguments = ["gate", str(leukemic), "--strategy", "ours", "--json"]
    assert main([*arguments, "--panels", str(tmp_path / "panels")]) == 0
    assert json.loads(capsys.readouterr().out)["strategy"] == "B cells"
    assert main(arguments) == 1
    assert "no strategy of that name; there are: b_precursor_8c" in one_line()


def test_the_strategy_that_comes_along_fits_the_tube_it_was_drawn_on(data_dir, tmp_path, capsys):
    path = data_dir / "b_all_mrd_labelled" / "494.fcs"
    if not path.is_file():
        pytest.skip("494.fcs is not here")
    arguments = ["gate", str(path), "--strategy", "b_precursor_8c", "--json"]
    assert main([*arguments, "--out", str(tmp_path)]) == 0
    gates = {g["gate"]: g for g in json.loads(capsys.readouterr().out)["gates"]}
    regions = [n for name, g in gates.items() if "region" in name for n in [g["n"]]]
    assert sum(regions) + gates["CD45 negative"]["n"] == pytest.approx(
        gates["single cells"]["n"], rel=0.01
    )  # the map of CD45 and side scatter has no holes and no overlaps
    quadrants = [g["n"] for name, g in gates.items() if name.startswith("CD10") and "CD20" in name]
    assert sum(quadrants) == gates["CD19+"]["n"]
    expert = pd.read_csv(path.with_name("494_labels.csv"))["cd19"].to_numpy(bool)
    found = pq.read_table(tmp_path / "membership.parquet")["CD19+"].to_numpy(zero_copy_only=False)
    assert 2 * (found & expert).sum() / (found.sum() + expert.sum()) > 0.95


# --- populations without a strategy ---


def test_without_a_strategy_populations_are_found(leukemic, capsys):
    assert main(["gate", str(leukemic)]) == 0
    said = capsys.readouterr()
    rows = [line.split("\t") for line in said.out.splitlines()]
    assert rows[0] == ["population", "parent", "n", "percent_of_parent", "confidence", "by"]
    by_name = {row[0]: row[1:] for row in rows[1:]}
    nucleated, b = int(by_name["nucleated"][1]), int(by_name["B_lineage"][1])
    assert by_name["B_lineage"][0] == "nucleated"
    assert by_name["B_lineage"][2] == f"{100 * b / nucleated:.2f}"
    assert b > 0.5 * nucleated  # 60 % of the cells were simulated as blasts
    assert 0 <= float(by_name["B_lineage"][3]) <= 1
    assert by_name["doublets"][3:] == ["", "quality control: singlets"]
    notes = [line for line in said.err.splitlines() if line.startswith("POPULATION_NOT_IN_TUBE")]
    assert len(notes) == 1
    assert "T_CD4" in notes[0]


def test_populations_as_json_and_as_files_say_the_same(leukemic, tmp_path, capsys):
    out = tmp_path / "found"
    assert main(["gate", str(leukemic), "--out", str(out), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["events"] == read_fcs(leukemic).n_events
    assert set(said) == {"sample", "events", "populations", "cuts", "findings", "written"}
    assert all((tmp_path / path).is_file() for path in said["written"])
    table = pd.read_csv(out / "populations.csv")
    assert table["n"].tolist() == [row["n"] for row in said["populations"]]
    events = pq.read_table(out / "membership.parquet")
    assert events.column_names == [row["population"] for row in said["populations"]]
    assert events.num_rows == said["events"]
    assert {cut["marker"] for cut in said["cuts"]} >= {"CD19", "CD10", "CD34"}
    assert any(path.endswith(".png") for path in said["written"])


def test_populations_of_a_table_are_those_of_its_file(leukemic, tmp_path, capsys):
    table = tmp_path / "events.parquet"
    write_sample(read_fcs(leukemic), table, form=Form.PARQUET)
    found = []
    for path in (leukemic, table):
        assert main(["gate", str(path), "--json"]) == 0
        found.append(json.loads(capsys.readouterr().out)["populations"])
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "a table does not say its scale: linear, relative, mass, or log (channel numbers of"),
        (["--scale", "cubic"], "a scale is linear, relative, mass, log or log:DECADES/CHANNELS"),
        (["--scale", "log:4/256"], "values from 300 to 800 are no channel numbers of 256"),
        (["--panels", "."], "no folder that holds definitions"),
    ],
    ids=["none", "unknown", "too few channels", "panels"],
)
def test_a_table_without_its_scale_has_no_populations(
    tmp_path, one_line, monkeypatch, arguments, said
):
    monkeypatch.chdir(tmp_path)
    table = tmp_path / "events.csv"
    table.write_text("FS Lin,SS Log,FL1 Log :: CD45\n500,300,1\n600,800,2\n", encoding="utf-8")
    assert main(["gate", str(table), *arguments]) == 1
    assert said in one_line()


@pytest.fixture
def two_events(tmp_path):
    table = tmp_path / "events.csv"
    table.write_text("FS Lin,SS Log,FL1 Log :: CD45\n500,300,1\n600,800,2\n", encoding="utf-8")
    return ["gate", str(table), "--scale", "log:4/1024"]


def test_a_table_of_few_events_says_why_it_has_no_populations(two_events, capsys):
    assert main(two_events) == 0
    said = capsys.readouterr()
    assert [line.split("\t")[0] for line in said.out.splitlines()] == ["population", "nucleated"]
    assert "populations cannot be found: no lymphocytes to count from among" in said.err


def test_populations_are_not_overwritten_unasked(two_events, tmp_path, capsys, one_line):
    out = tmp_path / "found"
    assert main([*two_events, "--out", str(out)]) == 0
    assert f"written: {out / 'populations.csv'}" in capsys.readouterr().err
    assert main([*two_events, "--out", str(out)]) == 1
    assert "populations.csv exists already" in one_line()
    assert main([*two_events, "--out", str(out), "--force"]) == 0


def test_the_scale_of_a_table_decides_what_is_found(data_dir, capsys):
    (path,) = (data_dir / "clinical_multitube").glob("*_002.LMD.csv.gz")
    arguments = ["gate", str(path), "--scale", "log:4/1024", "--json"]
    assert main(arguments) == 0
    found = {p["population"]: p["n"] for p in json.loads(capsys.readouterr().out)["populations"]}
    assert found["B_mature"] >= found["B_kappa"] + found["B_lambda"] >= 100
    assert 0.5 <= found["B_kappa"] / found["B_lambda"] <= 3


def test_definitions_of_ones_own_change_what_is_found(leukemic, tmp_path, capsys):
    text = (builtin_directory() / "populations.yaml").read_text(encoding="utf-8")
    own = text + (
        "  - name: dim_B\n    meaning: B cells with little CD45\n    parent: B_lineage\n"
        "    ways:\n      - { by: CD45 dim, all_of: { CD45: dim } }\n"
    )
    for name, level in (("good", "dim"), ("bad", "dusk")):
        (tmp_path / name).mkdir()
        changed = own.replace("CD45: dim }", f"CD45: {level} }}")
        (tmp_path / name / "populations.yaml").write_text(changed, encoding="utf-8")
    assert main(["gate", str(leukemic), "--panels", str(tmp_path / "good"), "--json"]) == 0
    names = [p["population"] for p in json.loads(capsys.readouterr().out)["populations"]]
    assert names[-1] == "dim_B"
    assert main(["gate", str(leukemic), "--panels", str(tmp_path / "bad")]) == 1
    assert "CD45 has no level dusk" in capsys.readouterr().err


def test_a_matrix_may_be_given_without_a_strategy(leukemic, tmp_path, capsys):
    detectors = read_fcs(leukemic).spillover.detectors
    rows = [[float(a == b) for b in detectors] for a in detectors]
    matrix = tmp_path / "matrix.csv"
    lines = [",".join(detectors), *(",".join(map(str, row)) for row in rows)]
    matrix.write_text("\n".join(lines) + "\n", encoding="utf-8")
    cuts = []
    for more in ([], ["--matrix", str(matrix)]):
        assert main(["gate", str(leukemic), "--json", *more]) == 0
        found = json.loads(capsys.readouterr().out)["cuts"]
        cuts.append({cut["marker"]: cut["cut"] for cut in found})
    assert cuts[0].keys() == cuts[1].keys()
    assert cuts[0] != cuts[1]
