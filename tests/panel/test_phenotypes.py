"""Phenotype files: every shipped one loads, every broken one is refused with its lines."""

import pytest

from flowpheno.errors import PanelError
from flowpheno.panel.files import builtin_directory
from flowpheno.panel.phenotypes import (
    Entity,
    Role,
    builtin_phenotypes,
    load_phenotype,
    load_phenotypes,
)

FILES = sorted((builtin_directory() / "phenotypes").glob("*.yaml"))
GOOD = """\
name: {name}
title: Some leukaemia
entity: AML
reference: "A paper, 2022;36:1703"
{more}rules:
  - role: required
    source: "the paper"
    marker: cyMPO
    expected: positive
"""


def write(folder, name, more=""):
    path = folder / f"{name}.yaml"
    path.write_text(GOOD.format(name=name, more=more), encoding="utf-8")
    return path


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_shipped_file_loads(path):
    phenotype = load_phenotype(path)
    assert any(rule.role is Role.REQUIRED for rule in phenotype.rules)


def test_every_entity_is_described_and_sources_are_tagged():
    phenotypes = builtin_phenotypes()
    assert {phenotype.entity for phenotype in phenotypes} == set(Entity)
    assert all("[" in r.source for p in phenotypes for r in p.rules)


def test_a_refined_phenotype_has_the_rules_of_both(tmp_path):
    write(tmp_path, "general")
    write(tmp_path, "special", "refines: general\n")
    general, special = load_phenotypes(tmp_path)
    assert special.rules == general.rules * 2


def test_an_empty_folder_holds_none(tmp_path):
    assert load_phenotypes(tmp_path) == ()


def test_all_problems_are_listed_with_their_lines(tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text(
        """\
name: bad
title: Bad
entity: Flu
colour: red
rules:
  - role: required
    source: "a paper"
    marker: CD1O
    expected: positive
  - role: needed
    source: "a paper"
    any_of:
      - {marker: CD19, expected: no}
      - {marker: CD10, expected: positive, percent: 20}
  - role: required
    at_least: 3
    of:
      - {marker: CD13, expected: positive}
""",
        encoding="utf-8",
    )
    with pytest.raises(PanelError, match="problem") as error:
        load_phenotype(path)
    problems = error.value.problems
    for line, words in [
        (1, "reference: Field required"),
        (3, "entity: Input should be 'B-precursor ALL'"),
        (4, "colour: Extra inputs are not permitted"),
        (8, "'CD1O' is not a marker of the vocabulary"),
        (10, "role: Input should be 'required'"),
        (13, "expected: Input should be 'positive'"),
        (14, "percent: Extra inputs are not permitted"),
        (15, "source: Field required"),
    ]:
        assert any(p.startswith(f"line {line}:") and words in p for p in problems), (line, words)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: x\nname: y\n", "line 2: .*duplicate"),
        ("- a list\n", "line 1: .*valid dictionary"),
        ("name: [\n", "line 2: "),
        ("&a\nname: x\nrules: &r [*r]\n", "line 3: an alias leads back to itself"),
    ],
    ids=["equal keys", "a list", "not YAML", "an alias to itself"],
)
def test_broken_yaml_is_refused(tmp_path, text, message):
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PanelError, match=message):
        load_phenotype(path)


def test_a_name_that_is_not_the_file_is_refused(tmp_path):
    path = write(tmp_path, "one").rename(tmp_path / "two.yaml")
    with pytest.raises(PanelError, match="line 1: name: is 'one', the file 'two'"):
        load_phenotype(path)


def test_refining_in_a_circle_is_refused(tmp_path):
    write(tmp_path, "one", "refines: two\n")
    write(tmp_path, "two", "refines: three\n")
    path = write(tmp_path, "three", "refines: one\n")
    with pytest.raises(
        PanelError, match="line 5: refines: leads back to itself: three -> one -> two -> three"
    ):
        load_phenotype(path)


def test_refining_what_is_not_there_is_refused(tmp_path):
    with pytest.raises(PanelError, match="line 5: refines: there is no phenotype 'absent'"):
        load_phenotype(write(tmp_path, "one", "refines: absent\n"))


def test_refining_another_disease_is_refused(tmp_path):
    general = write(tmp_path, "general")
    general.write_text(general.read_text().replace("entity: AML", "entity: T-ALL"))
    with pytest.raises(PanelError, match="line 3: entity: general, which it refines, is T-ALL"):
        load_phenotype(write(tmp_path, "special", "refines: general\n"))


def test_markers_may_be_handed_in(tmp_path):
    with pytest.raises(PanelError, match=r"line 8: .*'cyMPO' is not a marker"):
        load_phenotype(write(tmp_path, "one"), markers=["CD19"])
