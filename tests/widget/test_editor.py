"""The widget as a notebook holds it, without a browser."""

import pandas as pd
import pytest

import flowpheno as fp

pytest.importorskip("anywidget", reason="the extra 'widget' is not installed")

DRAW = {"kind": "draw", "shape": "rectangle", "points": [[0.4, 0.4], [1, 1]], "name": "bright"}


@pytest.fixture
def editor(tube):
    return fp.gate_editor(tube, "CD19", "CD10")


def test_what_is_drawn_is_what_other_programs_will_find(editor, tube, tmp_path):
    before = editor.density
    editor.do(DRAW)
    assert editor.view["table"][0]["n"] == editor.table["n"][0] == 2000
    assert editor.density == before
    for name in ("drawn.yaml", "drawn.xml"):
        path = editor.write(tmp_path / name)
        pd.testing.assert_frame_equal(fp.gate(tube, path).table, editor.table)
        again = fp.gate_editor(tube, "CD19", "CD10", strategy=path)
        assert again.view["gates"][0]["n"] == 2000
        assert len(again.view["gates"][0]["handles"]) == 4
    assert repr(editor.gated).startswith("<Gated tube <1>: 1 gates")


def test_what_is_only_being_drawn_is_counted_and_not_kept(editor):
    editor.do({**DRAW, "final": False})
    assert editor.view["table"][0]["n"] == 2000
    assert not editor.view["can_undo"]
    assert editor.strategy.gates == ()
    editor.do({"kind": "look"})
    assert editor.view["table"] == []


def test_a_refusal_is_shown_and_changes_nothing(editor):
    editor.do(DRAW)
    editor.do({**DRAW, "points": [[0.4, 0.4], [0.4, 1]]})
    assert editor.view["message"] == "what was drawn encloses nothing"
    assert len(editor.strategy.gates) == 1
    editor.do({"kind": "undo"})
    assert editor.view["message"] == ""


def test_another_population_is_another_picture(editor):
    editor.do(DRAW)
    before = editor.density
    editor.do({"kind": "look", "parent": "bright"})
    assert editor.density != before
    assert len(editor.density) == editor.bins**2


def test_an_export_goes_to_the_browser_as_text(editor, monkeypatch):
    sent = []
    monkeypatch.setattr(editor, "send", sent.append)
    editor.do(DRAW)
    for form, start in (("yaml", "kind: strategy"), ("xml", "<?xml")):
        editor.do({"kind": "export", "form": form})
        assert sent[-1]["name"] == f"tube <1>.{form}"
        assert sent[-1]["text"].startswith(start)
    editor.do({"kind": "export", "form": "wsp"})
    assert "cannot be exported" in editor.view["message"]


def test_a_file_and_a_named_strategy_can_be_opened(tmp_path, simulate):
    sample = simulate(3, n_events=500).sample
    path = tmp_path / "marrow.fcs"
    fp.write_sample(sample, path)
    assert fp.gate_editor(path).view["sample"] == "marrow"
    with pytest.raises(fp.errors.PanelError, match="no strategy of that name"):
        fp.gate_editor(path, strategy="hand_drawn")
