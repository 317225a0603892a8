from __future__ import annotations

import pytest
from ruamel.yaml import YAML

from flowpheno.errors import PanelError
from flowpheno.panel.files import builtin_directory
from flowpheno.simulation.specification import load_specification

SPECIFICATION = load_specification()


def test_breadth():
    assert len(SPECIFICATION.populations) == 12
    assert set(SPECIFICATION.hematogones.mixtures) == {
        "steady_child",
        "steady_adult",
        "regenerating",
        "early_regen",
        "end_induction",
    }
    lineages = [blast.lineage for blast in SPECIFICATION.blasts.values()]
    assert lineages.count("b_precursor") == 8
    assert set(lineages) == {"b_precursor", "mature_b", "myeloid", "t", "mixed"}


def test_weak_cd19_leukaemia_is_dimmer_than_any_b_precursor_leukaemia():
    b_precursors = [
        blast.m["CD19"][0]
        for blast in SPECIFICATION.blasts.values()
        if blast.lineage == "b_precursor"
    ]
    assert SPECIFICATION.blasts["AML_t8_21"].m["CD19"][0] < min(b_precursors) - 0.5


def test_numbers_of_the_published_specification_are_copied(data_dir):
    source = data_dir.parent / "populations.yaml"
    if not source.is_file():
        pytest.skip("populations.yaml, which was copied, is not here")
    original = YAML(typ="safe").load(source)
    for group in ("populations", "blasts"):
        for name, cell in original[group].items():
            copy = getattr(SPECIFICATION, group)[name]
            assert [tuple(cell["fsc"]), tuple(cell["ssc"])] == [copy.fsc, copy.ssc]
            assert cell["m"].items() <= {k: list(v) for k, v in copy.m.items()}.items()
            for chances in ("p", "pp"):
                assert cell.get(chances, {}).items() <= getattr(copy, chances, {}).items()
    hematogones = original["hematogones"]
    curves = {k: v for k, v in hematogones.items() if isinstance(v, list) and len(v) == 6}
    assert curves.pop("knots") == list(SPECIFICATION.hematogones.knots)
    assert {m: tuple(c) for m, c in curves.items()}.items() <= (
        SPECIFICATION.hematogones.levels.items()
    )
    for state, mixture in hematogones["mixtures"].items():
        assert tuple(mixture["w"]) == SPECIFICATION.hematogones.mixtures[state].w


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("frac: [0.06, 0.18]", "frac: [0.18, 0.06]", r"frac: Value error, 0.18 is above 0.06"),
        ("w: [0.14, 0.62, 0.24]", "w: [0.14, 0.62, 0.30]", "stage weights add up to 1.06, not 1"),
        ("[0.00, 0.25, 0.40,", "[0.00, 0.45, 0.40,", "knots do not ascend"),
        (
            "CD38:       [4.72, 4.76,",
            "CD38:       [4.72,",
            "not one level for each knot: CD38",
        ),
        ("T: 0.30,", "T: 0.20,", "blood adds up to 0.9, not 1"),
        ("T: 0.30,", "TT: 0.30,", "blood holds an unknown population: TT"),
        (
            "one_of: {CD4: 0.58",
            "one_of: {CD44: 0.58",
            "one_of names a marker that also lacks: CD44",
        ),
        ("one_of: {CD4: 0.58", "one_of: {CD4: 0.98", "shares of one_of add up to 1.37"),
        ("archetypes: [DUX4]", "archetypes: [X]", "scenario monocytic_tail names no archetype: X"),
        (
            "p: {CD34: 0.75, CD20: 0.35",
            "p: {CD134: 0.75",
            "p or pp names a marker that neither m nor also has",
        ),
        ("gain_weights: {CD58: 80,", "gain_weights: {", "name different markers"),
    ],
    ids=[
        "range",
        "weights",
        "knots",
        "curve",
        "blood",
        "blood name",
        "one",
        "shares",
        "scenario",
        "p",
        "gains",
    ],
)
def test_a_specification_that_contradicts_itself_is_refused(tmp_path, old, new, problem):
    text = (builtin_directory() / "simulation" / "marrow.yaml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "marrow.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PanelError, match=problem):
        load_specification(path)
