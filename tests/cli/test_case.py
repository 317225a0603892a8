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


def test_a_case_that_is_none_is_one_line(tmp_path, one_line):
    path = tmp_path / "case.yaml"
    path.write_text("patient: [P1\n")
    assert main(["case", str(path), "--out", str(tmp_path / "out")]) == 1
    assert "case.yaml" in one_line()
