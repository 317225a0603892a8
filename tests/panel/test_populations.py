"""panels/populations.yaml: it loads, and every kind of mistake in it is named with its line."""

from __future__ import annotations

import pytest

from flowpheno.errors import PanelError
from flowpheno.gating.definition import Landmark, Unit
from flowpheno.marker import Marker
from flowpheno.panel.definitions import load_definitions
from flowpheno.panel.files import builtin_directory
from flowpheno.panel.populations import REQUIRED, ROOTS, builtin_populations, load_populations
from flowpheno.pipeline.normals import gate_cells

GOOD = """\
source: a paper [K]
levels:
  any:
    positive: {above: {cut: 0}}
    negative: {up_to: {cut: 0}}
    upper: {above: {valley: 0}}
  CD45:
    bright: {above: {lymphocytes: -0.3}}
  SSC:
    low: {up_to: {border: 0}}
    middle: {above: {lymphocytes: 0.28}, up_to: {border: 0.15}}
populations:
  - name: debris
    meaning: no cells
    parent: all
    dropped_by: [no_particles, intact]
  - name: B_lineage
    meaning: B cells
    parent: nucleated
    also: {SSC: low}
    ways:
      - {by: CD19, all_of: {CD19: positive}}
  - name: B_mature
    meaning: mature B cells
    parent: B_lineage
    by: clusters
    ways:
      - {by: CD45, all_of: {CD45: bright}, each: {CD10: negative}}
  - name: plasma
    meaning: plasma cells
    parent: B_lineage
    outside: [B_mature]
    ways:
      - {by: CD38, any_of: {CD38: upper}}
  - {name: B_precursors, meaning: the rest, parent: B_lineage, ways: [{by: the rest}]}
  - {name: lymphocytes, meaning: T and NK, parent: nucleated, ways: [{by: the rest}]}
  - {name: T, meaning: T cells, parent: lymphocytes, ways: [{by: CD3, all_of: {CD3: upper}}]}
  - {name: gran, meaning: granulocytes, parent: nucleated, ways: [{by: the rest}]}
  - {name: mono, meaning: monocytes, parent: nucleated, ways: [{by: SSC, all_of: {SSC: middle}}]}
"""


@pytest.fixture
def write(tmp_path):
    """Write the good file, with some text in it replaced."""

    def write(*changes):
        text = GOOD
        for old, new in changes:
            assert text.count(old) == 1, f"{old!r} does not stand there once"
            text = text.replace(old, new)
        path = tmp_path / "populations.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def line_of(path, words):
    """Line that the words stand in, from 1."""
    lines = path.read_text(encoding="utf-8").splitlines()
    (number,) = [n for n, line in enumerate(lines, start=1) if words in line]
    return number


# --- what is there ---


def test_the_shipped_file_says_what_the_order_names():
    definitions = builtin_populations()
    names = [p.name for p in definitions.populations]
    assert set(REQUIRED) <= set(names)
    wanted = {"T", "NK", "B_mature", "plasma", "gran", "mono", "erythroid", "progenitors"}
    assert wanted | {"debris", "doublets", "hematogones_I", "hematogones_III"} <= set(names)
    assert not set(ROOTS) & set(names)
    assert all(p.meaning for p in definitions.populations)
    assert "[K" in definitions.source  # tagged: from knowledge, or project default


def test_every_level_that_the_shipped_file_asks_for_is_there():
    definitions = builtin_populations()
    used = {one for p in definitions.populations for one in p.levels()}
    assert len(used) > 30
    for marker, name in used:
        level = definitions.level(marker, name)
        assert level is not None, (marker, name)
        assert level.landmarks


