"""flowpheno inspect."""

import json

import pytest

from flowpheno.cli import main


def test_says_what_the_file_is(leukemic, capsys):
    assert main(["inspect", str(leukemic), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["name"] == "leukemic"
    assert facts["data_sets"] == 1
    assert not facts["compensated"]
    assert {"CD10", "CD19", "cyCD3"} <= {c["marker"] for c in facts["channels"]}
    assert facts["spillover"]["matrix"][0][0] == 1


def test_in_a_pipe_every_row_is_a_line(leukemic, capsys):
    assert main(["inspect", str(leukemic)]) == 0
    said = capsys.readouterr()
    rows = [line.split("\t") for line in said.out.splitlines()]
    assert ["detector", "label", "marker", "fluorochrome", "kind", "measure"] in rows
    assert said.err == ""


@pytest.mark.parametrize(
    "content", [b"", b"<html></html>", b"FCS3.0    "], ids=["empty", "html", "cut"]
)
def test_what_is_no_fcs_is_refused_on_one_line(content, tmp_path, one_line):
    path = tmp_path / "odd.fcs"
    path.write_bytes(content)
    assert main(["inspect", str(path)]) == 1
    assert "odd.fcs" in one_line()


def test_a_missing_file_is_named(tmp_path, one_line):
    assert main(["inspect", str(tmp_path / "absent.fcs")]) == 1
    assert "absent.fcs" in one_line()
