"""Models on disk: the same answers, and a refusal of everything else."""

import io
import json
import pickle
import re
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from flowpheno.errors import ModelError

skops = pytest.importorskip("skops.io")

from flowpheno.learning import load_model, save_model  # noqa: E402 - needs skops
from flowpheno.learning.facts import facts_of  # noqa: E402 - after importorskip
from flowpheno.learning.storage import TRUSTED  # noqa: E402 - after importorskip


@pytest.fixture(scope="module")
def saved(trained, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "small.skops"
    save_model(trained.model, path)
    return path


@pytest.fixture(scope="module")
def content(saved):
    """What the file holds, to be written again with something wrong in it."""
    return skops.load(saved, trusted=sorted(TRUSTED))


@pytest.fixture
def refused(tmp_path):
    """Load some bytes, and give what is said of them."""

    def of(data):
        path = tmp_path / "broken.skops"
        path.write_bytes(data)
        with pytest.raises(ModelError) as caught:
            load_model(path)
        assert str(caught.value).startswith(str(path))
        return str(caught.value)

    return of


def test_it_comes_back_as_it_was(saved, trained, make_cells):
    again = load_model(saved)
    model = trained.model
    assert again.domain == model.domain
    assert again.false_shares == model.false_shares
    assert facts_of(again) == facts_of(model)
    events = make_cells(80)[0].values
    assert np.array_equal(again.probability(events), model.probability(events))


def test_no_cell_of_a_patient_is_in_the_file(content, labelled):
    every = np.vstack([tube.cells.values for tube in labelled])
    for probe in content["probes"]:
        assert not np.isclose(every, probe).all(axis=1).any()
    assert "patient 1" not in content["facts"]
    assert "specimen 1" not in content["facts"]


def _facts(content, **changes):
    return json.dumps({**json.loads(content["facts"]), **changes})


def _domain(content, **changes):
    return _facts(content, domain={**json.loads(content["facts"])["domain"], **changes})


WRONG = {
    "a newer format": (lambda c: {"facts": _facts(c, format=2)}, "format 2, expected 1"),
    "no facts": (lambda _: {"facts": "[]"}, r"format \[\], expected 1"),
    "facts that are none": (lambda _: {"facts": "{"}, "not a learned model"),
    "a share of 2": (lambda c: {"facts": _facts(c, false_shares=[[0.5, 2]])}, "make no sense"),
    "a prior of 1": (lambda c: {"facts": _facts(c, prior=1)}, "its share of blasts is 1.0"),
    "no shares": (lambda c: {"facts": _facts(c, false_shares=[])}, "make no sense"),
    "no name": (lambda c: {"facts": _facts(c, name=3)}, "3 is no word"),
    "a count below 0": (lambda c: {"facts": _facts(c, n_cells=-1)}, "-1 is no count"),
    "a column twice": (
        lambda c: {"facts": _domain(c, columns=["CD10", "CD10", "FSC", "SSC"])},
        "columns make no sense",
    ),
    "an empty range": (
        lambda c: {
            "facts": _domain(c, bounds={m: [2, 1] for m in ("CD10", "CD45", "FSC", "SSC")})
        },
        "its range is empty",
    ),
    "no bounds": (lambda c: {"facts": _domain(c, bounds={})}, "columns are not described"),
    "another scale": (lambda c: {"facts": _domain(c, scale="log")}, "its scale is 'log'"),
    "anchors out of order": (
        lambda c: {"facts": _domain(c, anchors={"CD45": [3, 1, 2]})},
        "internal cells lie nowhere",
    ),
    "fewer columns": (
        lambda c: {"facts": _domain(c, columns=["CD10"], required=[])},
        "do not look at 1 columns",
    ),
    "falling levels": (lambda c: {"levels": c["levels"][::-1].copy()}, "calibration must rise"),
    "levels above 1": (lambda c: {"levels": c["levels"] + 1.0}, "between 0 and 1"),
    "no levels": (lambda c: {"levels": c["levels"][:0], "knots": c["knots"][:0]}, "no steps"),
    "NaN among the knots": (lambda c: {"knots": c["knots"] * np.nan}, "finite numbers"),
    "other answers": (lambda c: {"answers": c["answers"][::-1].copy()}, "train it again"),
    "fewer probes": (lambda c: {"probes": c["probes"][:3]}, r"probes have shape \(3, 4\)"),
    "no trees": (lambda _: {"trees": "oak"}, "its trees are none"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_makes_no_sense_is_refused(content, refused, what):
    change, said = WRONG[what]
    assert re.search(said, refused(skops.dumps({**content, **change(content)})))


NODES = {
    "a column that is not there": ("feature_idx", 4),
    "a column below 0": ("feature_idx", -1),
    "a child that is not there": ("left", 10_000),
    "a child that is its own parent": ("right", 0),
    "a category": ("is_categorical", 1),
}


@pytest.mark.parametrize("what", NODES)
def test_trees_that_lead_out_of_memory_are_refused(content, refused, what):
    field, value = NODES[what]
    tree = content["trees"]._predictors[0][0]
    before = tree.nodes
    tree.nodes = before.copy()
    tree.nodes[field][0] = value
    try:
        data = skops.dumps(content)
    finally:
        tree.nodes = before
    assert "a tree leads nowhere" in refused(data)


def test_other_types_are_refused_before_anything_is_made(refused):
    said = refused(skops.dumps({"facts": "{}", "trees": LogisticRegression()}))
    assert "types that no model has: sklearn.linear_model._logistic.LogisticRegression" in said


def test_a_function_is_refused(refused):
    assert "types that no model has" in refused(skops.dumps({"facts": np.sum}))


def test_an_unusual_way_of_making_a_known_type_is_refused(saved, refused):
    def change(schema):
        schema["content"]["facts"]["__loader__"] = "OperatorFuncNode"

    assert "types that no model has: OperatorFuncNode" in refused(_rewritten(saved, change))


def test_a_newer_skops_is_refused(saved, refused):
    said = refused(_rewritten(saved, lambda schema: schema.update(protocol=1000)))
    assert "written by a newer skops (protocol 1000, known is" in said


def _rewritten(path, change):
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "schema.json":
                schema = json.loads(data)
                change(schema)
                data = json.dumps(schema).encode()
            new.writestr(name, data)
    return out.getvalue()


def test_a_pickle_is_refused(refused):
    assert "not a learned model" in refused(pickle.dumps({"facts": "{}"}))


def test_a_file_that_unpacks_to_too_much_is_refused(refused, monkeypatch, saved):
    monkeypatch.setattr("flowpheno.learning.storage._MAXIMUM_BYTES", saved.stat().st_size + 1)
    assert "unpacks to more than" in refused(saved.read_bytes())


def test_a_file_that_holds_more_is_refused(refused, saved):
    data = io.BytesIO(saved.read_bytes())
    with zipfile.ZipFile(data, "a") as archive:
        archive.writestr("more.pkl", b"x")
    assert "more than arrays and descriptions" in refused(data.getvalue())


@pytest.mark.parametrize("missing", ["none.skops", "."])
def test_a_file_that_is_not_there_is_refused(tmp_path, missing):
    with pytest.raises(ModelError):
        load_model(tmp_path / missing)


@given(st.binary(max_size=300))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_refused(refused, data):
    refused(data)


@given(place=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255), cut=st.booleans())
@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_broken_model_is_refused_or_the_same(saved, tmp_path, trained, place, byte, cut):
    data = bytearray(saved.read_bytes())
    at = int(place * len(data))
    data[at] = byte
    path = tmp_path / "broken.skops"
    path.write_bytes(data[:at] if cut else data)
    try:
        again = load_model(path)
    except ModelError:
        return
    probe = np.full((1, 4), 2, np.float32)
    assert np.array_equal(again.probability(probe), trained.model.probability(probe))