def test_a_file_is_read_as_it_stands(write):
    definitions = load_populations(write())
    by_name = {p.name: p for p in definitions.populations}
    assert list(by_name)[:2] == ["debris", "B_lineage"]
    assert by_name["debris"].dropped_by == ("no_particles", "intact")
    assert by_name["B_mature"].by is Unit.CLUSTERS
    assert by_name["plasma"].by is Unit.EVENTS
    assert by_name["B_lineage"].levels() == ((Marker("SSC"), "low"), (Marker("CD19"), "positive"))
    assert by_name["B_mature"].levels() == (
        (Marker("CD45"), "bright"),
        (Marker("CD10"), "negative"),
    )
    middle = definitions.level(Marker("SSC"), "middle")
    assert middle.landmarks == {Landmark.LYMPHOCYTES, Landmark.BORDER}
    assert middle.up_to == {Landmark.BORDER: 0.15}


def test_own_levels_of_a_marker_come_before_those_of_every_marker(write):
    path = write(("  CD45:\n", "  CD10:\n    positive: {above: {control: 1}}\n  CD45:\n"))
    definitions = load_populations(path)
    assert definitions.level(Marker("CD10"), "positive").above == {Landmark.CONTROL: 1}
    assert definitions.level(Marker("CD19"), "positive").above == {Landmark.CUT: 0}
    assert definitions.level(Marker("CD10"), "negative").up_to == {Landmark.CUT: 0}
    assert definitions.level(Marker("CD19"), "bright") is None


def test_markers_may_be_handed_in(write):
    markers = [Marker(m) for m in ("CD45", "CD10", "CD38", "CD3")]
    with pytest.raises(PanelError, match="CD19 is not a marker of the vocabulary") as refused:
        load_populations(write(), markers=markers)
    assert len(refused.value.problems) == 1


# --- what is refused ---

