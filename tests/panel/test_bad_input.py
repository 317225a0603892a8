"""Everything that can be wrong with a definition: one error, each problem with its line."""

from __future__ import annotations

import pytest

from flowpheno.errors import PanelError
from flowpheno.panel.files import read_yaml
from flowpheno.panel.kinds import check_file

PHENOTYPE = """\
name: other
title: No
title: Again
entity: AML
colour: red
refines: mine
note: on
rules:
  - role: required
    source: a paper
    marker: CD1O
    expected: positive
  - role: excluding
    marker: CD33
    expected: positive
  - {role: supporting, source: a paper, marker: CD7, expected: no}
  - {role: supporting, source: a paper, marker: CD8, expected: negative, below_percent: 1:30}
  - {role: supporting, source: a paper, marker: CD5, expected: negative, below_percent: 012}
  - {role: supporting, source: a paper, marker: CD5, expected: negative, below_percent: .nan}
"""
PHENOTYPE_SAYS = [
    (1, "name: is 'other', the file 'mine'"),
    (1, "reference: Field required"),
    (3, "title: duplicate key, first in line 2"),
    (5, "colour: Extra inputs are not permitted"),
    (6, "refines: leads back to itself: mine -> mine"),
    (7, "on: is true or false in YAML 1.1"),
    (11, "'CD1O' is not a marker of the vocabulary; did you mean CD10"),
    (13, "source: Field required"),
    (16, "no: is true or false in YAML 1.1"),
    (17, "1:30: is a number to base 60 in YAML 1.1"),
    (18, "012: is a number to base 8 in YAML 1.1"),
    (19, "must be a finite number"),
]
TUBE = """\
name: other
tag: maybe
colour: red
scatter: [FSC-A, SSC-A]
scatter: [FSC-A]
note: yes
time: 1:30
channels:
  - {detector: PE-A, fluorochrome: PE, marker: CD1O}
  - {detector: FITC-A, marker: CD10}
  - {fluorochrome: APC, marker: CD19}
  - {detector: 007, fluorochrome: PerCP, marker: CD34, clone: 8G12}
"""
TUBE_SAYS = [
    (1, "name: is 'other', the file 'mine'"),
    (1, "reference: Field required"),
    (2, "tag: Input should be"),
    (3, "colour: Extra inputs are not permitted"),
    (5, "scatter: duplicate key, first in line 4"),
    (6, "yes: is true or false in YAML 1.1"),
    (7, "1:30: is a number to base 60"),
    (9, "'CD1O' is not a marker"),
    (10, "fluorochrome: Field required"),
    (11, "a fluorochrome is read by a detector: name it"),
    (12, "007: is a number to base 8"),
    (12, "clone: Extra inputs are not permitted"),
]
SCORE = """\
name: who6
colour: red
colour: blue
strong: off
b:
  any_of:
    - {marker: CD1O, expected: strong}
    - {at_least: 3, of: [{marker: CD19, expected: strong}]}
    - {at_least: 01, of: [{marker: CD19, expected: strong}]}
t:
  marker: CD3
  expected: mighty
myeloid: {any_of: []}
mpal: 1:30
"""
SCORE_SAYS = [
    (1, "name: is 'who6', the file 'who5'"),
    (1, "reference: Field required"),
    (2, "colour: Extra inputs are not permitted"),
    (3, "colour: duplicate key, first in line 2"),
    (4, "off: is true or false in YAML 1.1"),
    (7, "'CD1O' is not a marker"),
    (8, "at least 3 of 1 can never hold"),
    (9, "01: is a number to base 8"),
    (12, "expected: Input should be"),
    (13, "at least one is needed"),
    (14, "1:30: is a number to base 60"),
]


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("phenotypes/mine", PHENOTYPE, PHENOTYPE_SAYS),
        ("tubes/mine", TUBE, TUBE_SAYS),
        ("scores/who5", SCORE, SCORE_SAYS),
    ],
    ids=["phenotype", "tube", "score"],
)
def test_every_problem_is_listed_at_once_with_its_line(tmp_path, name, text, says):
    path = tmp_path / f"{name}.yaml"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    problems = check_file(path)
    for line, words in says:
        assert any(p.startswith(f"line {line}: ") and words in p for p in problems), (line, words)
    lines = [int(p.split(":")[0].removeprefix("line ")) for p in problems]
    assert lines == sorted(lines)
    assert len(set(problems)) == len(problems)


@pytest.mark.parametrize(
    "word", ["yes", "No", "ON", "off", "1:30", "-190:20:30.15", "010", "-007", "+012"]
)
@pytest.mark.parametrize("place", ["a: {}", "{}: a", "- {}", "a: [b, {}]"])
def test_what_another_reader_takes_otherwise_is_refused_unless_quoted(tmp_path, word, place):
    path = tmp_path / "x.yaml"
    path.write_text(place.format(word), encoding="utf-8")
    with pytest.raises(PanelError, match=r"line 1: .* in YAML 1\.1"):
        read_yaml(path)
    path.write_text(place.format(f'"{word}"'), encoding="utf-8")
    assert read_yaml(path)


@pytest.mark.parametrize(
    "word", ["true", "null", "y", "0", "0.5", "10", "CD10", "2026-11-22", "none", "0x10", "one:30"]
)
def test_what_every_reader_takes_alike_is_not_refused(tmp_path, word):
    path = tmp_path / "x.yaml"
    path.write_text(f"a: {word}\n", encoding="utf-8")
    assert read_yaml(path) is not None


def test_equal_keys_are_listed_wherever_they_are(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("a: {b: 1, b: 2}\nc:\n  - d: 1\n    d: 2\na: 3\n", encoding="utf-8")
    with pytest.raises(PanelError, match=r"3 problem\(s\)") as error:
        read_yaml(path)
    assert error.value.problems == (
        "line 1: b: duplicate key, first in line 1",
        "line 4: d: duplicate key, first in line 3",
        "line 5: a: duplicate key, first in line 1",
    )


def test_aliases_that_unfold_without_end_are_refused_at_once(tmp_path):
    path = tmp_path / "x.yaml"
    rows = [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    path.write_text("\n".join(["a0: &a0 [1]", *rows]), encoding="utf-8")
    with pytest.raises(PanelError, match="line 7: its aliases unfold into more than a file"):
        read_yaml(path)


def test_an_alias_used_twice_is_no_fault(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("a: &a [1, 2]\nb: *a\nc: *a\n", encoding="utf-8")
    assert read_yaml(path) == {"a": [1, 2], "b": [1, 2], "c": [1, 2]}
