"""Cohorts: every combination, each file alone reproducible, the truth beside them."""

import shlex

import numpy as np
import pandas as pd
import pytest

from flowpheno.cli import main
from flowpheno.errors import SimulationError
from flowpheno.panel.tubes import builtin_tubes
from flowpheno.pipeline.manifest import read_manifest
from flowpheno.reading import read_fcs
from flowpheno.simulation import (
    CohortDesign,
    Conditions,
    load_specification,
    plan_cohort,
    resolve_archetypes,
    write_cohort,
)

OTHER = Conditions(gain_sd=0.05, clog=False, lost=("CD20", "CD34"), dead=0.2)
SPECIFICATION = load_specification()


def design(**options):
    return CohortDesign(
        **{
            "tube": "aieop_bfm_8c",
            "archetypes": ("common", "AML"),
            "backgrounds": ("steady_child", "early_regen"),
            "percents": (50.0, 0.5),
            "repeats": 2,
            "blast_free": 3,
            "n_events": 400,
            "seed": 9,
            **options,
        }
    )


def test_every_combination_is_planned_once():
    planned = plan_cohort(design())
    assert len(planned) == 2 * 2 * 2 * 2 + 2 * 3
    assert len({p.name for p in planned}) == len({p.seed for p in planned}) == len(planned)


def test_the_seed_of_a_file_does_not_depend_on_what_else_is_made():
    alone = plan_cohort(design(archetypes=("AML",), percents=(0.5,), repeats=1, blast_free=0))
    every = {p.name: p for p in plan_cohort(design())}
    assert all(every[p.name] == p for p in alone)
    other = {p.name: p for p in plan_cohort(design(seed=10))}
    assert all(other[name].seed != p.seed for name, p in every.items())


@pytest.mark.parametrize(
    ("words", "n"), [(["all"], 8), (["none"], 0), (["CRLF2", "all", "CRLF2"], 8)]
)
def test_groups_of_archetypes(words, n):
    found = resolve_archetypes(SPECIFICATION, words)
    assert len(found) == len(set(found)) == n


def test_all_and_others_are_everything_there_is():
    both = resolve_archetypes(SPECIFICATION, ["all", "others"])
    assert set(both) == set(SPECIFICATION.blasts)
    assert "burkitt_BIV" in resolve_archetypes(SPECIFICATION, ["others"])


def test_an_unknown_archetype_lists_those_there_are():
    with pytest.raises(SimulationError, match="no blast archetype 'x'; there are all, others"):
        resolve_archetypes(SPECIFICATION, ["x"])


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cohort")
    planned = plan_cohort(design(repeats=1, blast_free=1, percents=(50.0,), conditions=OTHER))
    write_cohort(folder, planned, specification=SPECIFICATION, tubes=builtin_tubes())
    return folder


def test_the_truth_is_that_of_the_labels(cohort):
    truth = pd.read_csv(cohort / "truth.csv", keep_default_na=False)
    assert truth["expected"].value_counts().to_dict() == {
        "positive": 2, "NOT_B_PRECURSOR_BLASTS": 2, "negative": 2,
    }  # fmt: skip
    for row in truth.to_dict("records"):
        labels = pd.read_parquet(cohort / f"{row['specimen']}.labels.parquet")["label"]
        assert row["n_blasts"] == (labels == "blast").sum()
        assert row["n_dead"] == (labels == "dead").sum()
        assert row["n_events"] == len(labels)
        assert float(row["blast_percent"]) == pytest.approx(100 * row["n_blasts"] / 400)


def test_the_manifest_can_be_used(cohort):
    rows = read_manifest(cohort / "manifest.csv")
    assert all(path.is_file() for path in rows)
    assert len(rows) == 6
    assert {row.known_bcp_all for row in rows.values()} == {None}


def test_the_command_of_the_truth_makes_the_same_file(cohort, tmp_path, monkeypatch):
    row = pd.read_csv(cohort / "truth.csv").iloc[0]
    monkeypatch.chdir(tmp_path)
    assert main(shlex.split(row["command"])[1:]) == 0
    again, first = (read_fcs(folder / row["path"]).events for folder in (tmp_path, cohort))
    np.testing.assert_array_equal(again, first)


def test_two_of_one_name_are_refused(tmp_path):
    plan = plan_cohort(design())[0]
    with pytest.raises(SimulationError, match="two marrows would be called common-steady_child"):
        write_cohort(tmp_path, [plan, plan], specification=SPECIFICATION, tubes=builtin_tubes())
    assert list(tmp_path.iterdir()) == []
