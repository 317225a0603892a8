"""A normal template: what it is built from, how it is kept, when it is refused."""

from __future__ import annotations

import io
import json
import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from flowpheno.aberrancy.detection import template_mismatch
from flowpheno.aberrancy.template import (
    build_template,
    drift,
    load_template,
    log_normal,
    save_template,
)
from flowpheno.errors import TemplateError
from flowpheno.finding import ReasonCode, Severity
from flowpheno.sample import Scale
from tests.marrows import scaled, without

# --- building ---


def test_a_template_names_its_marrows_and_markers(template, normals):
    assert template.normals == tuple(sorted(normals))
    assert template.left_out == ()
    assert list(template.markers) == sorted(template.markers)
    assert set(template.fluorochromes) == set(template.markers)
    assert list(template.levels) == sorted(template.levels)
    assert (np.diff(template.rates) <= 0).all()
    assert 0 < template.rates[0] < 0.05
    assert template.reference.shape[1] == len(template.markers)


def test_the_same_marrows_give_the_same_template(template, normals, definitions):
    again = build_template("small", normals, definitions.aberrancy, seed=1)
    assert again.threshold == template.threshold
    np.testing.assert_array_equal(again.means, template.means)


def test_surprise_is_the_density_of_a_mixture(template):
    events = template.reference[:50]
    expected = sum(
        w * multivariate_normal(m, c).pdf(events)
        for w, m, c in zip(template.weights, template.means, template.covariances, strict=True)
    )
    np.testing.assert_allclose(template.surprise(events), -np.log(expected), rtol=1e-6)


def test_log_normal_of_nothing_is_nothing():
    assert log_normal(np.empty((0, 2)), np.zeros(2), np.eye(2)).shape == (0,)


def test_too_few_marrows_are_refused(normals, definitions):
    four = dict(list(normals.items())[:4])
    with pytest.raises(TemplateError, match="4 normal marrows, need at least 5"):
        build_template("few", four, definitions.aberrancy, seed=1)
    with pytest.raises(TemplateError, match="0 normal marrows"):
        build_template("none", {}, definitions.aberrancy, seed=1)


def test_another_staining_is_refused(normals, normal, definitions):
    other = normal(6, tube="aieop_bfm_8c")
    with pytest.raises(TemplateError, match="odd: stained otherwise than normal_0"):
        build_template("mixed", {**normals, "odd": other}, definitions.aberrancy, seed=1)


def test_another_fluorochrome_is_refused(normals, definitions):
    one = normals["normal_3"]
    channels = tuple(
        replace(c, fluorochrome="BV421") if c.marker == "CD10" else c for c in one.sample.channels
    )
    other = replace(one, sample=replace(one.sample, channels=channels))
    with pytest.raises(TemplateError, match="odd: stained otherwise"):
        build_template("mixed", {**normals, "odd": other}, definitions.aberrancy, seed=1)


def test_a_tube_without_a_b_lineage_is_refused(normals, simulate, gate, definitions):
    blind = gate(without(simulate(12_000, n_events=15_000).sample, "CD19"))
    with pytest.raises(TemplateError, match="blind: the B lineage cannot be gated"):
        build_template("mixed", {**normals, "blind": blind}, definitions.aberrancy, seed=1)


