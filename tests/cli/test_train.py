"""``flowpheno train``, and ``classify --model`` with what it wrote."""

import csv
import json

import pandas as pd
import pytest

pytest.importorskip("skops.io")

from flowpheno.cli import main
from flowpheno.evaluation import read_event_labels
from flowpheno.panel.evaluation import load_evaluation_rules
from flowpheno.panel.files import builtin_directory
from flowpheno.panel.tubes import builtin_tubes
from flowpheno.simulation import (
    CohortDesign,
    load_specification,
    plan_cohort,
    write_cohort,
)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    """Seven small simulated marrows with their labels."""
    folder = tmp_path_factory.mktemp("cohort")
    design = CohortDesign(
        tube="euroflow_bcp_all_mrd_t1",
        archetypes=("common", "BCR_ABL1"),
        backgrounds=("steady_child",),
        percents=(20.0, 5.0),
        blast_free=3,
        n_events=3_000,
        seed=401,
    )
    specification = load_specification()
    planned = plan_cohort(design)
    write_cohort(folder, planned, specification=specification, tubes=builtin_tubes())
    return folder


@pytest.fixture(scope="module")
def panels(tmp_path_factory):
    """Small trees: quick."""
    folder = tmp_path_factory.mktemp("panels")
    text = (builtin_directory() / "learning.yaml").read_text(encoding="utf-8")
    for before, after in (
        ("trees: 120", "trees: 10"),
        ("bins: 255", "bins: 32"),
        ("folds: 5", "folds: 2"),
        ("calibration_folds: 3", "calibration_folds: 2"),
        ("anchor_events: 200", "anchor_events: 50"),
        ("outside_percent: 5.0", "outside_percent: 20"),
    ):
        assert before in text
        text = text.replace(before, after)
    (folder / "learning.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def model(cohort, panels, tmp_path_factory):
    out = tmp_path_factory.mktemp("model") / "small.skops"
    words = ["--labels", cohort, "--manifest", cohort / "manifest.csv", "--panels", panels]
    assert main(list(map(str, ["train", cohort, *words, "--out", out]))) == 0
    return out


def test_the_card_says_what_was_learned_of_whom(model):
    card = json.loads(model.with_suffix(".card.json").read_text(encoding="utf-8"))
    assert card["simulated"] is True
    assert (card["n_specimens"], card["n_patients"]) == (7, 7)
    assert {"CD19", "CD10", "FSC"} <= set(card["required"])
    rows = card["out_of_fold"]["specimens"]
    assert len(rows) == 7
    assert {row["fold"] for row in rows} == {1, 2}
    with_blasts = [row for row in rows if row["n_true"]]
    assert all(row["f1"] == pytest.approx(_f1(row)) for row in with_blasts)
    groups = {group["name"]: group for group in card["out_of_fold"]["groups"]}
    assert groups["no blasts"]["n"] == 3
    assert groups["with B-precursor blasts"]["f1_median"]["low"] <= 1


def _f1(row):
    return 2 * row["n_both"] / (row["n_true"] + row["n_called"])


def test_the_card_for_people_says_that_it_is_simulated_and_for_research(model):
    page = model.with_suffix(".card.md").read_text(encoding="utf-8")
    assert page.startswith("# Model card: small\n")
    assert "**Trained on SIMULATED files.** **Research use only.**" in page
    assert "## Not for" in page
    assert "- cytometers: simulated" in page


def test_classify_asks_it(model, cohort, panels, tmp_path):
    (path,) = cohort.glob("common-*-20pct-1.fcs")
    words = ["--model", model, "--panels", panels, "--known-bcp-all", "--events", "--no-report"]
    assert main(list(map(str, ["classify", path, *words, "--out", tmp_path]))) == 0
    (events,) = (tmp_path / "events").glob("*.parquet")
    table = pd.read_parquet(events)
    truth = read_event_labels(path.with_suffix(".labels.parquet"), load_evaluation_rules())
    assert ((table["blast_probability"] > 0.5) == truth.blasts).mean() > 0.95
    with (tmp_path / "findings.csv").open(encoding="utf-8") as file:
        codes = [row["code"] for row in csv.DictReader(file)]
    assert codes[0] in {"MODEL_EVIDENCE", "MODEL_DISAGREES"}
    run = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert "model: small" in run["definitions"]


def test_without_a_manifest_names_of_files_stay_out_of_the_card(cohort, panels, tmp_path, capsys):
    out = tmp_path / "nameless.skops"
    words = ["--labels", cohort, "--panels", panels, "--out", out]
    assert main(list(map(str, ["train", cohort, *words]))) == 0
    assert "every file is taken for a patient of its own" in capsys.readouterr().err
    text = out.with_suffix(".card.json").read_text(encoding="utf-8")
    assert "common" not in text
    assert "specimen 1" in text


def test_too_few_patients_are_refused(cohort, panels, tmp_path, capsys):
    manifest = tmp_path / "manifest.csv"
    lines = [f"{path},P{n % 3}\n" for n, path in enumerate(sorted(cohort.glob("*.fcs")))]
    manifest.write_text("path,patient\n" + "".join(lines), encoding="utf-8")
    words = ["--labels", cohort, "--manifest", manifest, "--panels", panels]
    assert main(list(map(str, ["train", cohort, *words, "--out", tmp_path / "x.skops"]))) == 1
    assert "3 patients, need at least 6" in capsys.readouterr().err
    assert not (tmp_path / "x.skops").exists()


def test_a_model_that_is_none_is_refused_before_any_file_is_judged(cohort, tmp_path, capsys):
    bad = tmp_path / "bad.skops"
    bad.write_bytes(b"no model")
    words = ["--model", bad, "--out", tmp_path / "out"]
    assert main(list(map(str, ["classify", cohort, *words]))) == 1
    assert "not a learned model" in capsys.readouterr().err
    assert not (tmp_path / "out" / "results.json").exists()


def test_labels_of_another_length_cost_one_file(cohort, panels, tmp_path, capsys):
    path = next(iter(sorted(cohort.glob("*.fcs"))))
    labels = tmp_path / f"{path.stem}.labels.csv"
    labels.write_text("blast\n0\n1\n", encoding="utf-8")
    words = ["--labels", labels, "--panels", panels, "--out", tmp_path / "x.skops"]
    assert main(list(map(str, ["train", path, *words]))) == 1
    said = capsys.readouterr().err
    assert "2 labels, but the file has" in said
    assert "0 patients, need at least 6" in said


def test_what_does_not_exist_is_a_slip_of_the_pen(tmp_path, capsys):
    words = ["--labels", tmp_path / "none", "--out", tmp_path / "x.skops"]
    assert main(list(map(str, ["train", tmp_path, *words]))) == 2
    assert "does not exist" in capsys.readouterr().err
