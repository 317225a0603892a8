"""Which file a definition is read from, and files of one's own that would not be read."""

from __future__ import annotations

import shutil

import pytest

from flowpheno.errors import PanelError
from flowpheno.panel.definitions import load_definitions
from flowpheno.panel.files import builtin_directory
from flowpheno.panel.overlay import find_sources, folder_of
from flowpheno.panel.scoring import load_scoring

SHIPPED = builtin_directory()
MINE = """\
name: mine
title: Mine
entity: B-precursor ALL
reference: a paper of 2022
refines: bcp_all
rules: [{role: required, source: a paper, marker: CD58, expected: bright}]
"""


@pytest.fixture
def own(tmp_path):
    def write(name, text="name: x\n"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return tmp_path

    return write


def test_without_a_folder_everything_is_of_flowpheno():
    sources = find_sources()
    assert not any(source.own or source.overrides for source in sources.values())
    assert {"qc.yaml", "tubes/euroflow_alot.yaml", "normal/stage_1.yaml"} <= set(sources)
    assert load_definitions().overridden == ()


def test_a_file_of_the_same_name_overrides_and_a_further_one_is_added(own):
    own("qc.yaml", (SHIPPED / "qc.yaml").read_text(encoding="utf-8"))
    folder = own("phenotypes/mine.yaml", MINE)
    sources = find_sources(folder)
    assert sources["qc.yaml"].path == folder / "qc.yaml"
    assert sources["qc.yaml"].overrides
    added = sources["phenotypes/mine.yaml"]
    assert (added.own, added.overrides) == (True, False)
    assert "bcp_all" in folder_of(sources, "phenotypes")
    definitions = load_definitions(folder)
    assert definitions.overridden == ("phenotypes/mine.yaml", "qc.yaml")
    assert {"phenotypes/mine.yaml", "phenotypes/aml.yaml"} <= set(definitions.hashes)


def test_a_phenotype_of_ones_own_may_refine_one_that_comes_along(own):
    found = {p.name: p for p in load_scoring(own("phenotypes/mine.yaml", MINE)).phenotypes}
    assert "aml" in found
    assert found["mine"].rules[:-1] == found["bcp_all"].rules


def test_ones_own_base_is_the_base_of_what_comes_along(own):
    text = (SHIPPED / "phenotypes" / "bcp_all.yaml").read_text(encoding="utf-8")
    folder = own("phenotypes/bcp_all.yaml", text.replace("at_least: 2", "at_least: 3", 1))
    found = {p.name: p for p in load_scoring(folder).phenotypes}
    assert str(found["bcp_all_common"].rules[0]).startswith("at least 3 of")


def test_one_score_of_ones_own_leaves_the_others(own):
    text = (SHIPPED / "scores" / "egil.yaml").read_text(encoding="utf-8")
    folder = own("scores/egil.yaml", text.replace("lysozyme: false", "lysozyme: true"))
    assert load_scoring(folder).scores.egil.switches.lysozyme is True
    assert load_scoring(folder).scores.who5 == load_scoring().scores.who5


def test_a_marker_of_ones_own_may_stand_in_a_rule(own):
    text = (SHIPPED / "markers.yaml").read_text(encoding="utf-8")
    own("markers.yaml", text.replace("  CD10: {", "  CD987: {negative: [T]}\n  CD10: {", 1))
    folder = own("phenotypes/mine.yaml", MINE.replace("CD58", "CD987"))
    assert "mine" in {p.name for p in load_scoring(folder).phenotypes}


def test_a_copy_of_everything_is_all_of_ones_own(tmp_path):
    folder = tmp_path / "mine"
    shutil.copytree(SHIPPED, folder)
    assert all(source.overrides for source in find_sources(folder).values())


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("positvity.yaml", "positivity.yaml"),
        ("QC.yaml", "qc.yaml"),
        ("qc.yml", "must be called qc.yaml"),
        ("phenotype/bcp_all.yaml", "phenotypes/bcp_all.yaml"),
        ("bcp_all.yaml", "phenotypes/bcp_all.yaml"),
        ("scores/egli.yaml", "scores/egil.yaml"),
        ("tubes/more/mine.yaml", "tubes/mine.yaml"),
    ],
)
def test_a_file_that_would_not_be_read_is_refused_with_the_nearest_name(own, name, hint):
    own("other_thing.yaml")
    with pytest.raises(PanelError, match=r"2 problem\(s\)") as error:
        find_sources(own(name))
    (problem,) = [p for p in error.value.problems if p.startswith(f"{name}: ")]
    assert hint in problem


def test_hidden_files_and_other_files_are_left_alone(own):
    own(".git/config.yaml")
    own("notes.txt")
    folder = own("strategies/mine.yaml", "kind: strategy\n")
    assert not any(source.own for source in find_sources(folder).values())


@pytest.mark.parametrize("there", [True, False])
def test_a_folder_without_definitions_is_refused(tmp_path, there):
    folder = tmp_path / "mine"
    if there:
        folder.mkdir()
    with pytest.raises(PanelError, match="no folder that holds definitions"):
        load_definitions(folder)
