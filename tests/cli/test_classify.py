"""flowpheno classify: a folder in which some files cannot be used."""

import json

import pandas as pd
import pytest

from flowpheno.cli import main

NAME = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def mixed(tmp_path_factory, leukemic):
    """A folder with one good file and three that are none, and its manifest."""
    folder = tmp_path_factory.mktemp("mixed")
    content = leukemic.read_bytes()
    (folder / "good.fcs").write_bytes(content)
    (folder / "truncated.fcs").write_bytes(content[: len(content) // 2])
    (folder / "page.fcs").write_text("<!DOCTYPE html><html><body>404 not found</body></html>")
    (folder / "empty.fcs").write_bytes(b"")
    manifest = folder / "samples.csv"
    manifest.write_text(f"path,specimen,patient,site\ngood.fcs,{NAME},P1,left\n")
    return folder, manifest


@pytest.fixture(scope="module")
def outcome(mixed, tmp_path_factory):
    """Status and folder of one run over it, with everything asked for."""
    folder, manifest = mixed
    out = tmp_path_factory.mktemp("out")
    arguments = ["classify", str(folder), "--manifest", str(manifest), "--events", "--json"]
    status = main([*arguments, "--out", str(out)])
    return status, out


def test_the_good_file_is_judged_and_the_others_are_rows(outcome):
    status, out = outcome
    assert status == 1
    specimens = pd.read_csv(out / "specimens.csv")
    assert specimens[["specimen", "patient"]].to_numpy().tolist() == [[NAME, "P1"]]
    assert specimens["verdict"].item() == "CONFIRMED_BCP_ALL"
    failures = pd.read_csv(out / "failures.csv")
    names = [path.rsplit("/", 1)[-1] for path in failures["path"]]
    assert names == ["empty.fcs", "page.fcs", "truncated.fcs"]
    assert set(failures["error"]) == {"FcsError"}
    assert not failures["message"].str.contains("\n").any()


def test_the_truth_of_the_simulation_is_found_event_by_event(outcome, leukemic):
    _, out = outcome
    (path,) = (out / "events").iterdir()
    found = pd.read_parquet(path)["blasts"].to_numpy(bool)
    truth = pd.read_parquet(leukemic.with_suffix(".labels.parquet"))
    blasts = truth["label"].to_numpy() == "blast"
    both = (found & blasts).sum()
    assert 2 * both / (found.sum() + blasts.sum()) > 0.95


def test_pages_escape_names_and_say_simulated(outcome):
    _, out = outcome
    pages = [page.read_text(encoding="utf-8") for page in (out / "report").glob("*.html")]
    assert len(pages) == 2
    for page in pages:
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page
        assert "SIMULATED" in page.upper()
        assert "RESEARCH USE ONLY" in page.upper()


def test_in_a_pipe_there_is_a_table_and_nothing_else(leukemic, tmp_path, capsys):
    assert main(["classify", str(leukemic), "--out", str(tmp_path), "--no-report"]) == 0
    said = capsys.readouterr()
    header, row = said.out.splitlines()
    assert header.split("\t") == [
        "specimen",
        "verdict",
        "blasts / nucleated",
        "percent",
        "reasons",
    ]
    assert row.startswith("leukemic\tCONFIRMED_BCP_ALL\t")
    assert said.err == ""
    assert not (tmp_path / "report").exists()


def test_json_is_the_table_and_the_failures(mixed, tmp_path, capsys):
    folder, _ = mixed
    arguments = ["classify", str(folder / "page.fcs"), "--out", str(tmp_path), "--json"]
    assert main(arguments) == 1
    content = json.loads(capsys.readouterr().out)
    assert content["specimens"] == []
    assert [failure["error"] for failure in content["failures"]] == ["FcsError"]


def test_a_file_that_cannot_be_used_is_named_on_one_line(mixed, tmp_path, capsys):
    folder, _ = mixed
    main(["classify", str(folder / "page.fcs"), "--out", str(tmp_path), "--no-report"])
    (line,) = capsys.readouterr().err.splitlines()
    assert "page.fcs" in line
    assert "HEADER" in line


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("absent.fcs", 2),
        ("nothing", 2),
        ("x.csv", 1),
        ("no_panels", 1),
        ("bad_panels", 1),
        ("t.npz", 1),
    ],
)
def test_bad_input_is_one_line_that_names_it(given, status, tmp_path, normal, one_line):
    (tmp_path / "nothing").mkdir()
    (tmp_path / "x.csv").write_text("path,therapy\na.fcs,homeopathy\n")
    (tmp_path / "bad_panels").mkdir()
    (tmp_path / "bad_panels" / "mrd.yaml").write_text("reference: no\n")
    (tmp_path / "t.npz").write_bytes(b"no template")
    options = {"x.csv": "--manifest", "t.npz": "--template", "nothing": None, "absent.fcs": None}
    option = options.get(given, "--panels")
    path = str(tmp_path / given)
    arguments = [path] if option is None else [str(normal), option, path]
    assert main(["classify", *arguments, "--out", str(tmp_path / "out")]) == status
    line = one_line()
    assert given in line or "no FCS file" in line


def test_the_manifest_names_every_bad_row(tmp_path, normal, one_line):
    path = tmp_path / "samples.csv"
    path.write_text("path,known_bcp_all\na.fcs,perhaps\na.fcs,yes\n")
    arguments = ["classify", str(normal), "--manifest", str(path), "--out", str(tmp_path / "out")]
    assert main(arguments) == 1
    line = one_line()
    assert "line 2: known_bcp_all is 'perhaps'" in line
