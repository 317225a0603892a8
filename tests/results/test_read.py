"""What is written can be read, and what is not ours is refused in one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from flowpheno.errors import ResultsError
from flowpheno.results import read_results, write_results
from flowpheno.results.codec import decode, encode
from flowpheno.statistics import Interval
from tests.invented import run_of

Change = Callable[[dict[str, Any]], object]


def test_a_run_read_back_writes_the_same_folder(tmp_path):
    names = ("494", "<script>alert(1)</script>", "../x", "ü" * 300, "\udcff")
    run = run_of(*names, simulated=True, membership=True)
    write_results(run, tmp_path / "a")
    write_results(read_results(tmp_path / "a", events=True), tmp_path / "b")
    first, second = (
        {p.relative_to(tmp_path / x): p.read_bytes() for p in (tmp_path / x).rglob("*.*")}
        for x in "ab"
    )
    assert first == second
    assert len(first) == 7 + 2 * len(names)


def test_plots_and_calls_survive(tmp_path):
    run = run_of("494")
    write_results(run, tmp_path)
    before, after = run.specimens[0].tubes[0], read_results(tmp_path).specimens[0].tubes[0]
    assert after.phenotypes[0].calls["CD10"] == before.phenotypes[0].calls["CD10"]
    assert np.array_equal(after.plots[0].counts, before.plots[0].counts)
    assert after.plots[0].gates == before.plots[0].gates
    assert after.plots[0].x == before.plots[0].x
    assert np.array_equal(after.plots[2].removed, before.plots[2].removed)
    assert after.membership is None


def test_calls_without_the_figures_of_later_versions_are_read(tmp_path):
    path = write_results(run_of("494"), tmp_path)
    content = json.loads(path.read_text("utf-8"))
    for call in content["specimens"][0]["tubes"][0]["phenotypes"][0]["calls"].values():
        del call["rmfi"], call["stain_index"]
    path.write_text(json.dumps(content), "utf-8")
    call = read_results(tmp_path).specimens[0].tubes[0].phenotypes[0].calls["CD10"]
    assert (call.rmfi, call.stain_index, call.median) == (None, None, 81234.5)


def test_scores_and_matches_survive(tmp_path):
    run = run_of("494")
    write_results(run, tmp_path)
    after = read_results(tmp_path).specimens[0]
    assert after.scores == run.specimens[0].scores
    assert after.matches == run.specimens[0].matches
    assert after.verdict.reasons == run.specimens[0].verdict.reasons


def test_no_nan_is_written_and_every_input_is_named(tmp_path):
    content = write_results(run_of("empty", n=0), tmp_path).read_text("utf-8")
    assert "NaN" not in content
    parsed = json.loads(content)
    assert parsed["schema_version"] == 1
    assert parsed["inputs"] == [{"specimen": "empty", "tube": "empty", "sha256": "ab" * 32}]
    assert list(parsed["definitions"]) == ["markers.yaml", "thresholds.yaml"]


def test_writing_twice_gives_the_same_bytes(tmp_path):
    first = write_results(run_of("494"), tmp_path / "a").read_bytes()
    assert write_results(run_of("494"), tmp_path / "b").read_bytes() == first


def test_no_keyword_of_the_file_is_written(tmp_path):
    write_results(run_of("494"), tmp_path)
    for path in tmp_path.rglob("*.*"):
        assert b"secret name" not in path.read_bytes()


def _without(key: str) -> Change:
    return lambda content: {k: v for k, v in content.items() if k != key}


def _specimen_with(**change: Any) -> Change:
    return lambda content: content | {"specimens": [content["specimens"][0] | change]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda _: [], "not the results of a run"),
        (lambda _: {}, "not the results of a run"),
        (lambda content: content | {"schema_version": 99}, "schema version 99 cannot be read"),
        (_without("specimens"), "'specimens' is missing"),
        (lambda content: content | {"specimens": 3}, "results.json"),
        (lambda content: content | {"specimens": [3]}, "results.json"),
        (lambda content: content | {"failures": [{"path": 1}]}, "expected str, found int"),
        (_specimen_with(verdict={"verdict": "SURE"}), "SURE"),
        (_specimen_with(verdict=None), "expected dict, found NoneType"),
        (_specimen_with(date=20260101), "expected str, found int"),
        (_specimen_with(colour="red"), "SpecimenResult has no 'colour'"),
    ],
    ids=["list", "empty", "version", "missing", "number", "item", "failure", "verdict", "null",
         "date", "unknown"],
)  # fmt: skip
def test_nonsense_is_refused_in_one_line(tmp_path, change, message):
    path = write_results(run_of("494"), tmp_path)
    path.write_text(json.dumps(change(json.loads(path.read_text("utf-8")))), "utf-8")
    with pytest.raises(ResultsError, match=message) as refusal:
        read_results(tmp_path)
    assert "\n" not in str(refusal.value)
    assert "results.json" in str(refusal.value)


def test_a_folder_without_results_is_refused(tmp_path):
    with pytest.raises(ResultsError, match="No such file"):
        read_results(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "\xff", "[" * 100_000], ids=["no", "{", "byte", "deep"])
def test_what_is_not_json_is_refused(tmp_path, text):
    (tmp_path / "results.json").write_text(text, "latin-1")
    with pytest.raises(ResultsError, match=r"results\.json"):
        read_results(tmp_path)


def test_a_file_outside_of_the_folder_is_not_read(tmp_path):
    path = write_results(run_of("494"), tmp_path / "out")
    content = path.read_text("utf-8").replace("plots/494.json", "../../secret.json")
    path.write_text(content, "utf-8")
    with pytest.raises(ResultsError, match="lies outside of the results folder"):
        read_results(tmp_path / "out")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "Pie"}, "unknown kind of plot"),
        ({"counts": {"dtype": "object", "shape": [1], "zlib": ""}}, "array of 'object'"),
        ({"counts": {"dtype": "uint32", "shape": [9], "zlib": "eJwDAAAAAAE="}}, "does not have 0"),
        ({"counts": {"dtype": "uint32", "shape": [9], "zlib": "?"}}, "not a ndarray"),
    ],
    ids=["kind", "dtype", "shape", "base64"],
)
def test_broken_plots_are_refused(tmp_path, change, message):
    write_results(run_of("494"), tmp_path)
    path = tmp_path / "plots" / "494.json"
    path.write_text(json.dumps([json.loads(path.read_text("utf-8"))[0] | change]), "utf-8")
    with pytest.raises(ResultsError, match=message):
        read_results(tmp_path)


def test_an_unreadable_event_table_is_refused(tmp_path):
    write_results(run_of("494", membership=True), tmp_path)
    (tmp_path / "events" / "494.parquet").write_bytes(b"no")
    with pytest.raises(ResultsError, match="cannot be read as Parquet"):
        read_results(tmp_path, events=True)


@pytest.mark.parametrize("value", [0.1, 1e-300, float("inf"), float("-inf"), float("nan")])
def test_any_number_survives(value):
    kept = decode(
        Interval, json.loads(json.dumps(encode(Interval(value, 0.0, 1.0)), allow_nan=False))
    )
    assert kept.estimate == pytest.approx(value, nan_ok=True, rel=0)


def test_two_tubes_of_one_name_keep_their_own_plots(tmp_path):
    run = run_of("a", "b")
    tubes = [replace(s.tubes[0], name="tube 1") for s in run.specimens]
    tubes[1] = replace(tubes[1], plots=())
    specimens = tuple(replace(s, tubes=(t,)) for s, t in zip(run.specimens, tubes, strict=True))
    write_results(replace(run, specimens=specimens), tmp_path)
    assert [len(s.tubes[0].plots) for s in read_results(tmp_path).specimens] == [3, 0]


def test_what_cannot_be_stored_is_a_programming_error():
    with pytest.raises(TypeError, match="complex cannot be stored"):
        encode({"x": 1j})
