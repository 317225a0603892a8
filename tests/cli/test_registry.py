"""flowpheno registry, and classify and compare with one."""

import json
import sqlite3
from contextlib import closing

import pandas as pd
import pytest

import flowpheno as fp
from flowpheno.cli import main

HEADER = "path,specimen,patient,date\n"


@pytest.fixture(scope="module")
def marrows(tmp_path_factory, write_marrow):
    """A patient at diagnosis and twice later, and a marrow of nobody."""
    folder = tmp_path_factory.mktemp("marrows")
    write_marrow(folder / "first.fcs", percent=60)
    write_marrow(folder / "second.fcs", percent=40, seed=4)
    write_marrow(folder / "third.fcs", seed=5, events=2000)
    write_marrow(folder / "nobody.fcs", seed=6, events=2000)
    return folder


def _classify(marrows, folder, rows, *more):
    """Judge some marrows with a registry beside the results."""
    manifest = marrows / f"{folder.name}.csv"
    manifest.write_text(HEADER + "".join(f"{row}\n" for row in rows))
    paths = [str(marrows / row.split(",")[0]) for row in rows]
    registry = folder.parent / "lab.db"
    arguments = ["classify", *paths, "--manifest", str(manifest), "--out", str(folder)]
    return main([*arguments, "--registry", str(registry), "--who", "ada", *more])


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory, marrows):
    """A registry after two runs, years apart: the diagnosis, then the rest."""
    folder = tmp_path_factory.mktemp("laboratory")
    first = ["first.fcs,dx,P1,2020-01-02"]
    later = ["second.fcs,rel,P1,2024-05-06", "third.fcs,after,P1,2024-07-08", "nobody.fcs,x,,"]
    assert _classify(marrows, folder / "a", first) == 0
    assert _classify(marrows, folder / "b", later, "--known-bcp-all") == 0
    return folder


@pytest.fixture
def lab(laboratory):
    return str(laboratory / "lab.db")


def test_a_relapse_is_compared_with_the_diagnosis_by_itself(laboratory):
    table = pd.read_csv(laboratory / "b" / "comparisons.csv").set_index("specimen")
    assert list(table.index) == ["after", "rel"]
    assert table.loc["rel", "earlier"] == "dx"
    assert table.loc["rel", "earlier_date"] == "2020-01-02"
    assert table.loc["rel", "comparison"] in {"PHENOTYPE_STABLE", "SHIFTED"}
    assert table.loc["after", "said"].startswith("No aberrant population here to compare with")
    shifts = pd.read_csv(laboratory / "b" / "comparisons" / "rel" / "shifts.csv")
    assert {"CD19", "CD10", "CD34"} <= set(shifts["marker"])
    content = json.loads((laboratory / "b/comparisons/rel/comparison.json").read_text("utf-8"))
    assert content["verdict"] == table.loc["rel", "comparison"]


def test_the_pages_say_so(laboratory):
    page = (laboratory / "b" / "report" / "rel.html").read_text("utf-8")
    assert "Compared with dx of 2020-01-02, the earliest with blasts in the registry" in page
    assert 'href="rel.compared.html"' in page
    assert (laboratory / "b" / "report" / "rel.compared.html").is_file()
    first = (laboratory / "a" / "report" / "dx.html").read_text("utf-8")
    assert "The registry has no earlier specimen of this patient with blasts." in first
    nobody = (laboratory / "b" / "report" / "x.html").read_text("utf-8")
    assert "Earlier specimens" not in nobody


def test_what_has_no_patient_is_said_and_not_stored(marrows, tmp_path, capsys):
    rows = ["nobody.fcs,x,,", "third.fcs,y,Jane Doe,"]
    assert _classify(marrows, tmp_path / "out", rows, "--no-report") == 0
    said = capsys.readouterr().err
    assert "1 not stored, no patient pseudonym in the manifest: x" in said
    assert "1 not stored, the patient is no pseudonym" in said
    assert "y (Jane Doe)" in said


def test_judging_again_stores_nothing_new(laboratory, marrows, lab, capsys):
    again = laboratory / "again"
    first = ["first.fcs,dx,P1,2020-01-02"]
    assert _classify(marrows, again, first, "--no-report") == 0
    capsys.readouterr()
    assert main(["registry", "history", lab, "dx", "--json"]) == 0
    assert [version["number"] for version in json.loads(capsys.readouterr().out)] == [1]


def test_list(lab, capsys):
    assert main(["registry", "list", lab, "--patient", "P1"]) == 0
    header, *rows = capsys.readouterr().out.splitlines()
    assert header.split("\t")[:3] == ["patient", "specimen", "date"]
    assert [row.split("\t")[1] for row in rows] == ["dx", "rel", "after"]
    assert main(["registry", "list", lab, "--json"]) == 0
    listed = {row["specimen"]: row for row in json.loads(capsys.readouterr().out)}
    assert listed["dx"]["verdict"] == "CONFIRMED_BCP_ALL"
    assert listed["dx"]["simulated"] is True


