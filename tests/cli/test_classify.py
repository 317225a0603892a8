"""flowpheno classify: a folder in which some files cannot be used."""

import hashlib
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
        "blasts / cells",
        "percent",
        "of",
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


# --- gates that a person drew ---

DRAWN = """\
kind: strategy
scales:
  wide: {type: logicle, T: 262144, W: 0.5, M: 4.5}
gates:
  - id: nucleated
    type: threshold
    dimension: {channel: FSC-A}
    above: 20000
  - id: B_lineage
    type: threshold
    parent: nucleated
    dimension: {channel: CD19, compensation: FCS, scale: wide}
    above: 2
  - id: bright
    type: threshold
    parent: nucleated
    dimension: {channel: CD45, compensation: FCS, scale: wide}
    above: 0.7
"""


@pytest.fixture
def gates(tmp_path):
    path = tmp_path / "corrected.yaml"
    path.write_text(DRAWN, encoding="utf-8")
    return path


@pytest.mark.parametrize("jobs", ["1", pytest.param("2", marks=pytest.mark.slow)])
def test_a_drawn_gate_is_an_edit_in_every_output(leukemic, normal, gates, tmp_path, capsys, jobs):
    out = tmp_path / "out"
    arguments = ["classify", str(leukemic), str(normal), "--out", str(out), "--gates", str(gates)]
    report = "--report" if jobs == "1" else "--no-report"
    assert main([*arguments, "--events", "--jobs", jobs, report]) == 0
    assert "GATE_EDITED" in capsys.readouterr().out
    sha256 = hashlib.sha256(gates.read_bytes()).hexdigest()
    run = json.loads((out / "results.json").read_text(encoding="utf-8"))
    assert run["definitions"]["gates: corrected.yaml"] == sha256
    (specimen,) = [s for s in run["specimens"] if s["specimen"] == "leukemic"]
    assert specimen["verdict"]["verdict"] == "INDETERMINATE"  # no cell is left in the B lineage
    said = " ".join(specimen["verdict"]["limitations"])
    assert "Without the drawn gates the verdict would be CONFIRMED_BCP_ALL: " in said
    findings = pd.read_csv(out / "findings.csv").set_index("specimen").loc["leukemic"]
    edits = findings[findings["code"] == "GATE_EDITED"]
    assert set(edits["severity"]) == {"warning"}
    assert edits["message"].str.contains(f"corrected.yaml \\(sha256 {sha256}\\)").all()
    assert edits["message"].str.contains(r"\d+ events before, \d+ after").all()
    removed = findings[findings["code"] == "GATE_REMOVED_CANDIDATES"]
    assert removed["severity"].tolist() == ["blocking"]
    populations = pd.read_csv(out / "populations.csv").set_index(["specimen", "population"])
    assert populations.loc[("leukemic", "bright"), "parent"] == "nucleated"
    assert populations.loc[("leukemic", "B_lineage"), "n"] == 0
    events = pd.read_parquet(out / "events" / "leukemic.parquet")
    assert events["bright"].sum() == populations.loc[("leukemic", "bright"), "n"]
    if report == "--report":
        pages = [p.read_text(encoding="utf-8") for p in (out / "report").glob("*.html")]
        page = next(p for p in pages if "corrected.yaml" in p and "leukemic" in p)
        assert sha256 in page
        assert "Without the drawn gates the verdict would be CONFIRMED_BCP_ALL" in page
        assert "GATE_REMOVED_CANDIDATES" in page


def test_gates_that_do_not_fit_a_tube_leave_it_as_it_was(leukemic, gates, results, tmp_path):
    gates.write_text(DRAWN.replace("CD19", "CD777"), encoding="utf-8")
    out = tmp_path / "out"
    arguments = ["classify", str(leukemic), "--out", str(out), "--gates", str(gates)]
    assert main([*arguments, "--no-report"]) == 0
    found, own = (pd.read_csv(folder / "specimens.csv") for folder in (out, results))
    columns = ["verdict", "n_blasts", "n_nucleated"]
    assert found[columns].equals(own[columns])
    findings = pd.read_csv(out / "findings.csv")
    (message,) = findings.loc[findings["code"] == "GATE_NOT_APPLIED", "message"]
    assert "leukemic has no channel CD777" in message


@pytest.mark.parametrize(
    ("content", "said"),
    [("kind: strategy\ngates: []\n", "line 2: gates"), ("kind: [", "line")],
    ids=["no gates", "no YAML"],
)
def test_gates_that_are_none_are_refused_before_a_file_is_judged(
    leukemic, gates, tmp_path, one_line, content, said
):
    gates.write_text(content, encoding="utf-8")
    out = tmp_path / "out"
    assert main(["classify", str(leukemic), "--out", str(out), "--gates", str(gates)]) == 1
    assert said in one_line()
    assert not list(out.glob("*.json"))


def test_gates_of_a_name_that_is_none_are_refused(leukemic, tmp_path, one_line):
    arguments = ["classify", str(leukemic), "--out", str(tmp_path), "--gates", "hand_drawn"]
    assert main(arguments) == 1
    assert "no strategy of that name; there are: b_precursor_8c" in one_line()


def test_the_percent_rule_is_used_and_said(leukemic, tmp_path):
    calls = {}
    for scheme in ("egil", "aieop_bfm"):
        out = tmp_path / scheme
        arguments = ["classify", str(leukemic), "--scheme", scheme, "--out", str(out)]
        assert main(arguments) == 0
        rows = pd.read_csv(out / "markers.csv", keep_default_na=False)
        assert set(rows["scheme"]) == {scheme}
        calls[scheme] = rows.set_index(["population", "marker"])
        page = next(p for p in (out / "report").glob("*.html") if p.name != "index.html")
        assert f"by the scheme <code>{scheme}</code>" in page.read_text(encoding="utf-8")
    egil, aieop_bfm = calls["egil"], calls["aieop_bfm"]
    assert (egil["rating"] == aieop_bfm["rating"]).all()
    measured = egil["rating"] != ""
    assert set(egil.loc[measured, "rating"]) <= {"negative", "weak", "strong"}
    percent = egil.loc[measured, "percent_positive"].astype(float)
    assert ((egil.loc[measured, "rating"] == "strong") == (percent >= 50)).all()


def test_an_unknown_percent_rule_is_refused(leukemic, tmp_path, capsys):
    assert main(["classify", str(leukemic), "--scheme", "mine", "--out", str(tmp_path)]) != 0
    assert "scheme 'mine' is none of egil, aieop_bfm" in capsys.readouterr().err
