"""Score files."""

import shutil
from dataclasses import fields

import pytest

from flowpheno.errors import PanelError
from flowpheno.panel.files import builtin_directory
from flowpheno.panel.scores import SCORE_MODELS, builtin_scores, load_scores


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(builtin_directory() / "scores", tmp_path / "scores")


def change(folder, name, old, new):
    path = folder / f"{name}.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_every_shipped_file_has_a_model_and_loads():
    stems = {path.stem for path in (builtin_directory() / "scores").glob("*.yaml")}
    assert stems == set(SCORE_MODELS)
    scores = builtin_scores()
    loaded = {getattr(scores, field.name).name for field in fields(scores)}
    assert loaded == set(SCORE_MODELS)


def test_the_egil_table_adds_up():
    egil = builtin_scores().egil
    total = [sum(item.points for item in row) for row in (egil.b, egil.t, egil.myeloid)]
    assert total == [10.0, 9.5, 9.5]  # the last with lysozyme, which is switched off


def test_a_laboratory_may_have_its_own(folder):
    change(folder, "egil", "lysozyme: false", "lysozyme: true")
    assert load_scores(folder).egil.switches.lysozyme is True


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("egil", "any_of: [CD19]", "any_of: [CD91]", "'CD91' is not a marker"),
        ("egil", "points: 0.5", "points: -1", "greater than 0"),
        ("egil", "lysozyme: false", "lysozyme: 3", "valid boolean"),
        ("egil", "cd22_surface_points: 1", "cd22_surface_points: 5", "less than or equal to 2"),
        ("egil", "switch: lysozyme", "switch: cd24", "Input should be 'lysozyme'"),
        ("egil", "biphenotypic_above: 2.0", "biphenotypic_above: 0", "greater than 0"),
        ("who5", "expected: strong", "expected: glowing", "Input should be 'positive'"),
        ("minimum_markers", "- [CD45]", "- []", "a group names no marker"),
        ("aieop_bfm", "reference:", "citation:", "reference: Field required"),
        ("evidence", "name: evidence", "name: other", "name: is 'other', the file 'evidence'"),
    ],
)
def test_refusals(folder, name, old, new, message):
    change(folder, name, old, new)
    with pytest.raises(PanelError, match=message):
        load_scores(folder)


def test_a_missing_file_is_refused(folder):
    (folder / "who5.yaml").unlink()
    with pytest.raises(PanelError, match=r"who5\.yaml.*\n.*No such file"):
        load_scores(folder)