LEVEL = "    upper: {above: {valley: 0}}"
WAY = "{by: CD19, all_of: {CD19: positive}}"
PROBLEMS = {
    "unknown marker": (
        (WAY, "{by: CD19, all_of: {CD1O: positive}}"),
        "- name: B_lineage",
        r"populations\.1: CD1O is not a marker of the vocabulary",
    ),
    "unknown marker in also": (
        ("also: {SSC: low}", "also: {SSCC: low}"),
        "- name: B_lineage",
        "SSCC is not a marker of the vocabulary",
    ),
    "unknown marker in any_of": (
        ("any_of: {CD38: upper}", "any_of: {CD38: upper, CD338: upper}"),
        "- name: plasma",
        "CD338 is not a marker of the vocabulary",
    ),
    "unknown marker in each": (
        ("each: {CD10: negative}", "each: {CDX: negative}"),
        "- name: B_mature",
        "CDX is not a marker of the vocabulary",
    ),
    "levels of an unknown marker": (
        ("  CD45:\n", "  CD777:\n    dim: {above: {cut: 0}}\n  CD45:\n"),
        "CD777:",
        r"levels\.CD777: is not a marker of the vocabulary",
    ),
    "unknown level": (
        (WAY, "{by: CD19, all_of: {CD19: sparkling}}"),
        "- name: B_lineage",
        "CD19 has no level sparkling",
    ),
    "a level of another marker": (
        (WAY, "{by: CD19, all_of: {CD19: middle}}"),
        "- name: B_lineage",
        "CD19 has no level middle",
    ),
    "a level beside a cut of CD45": (
        ("all_of: {CD45: bright}", "all_of: {CD45: positive}"),
        "- name: B_mature",
        "CD45 has no level positive",
    ),
    "a level beside a cut of side scatter": (
        ("also: {SSC: low}", "also: {SSC: negative}"),
        "- name: B_lineage",
        "SSC has no level negative",
    ),
    "a cut of CD45": (
        ("bright: {above: {lymphocytes: -0.3}}", "bright: {above: {cut: 0}}"),
        "bright: {above: {cut: 0}}",
        r"levels\.CD45\.bright: CD45 has no negative control, hence no cut",
    ),
    "a valley of side scatter": (
        ("low: {up_to: {border: 0}}", "low: {up_to: {valley: 0}}"),
        "low: {up_to: {valley: 0}}",
        r"levels\.SSC\.low: SSC has no negative control, hence no cut",
    ),
    "two landmarks in a bound": (
        (LEVEL, "    upper: {above: {valley: 0, control: 1}}"),
        "upper: {above",
        r"levels\.any\.upper: a bound has one landmark",
    ),
    "no bound": ((LEVEL, "    upper: {}"), "upper: {}", r"levels\.any\.upper: has no bound"),
    "a border of a stained marker": (
        (LEVEL, "    upper: {above: {border: 0}}"),
        "upper: {above: {border: 0}}",
        r"levels\.any\.upper: only SSC has a border",
    ),
    "no such landmark": (
        (LEVEL, "    upper: {above: {peak: 0}}"),
        "upper: {above: {peak: 0}}",
        r"levels\.any\.upper\.above\.peak.*: Input should be 'cut'",
    ),
    "a parent below": (
        ("parent: B_lineage\n    by: clusters", "parent: mono\n    by: clusters"),
        "- name: B_mature",
        "parent mono is no population above this one",
    ),
    "a parent that is not there": (
        ("parent: B_lineage\n    by: clusters", "parent: B_cells\n    by: clusters"),
        "- name: B_mature",
        "parent B_cells is no population above this one",
    ),
    "outside one below": (
        ("outside: [B_mature]", "outside: [B_mature, T]"),
        "- name: plasma",
        "outside T is no population above this one",
    ),
    "outside itself": (
        ("outside: [B_mature]", "outside: [plasma]"),
        "- name: plasma",
        "outside plasma is no population above this one",
    ),
    "a root's name": (
        ("name: debris", "name: nucleated"),
        "name: nucleated",
        r"populations\.0\.name: nucleated is defined twice",
    ),
    "a missing population": (
        ("{name: T,", "{name: T_cells,"),
        "populations:",
        "populations: T is missing: later stages ask for it",
    ),
    "ways and steps": (
        ("dropped_by: [no_particles, intact]", "dropped_by: [intact]\n    ways: [{by: it}]"),
        "- name: debris",
        "needs ways, or steps that dropped it, or steps that kept it",
    ),
    "both kinds of steps": (
        ("dropped_by: [no_particles, intact]", "dropped_by: [dna]\n    kept_by: [intact]"),
        "- name: debris",
        "needs ways, or steps that dropped it, or steps that kept it",
    ),
    "neither ways nor steps": (
        ("    dropped_by: [no_particles, intact]\n", ""),
        "- name: debris",
        "needs ways, or steps that dropped it, or steps that kept it",
    ),
    "an unknown step": (
        ("dropped_by: [no_particles, intact]", "dropped_by: [no_particles, washed]"),
        "- name: debris",
        "washed is no step of quality control",
    ),
    "steps within a population": (
        ("parent: all", "parent: nucleated"),
        "- name: debris",
        "what quality control tells is a part of all events, whatever its markers",
    ),
    "steps with markers": (
        ("dropped_by: [no", "also: {SSC: low}\n    dropped_by: [no"),
        "- name: debris",
        "what quality control tells is a part of all events, whatever its markers",
    ),
    "each without clusters": (
        ("    by: clusters\n", ""),
        "- name: B_mature",
        "`each` belongs to clusters: events are judged one by one anyway",
    ),
    "another unit": (
        ("by: clusters", "by: clouds"),
        "by: clouds",
        r"populations\.2\.by: Input should be 'events' or 'clusters'",
    ),
    "an unknown key": (
        ("source: a paper [K]", "source: a paper [K]\ncolour: red"),
        "colour: red",
        "colour: ",
    ),
    "an unknown key of a population": (
        ("    by: clusters", "    by: clusters\n    colour: red"),
        "colour: red",
        r"populations\.2\.colour: ",
    ),
    "an unknown key of a way": (
        (WAY, "{by: CD19, all_off: {CD19: positive}}"),
        "all_off",
        r"populations\.1\.ways\.0\.all_off: ",
    ),
    "an unknown key of a level": (
        (LEVEL, "    upper: {over: {valley: 0}}"),
        "upper: {over",
        r"levels\.any\.upper\.over: ",
    ),
    "no meaning": (
        ("    meaning: plasma cells\n", ""),
        "- name: plasma",
        r"populations\.3\.meaning: Field required",
    ),
}


