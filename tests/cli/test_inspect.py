"""flowpheno inspect."""

import hashlib
import json
import tracemalloc

import pytest

from flowpheno.cli import main
from tests.fcs.fcs_bytes import build_header, build_text, describe, float_file


def test_says_what_the_file_is(leukemic, capsys):
    assert main(["inspect", str(leukemic), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["name"] == "leukemic"
    (held,) = facts["data_sets"]
    assert (held["types"], held["bits"], held["events"]) == ("F", [32], facts["events"])
    assert "sha256" not in facts
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


def test_hash_on_request(leukemic, capsys):
    assert main(["inspect", str(leukemic), "--json", "--hash"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["sha256"] == hashlib.sha256(leukemic.read_bytes()).hexdigest()


def test_data_are_not_read(tmp_path, capsys):
    """Two gigabytes of holes: reading them would take seconds and their size in memory."""
    path = tmp_path / "vast.fcs"
    n_events = 25_000_000
    keywords = describe(n_events, 20, P1S="CD19")
    begin = 4000
    keywords |= {"$BEGINDATA": str(begin), "$ENDDATA": str(begin + n_events * 80 - 1)}
    text = build_text(keywords)
    with path.open("wb") as file:
        file.write(build_header("FCS3.1", 58, 57 + len(text), 0, 0, 0, 0) + text)
        file.truncate(begin + n_events * 80)
    tracemalloc.start()
    assert main(["inspect", str(path), "--json"]) == 0
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert json.loads(capsys.readouterr().out)["events"] == n_events
    assert peak < 100e6


def test_strict(tmp_path, one_line):
    path = tmp_path / "off.fcs"
    path.write_bytes(float_file([[1.0]], end_shift=1, behind=b"00000000"))
    assert main(["inspect", str(path), "--strict"]) == 1
    assert "bytes off" in one_line()


@pytest.mark.parametrize(
    ("more", "seconds"),
    [
        ({"BTIM": "10:00:00", "ETIM": "10:01:30.25"}, 90),
        ({"BTIM": "23:59:30", "ETIM": "00:00:30"}, 60),
        ({"BEGINDATETIME": "2026-01-01T10:00:00", "ENDDATETIME": "2026-01-01T10:00:05"}, 5),
        ({"BEGINDATETIME": "2026-01-01T10:00:00Z", "ENDDATETIME": "2026-01-01T10:00:05"}, None),
        ({"BTIM": "soon", "ETIM": "later"}, None),
        ({}, None),
    ],
)
def test_length_of_the_acquisition(tmp_path, capsys, more, seconds):
    path = tmp_path / "timed.fcs"
    path.write_bytes(float_file([[1.0]], **more))
    assert main(["inspect", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["data_sets"][0]["seconds"] == seconds


def test_every_file_of_the_corpus_is_described_or_refused(data_dir, capsys):
    for path in sorted((data_dir / "fcs_corpus").rglob("*")):
        if path.suffix.lower() not in {".fcs", ".lmd"}:
            continue
        refused = path.name in {"corrupted.fcs", "sample_header.fcs"}
        assert main(["inspect", str(path), "--json"]) == refused, path.name
        said = capsys.readouterr()
        if not refused:
            assert json.loads(said.out)["events"] > 0, path.name