def test_show(lab, capsys, tmp_path):
    assert main(["registry", "show", lab, "P1/dx", "--out", str(tmp_path / "again")]) == 0
    said = capsys.readouterr().out
    assert said.startswith("P1/dx, version 1 (final), stored ")
    assert "CD10\tpositive" in said
    specimens = pd.read_csv(tmp_path / "again" / "specimens.csv")
    assert specimens["verdict"].item() == "CONFIRMED_BCP_ALL"
    assert main(["registry", "show", lab, "dx", "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["result"]["specimen"] == "dx"
    assert "markers.yaml" in " ".join(content["definitions"])


def test_history_says_when_by_whom_and_why(lab, capsys):
    assert main(["registry", "history", lab, "rel"]) == 0
    header, row = capsys.readouterr().out.splitlines()
    facts = dict(zip(header.split("\t"), row.split("\t"), strict=True))
    assert (facts["version"], facts["status"], facts["who"]) == ("1", "final", "ada")


def test_verify(lab, capsys, tmp_path):
    assert main(["registry", "verify", lab]) == 0
    assert capsys.readouterr().out.endswith("all agrees\n")
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(lab)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        target.execute("DROP TRIGGER audit_update")
        target.execute("UPDATE audit SET who = 'eve' WHERE seq = 2")
        target.commit()
    assert main(["registry", "verify", str(copy)]) == 1
    said = capsys.readouterr().out
    assert said.startswith("broken: link 2: is not what was written: its hash is another\n")
    assert main(["registry", "verify", str(copy), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["broken"][0]["link"] == 2


def test_export_and_import(lab, laboratory, capsys, tmp_path):
    bundle, other = tmp_path / "p1.json", str(tmp_path / "other.db")
    assert main(["registry", "export", lab, "--out", str(bundle), "--patient", "P1"]) == 0
    assert not list(tmp_path.glob("*.partial"))
    capsys.readouterr()
    for outcome in ("new specimen", "already stored"):
        assert main(["registry", "import", other, str(bundle), "--who", "eve", "--json"]) == 0
        stored = json.loads(capsys.readouterr().out)
        assert [row["outcome"] for row in stored] == [outcome] * 3
    folder = str(laboratory / "b")
    assert main(["registry", "import", other, folder, "--who", "eve"]) == 1  # one has no patient
    said = capsys.readouterr()
    assert said.out.count("already stored") == 2
    assert "1 not stored, no patient pseudonym" in said.err


def test_an_import_says_how_an_older_result_is_put_back(laboratory, tmp_path, capsys):
    registry, folder = str(tmp_path / "lab.db"), tmp_path / "changed"
    first = str(laboratory / "a")
    main(["registry", "import", registry, first])
    content = json.loads((laboratory / "a" / "results.json").read_text("utf-8"))
    content["specimens"][0]["site"] = "sternum"
    folder.mkdir()
    (folder / "plots").symlink_to(laboratory / "a" / "plots")
    for tube in content["specimens"][0]["tubes"]:
        tube["plots"] = "none.json"
    (folder / "none.json").write_text("[]")
    (folder / "results.json").write_text(json.dumps(content))
    assert main(["registry", "import", registry, str(folder), "--reason", "site added"]) == 0
    capsys.readouterr()
    assert main(["registry", "import", registry, first]) == 0
    assert "already stored as version 1, the newest is 2; give --reason" in capsys.readouterr().err
    assert main(["registry", "import", registry, first, "--reason", "it was not known"]) == 0
    assert main(["registry", "history", registry, "dx"]) == 0
    assert "it was not known" in capsys.readouterr().out


def test_compare_takes_specimens_of_a_registry(lab, laboratory, capsys):
    arguments = ["compare", "registry:P1/dx", "registry:rel", "--registry", lab, "--json"]
    assert main(arguments) == 0
    both = json.loads(capsys.readouterr().out)
    content = json.loads((laboratory / "b/comparisons/rel/comparison.json").read_text("utf-8"))
    assert both == content


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["compare", "registry:dx", "registry:rel"], 2, "does not exist: registry:dx"),
        (["registry", "list", "absent.db"], 1, "absent.db: there is no such registry"),
        (["registry", "show", "{lab}", "nothing"], 1, "nothing: the registry has no such"),
        (["compare", "registry:dx", "registry:no", "--registry", "{lab}"], 1, "no: the registry"),
        (["registry", "import", "{lab}", "absent"], 1, "absent/results.json"),
        (["registry", "list", "mysql://lab"], 1, "'mysql' is no kind of registry"),
    ],
)
def test_what_cannot_be_done_is_one_line(arguments, status, said, lab, one_line):
    assert main([argument.format(lab=lab) for argument in arguments]) == status
    assert said in one_line()


def test_a_registry_that_cannot_be_used_costs_no_judging(marrows, tmp_path, one_line):
    registry = tmp_path / "lab.db"
    registry.write_text("this is no database, but it has a long enough beginning" * 30)
    arguments = ["classify", str(marrows), "--out", str(tmp_path / "out")]
    assert main([*arguments, "--registry", str(registry)]) == 1
    assert "not a registry" in one_line()
    assert not (tmp_path / "out").exists()


def test_the_same_in_python(marrows, tmp_path, lab):
    for name in ("third.fcs", "nobody.fcs"):
        (tmp_path / name).write_bytes((marrows / name).read_bytes())
    manifest, registry = tmp_path / "samples.csv", tmp_path / "lab.db"
    manifest.write_text(HEADER + "third.fcs,t,P1,2021-01-02\n")
    cohort = fp.classify_directory(tmp_path, manifest=manifest, registry=registry, who="ada")
    assert [stored.specimen for stored in cohort.memory.stored.stored] == ["t"]
    assert cohort.memory.stored.without_patient == ("nobody",)
    cohort.write(tmp_path / "out", report=False)
    assert len(pd.read_csv(tmp_path / "out" / "comparisons.csv")) == 1
    with fp.registry.open_registry(registry) as opened:
        assert len(fp.registry.list_specimens(opened)) == 1
    compared = fp.compare("registry:P1/dx", "registry:rel", registry=lab)
    assert "CD19" in set(compared.table["marker"])


def test_in_python_who_stores_must_be_said(tmp_path):
    with pytest.raises(fp.FlowphenoError, match="who stores a result must be said"):
        fp.classify_directory(tmp_path, registry=tmp_path / "lab.db")