def test_marrows_without_b_cells_are_not_counted(normals, definitions):
    def emptied(gated):
        nothing = replace(
            gated.populations["B_lineage"], mask=np.zeros(gated.sample.n_events, bool)
        )
        return replace(gated, populations={**gated.populations, "B_lineage": nothing})

    mostly = {n: emptied(g) if n < "normal_4" else g for n, g in normals.items()}
    with pytest.raises(TemplateError, match="only 2 of the marrows hold B-lineage cells"):
        build_template("empty", mostly, definitions.aberrancy, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("blasts", [("common", 0.1), ("proB_KMT2A", 0.02)])
def test_a_contaminated_marrow_is_left_out(normal, definitions, blasts):
    marrows = {f"normal_{number}": normal(number) for number in range(9)}
    marrows["contaminated"] = normal(9, blasts=blasts)
    built = build_template("ten", marrows, definitions.aberrancy, seed=1)
    assert built.left_out == ("contaminated",)
    assert "contaminated" not in built.normals


# --- keeping ---


def test_a_template_survives_its_file(template, tmp_path):
    path = tmp_path / "normal.npz"
    save_template(template, path)
    loaded = load_template(path)
    for name in ("name", "markers", "normals", "left_out", "threshold", "sizes"):
        assert getattr(loaded, name) == getattr(template, name)
    assert dict(loaded.fluorochromes) == dict(template.fluorochromes)
    for name in ("weights", "means", "covariances", "levels", "rates"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(template, name))
    np.testing.assert_allclose(loaded.reference, template.reference, rtol=1e-6)
    assert set(loaded.anchors) == set(template.anchors)
    for name, values in template.anchors.items():
        np.testing.assert_array_equal(loaded.anchors[name], values)


def test_an_older_file_does_not_tell_its_marrows_apart(template, written):
    assert sum(template.sizes) == len(template.reference)
    assert load_template(written(facts={"format": 3}, drop=("sizes",))).sizes == ()


@pytest.fixture
def written(template, tmp_path):
    """Write the template with some of its arrays or facts changed."""

    def with_changes(*, facts=None, drop=(), **arrays):
        path = tmp_path / "changed.npz"
        save_template(template, path)
        with np.load(path) as kept:
            content = {k: kept[k] for k in kept.files}
        told = json.loads(content.pop("facts").tobytes()) | (facts or {})
        told = {k: v for k, v in told.items() if k not in drop}
        content = {k: v for k, v in (content | arrays).items() if k not in drop}
        text = np.frombuffer(json.dumps(told).encode(), np.uint8)
        with path.open("wb") as handle:
            np.savez(handle, facts=text, **content)
        return path

    return with_changes


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"facts": {"format": 99}}, "format 99, expected"),
        ({"facts": {"markers": "CD19"}}, "expected a list"),
        ({"facts": {"anchors": []}}, "must be mappings"),
        ({"facts": {"fluorochromes": 3}}, "must be mappings"),
        ({"facts": {"threshold": "high"}}, "could not convert"),
        ({"facts": {"threshold": float("nan")}}, "threshold"),
        ({"facts": {"rates": [-1.0], "levels": [0.0]}}, "rates must lie"),
        ({"facts": {"levels": [0.0]}}, "a rate for each"),
        ({"facts": {"levels": [1.0], "rates": [0.1]}}, "levels must rise from 0"),
        ({"facts": {"levels": 3}}, "expected a list"),
        ({"facts": {"sizes": 3}}, "expected a list"),
        ({"facts": {"sizes": [1, 2, 3]}}, "number of reference events of each marrow"),
        ({"facts": {"sizes": [-1, 1, 0, 0, 0, 0]}}, "number of reference events"),
        ({"facts": {"anchors": {"T": [1.0], "B_mature": [1.0]}}}, "anchors"),
        ({"facts": {"anchors": {}}}, "anchors"),
        ({"drop": ("means",)}, "means"),
        ({"drop": ("normals",)}, "normals"),
        ({"weights": np.ones((2, 2))}, "weights has shape"),
        ({"weights": np.empty(0)}, "weights|means"),
        ({"means": np.zeros((3, 2))}, "means has shape"),
        ({"covariances": np.zeros((1, 2, 2))}, "covariances has shape"),
        ({"reference": np.zeros((5, 2))}, "reference events do not fit"),
        ({"reference": np.zeros(5)}, "reference events do not fit"),
        ({"weights": np.array(["a"])}, "weights|not a normal template"),
    ],
)
def test_a_file_that_says_something_else_is_refused(written, changes, sentence):
    with pytest.raises(TemplateError, match=sentence):
        load_template(written(**changes))


def test_not_finite_not_definite_is_refused(template, written):
    with pytest.raises(TemplateError, match="means"):
        load_template(written(means=np.full_like(template.means, np.nan)))
    with pytest.raises(TemplateError, match="covariances"):
        load_template(written(covariances=-template.covariances))
    with pytest.raises(TemplateError, match="weights"):
        load_template(written(weights=-template.weights))
    with pytest.raises(TemplateError, match="reference"):
        load_template(written(reference=np.full_like(template.reference, np.inf)))
    with pytest.raises(TemplateError, match="reference"):
        load_template(written(reference=template.reference[:0]))


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.99])
def test_a_truncated_file_is_refused(template, tmp_path, share):
    path = tmp_path / "short.npz"
    save_template(template, path)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(TemplateError, match="not a normal template"):
        load_template(path)


