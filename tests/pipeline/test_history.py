"""Which earlier specimen is the diagnosis: the earliest positive one, by days where known."""

from dataclasses import replace

import pytest

from flowpheno.comparison import Profile
from flowpheno.pipeline.history import remember, run_of_kept
from flowpheno.pipeline.remembered import write_remembered
from flowpheno.registry import Signature, open_registry, read_result
from flowpheno.registry.content import content_of
from flowpheno.verdict import SpecimenVerdict
from tests.invented import run_of

ADA = Signature(who="ada")
CONFIRMED, MRD = SpecimenVerdict.CONFIRMED_BCP_ALL, SpecimenVerdict.POSITIVE_MRD
NEGATIVE = SpecimenVerdict.NO_ABERRANT_B_PRECURSOR


@pytest.fixture(scope="module")
def specimen():
    """Make a specimen; a test states only what it is about."""
    (result,) = run_of("marrow").specimens
    tube = result.tubes[0]
    blasts = Profile(population="blasts", tube="a", n=9, phenotype=tube.phenotypes[0], markers={})

    def make(name, date="", verdict=CONFIRMED, patient="P1"):
        profile = None if verdict is NEGATIVE else blasts
        kept = replace(tube, sha256=name, profile=profile, plots=())
        said = replace(result.verdict, verdict=verdict)
        facts = {"specimen": name, "patient": patient, "date": date}
        return replace(result, tubes=(kept,), verdict=said, **facts)

    return make


def _remember(path, *specimens):
    run = replace(run_of(), specimens=specimens, failures=())
    found = remember(run, path, ADA).remembered
    return {r.specimen: r.earlier and r.earlier.specimen for r in found}


def test_the_earliest_positive_one_is_the_diagnosis_whatever_the_order(tmp_path, specimen):
    path = tmp_path / "lab.db"
    relapse = specimen("relapse", "2024-05-06")
    assert _remember(path, relapse) == {"relapse": None}
    before = (
        specimen("negative", "2019-01-01", NEGATIVE),
        specimen("diagnosis", "2020-01-02"),
        specimen("mrd", "2020-02-04", MRD),
        specimen("later", "2025-01-01"),
        specimen("stranger", "2018-01-01", patient="P2"),
    )
    found = _remember(path, *before)
    assert found["diagnosis"] is None
    assert found["mrd"] == found["later"] == "diagnosis"
    assert _remember(path, relapse) == {"relapse": "diagnosis"}


def test_on_one_day_none_is_the_earlier(tmp_path, specimen):
    day = "2020-01-02"
    sides = (specimen("left", day), specimen("right", f"{day}T10:00"))
    assert _remember(tmp_path / "lab.db", *sides) == {"left": None, "right": None}


def test_without_a_date_the_order_of_storing_decides(tmp_path, specimen):
    path = tmp_path / "lab.db"
    assert _remember(path, specimen("b")) == {"b": None}
    assert _remember(path, specimen("a")) == {"a": "b"}
    assert _remember(path, specimen("b")) == {"b": None}


def test_a_diagnosis_corrected_to_a_negative_is_none(tmp_path, specimen):
    path = tmp_path / "lab.db"
    _remember(path, specimen("dx", "2020-01-02"))
    _remember(path, specimen("dx", "2020-01-02", NEGATIVE))
    assert _remember(path, specimen("rel", "2024-05-06")) == {"rel": None}


def test_a_hostile_name_is_remembered_and_written(tmp_path, specimen):
    name = "=<script>\udcff/../x"
    run = replace(run_of(), specimens=(specimen(name), specimen("b")), failures=())
    memory = remember(run, tmp_path / "lab.db", ADA)
    out = tmp_path / "out"
    out.mkdir()
    remarks = write_remembered(memory.remembered, out, pages=False)
    assert set(remarks) == {("P1", name), ("P1", "b")}
    assert (out / "comparisons.csv").read_text("utf-8").count("\n") == 3
    assert {path.name for path in tmp_path.iterdir()} == {"lab.db", "out"}


def test_what_is_stored_makes_the_run_again(tmp_path, specimen):
    run = replace(run_of(simulated=True), specimens=(specimen("dx"),), failures=())
    remember(run, tmp_path / "lab.db", ADA)
    with open_registry(tmp_path / "lab.db") as registry:
        again = run_of_kept(read_result(registry, "dx"))
    assert content_of(again.specimens[0]) == content_of(run.specimens[0])
    facts = ("generated", "version", "simulated", "definitions", "overridden")
    assert [getattr(again, f) for f in facts] == [getattr(run, f) for f in facts]