@pytest.mark.parametrize(("change", "words", "message"), PROBLEMS.values(), ids=PROBLEMS)
def test_a_mistake_is_named_with_its_line(write, change, words, message):
    path = write(change)
    with pytest.raises(PanelError, match=rf"line {line_of(path, words)}: .*{message}") as refused:
        load_populations(path)
    assert len(refused.value.problems) == 1


def test_a_population_defined_twice_is_named_at_both_places(write):
    path = write(("name: debris", "name: gran"), ("    outside: [B_mature]\n", ""))
    with pytest.raises(PanelError, match="gran is defined twice") as refused:
        load_populations(path)
    assert [p.split(":")[0] for p in refused.value.problems] == [
        f"line {line_of(path, '- name: gran')}",
        f"line {line_of(path, '- {name: gran')}",
    ]


def test_all_mistakes_are_listed_at_once(write):
    chosen = ("no bound", "unknown marker", "outside one below", "an unknown step")
    path = write(*(PROBLEMS[name][0] for name in chosen))
    with pytest.raises(PanelError, match=r"4 problem\(s\)") as refused:
        load_populations(path)
    lines = [int(p.split(":")[0].removeprefix("line ")) for p in refused.value.problems]
    assert sorted(lines) == sorted(line_of(path, PROBLEMS[name][1]) for name in chosen)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("source: a\nsource: b\n", "line 2: .*duplicate"),
        ("- 1\n", "line 1: "),
        ("levels: [\n", "line 2: "),
        (GOOD.replace("lymphocytes: -0.3}", "lymphocytes: .nan}"), "line 8: .*a finite number"),
    ],
    ids=["equal keys", "a list", "not YAML", "not a number"],
)
def test_broken_yaml_is_refused(tmp_path, text, message):
    path = tmp_path / "populations.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PanelError, match=message):
        load_populations(path)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(PanelError, match=r"populations\.yaml.*\n.*No such file"):
        builtin_populations(tmp_path)


# --- a laboratory's own ---


def test_a_laboratory_defines_its_own(tmp_path, simulate, gate, definitions):
    text = (builtin_directory() / "populations.yaml").read_text(encoding="utf-8")
    old = "bright: { above: { control: 1.75 } }"
    assert text.count(old) == 1
    own = text.replace(old, "bright: { above: { control: 9 } }") + (
        "  - name: dim_B\n    meaning: B cells with little CD45\n    parent: B_lineage\n"
        "    ways:\n      - { by: CD45 dim, all_of: { CD45: dim } }\n"
    )
    (tmp_path / "populations.yaml").write_text(own, encoding="utf-8")
    sample = simulate(50_301, tube="lineage_full", n_events=6_000).sample
    theirs = load_definitions(tmp_path)
    assert theirs.hashes["populations.yaml"] != definitions.hashes["populations.yaml"]
    assert theirs.gating == definitions.gating
    before = gate(sample)
    after = gate_cells(sample, theirs)
    assert before.populations["plasma"].n > 0
    assert after.populations["plasma"].n == 0
    assert "dim_B" not in before.populations
    b = after.mask("B_lineage")
    assert 0 < after.populations["dim_B"].n < b.sum()
    assert not (after.mask("dim_B") & ~b).any()


def test_a_laboratory_s_mistakes_are_named(tmp_path):
    (tmp_path / "populations.yaml").write_text(GOOD.replace("CD19: pos", "CD91x: pos"))
    with pytest.raises(PanelError, match=r"line 17: .*CD91x is not a marker"):
        load_definitions(tmp_path)