@pytest.fixture(scope="module")
def content(template, tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / "normal.npz"
    small = replace(template, reference=template.reference[:20], sizes=(20, 0, 0, 0, 0, 0))
    save_template(small, path)
    return path, path.read_bytes()


@settings(max_examples=60, deadline=None)
@given(places=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_any_bytes_are_a_template_or_refused(content, places):
    path, whole = content
    changed = bytearray(whole)
    for share, value in places:
        changed[min(int(share * len(changed)), len(changed) - 1)] = value
    path.write_bytes(bytes(changed))
    try:
        loaded = load_template(path)
    except TemplateError:
        return
    assert np.isfinite(loaded.surprise(loaded.reference)).all()


def test_pickles_are_never_opened(tmp_path):
    class Trap:
        def __reduce__(self):
            return (pytest.fail, ("a pickle was executed",))

    path = tmp_path / "trap.npz"
    path.write_bytes(pickle.dumps(Trap()))
    with pytest.raises(TemplateError, match="not a normal template"):
        load_template(path)
    buffer = io.BytesIO()
    np.savez(buffer, facts=np.array([{"a": 1}], dtype=object))
    path.write_bytes(buffer.getvalue())
    with pytest.raises(TemplateError, match="not a normal template"):
        load_template(path)


@pytest.mark.parametrize("content", [b"FCS3.1    nothing", b"PK\x03\x04", b"\x93NUMPY\x01\x00"])
def test_another_kind_of_file_is_refused(tmp_path, content):
    path = tmp_path / "other.npz"
    path.write_bytes(content)
    with pytest.raises(TemplateError, match="not a normal template"):
        load_template(path)


def test_a_plain_array_is_refused(tmp_path):
    path = tmp_path / "array.npy"
    np.save(path, np.zeros(3))
    with pytest.raises(TemplateError, match="not a normal template"):
        load_template(path)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(TemplateError, match="No such file"):
        load_template(tmp_path / "none.npz")
    with pytest.raises(TemplateError, match="directory"):
        load_template(tmp_path)


# --- fitting a tube ---


def test_a_tube_of_the_same_panel_fits(template, normal, definitions):
    assert template_mismatch(normal(20), template, definitions.aberrancy) is None


def refused(finding):
    assert finding.code is ReasonCode.TEMPLATE_MISMATCH
    assert finding.severity is Severity.BLOCKING
    return finding.message


def test_another_tube_does_not_fit(template, normal, definitions):
    other = normal(20, tube="aieop_bfm_8c")
    message = refused(template_mismatch(other, template, definitions.aberrancy))
    assert "not stained: CD66c+CD123, CD81" in message


def test_another_dye_does_not_fit(template, normal, definitions):
    one = normal(20)
    channels = tuple(
        replace(c, fluorochrome="BV421") if c.marker == "CD10" else c for c in one.sample.channels
    )
    dyed = replace(one, sample=replace(one.sample, channels=channels))
    message = refused(template_mismatch(dyed, template, definitions.aberrancy))
    assert "other fluorochrome: CD10" in message


@pytest.mark.parametrize(
    ("factor", "fits"), [(1.15, True), (1.5, True), (3.0, False), (0.3, False)]
)
def test_a_drifted_instrument_does_not_fit(template, simulate, gate, definitions, factor, fits):
    sample = simulate(12_020, n_events=15_000).sample
    drifted = scaled(sample, {"PacO-A": factor}, ranges=False)  # CD45
    # no detector goes beyond its range: an export that does is on another scale
    drifted = replace(drifted, events=np.minimum(drifted.events, drifted.channels[0].range))
    gated = gate(drifted)
    finding = template_mismatch(gated, template, definitions.aberrancy)
    assert (finding is None) == fits
    moved = drift(gated, template.markers, template.anchors, definitions.aberrancy)
    assert abs(moved.largest - np.log10(factor)) < 0.15
    if not fits:
        assert "CD45 of internal lymphocytes lies" in refused(finding)
        assert abs(finding.value) > definitions.aberrancy.drift_abort_log10


def test_only_a_drift_worth_it_is_corrected(template, normal, definitions):
    moved = drift(normal(20), template.markers, template.anchors, definitions.aberrancy)
    used = np.abs(moved.applied[moved.applied != 0])
    assert (used > definitions.aberrancy.drift_apply_log10).all()
    unmoved = [m for m in template.markers if m in {"CD10", "CD34", "CD66c+CD123"}]
    assert all(moved.applied[template.markers.index(m)] == 0 for m in unmoved)


def test_a_relative_scale_does_not_fit(template, simulate, gate, definitions):
    sample = replace(simulate(12_020, n_events=15_000).sample, spillover=None)
    low, high = np.percentile(sample.events, [1, 99], axis=0)
    events = np.clip((sample.events - low) / (high - low), 0, 1).astype(np.float32)
    relative = replace(sample, events=events, scale=Scale.RELATIVE, compensated=True)
    finding = template_mismatch(gate(relative), template, definitions.aberrancy)
    assert "relative scale" in refused(finding)


def test_a_tube_without_cd19_does_not_fit(template, simulate, gate, definitions):
    blind = gate(without(simulate(12_020, n_events=15_000).sample, "CD19"))
    finding = template_mismatch(blind, template, definitions.aberrancy)
    assert "B lineage cannot be gated" in refused(finding)


@pytest.mark.parametrize(("here", "fits"), [("Simulated ", True), ("FACSCanto II", False)])
def test_a_file_of_another_cytometer_does_not_fit(normal, template, definitions, here, fits):
    gated = normal(20)
    keywords = {**gated.sample.keywords, "$CYT": here}
    other = replace(gated, sample=replace(gated.sample, keywords=keywords))
    assert template.cytometers == ("simulated",)
    finding = template_mismatch(other, template, definitions.aberrancy)
    assert (finding is None) is fits
    if finding is not None:
        assert "measured on facscanto ii, its marrows on simulated" in finding.message


def test_where_the_cytometer_is_not_said_it_is_not_held_against_a_file(
    normal, template, definitions
):
    gated = normal(20)
    silent = {k: v for k, v in gated.sample.keywords.items() if k != "$CYT"}
    unsaid = replace(gated, sample=replace(gated.sample, keywords=silent))
    assert template_mismatch(unsaid, template, definitions.aberrancy) is None
    anywhere = replace(template, cytometers=())
    assert template_mismatch(gated, anywhere, definitions.aberrancy) is None
