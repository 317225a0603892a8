"""flowpheno case."""

import json

import pytest

from flowpheno.cli import main

CASE = """
patient: P1
diagnosis: B-precursor acute lymphoblastic leukaemia
known_bcp_all: true
simulated: true
remissions:
  - {{after: D}}
specimens:
  - {{id: D, material: bone_marrow, order: 0, phase: diagnosis, flow: not_reported}}
  - id: R
    material: bone_marrow
    site_text: left ilium
    order: 1
    flow: performed
    fcs: [{fcs}]
"""


@pytest.fixture
def write_case(tmp_path):
    def write(fcs):
        path = tmp_path / "case.yaml"
        path.write_text(CASE.format(fcs=json.dumps(str(fcs))))
        return path

    return write


def test_a_relapse_is_confirmed_by_flow(write_case, leukemic, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["case", str(write_case(leukemic)), "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert "RELAPSE_CONFIRMED_BY_FLOW" in said.out
    assert str(out / "report" / "case.html") in said.err
    stored = json.loads((out / "case.json").read_text(encoding="utf-8"))
    assert stored["verdict"] == "RELAPSE_CONFIRMED_BY_FLOW"
    assert (out / "specimens" / "R" / "specimens.csv").is_file()


def test_a_file_that_is_none_leaves_the_case_open(write_case, tmp_path, capsys):
    broken = tmp_path / "broken.fcs"
    broken.write_text("<html>")
    out = tmp_path / "out"
    assert main(["case", str(write_case(broken)), "--out", str(out), "--json"]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["verdict"] == "UNRESOLVED"
    assert "broken.fcs" in said.err
    (unread,) = json.loads(said.out)["unread"]
    page = (out / "report" / "case.html").read_text("utf-8")
    assert "Files that could not be used" in page
    assert unread.partition(": ")[2][:20] in page


def test_a_case_that_is_none_is_one_line(tmp_path, one_line):
    path = tmp_path / "case.yaml"
    path.write_text("patient: [P1\n")
    assert main(["case", str(path), "--out", str(tmp_path / "out")]) == 1
    assert "case.yaml" in one_line()


# --- the diagnosis beside it, and what went wrong at relapse -------------------
RELAPSE = """
patient: P9
diagnosis: B-precursor acute lymphoblastic leukaemia
known_bcp_all: true
simulated: true
remissions: [{after: D}]
specimens:
  - {id: D, material: bone_marrow, order: 0, phase: diagnosis, flow: performed, fcs: [x-diagnosis.fcs]}
  - id: R
    material: bone_marrow
    site_text: left posterior ilium
    order: 1
    flow: performed
    therapy: [anti_CD19]
    fcs: [x-relapse.fcs]
"""  # noqa: E501 - a line of YAML


def judge_relapse(tmp_path, scenario):
    arguments = ["simulate", "relapse", str(tmp_path), "--scenario", scenario, "--name", "x"]
    arguments += ["--tube", "lineage_full", "--events", "5000", "--percent", "80,40"]
    assert main(arguments) == 0
    (tmp_path / "case.yaml").write_text(RELAPSE, encoding="utf-8")
    out = tmp_path / "out"
    bundle = out / "case.fhir.json"
    arguments = ["case", str(tmp_path / "case.yaml"), "--out", str(out), "--fhir", str(bundle)]
    assert main(arguments) == 0
    return json.loads((out / "case.json").read_text(encoding="utf-8")), bundle


def test_a_relapse_that_lost_cd19_is_found_and_the_loss_is_said(tmp_path, capsys):
    case, bundle = judge_relapse(tmp_path, "cd19_loss")
    said = capsys.readouterr()
    assert case["verdict"] == "RELAPSE_CONFIRMED_BY_FLOW"
    (compared,) = case["comparisons"]
    assert "CD19" in compared["masked"]  # after therapy against it a loss cannot be told
    assert "not comparable: CD19" in said.out
    assert any("may lack CD19" in sentence for sentence in case["sentences"])
    assert (tmp_path / "out" / "comparisons" / "R" / "shifts.csv").is_file()
    assert "FHIR bundle" in said.err
    report = json.loads(bundle.read_text(encoding="utf-8"))["entry"][-1]["resource"]
    assert report["resourceType"] == "DiagnosticReport"
    assert "R against D" in report["conclusion"]


def test_a_lineage_switch_is_no_relapse_by_flow_and_no_negative(tmp_path, capsys):
    case, _ = judge_relapse(tmp_path, "lineage_switch")
    capsys.readouterr()
    assert case["verdict"] == "UNRESOLVED"
    assert case["timeline"][1]["verdict"] == "NOT_B_PRECURSOR_BLASTS"
    assert any("another lineage" in sentence for sentence in case["sentences"])
    assert any("genetic" in words for words in case["recommendations"])
    assert "aberrant population" in case["clonality"]


def test_discordant_sites_stand_beside_a_relapse(tmp_path, leukemic, capsys):
    stated = "{verdict: NO_ABERRANT_B_PRECURSOR, by: report}"
    text = CASE.format(fcs=json.dumps(str(leukemic)))
    text = text.replace("order: 0", "date: 2020-01-01").replace("order: 1", "date: 2024-05-01")
    text += (
        "  - {id: N, material: bone_marrow, site_text: right ilium, date: 2024-05-03, "
        f"flow: performed, verdict: {stated}}}\n"
    )
    path = tmp_path / "case.yaml"
    path.write_text(text, encoding="utf-8")
    assert main(["case", str(path), "--out", str(tmp_path / "out"), "--json"]) == 0
    case = json.loads(capsys.readouterr().out)
    assert case["verdict"] == "RELAPSE_CONFIRMED_BY_FLOW"
    assert case["flags"] == ["DISCORDANT_SITES"]


def test_the_denominator_of_a_case_is_said_and_alters_no_state(write_case, leukemic, tmp_path):
    states = set()
    for name in ("nucleated_all", "mononuclear"):
        out = tmp_path / name
        arguments = ["case", str(write_case(leukemic)), "--out", str(out), "--denominator", name]
        assert main(arguments) == 0
        case = json.loads((out / "case.json").read_text(encoding="utf-8"))
        assert case["timeline"][1]["denominator"] == name
        states.add(case["verdict"])
    assert states == {"RELAPSE_CONFIRMED_BY_FLOW"}


def test_a_patient_with_a_name_is_not_exported(write_case, leukemic, tmp_path, capsys):
    path = write_case(leukemic)
    path.write_text(path.read_text(encoding="utf-8").replace("P1", "Doe, Jane"), encoding="utf-8")
    bundle = tmp_path / "b.json"
    assert main(["case", str(path), "--out", str(tmp_path / "out"), "--fhir", str(bundle)]) == 1
    assert "is no pseudonym" in capsys.readouterr().err
    assert not bundle.exists()
