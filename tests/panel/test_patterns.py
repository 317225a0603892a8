"""Normal stages and suggestions: what comes along, and what is refused."""

from __future__ import annotations

import pytest

from flowpheno.errors import PanelError
from flowpheno.panel.files import builtin_directory
from flowpheno.panel.patterns import load_normal_stage, load_suggestion
from flowpheno.panel.phenotypes import Role
from flowpheno.panel.scoring import load_scoring

SCORING = load_scoring()
GENOTYPES = {
    "KMT2A rearrangement",
    "BCR::ABL1",
    "ETV6::RUNX1",
    "DUX4 rearrangement",
    "TCF3::PBX1",
    "high hyperdiploidy",
    "CRLF2 rearrangement",
    "ZNF384 rearrangement",
    "MEF2D rearrangement",
}


def test_every_genotype_and_every_stage_comes_along():
    assert {one.genotype for one in SCORING.suggestions} == GENOTYPES
    assert [one.stage for one in SCORING.normal] == ["I", "II", "III"]


@pytest.mark.parametrize(
    "definition", [*SCORING.suggestions, *SCORING.normal], ids=lambda one: one.name
)
def test_every_rule_has_its_source_with_a_tag(definition):
    assert any(rule.role is Role.REQUIRED for rule in definition.rules)
    assert all("[" in rule.source for rule in definition.rules)
    assert "[" in definition.reference


def test_they_stand_for_what_is_printed():
    stands = {one.name: one.stands_for for one in (*SCORING.suggestions, *SCORING.normal)}
    assert stands["bcr_abl1"] == "BCR::ABL1"
    assert stands["stage_1"] == "normal stage I precursor"


def test_a_suggestion_belongs_to_a_phenotype_that_exists(tmp_path):
    shipped = builtin_directory() / "suggestions" / "crlf2_r.yaml"
    path = tmp_path / "crlf2_r.yaml"
    text = shipped.read_text(encoding="utf-8")
    path.write_text(text.replace("among: bcp_all", "among: bcp_al"), encoding="utf-8")
    with pytest.raises(PanelError, match="line 4: among: there is no phenotype 'bcp_al'; did you"):
        load_suggestion(path)


def test_a_stage_is_one_of_three_and_named_as_its_file(tmp_path):
    shipped = builtin_directory() / "normal" / "stage_1.yaml"
    path = tmp_path / "stage_4.yaml"
    text = shipped.read_text(encoding="utf-8").replace("stage: I\n", "stage: IV\n")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PanelError, match="stage: Input should be 'I'") as error:
        load_normal_stage(path)
    assert error.value.problems[0] == "line 1: name: is 'stage_1', the file 'stage_4'"
